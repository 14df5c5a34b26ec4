import { RedisBackend } from 'chordis';
import { taskEvents } from 'chordis/http';

const backend = new RedisBackend({ url: process.env.REDIS_URL ?? 'redis://localhost' });

export default {
  fetch: taskEvents(backend, { authorize: () => true }),
  idleTimeout: 60, // Bun's own is shorter than the silence between two tasks' states
};
