/** What the server knows of the channels that a peer has subscribed to. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';

/** How many channels have a subscriber. */
export const subscribed = async (admin: Redis): Promise<number> => {
  const [, count] = /pubsub_channels:(\d+)/.exec(await admin.info('stats')) ?? [];
  return Number(count);
};

const ATTEMPTS = 500;
const PAUSE = 10;

/** Resolves once so many channels are subscribed to; fails where that takes five seconds. */
export const subscribedTo = async (admin: Redis, channels: number): Promise<void> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    if ((await subscribed(admin)) === channels) return;
    await sleep(PAUSE);
  }
  throw new Error(`${await subscribed(admin)} channels are subscribed to, not ${channels}`);
};
