"""
A process of Node that works by chordis' public API, asked from Python: one JSON object a
line. A request has an `id` and a `method`, an answer the `id` and what it `returned` or
`raised`. While it works on a request, Node may have Python `call` something.
"""
import json
import os
import subprocess
import threading

from kombu.utils.json import dumps, loads


class Raised(Exception):
    """What Node answered with in place of a value."""


class Node:
    """The process, started by the first request of each process of Python."""

    def __init__(self, script, settings, called=None):
        self.script = os.path.join(os.path.dirname(__file__), script)
        self.settings = settings
        self.called = called
        self.lock = threading.RLock()
        self.pid = None

    def ask(self, method, **arguments):
        # A thread that is called by Node may ask again, and is answered first.
        with self.lock:
            self.start()
            self.count += 1
            request = {'id': self.count, 'method': method, **arguments}
            self.write(request)
            return self.answer(request['id'])

    def answer(self, id):
        while True:
            line = self.process.stdout.readline()
            if not line:
                raise Raised('the Node process has ended')
            message = loads(line)
            if 'call' in message:
                self.write({'answered': message['answer'], 'error': self.error_of(message)})
            elif 'raised' in message:
                raise Raised(message['raised'])
            else:
                assert message['id'] == id
                return message.get('returned')

    def error_of(self, message):
        try:
            self.called(message)
        except Exception as exc:
            return repr(exc)

    def start(self):
        if self.pid == os.getpid():
            return
        self.pid = os.getpid()
        self.count = 0
        self.process = subprocess.Popen(
            ['node', self.script, json.dumps(self.settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def write(self, message):
        self.process.stdin.write(dumps(message).encode() + b'\n')
        self.process.stdin.flush()
