import { serve } from '@hono/node-server';
import { RedisBackend } from 'chordis';
import { taskEvents } from 'chordis/http';
import { Hono } from 'hono';

const backend = new RedisBackend({ url: process.env.REDIS_URL ?? 'redis://localhost' });
const events = taskEvents(backend, { authorize: () => true });

const app = new Hono();
app.on(['GET', 'POST'], '/tasks', ({ req }) => events(req.raw));
serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000) });
