/**
 * What the differential test feeds to both sides: random operations, as JSON, so that
 * Python can read them and a failing case can be read by people.
 */
import fc from 'fast-check';
import {
  exceptions,
  groupIds,
  type Notation,
  otherIds,
  taskIds,
  texts,
  tracebacks,
  tuples,
  values,
} from './differentialValues.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface SignatureNotation {
  readonly task: string;
  readonly args: ReadonlyArray<Notation>;
  readonly kwargs: Readonly<Record<string, number>>;
  readonly options: {
    readonly task_id: string;
    readonly group_id?: string;
    readonly parent_id?: string;
  };
  readonly subtask_type: null;
  readonly immutable: boolean;
}

export interface RequestNotation {
  readonly id: string;
  readonly task: string;
  readonly args: ReadonlyArray<Notation>;
  readonly kwargs: Readonly<Record<string, Notation>>;
  readonly hostname: string | null;
  readonly retries: number;
  readonly delivery_info: { readonly routing_key: string } | null;
  readonly parent_id: string | null;
  readonly group: string | null;
  readonly ignore_result: boolean;
  readonly _children: ReadonlyArray<Notation>;
  readonly chain: ReadonlyArray<SignatureNotation> | null;
  readonly stamped_headers: ReadonlyArray<string> | null;
  readonly stamps: Readonly<Record<string, Notation>> | null;
}

export interface Marking {
  readonly task_id: string;
  readonly request: RequestNotation | null;
  readonly store_result: boolean;
  readonly state: string;
}

/** One call, under Celery's names. */
export type DifferentialOperation =
  | {
      readonly op: 'store_result';
      readonly task_id: string;
      readonly result: Notation;
      readonly state: string;
      readonly traceback: string | null;
      readonly request: RequestNotation | null;
    }
  | {
      readonly op: 'mark_as_started';
      readonly task_id: string;
      readonly meta: Readonly<Record<string, Notation>>;
    }
  | ({ readonly op: 'mark_as_done'; readonly result: Notation } & Marking)
  | ({
      readonly op: 'mark_as_failure';
      readonly exc: Notation;
      readonly traceback: string | null;
    } & Marking)
  | {
      readonly op: 'mark_as_retry';
      readonly task_id: string;
      readonly exc: Notation;
      readonly traceback: string | null;
      readonly request: RequestNotation | null;
    }
  | ({ readonly op: 'mark_as_revoked'; readonly reason: string } & Marking)
  | { readonly op: 'get_state' | 'forget'; readonly task_id: string }
  | { readonly op: 'save_group'; readonly group_id: string; readonly group: Notation }
  | { readonly op: 'delete_group'; readonly group_id: string }
  | { readonly op: 'get' | 'delete' | 'incr'; readonly key: string }
  | { readonly op: 'mget'; readonly keys: ReadonlyArray<string> }
  | { readonly op: 'set'; readonly key: string; readonly value: string }
  | { readonly op: 'expire'; readonly key: string; readonly seconds: number };

export interface DifferentialCase {
  /** What both clocks show, in UTC, without an offset. */
  readonly now: string;
  /** Celery: `result_extended`. */
  readonly extended: boolean;
  /** Celery: `result_expires`. */
  readonly expires: number | null;
  /** Celery: `result_failure_expires`. */
  readonly failureExpires: number | null;
  /** Celery: `result_compression`. */
  readonly compression: string | null;
  readonly operations: ReadonlyArray<DifferentialOperation>;
}

// -------------------------------------------------------------------------------------
// requests
// -------------------------------------------------------------------------------------

const signatures: fc.Arbitrary<SignatureNotation> = fc.record({
  task: fc.constantFrom('tasks.add', 'tasks.echo'),
  args: fc.array(values, { maxLength: 2 }),
  kwargs: fc.constantFrom({}, { x: 1 }),
  options: fc.record(
    { task_id: otherIds, group_id: otherIds, parent_id: otherIds },
    { requiredKeys: ['task_id'] },
  ),
  subtask_type: fc.constant(null),
  immutable: fc.boolean(),
});

const requests: fc.Arbitrary<RequestNotation | null> = fc.option(
  fc.record({
    id: taskIds,
    task: fc.constantFrom('tasks.add', 'proj.größe'),
    args: fc.array(values, { maxLength: 3 }),
    kwargs: fc.dictionary(fc.constantFrom('x', 'y', 'ü'), values, { maxKeys: 2 }),
    hostname: fc.constantFrom('celery@worker-1', null),
    retries: fc.nat(3),
    delivery_info: fc.constantFrom(null, { routing_key: 'celery' }, { routing_key: 'ü' }),
    parent_id: fc.option(otherIds),
    group: fc.option(groupIds),
    ignore_result: fc.boolean(),
    _children: fc.array(tuples.any, { maxLength: 2 }),
    chain: fc.option(fc.array(signatures, { maxLength: 2 })),
    stamped_headers: fc.option(fc.subarray(['tenant', 'ü'])),
    stamps: fc.option(fc.dictionary(fc.constantFrom('tenant', 'other'), values, { maxKeys: 2 })),
  }),
);

// -------------------------------------------------------------------------------------
// operations
// -------------------------------------------------------------------------------------

const exceptionStates = ['RETRY', 'FAILURE', 'REVOKED'];
const otherStates = ['PENDING', 'RECEIVED', 'STARTED', 'SUCCESS', 'PROGRESS', 'IGNORED', 'ä "b"'];

/** In the states of exceptions Celery cannot read much else again. */
const results = fc.oneof(
  fc.record({ state: fc.constantFrom(...otherStates), result: values }),
  fc.record({
    state: fc.constantFrom(...exceptionStates),
    result: fc.oneof(
      { weight: 3, arbitrary: exceptions },
      { weight: 1, arbitrary: fc.constantFrom(null, false, 0, '', [], {}, { exc_type: 'E' }) },
    ),
  }),
);

const storing = results.chain(({ state, result }) =>
  fc.record({
    op: fc.constant('store_result' as const),
    task_id: taskIds,
    result: fc.constant(result),
    state: fc.constant(state),
    traceback: tracebacks,
    request: requests,
  }),
);

/** Mostly as a worker marks. */
const marking = (...states: ReadonlyArray<string>) => ({
  task_id: taskIds,
  request: requests,
  store_result: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
  state: fc.constantFrom(...states),
});

const startedMeta = fc.dictionary(fc.constantFrom('pid', 'hostname', 'ü'), values, { maxKeys: 3 });

/**
 * What somebody else may have put where a task's meta is. Left out is what begins as
 * Celery writes it and is broken further on: chordis decides in the server, which looks
 * at the state alone.
 */
const foreign = fc.oneof(
  texts,
  fc.constantFrom(
    '17',
    'null',
    '[]',
    '{}',
    '{"status":"SUCCESS","result":1}',
    '{"result": 1, "status": "SUCCESS"}',
    '{ "status" : "SUCCESS" , "result": 1 }',
    '{"status": "S\\u0055CCESS", "result": 1}',
    '{"status": "success", "result": 1}',
    '{"status": "STARTED"}',
    '{"status": "FAILURE", "result": null}',
    '{"status": "FAILURE", "result": {"exc_type": "E", "exc_message": "text"}}',
    '\ufeff{"status": "SUCCESS"}',
  ),
);

const storedKeys = fc.oneof(
  taskIds.map((id) => `celery-task-meta-${id}`),
  groupIds.map((id) => `celery-taskset-meta-${id}`),
  groupIds.map((id) => `celery-taskset-meta-${id}.t`),
  fc.constantFrom('counter', 'ключ'),
);

const named = <Op extends string>(...ops: ReadonlyArray<Op>) => fc.constantFrom(...ops);

const operations: fc.Arbitrary<DifferentialOperation> = fc.oneof(
  { weight: 5, arbitrary: storing },
  {
    weight: 1,
    arbitrary: fc.record({ op: named('mark_as_started'), task_id: taskIds, meta: startedMeta }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      op: named('mark_as_done'),
      result: values,
      ...marking('SUCCESS', 'SUCCESS', 'PROGRESS'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      op: named('mark_as_failure'),
      exc: exceptions,
      traceback: tracebacks,
      ...marking('FAILURE', 'FAILURE', 'REVOKED', 'RETRY'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: named('mark_as_retry'),
      task_id: taskIds,
      exc: exceptions,
      traceback: tracebacks,
      request: requests,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: named('mark_as_revoked'),
      reason: texts,
      ...marking('REVOKED', 'REVOKED', 'FAILURE'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: named('get_state', 'forget'), task_id: taskIds }) },
  {
    weight: 2,
    arbitrary: fc.record({ op: named('save_group'), group_id: groupIds, group: tuples.group }),
  },
  { weight: 1, arbitrary: fc.record({ op: named('delete_group'), group_id: groupIds }) },
  { weight: 2, arbitrary: fc.record({ op: named('get', 'delete', 'incr'), key: storedKeys }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: named('mget'),
      keys: fc.array(storedKeys, { minLength: 1, maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ op: named('set'), key: storedKeys, value: foreign }) },
  {
    weight: 1,
    arbitrary: fc.record({
      op: named('expire'),
      key: storedKeys,
      seconds: fc.constantFrom(-1, 0, 60, 5_000),
    }),
  },
);

const clocks = fc
  .date({ min: new Date('1970-01-02'), max: new Date('2100-01-01'), noInvalidDate: true })
  .chain((date) => fc.constantFrom(date, new Date(Math.floor(date.getTime() / 1000) * 1000)))
  .map((date) => date.toISOString().slice(0, -1));

export const cases: fc.Arbitrary<DifferentialCase> = fc.record({
  now: clocks,
  extended: fc.boolean(),
  expires: fc.constantFrom(86_400, 90, 0, null),
  failureExpires: fc.constantFrom(null, null, 0, 30),
  compression: fc.constantFrom(null, null, 'gzip', 'brotli'),
  operations: fc.array(operations, { minLength: 1, maxLength: 12 }),
});
