/** Every workload, in the order in which they are run. */
import type { Workload } from './workload.js';
import { apply } from './workloads/apply.js';
import { call } from './workloads/call.js';
import { codec } from './workloads/codec.js';
import { drain, live } from './workloads/consume.js';
import { fanOut } from './workloads/fanOut.js';
import { idle } from './workloads/idle.js';
import { join } from './workloads/join.js';
import { latency } from './workloads/latency.js';
import { memory } from './workloads/memory.js';
import { parts } from './workloads/parts.js';
import { resync } from './workloads/resync.js';
import { send } from './workloads/send.js';
import { store } from './workloads/store.js';
import { stored } from './workloads/stored.js';
import { waiting } from './workloads/waiting.js';
import { watch } from './workloads/watch.js';

export const workloads: ReadonlyArray<Workload> = [
  ...[drain, live, latency, store, watch],
  ...[send, call, ...apply, stored, resync, parts, fanOut],
  ...[memory, waiting, join, codec, idle],
];
