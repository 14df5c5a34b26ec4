"""
Answers requests of the tests, one JSON object a line, in order:

    {"send": "add", "args": [1, 2], "kwargs": {}, "options": {}}   its id
    {"code": "return args + 1", "args": 41}                        what the code returns

An answer is {"returned": ...} or {"raised": {"type", "module", "args", "message"}}.
"""
import json
import sys
import textwrap

import celery
from celery import _state
from celery.result import AsyncResult, GroupResult, result_from_tuple

import tasks
from tasks import app

SCOPE = {
    'app': app,
    'tasks': tasks,
    'celery': celery,
    'json': json,
    'AsyncResult': AsyncResult,
    'GroupResult': GroupResult,
    'result_from_tuple': result_from_tuple,
}


def send(name, args=(), kwargs=None, options=None):
    # As within a task, where Celery does not subscribe to what it sends: the channel
    # is to have no subscribers but those under test.
    _state._set_task_join_will_block(True)
    try:
        return app.send_task(f'tasks.{name}', args, kwargs or {}, **(options or {})).id
    finally:
        _state._set_task_join_will_block(False)


def run(code, args):
    scope = dict(SCOPE, send=send)
    exec('def snippet(args):\n' + textwrap.indent(textwrap.dedent(code), '  '), scope)
    return scope['snippet'](args)


def answer(request):
    try:
        if 'send' in request:
            returned = send(
                request['send'], request.get('args', ()), request.get('kwargs'), request.get('options')
            )
        else:
            returned = run(request['code'], request.get('args'))
        return {'returned': returned}
    except Exception as exc:
        return {
            'raised': {
                'type': type(exc).__qualname__,
                'module': type(exc).__module__,
                'args': list(exc.args),
                'message': str(exc),
            }
        }


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line)), default=repr), flush=True)
