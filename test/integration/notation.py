"""The notation of the golden vectors, read: what JSON cannot say has a tag, `$py`."""
import base64
import datetime
import decimal
import json
import sys
import uuid

from celery.result import AsyncResult, GroupResult
from vine import barrier


def value(notation):
    if isinstance(notation, list):
        return [value(item) for item in notation]
    if not isinstance(notation, dict):
        return notation
    if '$py' not in notation:
        return {key: value(member) for key, member in notation.items()}
    return READERS[notation['$py']](notation)


class HasJson:
    """What says itself how it is to be written."""

    def __init__(self, value):
        self.value = value

    def __json__(self):
        return self.value


def exception(notation):
    """Of a class that is loaded, or of one made up for it."""
    module, qualname = notation['module'], notation['qualname']
    cls = sys.modules.get(module)
    for name in qualname.split('.'):
        cls = getattr(cls, name, None)
    if cls is None:
        name = qualname.rpartition('.')[2]
        cls = type(name, (Exception,), {'__module__': module, '__qualname__': qualname})
    return cls(*value(notation['args']))


def result(notation):
    parent = notation.get('parent')
    parent = result(parent) if parent else None
    if notation['$py'] == 'AsyncResult':
        return AsyncResult(notation['id'], parent=parent)
    # With a barrier of its own it does not subscribe to its members.
    members = [result(member) for member in notation['results']]
    return GroupResult(notation['id'], members, parent=parent, ready_barrier=barrier())


READERS = {
    'int': lambda n: int(n['repr']),
    'float': lambda n: float(n['repr']),
    'str': lambda n: json.loads(n['json']),
    'repeat': lambda n: n['str'] * n['times'],
    'tuple': lambda n: tuple(value(n['items'])),
    'dict': lambda n: {value(key): value(member) for key, member in n['items']},
    'bytes': lambda n: base64.b64decode(n['base64']),
    'bytearray': lambda n: bytearray(base64.b64decode(n['base64'])),
    'datetime': lambda n: datetime.datetime.fromisoformat(n['iso']),
    'date': lambda n: datetime.date.fromisoformat(n['iso']),
    'time': lambda n: datetime.time.fromisoformat(n['iso']),
    'decimal': lambda n: decimal.Decimal(n['repr']),
    'uuid': lambda n: uuid.UUID(n['hex']),
    'has__json__': lambda n: HasJson(value(n['value'])),
    'exception': exception,
    'AsyncResult': result,
    'GroupResult': result,
}
