/** What a state means to who looks at the page, in words. */
import type { TaskState } from 'chordis/browser';

export const PHASES = ['waiting', 'working', 'retrying', 'done', 'failed'] as const;
export type Phase = (typeof PHASES)[number];

const OF_STATES: ReadonlyMap<string, Phase> = new Map([
  ['PENDING', 'waiting'],
  ['RECEIVED', 'waiting'],
  ['RETRY', 'retrying'],
  ['SUCCESS', 'done'],
  ['FAILURE', 'failed'],
  ['REVOKED', 'failed'],
]);

export const phaseOf = ({ status }: TaskState): Phase => OF_STATES.get(status) ?? 'working';

export const isOver = (phase: Phase): boolean => phase === 'done' || phase === 'failed';

/** How far it is, of 100; undefined where the state does not tell. */
export const shareOf = ({ status, result }: TaskState): number | undefined => {
  if (status === 'SUCCESS') return 100;
  if (status === 'STARTED') return 0;
  if (typeof result !== 'object' || result === null) return undefined;
  const { current, total } = result as { readonly current?: unknown; readonly total?: unknown };
  return typeof current === 'number' && typeof total === 'number' && total > 0
    ? Math.min(100, Math.max(0, (100 * current) / total))
    : undefined;
};

export interface Exception {
  readonly excType: string;
  readonly repr: string;
}

/** Of a task that has failed, was revoked, or is to run again. */
export const exceptionOf = ({ result }: TaskState): Exception | undefined => {
  if (typeof result !== 'object' || result === null) return undefined;
  const { excType, repr } = result as { readonly excType?: unknown; readonly repr?: unknown };
  return typeof excType === 'string' ? { excType, repr: String(repr ?? excType) } : undefined;
};

export const stateText = (phase: Phase, share: number): string =>
  ({
    waiting: 'Waiting',
    working: `${Math.round(share)} %`,
    retrying: 'Retrying',
    done: 'Done',
    failed: 'Failed',
  })[phase];

/** What a task gave, or what it is tried again for; a failure is told apart. */
export const noteOf = (phase: Phase, state: TaskState): string => {
  if (phase === 'done') return JSON.stringify(state.result ?? null);
  if (phase === 'retrying') return exceptionOf(state)?.repr ?? '';
  return '';
};

export const secondsText = (milliseconds: number): string =>
  `${(milliseconds / 1000).toFixed(1)} s`;

export const tasksText = (count: number): string => (count === 1 ? '1 task' : `${count} tasks`);
