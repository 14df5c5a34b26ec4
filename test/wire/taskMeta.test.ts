import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { msgpack } from '../../src/msgpack/msgpack.js';
import { DateTime } from '../../src/serialization/dateTime.js';
import { json } from '../../src/serialization/json.js';
import type { Serializer } from '../../src/serialization/serializer.js';
import { EXCEPTION_STATES, READY_STATES } from '../../src/states.js';
import { isTaskException, pythonException } from '../../src/wire/exception.js';
import { pendingMeta } from '../../src/wire/meta.js';
import type { TaskRequest } from '../../src/wire/request.js';
import { resultMeta } from '../../src/wire/resultMeta.js';
import { decodeTaskMeta, encodeTaskMeta, TaskMeta } from '../../src/wire/taskMeta.js';
import { yaml } from '../../src/yaml/yaml.js';
import { pythonValue, resultTuple, wireBytes } from '../pythonValue.js';
import { type Case, isCompressed, picked, vectors } from '../vectors.js';
import { dateTimes, exceptions, text, tuples, values } from './arbitraries.js';

const cases = picked(vectors('meta'), (c) => !isCompressed(c));
const named = (c: Case): string => c.name.replace(/^.*?\//, '');

const serializers: Readonly<Record<string, Serializer>> = { json, yaml, msgpack };
const serializerOf = (c: Case): Serializer => {
  const serializer = serializers[c.config?.result_serializer ?? 'json'];
  if (serializer === undefined) throw new Error(c.config.result_serializer);
  return serializer;
};

// -------------------------------------------------------------------------------------
// writing
// -------------------------------------------------------------------------------------

/** Recorded inputs that chordis cannot or will not write as Celery does. */
const notWritten: Readonly<Record<string, string>> = {
  'value/dict-tuple-key': 'no tuples in JavaScript',
  'value/object': 'an object no serializer knows',
  'value/complex': 'no complex numbers in JavaScript',
  'value/timedelta': 'no timedelta in JavaScript',
  'value/type-envelope-lookalike': 'read as something else, so refused',
  'value/type-envelope-unknown': 'unreadable, so refused',
  'extended/unserializable-args': 'an object no serializer knows',
  'clock/timezone-lisbon': 'date_done is written in UTC',
  'clock/timezone-kolkata': 'date_done is written in UTC',
  'clock/enable_utc-false-zone': 'date_done is written in UTC',
  'clock/enable_utc-false-local': 'date_done is written in UTC',
  'serializer/pickle': 'runs code when read',
  'serializer/pickle-failure': 'runs code when read',
  'serializer/pickle-not-accepted': 'runs code when read',
  'serializer/unknown': 'no such serializer',
  'task_id/bytes': 'an id is a string',
};

/** Refused by the key or the store, not by the value. */
const notTheValue =
  /^(task_id\/empty|size\/too-large|overwrite\/unreadable-current-value|overwrite\/success-is-final|request\/ignore_result|forget)/;

const requestOf = (request: Record<string, unknown>): TaskRequest => {
  const value = (name: string) => pythonValue(request[name]) as never;
  const present = Object.entries({
    task: 'task',
    args: 'args',
    kwargs: 'kwargs',
    hostname: 'hostname',
    retries: 'retries',
    group: 'group',
    parentId: 'parent_id',
    stampedHeaders: 'stamped_headers',
    stamps: 'stamps',
  }).filter(([, name]) => name in request);
  const delivery = request.delivery_info as { routing_key?: string } | undefined;
  const children = request._children as ReadonlyArray<unknown> | undefined;
  return {
    id: String(request.id),
    ...Object.fromEntries(present.map(([field, name]) => [field, value(name)])),
    ...(delivery?.routing_key && { deliveryInfo: { routingKey: delivery.routing_key } }),
    ...(children && { children: children.map(resultTuple) }),
  };
};

const states: Readonly<Record<string, string>> = {
  mark_as_started: 'STARTED',
  mark_as_done: 'SUCCESS',
  mark_as_failure: 'FAILURE',
  mark_as_retry: 'RETRY',
  mark_as_revoked: 'REVOKED',
};

const storedBy = (c: Case): TaskMeta =>
  resultMeta({
    taskId: c.task_id,
    state: c.state ?? states[c.op],
    result:
      c.op === 'mark_as_revoked'
        ? pythonException('TaskRevokedError', [c.reason], 'celery.exceptions')
        : pythonValue(c.exc ?? c.meta ?? c.result),
    traceback: c.traceback ?? null,
    ...(c.request && { request: requestOf(c.request) }),
    extended: c.config.result_extended === true,
    now: new DateTime(c.now),
  });

const written = picked(
  cases,
  (c) => c.celery === '5.7.0' && c.op !== 'read' && !notTheValue.test(named(c)),
);

describe('writing a meta', () => {
  it.each(picked(written, (c) => c.value && !(named(c) in notWritten)))(
    'gives the bytes Celery writes: $name',
    (c) => {
      const bytes = encodeTaskMeta(serializerOf(c))(storedBy(c));
      expect(
        E.map((b: string | Buffer) => Buffer.from(b as string).toString('latin1'))(bytes),
      ).toEqual(E.right(wireBytes(c.value).toString('latin1')));
    },
  );

  it.each(picked(written, (c) => !c.value && !(named(c) in notWritten)))(
    'refuses what Celery refuses: $name',
    (c) => {
      expect(encodeTaskMeta(serializerOf(c))(storedBy(c))).toMatchObject({
        left: { _tag: 'EncodeError' },
      });
    },
  );

  it('names only recorded cases as not written', () => {
    const names = written.map(named);
    for (const name of Object.keys(notWritten)) expect(names).toContain(name);
  });

  it('writes a void result as null', () => {
    const meta = resultMeta({ taskId: 'x', result: undefined, state: 'SUCCESS', now: new Date(0) });
    expect(encodeTaskMeta(json)(meta)).toEqual(
      E.right(
        '{"status": "SUCCESS", "result": null, "traceback": null, "children": null, "date_done": "1970-01-01T00:00:00+00:00", "task_id": "x"}',
      ),
    );
  });

  it('says where a result cannot be encoded', () => {
    const meta = resultMeta({
      taskId: 'x',
      result: [1, () => 0],
      state: 'SUCCESS',
      now: new Date(0),
    });
    expect(encodeTaskMeta(json)(meta)).toMatchObject({ left: { path: '$.result[1]' } });
  });

  it('stores an error of JavaScript as one of Python, and what cannot be encoded as its repr', () => {
    const error = Object.assign(new RangeError('x'), { args: ['x', () => 0] });
    const meta = resultMeta({ taskId: 'x', result: error, state: 'FAILURE', now: new Date(0) });
    expect(encodeTaskMeta(json)(meta)).toMatchObject({
      right: expect.stringContaining(
        '{"exc_type": "ValueError", "exc_message": ["x", "<function <lambda>>"], "exc_module": "builtins"}',
      ),
    });
  });
});

// -------------------------------------------------------------------------------------
// reading
// -------------------------------------------------------------------------------------

/** Where chordis reads more, or less, than Celery. */
const readDifferently: Readonly<Record<string, string>> = {
  'read/status-null': 'a state is a string; Celery gives the state None',
  'read/failure-string': 'kept as the result, so that the failure is seen',
  'read/failure-two-char-string': 'kept as the result',
  'read/failure-number': 'kept as the result',
  'read/failure-missing-result': 'a failure all the same',
  'read/pickle-refused': 'refused by the registry',
};

const reads = picked(cases, (c) => c.op === 'read' && c.raw);
const decode = (c: Case) =>
  decodeTaskMeta(serializerOf(c))('key', wireBytes(c.raw ?? c.value), c.task_id);

/** 5.2.6 leaves markers alone; chordis reads them everywhere, as main does. */
const markersAlone = (c: Case): boolean =>
  c.celery === '5.2.6' && /read\/(type-|meta-itself)/.test(c.name);

/** What 5.2.6 gets wrong in dates. */
const misreadDate = (c: Case): boolean =>
  c.celery === '5.2.6' && /compact-json|date-Z|date-no-colon/.test(c.name);

const sameInstant = (iso: string): number => new DateTime(iso).getTime();

const expectSame = (meta: TaskMeta, read: Case[string], c: Case): void => {
  expect(meta.status).toBe(read.state);
  if (read.result?.$py === 'exception') {
    expect(meta.result).toMatchObject({
      excType: read.result.qualname,
      args: pythonValue(read.result.args, true),
    });
  } else if (read.result?.error) expect(meta.result).toBeUndefined();
  else expect(meta.result).toEqual(pythonValue(read.result, true));
  expect(meta.traceback).toBe(read.traceback);
  if (Array.isArray(read.children) && READY_STATES.has(meta.status)) {
    expect(meta.children).toEqual(read.children.map(resultTuple));
  }
  if (read.date_done?.error) {
    expect(meta.dateDone).toBeNull();
    expect(meta.rest).toHaveProperty('date_done');
  } else if (read.date_done && !misreadDate(c)) {
    expect(meta.dateDone?.getTime()).toBe(sameInstant(read.date_done.iso));
  } else if (read.date_done === null) expect(meta.dateDone).toBeNull();
  for (const field of ['name', 'args', 'kwargs', 'worker', 'retries', 'queue'] as const) {
    if (read[field] !== undefined && meta.rest[field] === undefined) {
      expect(meta[field]).toEqual(pythonValue(read[field], true));
    }
  }
};

describe('reading a meta', () => {
  it.each(picked(reads, (c) => !(named(c) in readDifferently) && !markersAlone(c)))(
    'gives what Celery gives, or a DecodeError: $name',
    (c) => {
      const meta = decode(c);
      if (c.read.error) expect(meta).toMatchObject({ left: { _tag: 'DecodeError', key: 'key' } });
      else if (E.isRight(meta)) expectSame(meta.right, c.read, c);
      else throw meta.left;
    },
  );

  it.each(
    picked(
      cases,
      (c) =>
        c.op !== 'read' &&
        c.value &&
        c.read?.state &&
        !c.error &&
        !/pickle/.test(c.name) &&
        !(c.celery === '5.2.6' && /type-envelope|msgpack/.test(c.name)) &&
        c.ttl !== undefined,
    ),
  )('reads what either version wrote: $name', (c) => {
    const meta = decodeTaskMeta(serializerOf(c))('key', wireBytes(c.value), c.task_id);
    if (c.read.error) throw new Error('unexpected');
    if (E.isLeft(meta)) throw meta.left;
    expectSame(meta.right, { ...c.read, state: c.read.state }, c);
  });

  it.each(
    picked(
      reads,
      (c) => c.celery === '5.7.0' && /failure-(string|two|number|missing)/.test(c.name),
    ),
  )('sees a failure whose exception Python cannot read: $name', (c) => {
    expect(decode(c)).toMatchObject({ right: { status: 'FAILURE' } });
  });

  it('refuses a state that is no string', () => {
    for (const c of picked(reads, (r) => r.name.endsWith('read/status-null'))) {
      expect(decode(c)).toMatchObject({ left: { _tag: 'DecodeError' } });
    }
  });

  it('takes an empty value for an unknown task', () => {
    expect(decodeTaskMeta(json)('key', Buffer.alloc(0), 'x')).toEqual(E.right(pendingMeta('x')));
  });

  it('trusts the id in the value over the one of the key', () => {
    expect(
      decodeTaskMeta(json)('key', Buffer.from('{"status": "STARTED", "task_id": "y"}'), 'x'),
    ).toMatchObject({ right: { taskId: 'y' } });
  });

  it.each([
    ['a key without a text', '[[{"toString": 1}, 2]]'],
    ['a key nested too deep for a text', `[[${'['.repeat(200_000)}${']'.repeat(200_000)}, 2]]`],
  ])('keeps as it is what has %s', (_, result) => {
    const raw = `{"status": "FAILURE", "task_id": "x", "result": ${result}}`;
    const meta = decodeTaskMeta(json)('key', Buffer.from(raw), 'x');
    if (E.isLeft(meta)) throw meta.left;
    expect(isTaskException(meta.right.result)).toBe(false);
    expect(encodeTaskMeta(json)(meta.right)).toHaveProperty('_tag');
  });

  it.each(picked(cases, (c) => /FAILURE-with-dict-value/.test(c.name)))(
    'writes back a dict that was stored as a failure: $name',
    (c) => {
      const meta = decode(c);
      if (E.isLeft(meta)) throw meta.left;
      expect(encodeTaskMeta(json)(meta.right)).toEqual(E.right(c.value));
    },
  );

  it.each<[string, Serializer]>([
    ['json', json],
    ['yaml', yaml],
    ['msgpack', msgpack],
  ])('writes back in %s what update_state stored with a failure', (_, serializer) => {
    const result = { exc_type: 'ValueError', exc_message: ['tb'], custom: { code: 5 } };
    const stored = resultMeta({ taskId: 'x', result, state: 'FAILURE', now: new Date(0) });
    const bytes = encodeTaskMeta(serializer)(stored);
    if (E.isLeft(bytes)) throw bytes.left;
    const meta = decodeTaskMeta(serializer)('key', Buffer.from(bytes.right as string), 'x');
    if (E.isLeft(meta)) throw meta.left;
    expect(meta.right.result).toMatchObject({ args: ['tb'], rest: { custom: { code: 5 } } });
    expect(encodeTaskMeta(serializer)(meta.right)).toEqual(bytes);
  });

  it('keeps a member called __proto__ as data', () => {
    const raw = '{"status": "STARTED", "__proto__": {"bad": 1}, "task_id": "x"}';
    const meta = decodeTaskMeta(json)('key', Buffer.from(raw), 'x');
    if (E.isLeft(meta)) throw meta.left;
    expect(Object.keys(meta.right.rest)).toEqual(['__proto__']);
    expect((meta.right.rest as { bad?: unknown }).bad).toBeUndefined();
    expect(({} as { bad?: unknown }).bad).toBeUndefined();
    expect(encodeTaskMeta(json)(meta.right)).toMatchObject({
      right: expect.stringContaining('"__proto__": {"bad": 1}'),
    });
  });
});

// -------------------------------------------------------------------------------------
// properties
// -------------------------------------------------------------------------------------

const optional = <A>(arbitrary: fc.Arbitrary<A>) => fc.option(arbitrary, { nil: undefined });

const reserved =
  /^(status|result|traceback|children|date_done|task_id|group_id|parent_id|name|args|kwargs|worker|retries|queue)$/;

const stateNames = fc.constantFrom(
  'PENDING',
  'STARTED',
  'SUCCESS',
  'FAILURE',
  'RETRY',
  'REVOKED',
  'PROGRESS',
);

const metas: fc.Arbitrary<TaskMeta> = stateNames.chain((status) =>
  fc
    .record({
      taskId: text,
      status: fc.constant(status),
      result: EXCEPTION_STATES.has(status) ? exceptions : values,
      traceback: fc.option(text),
      children: fc.option(fc.array(tuples, { maxLength: 2 })),
      dateDone: fc.option(dateTimes),
      groupId: optional(text),
      parentId: optional(text),
      name: optional(fc.option(text)),
      args: optional(fc.array(values, { maxLength: 2 })),
      kwargs: optional(fc.dictionary(text, values, { maxKeys: 2 })),
      worker: optional(fc.option(text)),
      retries: optional(fc.nat()),
      queue: optional(fc.option(text)),
      rest: fc.dictionary(
        text.filter((key) => !reserved.test(key) && !key.startsWith('__')),
        values,
        { maxKeys: 2 },
      ),
    })
    .map(
      (meta) =>
        Object.fromEntries(
          Object.entries(meta).filter(([, v]) => v !== undefined),
        ) as unknown as TaskMeta,
    ),
);

const bytesOf = (meta: TaskMeta, serializer = json): Buffer => {
  const bytes = encodeTaskMeta(serializer)(meta);
  if (E.isLeft(bytes)) throw bytes.left;
  return Buffer.from(bytes.right as string);
};

/** How many random payloads are tried; set FUZZ_RUNS for a long run. */
const fuzzRuns = Number(process.env.FUZZ_RUNS ?? 20_000);

const members = [
  'status',
  'result',
  'traceback',
  'children',
  'date_done',
  'task_id',
  'name',
  'retries',
  'group_id',
  'args',
  '__proto__',
  'exc_type',
  'exc_message',
  'exc_module',
  '__type__',
  '__value__',
];

const fragments = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        ' ',
        '"',
        '\\',
        '-',
        '0',
        '1e400',
        'NaN',
        'null',
        '12345678901234567890',
        '\\u00',
        '"SUCCESS"',
        '"FAILURE"',
      ),
      fc.constantFrom(...members).map((name) => `"${name}": `),
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.from(parts.join('')));

const wireLike: fc.Arbitrary<Buffer> = fc
  .dictionary(
    fc.constantFrom(...members),
    fc.oneof(
      fc.constantFrom(
        'SUCCESS',
        'FAILURE',
        'RETRY',
        'STARTED',
        'datetime',
        '2024-05-06T07:08:09',
        'soon',
      ),
      fc.jsonValue(),
      fc.dictionary(fc.constantFrom(...members), fc.jsonValue(), { maxKeys: 4 }),
      fc.array(fc.jsonValue(), { maxLength: 3 }),
    ),
    { maxKeys: 8 },
  )
  .map((dict) => Buffer.from(JSON.stringify(dict)));

const oddMember = fc.oneof(fc.constantFrom('ValueError', 'app'), fc.jsonValue());

/** Dicts, lists of pairs and other things that may or may not be read as an exception. */
const oddResults = fc.oneof(
  fc.jsonValue(),
  fc.dictionary(fc.constantFrom('exc_type', 'exc_message', 'exc_module', 'x'), oddMember),
  fc.array(
    fc.tuple(
      fc.oneof(
        { weight: 4, arbitrary: fc.constantFrom('exc_type', 'exc_message', 'exc_module', 'x') },
        { weight: 1, arbitrary: fc.constantFrom<unknown>({ toString: 1 }, [], 5, null, true) },
      ),
      oddMember,
    ),
    { maxLength: 4 },
  ),
);

describe('a meta', () => {
  it('survives a round trip', () => {
    fc.assert(
      fc.property(metas, (meta) => {
        expect(TaskMeta.is(meta)).toBe(true);
        expect(decodeTaskMeta(json)('key', bytesOf(meta), '')).toEqual(E.right(meta));
      }),
      { numRuns: 500 },
    );
  });

  it('is written in the order in which it was read', () => {
    fc.assert(
      fc.property(metas, (meta) => {
        const bytes = bytesOf(meta);
        const again = E.map((m: TaskMeta) => bytesOf(m).toString())(
          decodeTaskMeta(json)('key', bytes, ''),
        );
        expect(again).toEqual(E.right(bytes.toString()));
      }),
      { numRuns: 500 },
    );
  });

  it('never makes its reader throw, whatever the bytes', () => {
    const decodeMeta = decodeTaskMeta(json);
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
          fragments,
          wireLike,
        ),
        (bytes) => {
          const meta = decodeMeta('key', bytes, 'id');
          if (E.isRight(meta)) {
            expect(typeof meta.right.status).toBe('string');
            expect(typeof meta.right.taskId).toBe('string');
            if (isTaskException(meta.right.result))
              expect(typeof meta.right.result.repr).toBe('string');
          } else expect(meta.left._tag).toBe('DecodeError');
        },
      ),
      { numRuns: fuzzRuns },
    );
    expect(({} as { status?: unknown }).status).toBeUndefined();
  }, 600_000);

  it('loses nothing that was stored in place of an exception', () => {
    fc.assert(
      fc.property(fc.constantFrom(...EXCEPTION_STATES), oddResults, (status, result) => {
        const raw = JSON.stringify({ status, result, task_id: 'x' });
        const meta = decodeTaskMeta(json)('key', Buffer.from(raw), 'x');
        if (E.isLeft(meta)) throw meta.left;
        const again = JSON.parse(bytesOf(meta.right).toString()).result;
        const isDictNow = Array.isArray(result) && !Array.isArray(again);
        expect(again).toEqual(
          isDictNow
            ? Object.fromEntries(result as ReadonlyArray<[string, unknown]>)
            : JSON.parse(raw).result,
        );
      }),
      { numRuns: 5000 },
    );
  });

  it('is read alike by the guard and by the codec', () => {
    fc.assert(
      fc.property(wireLike, (bytes) => {
        const value = json.decode(bytes);
        if (E.isLeft(value)) return;
        const u = value.right;
        const withId =
          typeof u === 'object' && u !== null && !Array.isArray(u)
            ? {
                ...u,
                task_id:
                  typeof (u as { task_id?: unknown }).task_id === 'string'
                    ? (u as { task_id: string }).task_id
                    : 'id',
              }
            : u;
        const guarded = decodeTaskMeta(json)('key', bytes, 'id');
        const checked = TaskMeta.decode(withId);
        expect(E.isRight(guarded)).toBe(E.isRight(checked));
        if (E.isRight(guarded)) expect(checked).toEqual(guarded);
      }),
      { numRuns: 5000 },
    );
  });
});
