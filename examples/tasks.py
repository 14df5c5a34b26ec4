"""A Celery app for examples/celery.ts and worker.ts: `celery -A tasks worker` in this folder."""
import os
import random
import time

from celery import Celery, chord

app = Celery(
    'tasks',
    broker=os.environ.get('BROKER_URL', 'redis://localhost:6379/0'),
    backend=os.environ.get('RESULT_URL', 'redis://localhost:6379/1'),
)
app.conf.task_track_started = True


@app.task(bind=True)
def count(self, total):
    """Counts up to `total`, slowly, and tells how far it is."""
    for current in range(1, total + 1):
        time.sleep(0.2)
        self.update_state(state='PROGRESS', meta={'current': current, 'total': total})
    return total


@app.task
def divide(x, y):
    return x / y


@app.task
def square(n):
    time.sleep(random.random() / 5)
    return n * n


@app.task
def total(numbers):
    return sum(numbers)


def squares(n):
    """A chord for examples/worker.ts: the sum of `n` squares."""
    return chord(square.s(i) for i in range(n))(total.s())
