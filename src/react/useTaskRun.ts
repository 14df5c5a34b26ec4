/**
 * `useTaskRun`: sends a task and follows it.
 *
 * @since 0.1.0
 */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Codec, Codecs } from '../browser/index.js';
import { useTask } from './useTask.js';
import type { TaskView } from './views.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Sends a task and gives its id. The signal aborts when the run is cancelled, be the task on
 * its way or followed: what listens to it may revoke the task.
 *
 * @category model
 * @since 0.1.0
 */
export type Send<I> = (input: I, signal: AbortSignal) => PromiseLike<string>;

/**
 * What sending failed with is its `cause`.
 *
 * @category model
 * @since 0.1.0
 */
export class NotSent extends Error {
  readonly _tag = 'NotSent';
  override readonly name = 'NotSent';
  constructor(cause: unknown) {
    super('The task was not sent', { cause });
  }
}

/**
 * A run of a task, by `phase`: as a `TaskView`, and `sending` before it.
 *
 * @category model
 * @since 0.1.0
 */
export type TaskRun<I, A = unknown, P = unknown> = RunView<A, P> & {
  /** Of the task, once it is sent. */
  readonly id: string | undefined;
  /** Sends a task with this input; the run before is cancelled. */
  readonly run: (input: I) => void;
  /** Lets go of the task, and is `idle` again. */
  readonly cancel: () => void;
};

type RunView<A, P> =
  | TaskView<A, P>
  | { readonly phase: 'sending'; readonly state: undefined; readonly error: undefined }
  | { readonly phase: 'error'; readonly state: undefined; readonly error: NotSent };

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * Sends tasks, one at a time, each when `run` is called, and tells how far the latest is. A
 * component that goes lets go of it; only `cancel` and the next `run` abort the signal.
 *
 * @example
 * import { createElement } from 'react'
 * import * as t from 'io-ts'
 * import { useTaskRun } from 'chordis/react'
 *
 * const send = async (name: string, signal: AbortSignal) =>
 *   (await fetch('/thumbnails', { method: 'POST', body: name, signal })).text()
 *
 * export const Thumbnail = ({ name }: { name: string }) => {
 *   const { phase, run, cancel } = useTaskRun(send, t.string)
 *   return phase === 'sending' || phase === 'following'
 *     ? createElement('button', { onClick: cancel }, 'Cancel')
 *     : createElement('button', { onClick: () => run(name) }, 'Make a thumbnail')
 * }
 *
 * @category constructors
 * @since 0.1.0
 */
export const useTaskRun = <I = void, A = unknown, P = unknown>(
  send: Send<I>,
  codec?: Codec<A> | Codecs<A, P>,
): TaskRun<I, A, P> => {
  const [sent, setSent] = useState<Sent>({ phase: 'idle' });
  const id = sent.phase === 'sent' ? sent.id : undefined;
  const followed = useTask(id, codec);
  const latest = useRef(send);
  useEffect(() => {
    latest.current = send;
  });
  const current = useRef<AbortController | undefined>(undefined);
  const cancel = useCallback(() => {
    current.current?.abort();
    current.current = undefined;
    setSent({ phase: 'idle' });
  }, []);
  const run = useCallback((input: I) => {
    const own = new AbortController();
    current.current?.abort();
    current.current = own;
    setSent({ phase: 'sending' });
    const tell = (outcome: Sent): void => {
      if (!own.signal.aborted) setSent(outcome);
    };
    new Promise<string>((resolve) => resolve(latest.current(input, own.signal))).then(
      (taskId) => tell({ phase: 'sent', id: taskId }),
      (thrown: unknown) => tell({ phase: 'error', error: new NotSent(thrown) }),
    );
  }, []);
  return useMemo(
    () => ({ ...runView(sent, followed), id, run, cancel }),
    [sent, followed, id, run, cancel],
  );
};

type Sent =
  | { readonly phase: 'idle' }
  | { readonly phase: 'sending' }
  | { readonly phase: 'sent'; readonly id: string }
  | { readonly phase: 'error'; readonly error: NotSent };

const runView = <A, P>(sent: Sent, followed: TaskView<A, P>): RunView<A, P> => {
  if (sent.phase === 'sending') return { phase: 'sending', state: undefined, error: undefined };
  return sent.phase === 'error'
    ? { phase: 'error', state: undefined, error: sent.error }
    : followed;
};
