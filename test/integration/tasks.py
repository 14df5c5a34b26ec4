"""The Celery app of the integration tests: where it connects to comes by environment."""
import json
import os
import time

from celery import Celery, chord, group

app = Celery('tasks', broker=os.environ['BROKER_URL'], backend=os.environ['RESULT_URL'])
app.conf.update(
    broker_connection_retry_on_startup=True,
    task_default_queue='celery',
    worker_hijack_root_logger=False,
    **json.loads(os.environ.get('TASKS_CONFIG', '{}')),
)


class CustomError(Exception):
    """An exception whose class a reader in another language cannot know."""


@app.task
def add(x, y):
    return x + y


@app.task
def echo(value):
    return value


@app.task
def xsum(numbers):
    """The usual body of a chord."""
    return sum(numbers)


@app.task
def jittered(value, seconds):
    time.sleep(seconds)
    return value


@app.task
def collected(values, name):
    """The body of a chord; leaves a trace in the result store each time it runs."""
    app.backend.client.rpush('bodies', name)
    return values


@app.task
def fail():
    raise ValueError('boom', {'a': 1})


@app.task
def custom_error(*args):
    raise CustomError(*args)


@app.task(bind=True)
def progress(self, n):
    for current in range(1, n + 1):
        self.update_state(state='PROGRESS', meta={'current': current, 'total': n})
    return n


@app.task(bind=True, max_retries=2)
def flaky(self):
    """Fails twice, then returns how often it was tried."""
    if self.request.retries < 2:
        raise self.retry(exc=ConnectionError('not yet'), countdown=0.2)
    return self.request.retries + 1


@app.task
def slow(seconds):
    time.sleep(seconds)
    return seconds


@app.task(bind=True, max_retries=2)
def held(self, task, *args):
    """Another task, run once the list `gate-<id>` lets it: an item for each try."""
    app.backend.client.blpop(f'gate-{self.request.id}', timeout=20)
    run = app.tasks[f'tasks.{task}'].run
    return run.__func__(self, *args) if hasattr(run, '__func__') else run(*args)


@app.task(ignore_result=True)
def forgotten(value):
    return value


@app.task
def new_errback(request, exc, traceback):
    """Told of a failure by its request; leaves a trace in the result store."""
    app.backend.client.rpush('errbacks', json.dumps([request.id, repr(exc)]))


@app.task
def old_errback(task_id):
    """Told of a failure by the task's id alone, as a message."""
    app.backend.client.rpush('errbacks', json.dumps([task_id]))


@app.task(bind=True)
def spawn(self, n):
    """Has children: a task of `n` more."""
    return group(add.si(i, i) for i in range(n)).apply_async().id


@app.task
def chordable(n):
    """A chord from within a task; its id is that of the body."""
    return chord((add.si(i, i) for i in range(n)), xsum.s()).apply_async().id
