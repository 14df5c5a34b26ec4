/**
 * What a client costs that watches tasks of which nothing is heard: PINGs, and where it has
 * one, the backstop that reads each of them once a minute.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { consumption } from '../consumption.js';
import type { Steps } from '../peer.js';
import { figure, type Variant, type Workload } from '../workload.js';

const steps: Steps = (session) => ({
  ...consumption(session),
  idle: async ({ seconds }) => {
    const before = process.cpuUsage();
    await sleep(seconds * 1000);
    const { user, system } = process.cpuUsage(before);
    return { cpu: user + system };
  },
});

/** Without the question itself. */
const commands = async (admin: Redis): Promise<number> => {
  const [, count] = /total_commands_processed:(\d+)/.exec(await admin.info('stats')) ?? [];
  return Number(count);
};

const nothing = { better: 'lower', nearNothing: true } as const;

/** How long a client is given to come to rest. */
const REST = 1_000;

const variant = (
  part: Variant['in'],
  n: number,
  seconds: number,
  peers: Variant['peers'],
): Variant => ({
  title: `${n.toLocaleString('en')} tasks for ${seconds} s`,
  in: part,
  params: { n, seconds },
  peers,
  goals: [],
  runs: 1,
});

export const idle: Workload = {
  name: 'idle',
  measures: {
    cpu: { title: 'processor time', unit: 'ms a minute', ...nothing },
    commands: { title: 'commands', unit: 'a minute', ...nothing },
  },
  variants: [
    variant('short', 50_000, 5, ['chordis']),
    variant('full', 100_000, 60, ['chordis', 'ioredis']),
    variant('full', 50_000, 60, ['chordis', 'ioredis', 'Celery', 'celery-node', 'BullMQ']),
  ],
  steps,
  conduct: async ({ params, peer, admin }) => {
    await peer.call('watch', params);
    await sleep(REST);
    const before = await commands(admin);
    const cpu = figure(await peer.call('idle', params), 'cpu');
    const minutes = params.seconds / 60;
    return {
      cpu: cpu / 1000 / minutes,
      commands: ((await commands(admin)) - before - 1) / minutes,
    };
  },
};
