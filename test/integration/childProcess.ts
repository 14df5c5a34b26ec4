/**
 * Child processes that never outlive the test process, however it ends: where
 * `setpriv` exists (Linux) the kernel kills them with their parent, elsewhere the
 * `exit` event does.
 */
import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

const succeeds = (command: string, ...args: ReadonlyArray<string>): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const boundToParent: ReadonlyArray<string> = succeeds('setpriv', '--pdeathsig', 'KILL', 'true')
  ? ['setpriv', '--pdeathsig', 'KILL']
  : [];

const running = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Whether `command` is installed and ends well when called with `args`. */
export const isInstalled = succeeds;

export const spawnBound = (
  command: string,
  args: ReadonlyArray<string>,
  options: SpawnOptions,
): ChildProcess => {
  const [first = command, ...rest] = [...boundToParent, command, ...args];
  const child = spawn(first, rest, options);
  running.add(child);
  child.on('error', () => running.delete(child));
  child.once('exit', () => running.delete(child));
  return child;
};

export const hasEnded = (child: ChildProcess): boolean => !running.has(child);

/** Sends `signal` and waits for the end; after `graceMilliseconds` the end is by SIGKILL. */
export const end = async (
  child: ChildProcess,
  signal: NodeJS.Signals,
  graceMilliseconds: number,
): Promise<void> => {
  if (hasEnded(child)) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  child.kill('SIGCONT');
  const impatience = setTimeout(() => child.kill('SIGKILL'), graceMilliseconds);
  await ended;
  clearTimeout(impatience);
};
