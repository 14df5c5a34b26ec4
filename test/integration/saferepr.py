"""Random arguments, and how Celery's `saferepr` shows them."""
import datetime
import decimal
import random
import uuid

from celery.utils.saferepr import saferepr
from kombu.utils.json import dumps

WORDS = ['a', "it's", 'two words', 'ünï', '日本', '🙂', 'x' * 40, '"', '\\', '\n', ' ', '']


def run(seed, count):
    rng = random.Random(seed)
    return [case(rng) for _ in range(count)]


def case(rng):
    args = [value(rng, rng.choice([0, 1, 2, 4, 6])) for _ in range(rng.choice([0, 1, 1, 2, 3, 8, 40]))]
    length = rng.choice([1, 2, 3, 5, 8, 13, 20, 40, 100, 300, 1024, 1024, 1024])
    levels = rng.choice([0, 1, 2, 3, 3, 5])
    return {
        'args': dumps(args),
        'length': length,
        'levels': levels,
        'as_list': saferepr(args, length, levels),
        'as_tuple': saferepr(tuple(args), length, levels),
    }


def value(rng, depth):
    if depth == 0 or rng.random() < 0.3:
        return leaf(rng)
    members = range(rng.choice([0, 1, 1, 2, 3, 5]))
    if rng.random() < 0.5:
        return [value(rng, depth - 1) for _ in members]
    return {f'k{i}{text(rng)}': value(rng, depth - 1) for i in members}


def leaf(rng):
    return rng.choice([
        lambda: text(rng),
        lambda: text(rng) * rng.choice([1, 5, 50, 400]),
        lambda: rng.choice([0, -1, 7, 2 ** 53 + 1, -(10 ** 40), 10 ** 400]),
        lambda: rng.choice([0.5, -0.0, 1e100, 1e-7, float('inf'), float('nan')]),
        lambda: rng.choice([None, True, False]),
        lambda: rng.choice([b'', b'plain', b"it's", 'ünï'.encode() * 30, bytes(range(256)) * 3]),
        lambda: decimal.Decimal(rng.choice(['1.50', '1E+30', 'NaN'])),
        lambda: uuid.UUID(int=rng.getrandbits(128)),
        lambda: datetime.datetime(2026, 1, 2, 3, 4, 5, rng.choice([0, 678]), rng.choice([None, datetime.timezone.utc])),
        lambda: datetime.date(2026, 11, 25),
        lambda: datetime.time(12, 30),
    ])()


def text(rng):
    return ' '.join(rng.choice(WORDS) for _ in range(rng.choice([0, 1, 1, 2, 5])))
