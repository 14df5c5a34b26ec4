/** Which way a body takes, by what its user may do and under which address the broker is known. */
import { expect, it } from 'vitest';
import { queued } from './chordBroker.js';
import { describeRedis } from './redisServer.js';
import { left, onRedis, right } from './scenario.js';
import { startStepProxy } from './stepProxy.js';

const PARTS = 'celery-taskset-meta-g.j';

const chord = { task: 'tasks.xsum', options: { task_id: 'body' } };

const member = (n: number, body: unknown = chord) => ({
  ...{ id: `t${n}`, group: 'g', groupIndex: n, chord: body },
});

/** As in the guide. */
const RULES = [
  '~celery-task-meta-* &celery-task-meta-* ~celery-taskset-meta-* &celery-taskset-meta-*',
  '+get +mget +exists +getrange +eval +evalsha +subscribe +unsubscribe +ping +select',
  '+client|setname +set +setex +publish +del',
].join(' ');
const CHORDS = [
  '+incr +expire +pttl +zadd +zcard +zrange +zrangebyscore +rpush +llen +lrange',
  '+sadd +scard +sismember +smembers +sscan',
].join(' ');
const BROKER = '~celery ~celery\x06\x16* ~_kombu.binding.* &/*.* +lpush +multi +exec';

const user = (...rules: ReadonlyArray<string>): string =>
  `limited on >secret resetchannels -@all ${rules.join(' ')}`;

const url = (port: number, db: number): string => `redis://limited:secret@127.0.0.1:${port}/${db}`;

describeRedis('the user of a chord', () => {
  it.each([true, false])(
    'can do all that one takes, by the rules of the guide, ordered: %s',
    (ordered) =>
      onRedis(
        async ({ server, backend, log }) => {
          const one = backend({
            ...{ url: url(server.port, 0), broker: url(server.port, 1), chordOrdered: ordered },
          });
          const returned = async (n: number): Promise<string> =>
            (await right(one.onChordPartReturn(member(n), 'SUCCESS', n)))._tag;

          await right(one.setChordSize('g', 2));
          await right(one.addToChord('g'));
          await right(one.markAsDone('t0', 0, { request: member(0) }));
          const older = '[1, "t1", "SUCCESS", 1]';
          await (ordered ? server.admin.zadd(PARTS, 1, older) : server.admin.rpush(PARTS, older));
          expect(await right(one.chordState('g'))).toMatchObject({ ready: 2, total: 3 });
          expect(await returned(1)).toBe('Redelivered');
          expect(await returned(2)).toBe('Dispatched');
          expect(await queued(server, 1)).toHaveLength(1);

          await right(one.setChordSize('g', 1));
          const failure = new Error('bad');
          await right(one.markAsFailure('t0', failure, { request: member(0) }));
          expect(await right(one.getState('body'))).toBe('FAILURE');
          expect(log.filter((line) => /NOPERM|ACL/.test(line))).toEqual([]);
        },
        { users: [user(RULES, CHORDS, BROKER)] },
      ),
  );

  it('is told at once what is missing', () =>
    onRedis(
      async ({ server, backend }) => {
        const one = backend({ url: url(server.port, 0), broker: url(server.port, 1) });
        await right(one.setChordSize('g', 1));
        expect(await left(one.onChordPartReturn(member(0), 'SUCCESS', 1))).toMatchObject({
          ...{ _tag: 'AclError', rule: expect.stringMatching(/\+zadd|\+zcard|\+scard/) },
        });
      },
      { users: [user(RULES, BROKER)] },
    ));

  it('who may push to one of two lists alone has nothing sent twice', () =>
    onRedis(
      async ({ server, backend }) => {
        const broker = `redis://limited2:secret@127.0.0.1:${server.port}/1`;
        const one = backend({ url: url(server.port, 0), broker });
        await right(one.setChordSize('g', 1));
        const task = (id: string, queue: string) => ({
          ...{ task: 'tasks.echo', args: [], kwargs: {}, options: { task_id: id, queue } },
        });
        const tasks = [task('one', 'celery'), task('two', 'other')];
        const body = {
          ...{ task: 'celery.group', subtask_type: 'group', args: [], kwargs: { tasks } },
          options: { task_id: 'both' },
        };
        expect(await right(one.onChordPartReturn(member(0, body), 'SUCCESS', 1))).toMatchObject({
          _tag: 'Dispatched',
        });
        expect(await queued(server, 1)).toHaveLength(1);
        expect(await queued(server, 1, 'other')).toHaveLength(1);
      },
      {
        users: [user(RULES, CHORDS, BROKER), 'limited2 on >secret ~* &* +@all'],
      },
    ));
});

describeRedis('a broker on the server of the store, known by another address', () => {
  it.each([
    ['is found to be there', 'default on nopass ~* &* +@all', 0],
    ['is taken for another where the user may not ask', 'default on nopass ~* &* +@all -info', 1],
  ])('%s', (_name, rules, pushes) =>
    onRedis(
      async ({ server, backend }) => {
        const nothing = { step: 0, when: 'before', strike: () => {} } as const;
        const proxy = await startStepProxy([server.port], nothing);
        const one = backend({ broker: `redis://127.0.0.1:${proxy.ports[0]}/1` });
        for (const _ of [1, 2]) {
          await right(one.setChordSize('g', 1));
          await right(one.onChordPartReturn(member(0), 'SUCCESS', 1));
        }
        expect(await queued(server, 1)).toHaveLength(2);
        expect(proxy.steps()).toEqual(Array(2 * pushes).fill('LPUSH'));
        // once for each link; the admin's own client asks, too
        const info = await server.admin.info('commandstats');
        expect(info).toContain(`cmdstat_info:calls=${pushes === 0 ? 3 : 1},`);
        await right(one.close());
        await proxy.close();
      },
      { users: [rules] },
    ),
  );
});
