/**
 * The options of a call as each client writes them, and where a worker sees them in its
 * request.
 */
import { expect } from 'vitest';
import { type SendOptions, signature } from '../../src/producer/index.js';

export interface OptionRow {
  readonly name: string;
  readonly options: SendOptions;
  /** The arguments of Python's `send_task`. */
  readonly python: string;
  readonly seen: Readonly<Record<string, unknown>>;
}

const row = (
  name: string,
  options: SendOptions,
  python: string,
  seen: OptionRow['seen'],
): OptionRow => ({ name, options, python, seen });

const after = (milliseconds: number): Date => new Date(Date.now() + milliseconds);

const asPython = (date: Date): string => date.toISOString().replace('Z', '+00:00');

const id = 'given-id';
const soon = after(500);
const later = after(3_600_000);
const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const linked = (name: string, immutable: boolean) =>
  expect.objectContaining({ task: name, args: [1], immutable });

/** But for serializers and compression, of which each Celery has its own. */
export const optionRows: ReadonlyArray<OptionRow> = [
  row('none', {}, '', { retries: 0, timelimit: [null, null], group: null, ignore_result: null }),
  row('a task id', { taskId: id }, `task_id='${id}'`, { id, root_id: id, correlation_id: id }),
  row('a queue', { queue: 'other' }, `queue='other'`, {
    delivery_info: expect.objectContaining({ routing_key: 'other' }),
  }),
  row(
    'an exchange and a routing key',
    { exchange: 'pictures', routingKey: 'pictures.cat' },
    `exchange='pictures', routing_key='pictures.cat'`,
    { delivery_info: expect.objectContaining({ routing_key: 'pictures.cat' }) },
  ),
  row('a priority', { priority: 6 }, 'priority=6', {
    delivery_info: expect.objectContaining({ priority: 6 }),
  }),
  row('a countdown', { countdown: 0.4 }, 'countdown=0.4', { eta: expect.any(String) }),
  row('an eta', { eta: soon }, `eta=datetime.fromisoformat('${asPython(soon)}')`, {
    eta: expect.any(String),
  }),
  row('an eta as a text', { eta: asPython(soon) }, `eta='${asPython(soon)}'`, {
    eta: asPython(soon),
  }),
  row(
    'a time to expire',
    { expires: later },
    `expires=datetime.fromisoformat('${asPython(later)}')`,
    {
      expires: expect.any(String),
    },
  ),
  row('seconds to expire', { expires: 90 }, 'expires=90', { expires: expect.any(String) }),
  row(
    'headers',
    { headers: { traceparent, x_own: [1, { two: null }] } },
    `headers={'traceparent': '${traceparent}', 'x_own': [1, {'two': None}]}`,
    { traceparent, x_own: [1, { two: null }] },
  ),
  row('a time limit', { timeLimit: 30 }, 'time_limit=30', { timelimit: [30, null] }),
  row('a soft time limit', { softTimeLimit: 20 }, 'soft_time_limit=20', { timelimit: [null, 20] }),
  row('both', { timeLimit: 30, softTimeLimit: 20 }, 'time_limit=30, soft_time_limit=20', {
    timelimit: [30, 20],
  }),
  row('a link', { link: signature('matrix.told', [1]) }, "link=app.signature('matrix.told', [1])", {
    callbacks: [linked('matrix.told', false)],
  }),
  row(
    'several links for errors',
    { linkError: [signature('tasks.old_errback', [1]), signature('tasks.echo', [1])] },
    `link_error=[tasks.old_errback.s(1), tasks.echo.s(1)]`,
    { errbacks: [linked('tasks.old_errback', false), linked('tasks.echo', false)] },
  ),
  row('a result to keep', { ignoreResult: false }, 'ignore_result=False', {
    ignore_result: false,
  }),
  row('a shadow', { shadow: 'shade' }, `shadow='shade'`, { shadow: 'shade' }),
  row(
    'stamps',
    { stamps: { tenant: 'acme', job: ['x', 7] } },
    `stamped_headers=['tenant', 'job'], tenant='acme', job=['x', 7]`,
    {},
  ),
  row('a nesting of replaced tasks', { replacedTaskNesting: 2 }, 'replaced_task_nesting=2', {}),
  row('retries', { retries: 3 }, 'retries=3', { retries: 3 }),
  row(
    'its place',
    { rootId: 'root', parentId: 'parent', groupIndex: 4 },
    `root_id='root', parent_id='parent', group_index=4`,
    { root_id: 'root', parent_id: 'parent', group_index: 4 },
  ),
  row('another place for replies', { replyTo: 'elsewhere' }, `reply_to='elsewhere'`, {
    reply_to: 'elsewhere',
  }),
  row(
    'arguments that are not shown',
    { argsrepr: '(…)', kwargsrepr: '{…}' },
    `argsrepr='(…)', kwargsrepr='{…}'`,
    { argsrepr: '(…)', kwargsrepr: '{…}' },
  ),
];

export const serializers = ['json', 'yaml', 'msgpack'] as const;

/** By the content types that Kombu has them under. */
export const compressions: ReadonlyArray<readonly [name: string, contentType: string]> = [
  ['zlib', 'application/x-gzip'],
  ['gzip', 'application/x-gzip'],
  ['bzip2', 'application/x-bz2'],
  ['brotli', 'application/x-brotli'],
  ['zstd', 'application/zstd'],
];
