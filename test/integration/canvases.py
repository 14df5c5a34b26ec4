"""Random canvases, and what Celery's own client sends for them."""
import datetime
import itertools
import os
import random
import warnings

import redis
from celery import canvas
from celery.app import base
from celery.canvas import Signature, _chain, chain, chord, group, maybe_signature
from kombu.utils.json import dumps, loads

from tasks import app

NOW = datetime.datetime(2026, 11, 25, 12, 0, 0, 123000, tzinfo=datetime.timezone.utc)
REPLY_TO = 'replies'

app.now = lambda: NOW
app._local.oid = REPLY_TO
# So that nothing waits for results that never come.
app.backend.on_task_call = lambda *_: {}
app.backend.result_consumer.consume_from = lambda *_: None

server = redis.Redis.from_url(os.environ['BROKER_URL'])
counter = itertools.count()


def new_id():
    return f'gen-{next(counter)}'


canvas.uuid = base.uuid = new_id
warnings.simplefilter('ignore')


def run(seed, count, depth):
    """Random cases, each with what came of it."""
    rng = random.Random(seed)
    return [outcome(random_case(rng, depth)) for _ in range(count)]


def outcome(case):
    sig = maybe_signature(with_tuples(loads(case['signature'])), app=app)
    args = tuple(loads(case['args']))
    if sig.subtask_type is None and not args:
        # Made in the process: its arguments are a tuple, and are printed as such.
        sig = sig.clone()
    case = {**case, 'read': dumps(sig)}
    server.flushdb()
    try:
        returned = sig.apply_async(args, **with_tuples(loads(case['options'])))
    except Exception as exc:
        return {**case, 'failed': repr(exc)}
    return {**case, **everything(), 'result': as_result(returned)}


def with_tuples(read, in_links=False):
    """
    A callback that is there already is not linked again. Celery compares one that it read,
    whose arguments are a list, with one that it made, whose arguments are a tuple.
    """
    if isinstance(read, list):
        return [with_tuples(item, in_links) for item in read]
    if not isinstance(read, dict):
        return read
    return {
        name: tuple(member)
        if in_links and name == 'args'
        else with_tuples(member, name in ('link', 'link_error'))
        for name, member in read.items()
    }


def as_result(returned):
    return None if returned is None else dumps(returned.as_tuple())


def everything():
    """The lists of messages, oldest first, and what else was written."""
    queues, keys = {}, {}
    for key in sorted(server.keys('*')):
        name = key.decode()
        kind = server.type(key)
        if kind == b'list':
            queues[name] = [raw.decode() for raw in reversed(server.lrange(key, 0, -1))]
        elif kind == b'string':
            keys[name] = server.get(key).decode()
    return {'queues': queues, 'keys': keys}


# ---------------------------------------------------------------------------------------
# random canvases
# ---------------------------------------------------------------------------------------

def random_case(rng, depth):
    sig = made(rng, depth)
    args = rng.choice([[], [], [[1, 2]], [7], [1, 'two'], ['ünï 🙂', 2 ** 70]])
    options = {}
    if rng.random() < 0.3 and not isinstance(sig, group):
        options['link' if rng.random() < 0.5 else 'link_error'] = random_links(rng)
    for name, values in CALL_OPTIONS.items():
        if rng.random() < 0.1:
            options[name] = rng.choice(values)
    if rng.random() < 0.2:
        sig = frozen(rng, sig)
    return {'signature': dumps(sig), 'args': dumps(args), 'options': dumps(options)}


def made(rng, depth):
    """Not those that Celery fails to make: of a chain of nothing, what should it link to?"""
    while True:
        try:
            return changed(rng, random_canvas(rng, depth))
        except IndexError:
            pass


def frozen(rng, sig):
    """As it would be in the message of a chord."""
    try:
        sig.freeze(
            'frozen-id',
            group_id='outer-group',
            chord=rng.choice([None, random_task(rng)]),
            root_id=rng.choice([None, 'outer-root']),
            group_index=rng.choice([None, 2]),
        )
    except IndexError:
        # A chain without tasks can't be.
        pass
    return sig


CALL_OPTIONS = {
    'queue': ['reports', 'emails'],
    'priority': [0, 3, 5, 9],
    'root_id': ['root'],
    'parent_id': ['parent'],
    'task_id': ['given-id'],
    'countdown': [5, 0.25],
    'headers': [{'traceparent': '00-1-2-01'}, {'ü': [None, {'n': 2 ** 60}]}],
    'delivery_mode': [1, 'transient'],
    'replaced_task_nesting': [1],
    'eta': [datetime.datetime(2027, 1, 2, 3, 4, 5)],
    'expires': [60, 1.5],
    'group_id': ['given-group'],
    'group_index': [4],
    'reply_to': ['elsewhere'],
}

OPTIONS = {
    'queue': ['q1', 'q2'],
    'priority': [2, 6],
    'countdown': [1, 2.5],
    'eta': [datetime.datetime(2027, 1, 2, 3, 4, 5, 678, datetime.timezone.utc)],
    'expires': [30, datetime.datetime(2027, 1, 2, 3, 4, 5)],
    'reply_to': ['own-replies'],
    'argsrepr': ['(secret)'],
    'group_index': [3],
    'time_limit': [9],
    'soft_time_limit': [8],
    'shadow': ['shade'],
    'ignore_result': [True, False],
    'retries': [1],
    'app_tag': ['v1'],
    'headers': [{'x-trace': 'abc'}],
    'serializer': ['json'],
    'routing_key': ['ignored'],
    'root_id': ['own-root'],
    'group_id': ['own-group'],
}

ids = itertools.count()


def options_of(rng, likely):
    options = {
        name: rng.choice(values) for name, values in OPTIONS.items() if rng.random() < likely
    }
    if rng.random() < 0.4:
        options['task_id'] = f'id-{next(ids)}'
    return options


ARGS = [(), (), (1,), ('x', 2), ('ünï 🙂',), (2 ** 53 + 1, -(2 ** 70)), ([1, {'a': None}],)]
KWARGS = [{}, {}, {}, {'k': 1}, {'ключ': [2 ** 64]}]


def random_task(rng):
    sig = Signature(
        f'remote.{rng.choice("abc")}',
        args=rng.choice(ARGS),
        kwargs=rng.choice(KWARGS),
        immutable=rng.random() < 0.2,
        app=app,
        **options_of(rng, 0.05),
    )
    for name in ('link', 'link_error'):
        while rng.random() < 0.1:
            sig.append_to_list_option(name, random_link(rng))
    if rng.random() < 0.1:
        sig.stamp(tenant=rng.choice(['acme', ['a', 'b']]))
    return sig


def random_link(rng):
    """Mostly a task, at times any canvas."""
    if rng.random() < 0.15:
        return random_canvas(rng, 1)
    return Signature('remote.link', args=rng.choice([(), (1,)]), app=app, immutable=rng.random() < 0.3)


def random_links(rng):
    return [random_link(rng) for _ in range(rng.choice([1, 1, 2]))]


def changed(rng, sig):
    """As users change what they have: partial arguments, other options, other ids."""
    how = rng.random()
    if how < 0.05:
        return sig.clone(rng.choice(ARGS), rng.choice(KWARGS), **options_of(rng, 0.05))
    if how < 0.07 and sig.subtask_type is None:
        return sig.replace(args=(3,), kwargs={'new': 1})
    if how < 0.1:
        sig.set_immutable(rng.random() < 0.8)
    elif how < 0.13:
        sig.set(task_id=f'id-{next(ids)}')
    elif how < 0.16:
        sig.link_error(random_link(rng))
    elif how < 0.19 and (sig.subtask_type != 'group' or sig.tasks):
        sig.link(random_link(rng))
    return sig


def random_canvas(rng, depth):
    if depth == 0 or rng.random() < 0.25:
        return random_task(rng)
    sig = rng.choice(KINDS)(rng, depth - 1)
    if not isinstance(sig, Signature):
        return random_task(rng)
    sig = changed(rng, sig)
    if rng.random() < 0.25:
        sig.options.update(options_of(rng, 0.04))
    if rng.random() < 0.15 and sig.subtask_type in ('chain', 'chord', None):
        name = rng.choice(['link', 'link_error'])
        sig.append_to_list_option(name, random_link(rng))
    if rng.random() < 0.05:
        sig.stamp(site='here')
    return sig


def members(rng, depth, least=0):
    size = rng.choice([least, 1, 1, 2, 2, 3, 4])
    return [random_canvas(rng, depth) for _ in range(size)]


def random_group(rng, depth):
    tasks = members(rng, depth)
    if len(tasks) == 1 and tasks[0].subtask_type == 'chain' and not tasks[0].tasks:
        # At the head of a chain, Celery gives it the arguments that were for the first task.
        tasks.append(random_task(rng))
    return group(tasks, app=app)


def random_chain(rng, depth):
    """Folded as it is made: groups in it are chords already."""
    try:
        return chain(*members(rng, depth, 1))
    except Exception:
        return random_task(rng)


def random_pipe(rng, depth):
    """`a | b`"""
    try:
        return random_canvas(rng, depth) | random_canvas(rng, depth)
    except Exception:
        return random_task(rng)


def random_raw_chain(rng, depth):
    return _chain(members(rng, depth), app=app)


def random_chord(rng, depth):
    sig = chord(members(rng, depth), random_canvas(rng, depth), app=app)
    if rng.random() < 0.1:
        sig.args = (5,)
    if rng.random() < 0.1:
        sig['immutable'] = True
    return sig


KINDS = [random_group, random_chain, random_raw_chain, random_pipe, random_chord]
