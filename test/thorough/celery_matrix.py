"""Tasks that tell what they were called with; the app is that of the integration tests."""
import time

from tasks import app

#: What a request says of the call, and not of the worker or of the time.
FIELDS = (
    'id', 'root_id', 'parent_id', 'task', 'args', 'kwargs', 'argsrepr', 'kwargsrepr', 'retries',
    'eta', 'expires', 'timelimit', 'delivery_info', 'group', 'group_index', 'shadow',
    'ignore_result', 'replaced_task_nesting', 'stamps', 'stamped_headers', 'reply_to',
    'correlation_id', 'callbacks', 'errbacks', 'chain', 'chord', 'traceparent', 'x_own',
)


@app.task(bind=True, name='matrix.told')
def told(self, *args, **kwargs):
    request = self.request
    fields = {name: getattr(request, name, None) for name in FIELDS}
    headers = {name: (request.headers or {}).get(name) for name in ('traceparent', 'x_own')}
    return {**fields, 'headers': headers, 'arguments': [args, kwargs]}


@app.task(name='matrix.busy')
def busy(seconds):
    """In small steps, so that an exception is raised in between."""
    for _ in range(int(seconds * 20)):
        time.sleep(0.05)
    return seconds


@app.task(bind=True, name='matrix.place')
def place(self, *args):
    """Where it stands in its canvas, behind what it was given."""
    request = self.request
    return [list(args), [request.root_id, request.parent_id, request.group, request.group_index]]
