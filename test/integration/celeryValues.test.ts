import * as t from 'io-ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pythonException, RedisBackend, type TaskMeta, type TaskRequest } from '../../src/index.js';
import { pythonValue, resultTuple } from '../pythonValue.js';
import { type Case, isTarget, picked, vectors } from '../vectors.js';
import { describeCelery, type PythonSession, startPython } from './celery.js';
import { expectNoLeaks } from './leaks.js';
import { type RedisServer, startRedis } from './redisServer.js';
import { right } from './scenario.js';

const named = (c: Case): string => c.name.replace(/^.*?\//, '');

/** What one side cannot carry, or the other not carry back. */
const notCarried: Readonly<Record<string, string>> = {
  'state/FAILURE-with-plain-value': 'Python cannot read a failure that is no exception',
  'state/FAILURE-with-dict-value': 'the same',
  'value/type-envelope-lookalike': 'read as something else, so refused',
  'value/type-envelope-unknown': 'unreadable, so refused',
  'extended/stamp-overrides-field': 'the stamp takes the place of the result',
};

const cases = picked(
  vectors('meta'),
  (c) =>
    isTarget(c) &&
    c.value !== undefined &&
    c.op !== 'read' &&
    /^(state|value|request|extended)\//.test(named(c)) &&
    !(named(c) in notCarried),
);

const states: Readonly<Record<string, string>> = {
  mark_as_started: 'STARTED',
  mark_as_done: 'SUCCESS',
  mark_as_failure: 'FAILURE',
  mark_as_retry: 'RETRY',
  mark_as_revoked: 'REVOKED',
};

const stateOf = (c: Case): string => c.state ?? states[c.op];

const resultOf = (c: Case): unknown =>
  c.op === 'mark_as_revoked'
    ? pythonException('TaskRevokedError', [c.reason], 'celery.exceptions')
    : pythonValue(c.exc ?? c.meta ?? c.result);

const argumentsOf = (args: unknown, kwargs: unknown): Pick<TaskRequest, 'args' | 'kwargs'> => ({
  args: Array.isArray(args) ? args : null,
  kwargs: t.UnknownRecord.is(kwargs) ? kwargs : null,
});

const requestOf = (request: Case['request']): TaskRequest => ({
  id: String(request.id),
  task: request.task ?? null,
  ...argumentsOf(pythonValue(request.args ?? null), pythonValue(request.kwargs ?? null)),
  hostname: request.hostname ?? null,
  retries: request.retries ?? 0,
  deliveryInfo: request.delivery_info
    ? { routingKey: request.delivery_info.routing_key ?? null }
    : null,
  parentId: request.parent_id ?? null,
  group: request.group ?? null,
  stampedHeaders: request.stamped_headers ?? null,
  stamps: request.stamps ?? null,
  children: (request._children ?? []).map(resultTuple),
});

/**
 * Stores under another id what is stored under one; the `repr` of the result as Python
 * read it, and of what it would have read had it stored the input itself.
 */
const CARRY = `
  from celery.app.task import Context
  from notation import value
  backend = app.backend
  meta = backend.get_task_meta(args['id'])
  app.conf.result_extended = 'name' in meta
  request = None if meta['children'] is None else Context(
    id=args['id'], group=meta.get('group_id'), parent_id=meta.get('parent_id'),
    task=meta.get('name'), args=meta.get('args'), kwargs=meta.get('kwargs'),
    hostname=meta.get('worker'), retries=meta.get('retries'),
    delivery_info={'routing_key': meta.get('queue')},
    stamped_headers=meta.get('stamped_headers'),
    stamps={name: meta[name] for name in meta.get('stamped_headers') or ()},
    _children=[result_from_tuple(child) for child in meta['children']],
  )
  backend.store_result(
    args['copy'], meta['result'], meta['status'], traceback=meta['traceback'], request=request
  )
  if not args['plain']:
    return None
  own = backend.encode_result(value(args['input']), meta['status'])
  own = backend.meta_from_decoded(dict(status=meta['status'], result=backend.decode(backend.encode(own))))
  return [repr(meta['result']), repr(own['result'])]
`;

describeCelery('the recorded values, from TypeScript to Python and back', () => {
  let server: RedisServer;
  let session: PythonSession;
  let plain: RedisBackend;
  let extended: RedisBackend;
  beforeAll(async () => {
    server = await startRedis();
    session = await startPython({ broker: server.celeryUrl(0), backend: server.celeryUrl(1) });
    plain = new RedisBackend({ url: server.url(1) });
    extended = new RedisBackend({ url: server.url(1), resultExtended: true });
  });
  afterAll(async () => {
    await plain?.close()();
    await extended?.close()();
    await session?.stop();
    await expectNoLeaks(server);
    await server?.stop();
  });

  it.each(cases)('$name', async (c) => {
    const id = `original ${c.name}`;
    const copy = `copy ${c.name}`;
    const backend = c.config.result_extended === true ? extended : plain;
    await right(
      backend.storeResult(id, resultOf(c), stateOf(c), {
        traceback: c.traceback ?? null,
        ...(c.request && { request: requestOf(c.request) }),
      }),
    );
    const original = await right(backend.getTaskMeta(id));
    const input = c.exc ?? c.meta ?? c.result;
    const isPlain = c.op !== 'mark_as_revoked';
    const read = await session.python(CARRY, { id, copy, input, plain: isPlain });
    if (isPlain) {
      const [carried, own] = read as ReadonlyArray<string>;
      expect(carried).toBe(own);
    } else expect(read).toBeNull();

    const meta = await right(backend.getTaskMeta(copy));
    expect<TaskMeta>(meta).toEqual({
      ...original,
      taskId: copy,
      // Each says when it was stored.
      dateDone: original.dateDone && meta.dateDone,
    });
    expect(meta.dateDone === null).toBe(original.dateDone === null);
  });

  it('names only recorded cases as not carried', () => {
    const names = vectors('meta').map(named);
    for (const name of Object.keys(notCarried)) expect(names).toContain(name);
  });
});
