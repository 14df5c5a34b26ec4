"""A Celery app for examples/celery.ts: `celery -A tasks worker` in this folder."""
import os
import time

from celery import Celery

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
