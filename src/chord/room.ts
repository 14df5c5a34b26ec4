/**
 * What chords stand on.
 *
 * @since 0.1.0
 */
import type { Logger } from '../config/options.js';
import type { TaskException } from '../errors/taskException.js';
import { map, type Run } from '../operation/run.js';
import type { ChordCommands, Dispatched } from '../port/chords.js';
import type { Serializer } from '../serialization/serializer.js';
import type { State } from '../states.js';
import type { Effect } from '../store/ensure.js';
import type { Execution } from '../store/execution.js';
import type { Failure } from '../store/following.js';
import type { Keys } from '../wire/keys.js';
import type { TaskRequest } from '../wire/request.js';
import type { Metas } from './nestedHeader.js';
import type { Sender } from './sender.js';
import type { ChordOptions } from './terms.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * A function that is called where a task or a chord's body fails: Celery's errback of three
 * arguments. Behind them come the arguments of the errback's own signature.
 *
 * @category model
 * @since 0.1.0
 */
export type Errback = (
  request: TaskRequest,
  exception: TaskException,
  traceback: string | null,
  ...args: ReadonlyArray<unknown>
) => Effect<unknown>;

export interface Room {
  readonly options: ChordOptions;
  readonly logger: Logger;
  readonly execution: Execution;
  /** Each under the retry policy. */
  readonly commands: ChordCommands;
  readonly serializer: Serializer;
  readonly keys: Keys;
  readonly metas: Metas;
  /** What a key holds is gone. */
  readonly remove: (key: string) => Run<unknown>;
  readonly increment: (key: string) => Run<unknown>;
  readonly store: (taskId: string, failure: Failure) => Run<unknown>;
  readonly stateOf: (taskId: string) => Run<State>;
  /** Null where no broker was given. */
  readonly sender: Sender | null;
  /** By the names of their tasks. */
  readonly errbacks: Readonly<Record<string, Errback>>;
  /** Of the store's server, to tell whether the broker is there too. */
  readonly address: string;
  readonly newId: () => string;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** Running any of them again is harmless. */
export const retriedCommands = (execution: Execution, commands: ChordCommands): ChordCommands => ({
  part: (part) => execution.retried(commands.part(part), { isOwn: true }),
  resize: (...args) => execution.retried(commands.resize(...args)),
  save: (...args) => execution.retried(commands.save(...args)),
  parts: (...args) => execution.retried(commands.parts(...args)),
  counted: (...args) => execution.retried(commands.counted(...args)),
  saved: (...args) => execution.retried(commands.saved(...args)),
  dispatch: (dispatch) => execution.retried(sentOnce(commands.dispatch(dispatch))),
  extend: (...args) => execution.retried(commands.extend(...args)),
  cleanUp: (...args) => execution.retried(commands.cleanUp(...args)),
  release: (...args) => execution.retried(commands.release(...args)),
  server: () => execution.retried(commands.server()),
  look: (...args) => execution.retried(commands.look(...args)),
});

/** What is over when it is tried again was sent by the try whose reply was lost. */
const sentOnce = (dispatch: Run<Dispatched>): Run<Dispatched> => {
  let tries = 0;
  return (settle) => {
    tries += 1;
    return map((said: Dispatched) => (said === 'Over' && tries > 1 ? 'Sent' : said))(dispatch)(
      settle,
    );
  };
};
