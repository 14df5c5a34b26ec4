"""The notation of the golden vectors, read: what JSON cannot say has a tag, `$py`."""
import json
import sys

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
    'exception': exception,
    'AsyncResult': result,
    'GroupResult': result,
}
