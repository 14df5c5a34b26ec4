import { RedisBackend } from 'chordis';
import { nodeListener, taskEvents } from 'chordis/http';
import { fastify } from 'fastify';

const backend = new RedisBackend({ url: process.env.REDIS_URL ?? 'redis://localhost' });
const listener = nodeListener(taskEvents(backend, { authorize: () => true }));

const app = fastify();
app.addContentTypeParser('application/x-www-form-urlencoded', (_request, _body, done) =>
  done(null),
);
app.all('/tasks', (request, reply) => {
  reply.hijack();
  listener(request.raw, reply.raw);
});
await app.listen({ port: Number(process.env.PORT ?? 3000) });
