/**
 * N results that are stored already are watched: megabytes in a second until the last has
 * come, decoded and compared.
 */
import { subscribedTo } from '../channels.js';
import { now } from '../clock.js';
import { consumption } from '../consumption.js';
import type { Figures } from '../peer.js';
import type { Params } from '../tasks.js';
import { figure, type Stage, type Variant, type Workload, warmed } from '../workload.js';

const round = async ({ peer, writer, admin }: Stage, params: Params): Promise<Figures> => {
  await writer.call('fill', params);
  const started = now();
  await peer.call('watch', params);
  const seconds = (figure(await peer.call('rest', params), 'at') - started) / 1e6;
  await subscribedTo(admin, 0);
  return { rate: (params.n * params.text.length) / seconds / 1e6 };
};

const variant = (
  part: Variant['in'],
  n: number,
  { bytes, size }: { readonly bytes: number; readonly size: string },
  limit: 'ioredis, SUBSCRIBE and MGET' | 'ioredis, MGET of 8',
): Variant => ({
  title: `${n.toLocaleString('en')} of ${size}`,
  in: part,
  params: { n },
  bytes,
  peers: ['chordis', limit],
  goals: [{ measure: 'rate', against: limit, atLeast: 1 / 1.2 }],
});

const MEDIUM = { bytes: 40_000, size: '40 KB' };
const LARGE = { bytes: 1_000_000, size: '1 MB' };

export const stored: Workload = {
  name: 'watch what is stored',
  measures: { rate: { title: '', unit: 'MB/s', better: 'higher' } },
  variants: [
    variant('short', 5_000, MEDIUM, 'ioredis, SUBSCRIBE and MGET'),
    variant('short', 200, LARGE, 'ioredis, MGET of 8'),
    variant('full', 5_000, MEDIUM, 'ioredis, SUBSCRIBE and MGET'),
    variant('full', 1_000, LARGE, 'ioredis, MGET of 8'),
  ],
  steps: consumption,
  conduct: (stage) => {
    const n = Math.ceil(stage.params.n / 10);
    return warmed(stage, (params) => round(stage, params), { n });
  },
};
