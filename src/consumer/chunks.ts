/**
 * How many channels go into one command: as many as their names, which come back with each
 * confirmation, stay within a number of bytes.
 *
 * @since 0.1.0
 */
import type { Registry, TaskChannel } from './registry.js';

const MOST = 512;

/** In UTF-16 units, which the usual names have as many of as bytes. */
const HEAVIEST = 48 * 1024;

export const chunks = (
  all: ReadonlyArray<TaskChannel>,
  registry: Registry,
): ReadonlyArray<ReadonlyArray<TaskChannel>> => {
  const split: Array<Array<TaskChannel>> = [];
  let load = 0;
  for (const channel of all) {
    const size = registry.nameLength(channel);
    const chunk = split.at(-1);
    load += size;
    if (chunk !== undefined && chunk.length < MOST && load <= HEAVIEST) {
      chunk.push(channel);
    } else {
      split.push([channel]);
      load = size;
    }
  }
  return split;
};
