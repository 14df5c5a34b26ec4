/** What the command line says. */
import { parseArgs } from 'node:util';

export interface Options {
  readonly full: boolean;
  readonly only: string;
  readonly peers: ReadonlyArray<string> | undefined;
  readonly runs: number | undefined;
  readonly profile: string | undefined;
  readonly save: boolean;
}

const USAGE = `npm run bench -- [options]

  --full            every row, in its full size; without it a choice of rows, some of them smaller
  --only <text>     only the rows whose name holds the text, such as "drain" or "N = 50,000"
  --peers <names>   only these peers, separated by semicolons
  --runs <n>        how often each row is run, whatever is said above
  --profile <dir>   a CPU profile of each run of chordis, written to the directory
  --save            keep the outcome as bench/results.json and bench/results.svg`;

/** Where there is nothing to run, says why, or how to ask. */
export const readOptions = (args: ReadonlyArray<string>): Options | undefined => {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        full: { type: 'boolean', default: false },
        only: { type: 'string', default: '' },
        peers: { type: 'string' },
        runs: { type: 'string' },
        profile: { type: 'string' },
        save: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const { full, only, peers, runs, profile, save, help } = values;
    if (help) throw new Error('chordis beside its peers');
    if (runs !== undefined && !/^[1-9]\d*$/.test(runs))
      throw new Error(`Not a number of runs: ${runs}`);
    return {
      ...{ full, only, profile, save },
      runs: runs === undefined ? undefined : Number(runs),
      peers: peers?.split(';').map((name) => name.trim()),
    };
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return undefined;
  }
};
