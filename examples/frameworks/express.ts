import { RedisBackend } from 'chordis';
import { nodeListener, taskEvents } from 'chordis/http';
import express from 'express';

const backend = new RedisBackend({ url: process.env.REDIS_URL ?? 'redis://localhost' });
const events = taskEvents(backend, { authorize: () => true });

const app = express();
app.use('/tasks', nodeListener(events)); // before express.urlencoded(), which would read a POST
app.listen(Number(process.env.PORT ?? 3000));
