/**
 * `Trouble`: why a chord can't run its body, in Celery's words.
 *
 * @since 0.1.0
 */
import { ChordError, type ResultStoreError, TaskFailed } from '../errors/errors.js';
import type { TaskException } from '../errors/taskException.js';
import type { ChordPart } from '../wire/chordPart.js';
import { isTaskException, pythonException } from '../wire/exception.js';
import { repr } from '../wire/repr.js';
import { fromThrown } from '../wire/thrown.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Trouble {
  readonly error: ChordError;
  /** `error` as Python has it. */
  readonly exception: TaskException;
  /** What the members of a group body fail with: the part's own exception, where there is one. */
  readonly cause: TaskException;
  /** The body's traceback, and that of a member of a group body. */
  readonly traceback: string;
  readonly causeTraceback: string;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/** A part that failed or was revoked. */
export const dependencyRaised = ({ taskId, state, result }: ChordPart): Trouble => {
  const raised = isTaskException(result) ? result : null;
  const message = `Dependency ${taskId} raised ${raised === null ? repr(result) : raised.repr}`;
  return raised === null
    ? trouble(message)
    : trouble(message, raised, new TaskFailed(taskId, state, raised, null));
};

/** The body can't be encoded or sent. */
export const callbackError = (error: unknown): Trouble => trouble(`Callback error: ${told(error)}`);

/** The parts can't be joined. */
export const joinError = (error: unknown): Trouble => trouble(`Join error: ${told(error)}`);

const told = (error: unknown): string => (isTaskException(error) ? error : fromThrown(error)).repr;

const trouble = (message: string, cause?: TaskException, failed?: ResultStoreError): Trouble => {
  const exception = pythonException('ChordError', [message], 'celery.exceptions');
  const raised = lastLines(exception);
  return {
    error: new ChordError(message, failed),
    exception,
    cause: cause ?? exception,
    traceback: cause === undefined ? raised : `${lastLine(cause)}${CAUSED}${raised}`,
    causeTraceback: cause === undefined ? raised : lastLines(cause),
  };
};

const CAUSED = '\nThe above exception was the direct cause of the following exception:\n\n';

/** A traceback without frames: nothing was raised in Python. */
const lastLines = (exception: TaskException): string =>
  `Traceback (most recent call last):\n${lastLine(exception)}`;

/** As Python prints it there: `str` of its arguments behind the name of its class. */
const lastLine = ({ excType, excModule, args }: TaskException): string => {
  const isPlain = excModule === null || excModule === 'builtins';
  const name = isPlain ? excType : `${excModule}.${excType}`;
  const [first] = args;
  const text =
    args.length === 1
      ? typeof first === 'string' && excType !== 'KeyError'
        ? first
        : repr(first)
      : `(${args.map((arg) => repr(arg)).join(', ')})`;
  return args.length === 0 || text === '' ? `${name}\n` : `${name}: ${text}\n`;
};
