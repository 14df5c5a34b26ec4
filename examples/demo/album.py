"""The Celery app of `npm run demo -- --celery`: pages that are drawn, and an album of them."""
import os
import time

from celery import Celery

app = Celery('album', broker=os.environ['BROKER_URL'], backend=os.environ['RESULT_URL'])
app.conf.update(
    broker_transport_options={'global_keyprefix': os.environ['KEYPREFIX']},
    result_backend_transport_options={'global_keyprefix': os.environ['KEYPREFIX']},
    result_expires=60,
    task_track_started=True,
)


@app.task(bind=True, max_retries=1, name='album.draw')
def draw(self, page):
    """Tells how far it is; page 7 is torn once."""
    for percent in range(5, 101, 5):
        time.sleep(0.02 + 0.01 * (page % 5))
        self.update_state(state='PROGRESS', meta={'current': percent, 'total': 100})
        if page == 7 and percent == 60 and self.request.retries == 0:
            raise self.retry(exc=OSError('out of paper'), countdown=0.7)
    return f'page {page}'


@app.task(name='album.bind')
def bind(pages):
    time.sleep(0.8)
    return {'pages': len(pages), 'last': pages[-1]}
