"""
Celery's client with `chordis/producer` in its place: what a test sends goes to a Node process
as JSON (`send.mjs`), which sends it, and comes back as a result tuple. A pytest plugin.

Workers, those in this process too, send as ever: only the thread that runs the tests is the
client. What has no form in JSON, what names another serializer or a producer, what is made while
it is sent, and what is run eagerly stays Celery's own.
"""
import json
import os
import threading
from contextlib import contextmanager
from functools import wraps

from celery import Celery
from celery.canvas import _chain, _chord, group
from celery.result import result_from_tuple
from celery.signals import before_task_publish
from celery.utils.functional import _regen
from kombu.exceptions import EncodeError
from kombu.utils.json import dumps, loads

from chordis_node import Node

PROCESS = os.getpid()

thread = threading.local()

#: How Celery is to reach the broker, and who is told: nothing for a message to tell.
OF_SENDING = {
    'add_to_parent', 'app', 'connection', 'producer', 'publisher', 'result_cls', 'router',
    'route_name', 'task_type',
}

nodes = {}


def is_client(app):
    return (
        os.getpid() == PROCESS
        and threading.current_thread() is threading.main_thread()
        and not getattr(thread, 'is_celerys', False)
        and not app.conf.task_always_eager
        and not app.current_worker_task
    )


def node_of(app):
    conf = app.conf
    settings = {
        'url': app.backend.url,
        'broker': conf.broker_url,
        'resultExtended': conf.result_extended,
        'taskOptions': {name: options_of(task) for name, task in app.tasks.items()},
    }
    key = json.dumps(settings, sort_keys=True)
    if key not in nodes:
        nodes[key] = Node('send.mjs', settings)
    return nodes[key]


def options_of(task):
    """What its calls have unless they say otherwise."""
    own = {**task._get_exec_options(), 'ignore_result': task.ignore_result}
    return {name: value for name, value in own.items() if value is not None}


def sent_by_node(app, method, **asked):
    """The result as a tuple; those who listen in this process are told of the messages."""
    answer = node_of(app).ask(method, **asked)
    for message in answer['published'] if answer else ():
        headers, properties = message['headers'], message['properties']
        before_task_publish.send(
            sender=headers['task'],
            body=loads(message['body']),
            headers=headers,
            properties=properties,
            **properties['delivery_info'],
        )
    return answer and answer['sent']


def is_celerys(sent, arguments, options):
    if options.get('serializer') not in (None, 'json'):
        return True
    # By a producer or connection of the test's own.
    if any(options.get(name) for name in ('producer', 'publisher', 'connection')):
        return True
    # A header that is made while it is sent.
    if isinstance(sent, _chord) and isinstance(sent.tasks, _regen):
        return True
    try:
        loads(dumps([arguments, told(options)]))
    except (EncodeError, TypeError):
        return True


@contextmanager
def celerys_own():
    """What the thread sends meanwhile is a part of what stays Celery's."""
    before = getattr(thread, 'is_celerys', False)
    thread.is_celerys = True
    try:
        yield
    finally:
        thread.is_celerys = before


def told(options):
    return {name: value for name, value in options.items() if name not in OF_SENDING}


def instead_of(owner, name, *arguments):
    """Puts a function in the place of a method, which goes on for what stays Celery's."""

    def put(function):
        theirs = getattr(owner, name)

        @wraps(theirs)
        def method(self, *given, **options):
            app = self if isinstance(self, Celery) else self.app
            asked = {**dict.fromkeys(arguments), **dict(zip(arguments, given)), **options}
            own = [asked.pop(argument) for argument in arguments]
            if is_client(app) and not is_celerys(self, own, asked):
                return function(self, *own, asked)
            with celerys_own():
                return theirs(self, *given, **options)

        setattr(owner, name, method)
        return function

    return put


@instead_of(Celery, 'send_task', 'name', 'args', 'kwargs')
def send_task(app, name, args, kwargs, options):
    sent = sent_by_node(
        app, 'sendTask', task=name, args=args or (), kwargs=kwargs or {}, options=told(options)
    )
    result = (options.get('result_cls') or app.AsyncResult)(sent[0][0])
    result.ignored = options.get('ignore_result')
    return result


@instead_of(group, 'apply_async', 'args', 'kwargs')
@instead_of(_chain, 'apply_async', 'args', 'kwargs')
@instead_of(_chord, 'apply_async', 'args', 'kwargs')
def apply_async(canvas, args, kwargs, options):
    """A canvas, with arguments in front of those that it has."""
    own = loads(dumps(canvas))
    kwargs = dict(kwargs or {})
    if isinstance(canvas, _chord) and kwargs.get('body') is not None:
        own['kwargs']['body'] = kwargs.pop('body')
    sent = sent_by_node(
        canvas.app,
        'apply',
        canvas=with_arguments(own, args or (), kwargs),
        options=told(options),
    )
    return None if sent is None else result_from_tuple(sent, canvas.app)


def with_arguments(canvas, args, kwargs):
    """
    As Celery hands them down: each member of a group gets them, of a chain the first step that
    there is, unless that is a group of several.
    """
    held = canvas['kwargs']
    if not args and not kwargs:
        return canvas
    if canvas['subtask_type'] == 'group':
        tasks = [with_arguments(task, args, kwargs) for task in held['tasks']]
        return {**canvas, 'kwargs': {**held, 'tasks': tasks}}
    if canvas['subtask_type'] == 'chain':
        tasks = list(held['tasks'])
        at = next((i for i, task in enumerate(tasks) if not is_empty(task)), None)
        if at is not None and not is_group_of_many(tasks[at]):
            tasks[at] = with_arguments(tasks[at], args, kwargs)
        return {**canvas, 'kwargs': {**held, 'tasks': tasks}}
    if canvas['immutable']:
        return canvas
    if canvas['subtask_type'] == 'chord':
        given = {'kwargs': {**held['kwargs'], **kwargs}}
        return {**canvas, 'args': [*args, *canvas['args']], 'kwargs': {**held, **given}}
    return {**canvas, 'args': [*args, *canvas['args']], 'kwargs': {**held, **kwargs}}


def is_empty(canvas):
    tasks = canvas['kwargs'].get('tasks')
    kind = canvas['subtask_type']
    return (kind == 'group' and not tasks) or (kind == 'chain' and all(map(is_empty, tasks)))


def is_group_of_many(canvas):
    return canvas['subtask_type'] == 'group' and len(canvas['kwargs']['tasks']) > 1
