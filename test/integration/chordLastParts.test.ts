/** The two last parts of a chord, returned at once by Celery 5.7.0 and from here. */
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { describeCelery, startPython } from './celery.js';
import { queued } from './chordBroker.js';
import { onRedis, right } from './scenario.js';

const MANY = Number(process.env.CHORDIS_PYTHON_LAST_PARTS ?? 100);

const RETURN = `
class Request:
    def __init__(self, i):
        self.id = f't{i}-0'
        self.group = f'g{i}'
        self.group_index = 0
        self.chord = {
            'task': 'tasks.xsum', 'args': [], 'kwargs': {}, 'subtask_type': None,
            'immutable': False, 'options': {'task_id': f'body-{i}'},
        }

client = app.backend.client
for i in range(args):
    client.rpush('at', i)
    # nearer to the other's part, now in front of it and now behind
    for _ in range(i % 20):
        client.ping()
    app.backend.on_chord_part_return(Request(i), 'SUCCESS', 'python')
    client.blpop('next', 30)
`;

describeCelery('a chord', () => {
  it(
    'whose two last parts come at once, one of them from Python, sends one body: need 7',
    () =>
      onRedis(async ({ server, backend }) => {
        const one = backend({ broker: server.url(1) });
        const chords = Array.from({ length: MANY }, (_, i) => i);
        await Promise.all(chords.map((i) => right(one.setChordSize(`g${i}`, 2))));
        const session = await startPython({
          ...{ broker: server.celeryUrl(1), backend: server.celeryUrl(0) },
        });
        const told = new Redis(server.port);
        const outcomes: Array<string> = [];
        try {
          const python = session.python(RETURN, MANY);
          for (const i of chords) {
            await told.blpop('at', 30);
            // whoever is the faster one here, each is to be the last at times
            await delay(i % 5);
            const request = { id: `t${i}-1`, group: `g${i}`, groupIndex: 1 };
            const chord = { task: 'tasks.xsum', options: { task_id: `body-${i}` } };
            const outcome = await right(
              one.onChordPartReturn({ ...request, chord }, 'SUCCESS', 'node'),
            );
            outcomes.push(outcome._tag);
            await told.rpush('next', i);
          }
          expect(await python).toBe(null);
        } finally {
          told.disconnect();
          await session.stop();
        }
        const bodies = await queued(server, 1);
        const ids = bodies.map(({ headers }) => headers.id);
        expect(ids.toSorted()).toEqual(chords.map((i) => `body-${i}`).toSorted());
        for (const { body } of bodies) {
          expect(JSON.parse(body.toString())[0]).toEqual([['python', 'node']]);
        }
        const own = outcomes.filter((tag) => tag === 'Dispatched').length;
        // else nothing was seen of a race
        expect(own).toBeGreaterThan(0);
        expect(own).toBeLessThan(MANY);
      }),
    120_000,
  );
});
