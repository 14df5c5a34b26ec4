/**
 * `Canvas`: a signature whose members have been read. On the wire groups, chains and chords
 * are signatures of Celery's own tasks, with their members in `kwargs`; here each is what it
 * is, down to the tasks.
 *
 * It is data: nothing that is made of one changes it, so a part of one may stand in many.
 * Source: the subclasses of `Signature` in `celery/canvas.py`.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { InvalidArgument } from '../errors/errors.js';
import { isDict } from '../wire/dict.js';
import { Signature, type WireSignature } from '../wire/signature.js';
import { isNoId, notAnId } from './refusedIds.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/** By Celery's names. */
export type Options = Signature['options'];

export type Canvas = Task | Group | Chain | Chord;

export interface Task extends Omit<Signature, 'rest'> {
  readonly _tag: 'Task';
}

export interface Group {
  readonly _tag: 'Group';
  readonly tasks: ReadonlyArray<Canvas>;
  readonly options: Options;
}

export interface Chain {
  readonly _tag: 'Chain';
  readonly tasks: ReadonlyArray<Canvas>;
  readonly options: Options;
}

export interface Chord {
  readonly _tag: 'Chord';
  readonly header: ReadonlyArray<Canvas>;
  /** Of the header as a group, once it has been frozen. */
  readonly headerOptions: Options | null;
  readonly body: Canvas;
  /** For each task of the header, before its own. */
  readonly args: ReadonlyArray<unknown>;
  readonly kwargs: Readonly<Record<string, unknown>>;
  /** What a copy with keyword arguments has beside these; no task gets it. */
  readonly beside: Readonly<Record<string, unknown>>;
  readonly options: Options;
  readonly immutable: boolean;
}

/** A canvas among options, which may hold anything else too. */
export class Embedded {
  constructor(readonly canvas: Canvas) {}
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Reads the members of a signature, in its own form or the wire's. */
export const fromSignature = (u: unknown): E.Either<InvalidArgument, Canvas> => {
  const read = signatureOf(u);
  return E.isLeft(read) ? read : canvasOf(withWireOptions(read.right));
};

const withWireOptions = (call: Signature): Signature => {
  const options = wireOptions(call.options);
  return options === call.options ? call : { ...call, options };
};

/** A signature in its own form or the wire's. */
export const signatureOf = (u: unknown): E.Either<InvalidArgument, Signature> =>
  Signature.is(u)
    ? E.right(u)
    : pipe(
        Signature.decode(u),
        E.mapLeft(() => new InvalidArgument('signature', 'is none, or has a member that is none.')),
      );

const canvasOf = (call: Signature): E.Either<InvalidArgument, Canvas> => {
  const { rest, ...task } = call;
  if (task.task === '') return E.left(nameless);
  if (isNoId(task.options.task_id)) return E.left(notAnId);
  switch (call.subtaskType) {
    case 'group':
    case 'chain': {
      const _tag = call.subtaskType === 'group' ? 'Group' : 'Chain';
      return pipe(
        members(call.kwargs.tasks),
        E.map((tasks) => ({ _tag, tasks, options: call.options })),
      );
    }
    case 'chord':
      return chordOf(call);
    default:
      return E.right({ _tag: 'Task', ...task });
  }
};

const nameless = new InvalidArgument('task', 'must be the name of a task.');

const chordOf = (chord: Signature): E.Either<InvalidArgument, Chord> => {
  const { args, options, immutable } = chord;
  const { header: tasks, body: then, kwargs, ...beside } = chord.kwargs;
  return pipe(
    headerTasks(tasks),
    E.bindTo('header'),
    E.bind('body', () => fromSignature(then)),
    E.map(({ header, body }) => ({
      _tag: 'Chord',
      header,
      headerOptions: null,
      body,
      args,
      kwargs: isDict(kwargs) ? kwargs : {},
      beside,
      options,
      immutable,
    })),
  );
};

/** A group or a chain stands for its tasks, as in Celery. */
const headerTasks = (u: unknown): E.Either<InvalidArgument, ReadonlyArray<Canvas>> =>
  Array.isArray(u)
    ? members(u)
    : pipe(
        fromSignature(u),
        E.map((header) =>
          header._tag === 'Group' || header._tag === 'Chain' ? header.tasks : [header],
        ),
      );

const members = (u: unknown): E.Either<InvalidArgument, ReadonlyArray<Canvas>> => {
  if (!Array.isArray(u)) return E.left(new InvalidArgument('signature', 'has no list of tasks.'));
  const tasks: Array<Canvas> = [];
  for (const member of u) {
    const task = fromSignature(member);
    if (E.isLeft(task)) return task;
    tasks.push(task.right);
  }
  return E.right(tasks);
};

/** As the body of a chord, which no task waits for where it is a group of nothing. */
export const embeddedBody = (body: Canvas): Embedded | null =>
  isEmptyGroup(body) ? null : new Embedded(body);

export const isEmptyGroup = (canvas: Canvas): boolean =>
  canvas._tag === 'Group' && canvas.tasks.length === 0;

export const isEmptyChain = (canvas: Canvas): boolean =>
  canvas._tag === 'Chain' && canvas.tasks.length === 0;

// -------------------------------------------------------------------------------------
// conversions
// -------------------------------------------------------------------------------------

export const toSignature = (canvas: Canvas): Signature => {
  const options = wireOptions(canvas.options);
  switch (canvas._tag) {
    case 'Task': {
      const { _tag, ...task } = canvas;
      return { ...task, options, rest: {} };
    }
    case 'Group':
    case 'Chain':
      return ofMembers(canvas._tag === 'Group' ? 'group' : 'chain', canvas.tasks, options);
    case 'Chord': {
      const { header, headerOptions, body, args, kwargs, beside, immutable } = canvas;
      return {
        task: 'celery.chord',
        args,
        kwargs: {
          kwargs,
          ...beside,
          header:
            headerOptions === null
              ? header.map(toWire)
              : Signature.encode(ofMembers('group', header, wireOptions(headerOptions))),
          body: toWire(body),
        },
        options,
        subtaskType: 'chord',
        immutable,
        rest: {},
      };
    }
  }
};

const toWire = (canvas: Canvas): WireSignature => Signature.encode(toSignature(canvas));

const ofMembers = (
  kind: 'group' | 'chain',
  tasks: ReadonlyArray<Canvas>,
  options: Options,
): Signature => ({
  task: `celery.${kind}`,
  args: [],
  kwargs: { tasks: tasks.map(toWire) },
  options,
  subtaskType: kind,
  immutable: false,
  rest: {},
});

/** Options as the wire has them, whatever form the signatures among them are in. */
export const wireOptions = (options: Options): Options => {
  const names = signatureOptions.filter((name) => name in options);
  if (names.length === 0) return options;
  return {
    ...options,
    ...Object.fromEntries(names.map((name) => [name, wireForm(options[name])])),
  };
};

const signatureOptions = ['link', 'link_error', 'chord', 'chain'] as const;

export const wireForm = (u: unknown): unknown => {
  if (Array.isArray(u)) return u.map(wireForm);
  if (u instanceof Embedded) return toWire(u.canvas);
  return Signature.is(u) ? wireFormOf(u) : u;
};

/** Down to the tasks; unlike a canvas it is as it was written. */
const wireFormOf = ({ kwargs, options, ...call }: Signature): WireSignature =>
  Signature.encode({
    ...call,
    options: wireOptions(options),
    kwargs: isCanvas(call.subtaskType)
      ? Object.fromEntries(Object.entries(kwargs).map(([name, held]) => [name, wireForm(held)]))
      : kwargs,
  });

const isCanvas = (kind: string | null): boolean =>
  kind === 'group' || kind === 'chain' || kind === 'chord';
