import { readFileSync } from 'node:fs';

/** A recorded case; what else it holds depends on the file (see the README beside them). */
export interface Case {
  readonly name: string;
  readonly celery: '5.7.0' | '5.6.3' | '5.2.6';
  // biome-ignore lint/suspicious/noExplicitAny: each file has its own shape, told by its `op`
  readonly [field: string]: any;
}

/** The version that chordis does as; the others wrote what it has to read. */
export const isTarget = ({ celery }: Case): boolean => celery === '5.7.0';

/** The golden vectors, which `vectors/README.md` describes. */
export const vectors = (file: string): ReadonlyArray<Case> =>
  JSON.parse(
    readFileSync(new URL(`./vectors/${file}.json`, import.meta.url), 'utf8'),
  ) as ReadonlyArray<Case>;

/** Those that `isPicked` takes. Where it takes none, nothing would be tested, so it throws. */
export const picked = <A>(
  cases: ReadonlyArray<A>,
  isPicked: (c: A) => boolean,
): ReadonlyArray<A> => {
  const found = cases.filter(isPicked);
  if (found.length === 0) throw new Error(`no case is picked by ${isPicked}`);
  return found;
};

/** Values that are compressed, which have tests of their own. */
export const isCompressed = ({ name, config }: Case): boolean =>
  Boolean(config?.result_compression) || /\/compress|\/(save|restore)\/(gzip|bzip2)/.test(name);
