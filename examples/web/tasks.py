"""The tasks of the page for a Celery worker; `functions.ts` has the same in TypeScript."""
import os
import time

from celery import Celery

app = Celery('web', broker=os.environ['BROKER_URL'], backend=os.environ['RESULT_URL'])
app.conf.update(
    broker_connection_retry_on_startup=True,
    result_expires=3600,
    task_track_started=True,
    worker_hijack_root_logger=False,
)

TICK = 0.25  # seconds between two states of a task at work


def work(task, seconds, start, end):
    """From one percentage to another in so many seconds."""
    ticks = max(1, round(seconds / TICK))
    for tick in range(1, ticks + 1):
        time.sleep(seconds / ticks)
        current = round(start + (end - start) * tick / ticks)
        task.update_state(state='PROGRESS', meta={'current': current, 'total': 100})


@app.task(name='web.work', bind=True)
def work_through(self, seconds):
    work(self, seconds, 0, 100)
    return {'photos': round(seconds * 100)}


@app.task(name='web.retries', bind=True, default_retry_delay=1)
def retries(self, seconds):
    steps = [0, 35, 60, 100]
    tries = self.request.retries
    work(self, seconds / 3, steps[tries], steps[tries + 1])
    if tries < 2:
        raise self.retry(exc=TimeoutError('the warehouse is busy'))
    return {'orders': 88, 'skipped': [17, 42]}


def charge(card):
    raise ValueError(f'{card} expired', {'code': 402})


@app.task(name='web.fails', bind=True)
def fails(self, seconds):
    work(self, seconds / 2, 0, 60)
    charge('card')


@app.task(name='web.page', bind=True)
def page(self, number, seconds, is_torn):
    work(self, seconds, 0, 70 if is_torn else 100)
    if is_torn:
        raise OSError(f'page {number} is torn')
    return f'page {number}'


@app.task(name='web.album', bind=True)
def album(self, pages):
    work(self, 2, 0, 100)
    return {'pages': len(pages)}
