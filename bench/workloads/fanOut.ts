/**
 * The states of one task, told to every reader of its stream of Server-Sent Events. A state
 * is stored once all readers have the last one, so that none may be passed over.
 */
import { cpuUsage } from 'node:process';
import { heap } from '../heap.js';
import { can, type Figures, type Steps } from '../peer.js';
import { startAudience } from '../processes.js';
import { figure, type Stage, type Variant, type Workload } from '../workload.js';

const steps: Steps = (session) => ({
  open: async ({ run }) => ({ port: await can(session, 'tellEvents')(run) }),
  heap,
  processor: async () => {
    const { user, system } = cpuUsage();
    return { us: user + system };
  },
});

/** A compiler at run time has to be warm. */
const WARM_UP = 50;

const conduct = async ({ params, peer, admin }: Stage): Promise<Figures> => {
  const audience = await startAudience(Number(admin.options.port));
  try {
    const listening = { ...params, port: figure(await peer.call('open', params), 'port') };
    const alone = figure(await peer.call('heap', params), 'bytes');
    await audience.call('come', listening);
    const held = figure(await peer.call('heap', params), 'bytes') - alone;
    await audience.call('hear', { ...listening, states: WARM_UP });
    const start = figure(await peer.call('processor', params), 'us');
    const heard = await audience.call('hear', listening);
    const taken = figure(await peer.call('processor', params), 'us') - start;
    return {
      processor: taken / (params.n * params.states),
      p50: figure(heard, 'p50'),
      p99: figure(heard, 'p99'),
      heap: held / params.n,
    };
  } finally {
    await audience.end();
  }
};

const variant = (part: Variant['in'], n: number, states: number): Variant => ({
  title: `${n.toLocaleString('en')} readers of ${states.toLocaleString('en')} states`,
  in: part,
  params: { n, states },
  peers: ['chordis', 'a bare loop of http', 'better-sse'],
  goals: [{ measure: 'processor', against: 'a bare loop of http', atMost: 1.3 }],
  runs: 3,
});

export const fanOut: Workload = {
  name: 'events',
  measures: {
    processor: { title: 'processor time', unit: 'µs an event', better: 'lower' },
    p50: { title: 'to a reader, p50', unit: 'µs', better: 'lower' },
    p99: { title: 'to a reader, p99', unit: 'µs', better: 'lower' },
    heap: { title: 'held', unit: 'bytes a stream', better: 'lower' },
  },
  variants: [
    variant('short', 1_000, 100),
    variant('full', 1_000, 1_000),
    variant('full', 5_000, 20),
  ],
  steps,
  conduct,
};
