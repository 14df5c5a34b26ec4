/**
 * Canvases whose tasks and groups have their ids from the start, so that each client sends the
 * same. Every task tells what it was given, and where it stands.
 */
import {
  chain,
  chord,
  group,
  immutable,
  type Signature,
  signature,
  type TaskOptions,
} from '../../src/producer/index.js';

/** A new id for each task and group, in the order in which they are written. */
const ids = () => {
  let made = 0;
  const next = (kind: string): TaskOptions => ({ taskId: `${kind}-${made++}` });
  return {
    task: (...args: ReadonlyArray<unknown>) => signature('matrix.place', args, {}, next('task')),
    failing: () => immutable(signature('tasks.fail', [], {}, next('failing'))),
    of: () => next('group'),
  };
};

/** No two canvases share an id: a client may still have the result of an earlier one. */
const all = ids();

const canvas = (make: (ids: typeof all) => Signature): Signature => make(all);

export const canvases: ReadonlyArray<readonly [name: string, canvas: Signature]> = [
  ['a task', canvas(({ task }) => task('a'))],
  ['a group', canvas(({ task, of }) => group([task('a'), task('b'), task('c')], of()))],
  ['a group of one', canvas(({ task, of }) => group([task('a')], of()))],
  ['an empty group', canvas(({ of }) => group([], of()))],
  ['a chain', canvas(({ task }) => chain([task('a'), task('b'), task('c')]))],
  ['a chain of one', canvas(({ task }) => chain([task('a')]))],
  [
    'a chain with an empty group in it',
    canvas(({ task, of }) => chain([task('a'), group([], of()), task('b')])),
  ],
  ['a chord', canvas(({ task, of }) => chord([task('a'), task('b')], task('c'), of()))],
  ['a chord of one', canvas(({ task }) => chord([task('a')], task('b')))],
  ['a chord without a header', canvas(({ task }) => chord([], task('a')))],
  [
    'a chord with a group for a body',
    canvas(({ task, of }) => chord([task('a'), task('b')], group([task('c'), task('d')], of()))),
  ],
  [
    'a chord with a chain for a body',
    canvas(({ task }) => chord([task('a'), task('b')], chain([task('c'), task('d'), task('e')]))),
  ],
  [
    'a chord with a chain that ends with a group for a body',
    canvas(({ task, of }) =>
      chord([task('a'), task('b')], chain([task('c'), group([task('d'), task('e')], of())])),
    ),
  ],
  [
    'a chain of groups',
    canvas(({ task, of }) =>
      chain([
        group([task('a'), task('b')], of()),
        group([task('c'), task('d')], of()),
        group([task('e'), task('f')], of()),
      ]),
    ),
  ],
  [
    'a chain of a task, a group and a task',
    canvas(({ task, of }) => chain([task('a'), group([task('b'), task('c')], of()), task('d')])),
  ],
  [
    'a chain of chords',
    canvas(({ task }) =>
      chain([chord([task('a'), task('b')], task('c')), chord([task('d'), task('e')], task('f'))]),
    ),
  ],
  [
    'a chord of chords',
    canvas(({ task }) =>
      chord(
        [chord([task('a'), task('b')], task('c')), chord([task('d')], task('e')), task('f')],
        chord([task('g'), task('h')], task('i')),
      ),
    ),
  ],
  [
    'a chord of chains',
    canvas(({ task }) =>
      chord([chain([task('a'), task('b')]), chain([task('c'), task('d')])], task('e')),
    ),
  ],
  [
    'a chord with a group in its header',
    canvas(({ task, of }) =>
      chord([task('a'), group([task('b'), task('c')], of()), task('d')], task('e')),
    ),
  ],
  [
    'a chord with a chain that ends with a group in its header',
    canvas(({ task, of }) =>
      chord([chain([task('a'), group([task('b'), task('c')], of())]), task('d')], task('e')),
    ),
  ],
  [
    'groups in groups',
    canvas(({ task, of }) =>
      group([group([task('a'), group([task('b'), task('c')], of())], of()), task('d')], of()),
    ),
  ],
  [
    'a group of chains, chords and groups',
    canvas(({ task, of }) =>
      group(
        [
          chain([task('a'), task('b')]),
          chord([task('c'), task('d')], task('e')),
          group([task('f')], of()),
        ],
        of(),
      ),
    ),
  ],
  [
    'a chain that keeps results out',
    canvas(({ task }) => chain([task('a'), immutable(task('b')), task('c')])),
  ],
  ['a chain that fails', canvas(({ task, failing }) => chain([task('a'), failing(), task('b')]))],
  [
    'a chord whose header fails',
    canvas(({ task, failing }) => chord([failing(), chain([task('a'), task('b')])], task('c'))),
  ],
  [
    'a chord in a chord that fails',
    canvas(({ task, failing }) =>
      chord([chord([task('a'), failing()], task('b')), task('c')], task('d')),
    ),
  ],
];
