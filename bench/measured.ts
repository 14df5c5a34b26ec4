/**
 * The measured process: `node measured.js <workload> <peer> <port>` opens the peer and
 * does the steps of the workload as it is asked to.
 */
import { isPeerName, peers } from './peers.js';
import { serve } from './serve.js';
import { workloads } from './workloads.js';

const [name = '', peer = '', port = ''] = process.argv.slice(2);
const workload = workloads.find((each) => each.name === name);
const load = isPeerName(peer) ? peers[peer].load : undefined;
if (workload === undefined || typeof load !== 'function')
  throw new Error(`Not known: ${name}, ${peer}`);

const open = await load();
serve(workload.steps(await open(Number(port))));
