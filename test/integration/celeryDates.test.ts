import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { type DateTime, RedisBackend } from '../../src/index.js';
import {
  describeCelery,
  type PythonSession,
  startPython,
  startWorker,
  type Worker,
} from './celery.js';
import { expectNoLeaks } from './leaks.js';
import { type RedisServer, startRedis } from './redisServer.js';
import { right } from './scenario.js';

/** Microseconds since 1970. A date without an offset is UTC, as Celery means it. */
const INSTANT = `
  from datetime import datetime, timedelta, timezone
  done = AsyncResult(args).date_done
  done = done if done.tzinfo else done.replace(tzinfo=timezone.utc)
  return (done - datetime(1970, 1, 1, tzinfo=timezone.utc)) // timedelta(microseconds=1)
`;

const micros = (date: DateTime): number =>
  Math.floor(date.getTime() / 1000) * 1_000_000 + date.microsecond;

interface Place {
  readonly worker: Worker;
  readonly session: PythonSession;
}

const ZONES: ReadonlyArray<readonly [zone: string, minutesBehindUtc: number]> = [
  ['UTC', 0],
  ['Asia/Kolkata', -330],
  ['America/Phoenix', 420],
];

describeCelery('date_done', () => {
  let server: RedisServer;
  let backend: RedisBackend;
  let places: ReadonlyMap<string, Place>;
  beforeAll(async () => {
    server = await startRedis();
    backend = new RedisBackend({ url: server.url(1) });
    // Each has a broker of its own, so that a task runs where it was sent.
    const placeIn = async ([zone]: (typeof ZONES)[number], index: number) => {
      const options = {
        broker: server.celeryUrl(index + 2),
        backend: server.celeryUrl(1),
        config: { timezone: zone },
        env: { TZ: zone },
      };
      const [worker, session] = await Promise.all([startWorker(options), startPython(options)]);
      return [zone, { worker, session }] as const;
    };
    places = new Map(await Promise.all(ZONES.map(placeIn)));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });
  afterAll(async () => {
    await backend?.close()();
    const running = [...(places ?? new Map<string, Place>()).values()];
    await Promise.all(running.flatMap(({ worker, session }) => [worker.stop(), session.stop()]));
    await expectNoLeaks(server);
    await server?.stop();
  });

  const pairs = ZONES.flatMap(([theirs]) =>
    ZONES.map(([ours, behind]) => ({ theirs, ours, behind })),
  );

  it.each(pairs)('is one instant to Python in $theirs and chordis in $ours', async (pair) => {
    const { theirs, ours, behind } = pair;
    vi.stubEnv('TZ', ours);
    expect(new Date(0).getTimezoneOffset()).toBe(behind);
    const { session } = places.get(theirs) ?? expect.fail(`no worker in ${theirs}`);
    const before = Date.now();
    const sent = await session.send('add', [1, 2]);
    await right(backend.asyncResult(sent).get());
    const stored = `by-chordis-${theirs}-${ours}`;
    await right(backend.markAsDone(stored, 3));
    const after = Date.now();
    for (const id of [sent, stored]) {
      const { dateDone } = await right(backend.getTaskMeta(id));
      if (dateDone === null) throw new Error(`${id} has no date`);
      expect(dateDone.getTime()).toBeGreaterThanOrEqual(before);
      expect(dateDone.getTime()).toBeLessThanOrEqual(after);
      expect(await session.python(INSTANT, id)).toBe(micros(dateDone));
    }
  });
});
