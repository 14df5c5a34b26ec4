"""Celery's side of the differential test of chords: parts returned to its own RedisBackend."""
import functools
import os

from celery import Celery
from celery.app.task import Context

from notation import value


@functools.lru_cache(maxsize=None)
def app_of(ordered, expires, chord_expires):
    app = Celery(
        'chords', set_as_current=False, broker=os.environ['BROKER_URL'],
        backend=os.environ['RESULT_URL'],
    )
    app.conf.update(
        result_expires=expires,
        result_chord_expires=chord_expires,
        result_backend_transport_options={'result_chord_ordered': ordered},
    )
    return app


def run(case, operation):
    backend = app_of(case['ordered'], case['expires'], case['chordExpires']).backend
    return OPERATIONS[operation['op']](backend, operation)


def set_chord_size(backend, operation):
    backend.set_chord_size(operation['group'], operation['size'])


def add_to_chord(backend, operation):
    backend.add_to_chord(operation['group'], None)


def part(backend, operation):
    request = Context({
        'id': operation['task'],
        'group': operation['group'],
        'group_index': operation['index'],
        'chord': operation['body'],
    })
    backend.on_chord_part_return(request, operation['state'], value(operation['result']))


OPERATIONS = {
    operation.__name__: operation for operation in (set_chord_size, add_to_chord, part)
}
