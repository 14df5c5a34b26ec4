"""Celery's own client, as its documentation advises: results are waited for together, by
`ResultSet.iter_native`, and stored by the backend, in threads where several are under way.

Answers the steps of the workloads as `measured.ts` does for the peers in Node: a line of
JSON asks, a line of JSON answers.
"""
import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from celery import Celery
from celery.result import AsyncResult, ResultSet

port = sys.argv[1]
url = f'redis://127.0.0.1:{port}/0'
app = Celery('bench', broker=url, backend=url)
app.set_default()
backend = app.backend

BARE = 214


def now():
    return time.monotonic_ns() // 1000


def task_ids(params):
    return [f'{params["run"]}-5c0b-4f0e-9d7e-{i:012x}' for i in range(params['n'])]


def quantile(ordered, q):
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))]


class Consumption:
    """Watches, and compares each result."""

    def watch(self, params):
        self.text = 'x' * (params['bytes'] - BARE)
        self.delays = []
        self.started = now()
        self.results = ResultSet([AsyncResult(id, app=app) for id in task_ids(params)], app=app)
        # the confirmations are read when first waited for: here, so that they count as watching
        for _ in self.results.results:
            backend.result_consumer.drain_events(timeout=5)
        self.seen = set()
        self.arriving = self.results.iter_native()
        return {'us': now() - self.started}

    def first(self, params):
        self.take(*next(self.arriving))
        return {}

    def rest(self, params):
        for id, meta in self.arriving:
            self.take(id, meta)
        assert len(self.seen) == params['n'], f'{len(self.seen)} of {params["n"]} results'
        return {'at': now()}

    def take(self, id, meta):
        result = meta['result']
        index = int(id[24:], 16)
        assert result['index'] == index and result['text'] == self.text, (id, meta)
        assert index not in self.seen, f'{id} came twice'
        self.seen.add(index)
        if result['at']:
            self.delays.append(now() - result['at'])

    def delays_of_rest(self, params):
        self.rest(params)
        ordered = sorted(self.delays)
        return {'p50': quantile(ordered, 0.5), 'p99': quantile(ordered, 0.99)}

    def leave(self, params):
        started = now()
        for result in self.results.results:
            backend.remove_pending_result(result)
        while backend.result_consumer._pubsub.subscribed:
            backend.result_consumer.drain_events(timeout=5)
        return {'us': now() - started}


def store(params):
    text = 'x' * (params['bytes'] - BARE)
    ids = task_ids(params)

    def store_one(index):
        backend.store_result(ids[index], {'index': index, 'at': 0, 'text': text}, 'SUCCESS')

    started = now()
    if params['concurrency'] == 1:
        for index in range(params['n']):
            store_one(index)
    else:
        with ThreadPoolExecutor(min(params['concurrency'], 64)) as threads:
            for _ in threads.map(store_one, range(params['n'])):
                pass
    return {'us': now() - started}


def idle(params):
    cpu = time.process_time()
    time.sleep(params['seconds'])
    return {'cpu': (time.process_time() - cpu) * 1e6}


consumption = Consumption()
steps = {
    'watch': consumption.watch,
    'first': consumption.first,
    'rest': consumption.rest,
    'delays': consumption.delays_of_rest,
    'leave': consumption.leave,
    'prepareStore': lambda params: {},
    'store': store,
    'idle': idle,
}

print(json.dumps({}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = steps[request['step']](request['params'])
    except Exception as error:
        answer = {'error': f'{type(error).__name__}: {error}'}
    print(json.dumps(answer), flush=True)
