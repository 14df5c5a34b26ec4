import { RedisBackend } from 'chordis';
import { taskEvents } from 'chordis/http';

const backend = new RedisBackend({ url: process.env.REDIS_URL ?? 'redis://localhost' });

export const GET = taskEvents(backend, { authorize: () => true });
export const POST = GET;
