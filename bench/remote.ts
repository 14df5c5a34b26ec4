/**
 * A process that does one side of a workload, asked step by step over its pipes. It never
 * outlives this one.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Figures } from './peer.js';
import type { Answer, Request } from './serve.js';
import type { Params } from './tasks.js';

export interface Remote {
  readonly call: (step: string, params: Params) => Promise<Figures>;
  /** Stops it in its tracks: its sockets fill, and it uses no processor. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly end: () => Promise<void>;
}

/** In milliseconds. */
const GRACE = 10_000;

const running = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Spawned as `spawn` does, and ended with this process. */
export const spawnBound = (
  command: string,
  args: ReadonlyArray<string>,
  cwd?: string,
): ChildProcess => {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'], cwd });
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
};

/** Resolves once the process says that it is ready. */
export const startRemote = async (
  command: string,
  args: ReadonlyArray<string>,
): Promise<Remote> => {
  const child = spawnBound(command, args);
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error('The process has no pipes');
  const waiting: Array<(answer: Answer) => void> = [];
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) =>
      reject(new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}`)),
    );
  });
  ended.catch(() => {});
  stdin.on('error', () => {});
  createInterface({ input: stdout }).on('line', (line) => waiting.shift()?.(JSON.parse(line)));

  const answered = async (): Promise<Figures> => {
    const answer = await Promise.race([
      ended,
      new Promise<Answer>((resolve) => {
        waiting.push(resolve);
      }),
    ]);
    if (isError(answer)) throw new Error(`${args.join(' ')}: ${answer.error}`);
    return answer;
  };

  await answered();
  return {
    call: (step, params) => {
      const request: Request = { step, params };
      stdin.write(`${JSON.stringify(request)}\n`);
      return answered();
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    end: async () => {
      if (!running.has(child)) return;
      const exited = once(child, 'exit');
      // it exits where it has nothing more to read, and a profile is written
      stdin.end();
      child.kill('SIGCONT');
      const impatience = setTimeout(() => child.kill('SIGKILL'), GRACE);
      await exited;
      clearTimeout(impatience);
    },
  };
};

const isError = (answer: Answer): answer is { readonly error: string } =>
  typeof answer.error === 'string';
