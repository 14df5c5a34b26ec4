"""Celery's own client, as its documentation advises: results are waited for together, by
`ResultSet.iter_native`, and stored by the backend; in threads, if a number of them is given.

Answers the steps of the workloads as `serve.ts` does for the peers in Node: a line of JSON
asks, a line of JSON answers.
"""
import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from celery import Celery
from celery.result import AsyncResult, ResultSet

port = sys.argv[1]
thread_count = int(sys.argv[2]) if len(sys.argv) > 2 else 1
url = f'redis://127.0.0.1:{port}/0'
app = Celery('bench', broker=url, backend=url)
app.set_default()
backend = app.backend


def now():
    """The clock of `clock.ts`, in microseconds."""
    return time.monotonic_ns() // 1000


def task_ids(params):
    return [f'{params["run"]}-5c0b-4f0e-9d7e-{index:012x}' for index in range(params['n'])]


def quantile(numbers, q):
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


class Consumption:
    """Watches tasks, and compares each result."""

    def watch(self, params):
        self.text = params['text']
        self.delays = []
        self.seen = set()
        ids = task_ids(params)
        started = now()
        self.tasks = ResultSet([AsyncResult(task_id, app=app) for task_id in ids], app=app)
        # The confirmations are read when something is waited for: here, to count as watching.
        for _ in ids:
            backend.result_consumer.drain_events(timeout=5)
        self.arriving = self.tasks.iter_native()
        return {'us': now() - started}

    def first(self, params):
        self.take(*next(self.arriving))
        return {}

    def rest(self, params):
        for task_id, meta in self.arriving:
            self.take(task_id, meta)
        at = now()
        assert len(self.seen) == params['n'], f'{len(self.seen)} of {params["n"]} results'
        return {'at': at}

    def take(self, task_id, meta):
        result = meta['result']
        index = int(task_id[24:], 16)
        assert result['index'] == index and result['text'] == self.text, (task_id, meta)
        assert index not in self.seen, f'{task_id} came twice'
        self.seen.add(index)
        if result['at']:
            self.delays.append(now() - result['at'])

    def delays_of_rest(self, params):
        self.rest(params)
        return {'p50': quantile(self.delays, 0.5), 'p99': quantile(self.delays, 0.99)}

    def leave(self, params):
        started = now()
        for result in self.tasks.results:
            backend.remove_pending_result(result)
        while backend.result_consumer._pubsub.subscribed:
            backend.result_consumer.drain_events(timeout=5)
        return {'us': now() - started}


sent = []


def send(params):
    ids = task_ids(params)
    started = now()
    for task_id in ids:
        # one that nobody holds would leave its channel
        sent.append(app.send_task('task', [1, 2], task_id=task_id))
        # the confirmation that it is watched
        backend.result_consumer.drain_events(timeout=5)
    return {'us': now() - started}


def call(params):
    ids = task_ids(params)
    at_once = params['concurrency']
    started = now()
    for start in range(0, len(ids), at_once):
        sent = [app.send_task('task', [1, 2], task_id=i) for i in ids[start:start + at_once]]
        values = ResultSet(sent, app=app).join_native()
        for index, value in enumerate(values, start):
            assert value['index'] == index and value['text'] == params['text'], value
    return {'us': now() - started}


def store(params):
    ids = task_ids(params)

    def store_one(index):
        result = {'index': index, 'at': 0, 'text': params['text']}
        backend.store_result(ids[index], result, 'SUCCESS')

    started = now()
    if thread_count == 1:
        for index in range(params['n']):
            store_one(index)
    else:
        with ThreadPoolExecutor(thread_count) as threads:
            for _ in threads.map(store_one, range(params['n'])):
                pass
    return {'us': now() - started}


class Request:
    """What the backend reads of the request of a task in a chord."""

    def __init__(self, group, index, task_id):
        self.group = group
        self.group_index = index
        self.id = task_id
        self.chord = {'task': 'tasks.xsum', 'args': [], 'kwargs': {}, 'options': {}}


def parts(params):
    ids = task_ids(params)
    size = params['chord']
    started = now()
    for index, task_id in enumerate(ids):
        request = Request(f'{params["run"]}-{index // size}', index % size, task_id)
        result = {'index': index, 'at': 0, 'text': params['text']}
        backend.on_chord_part_return(request, 'SUCCESS', result)
    return {'us': now() - started}


def idle(params):
    before = time.process_time()
    time.sleep(params['seconds'])
    return {'cpu': (time.process_time() - before) * 1e6}


def answer(figures):
    print(json.dumps(figures), flush=True)


consumption = Consumption()
steps = {
    'watch': consumption.watch,
    'first': consumption.first,
    'rest': consumption.rest,
    'delays': consumption.delays_of_rest,
    'leave': consumption.leave,
    'prepareStore': lambda params: {},
    'store': store,
    'parts': parts,
    'send': send,
    'call': call,
    'idle': idle,
}

answer({})
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer(steps[request['step']](request['params']))
    except Exception as error:
        answer({'error': f'{type(error).__name__}: {error}'})

# Without the finalizers of the results, each of which would still leave its channel.
os._exit(0)
