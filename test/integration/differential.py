"""Celery's side of the differential test: operations on its own RedisBackend."""
import datetime
import functools
import os

from celery import Celery
from celery.app import base
from celery.app.task import Context

from notation import result, value


class FrozenDateTime(datetime.datetime):
    """The clock that the app reads `date_done` off."""

    instant = None

    @classmethod
    def now(cls, tz=None):
        return cls.instant.astimezone(tz)


base.datetime = FrozenDateTime


@functools.lru_cache(maxsize=None)
def backend_of(extended, expires, failure_expires, compression):
    app = Celery('differential', set_as_current=False, backend=os.environ['RESULT_URL'])
    app.conf.update(
        result_extended=extended,
        result_expires=expires,
        result_failure_expires=failure_expires,
        result_compression=compression,
    )
    return app.backend


def run(case):
    """What became of each operation."""
    FrozenDateTime.instant = datetime.datetime.fromisoformat(case['now'] + '+00:00')
    backend = backend_of(
        case['extended'], case['expires'], case['failureExpires'], case['compression']
    )
    return [outcome(backend, dict(operation)) for operation in case['operations']]


def outcome(backend, operation):
    try:
        return {'returned': OPERATIONS[operation.pop('op')](backend, **operation)}
    except Exception as exc:
        return {'failed': repr(exc)}


def request_of(notation):
    if notation is None:
        return None
    fields = {name: value(field) for name, field in notation.items()}
    return Context(fields)


def text(raw):
    return None if raw is None else raw.decode('latin-1')


# ---------------------------------------------------------------------------------------
# operations, in the order of differentialCases.ts
# ---------------------------------------------------------------------------------------

def store_result(backend, task_id, result, state, traceback, request):
    backend.store_result(
        task_id, value(result), state, traceback=traceback, request=request_of(request)
    )


def mark_as_started(backend, task_id, meta):
    backend.mark_as_started(task_id, **value(meta))


def mark_as_done(backend, task_id, result, **options):
    backend.mark_as_done(task_id, value(result), **mark_options(options))


def mark_as_failure(backend, task_id, exc, **options):
    backend.mark_as_failure(task_id, value(exc), **mark_options(options))


def mark_as_retry(backend, task_id, exc, **options):
    backend.mark_as_retry(task_id, value(exc), **mark_options(options))


def mark_as_revoked(backend, task_id, reason, **options):
    backend.mark_as_revoked(task_id, reason, **mark_options(options))


def mark_options(options):
    return dict(options, request=request_of(options['request']))


def get_state(backend, task_id):
    return backend.get_task_meta(task_id, cache=False)['status']


def forget(backend, task_id):
    backend.forget(task_id)


def save_group(backend, group_id, group):
    backend.save_group(group_id, result(group))


def delete_group(backend, group_id):
    backend.delete_group(group_id)


def get(backend, key):
    return text(backend.get(key))


def mget(backend, keys):
    return [text(raw) for raw in backend.mget(keys)]


def set(backend, key, value):
    backend.set(key, value)


def delete(backend, key):
    backend.delete(key)


def incr(backend, key):
    return backend.incr(key)


def expire(backend, key, seconds):
    return bool(backend.expire(key, seconds))


OPERATIONS = {
    operation.__name__: operation
    for operation in (
        store_result,
        mark_as_started,
        mark_as_done,
        mark_as_failure,
        mark_as_retry,
        mark_as_revoked,
        get_state,
        forget,
        save_group,
        delete_group,
        get,
        mget,
        set,
        delete,
        incr,
        expire,
    )
}
