/** How random arguments are shown, beside Celery's own `saferepr`. */
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { json } from '../../src/serialization/json.js';
import { saferepr, safereprOfTuple } from '../../src/wire/saferepr.js';
import { describeCelery, type PythonSession, startPython } from '../integration/celery.js';

const RUNS = Number(process.env.SAFEREPR_RUNS ?? 5000);
const SEED = Number(process.env.SAFEREPR_SEED ?? Math.floor(Math.random() * 2 ** 31));

interface Case {
  readonly args: string;
  readonly length: number;
  readonly levels: number;
  readonly as_list: string;
  readonly as_tuple: string;
}

const argsOf = (text: string): ReadonlyArray<unknown> => {
  const args = json.decode(Buffer.from(text));
  if (E.isLeft(args)) throw args.left;
  return args.right as ReadonlyArray<unknown>;
};

describeCelery('arguments', () => {
  let celery: PythonSession;
  beforeAll(async () => {
    celery = await startPython({ broker: 'memory://', backend: 'cache+memory://' });
  });
  afterAll(() => celery?.stop());

  it(`are shown as Celery shows them, ${RUNS} random ones (seed ${SEED})`, async () => {
    const cases = (await celery.python('import saferepr; return saferepr.run(*args)', [
      SEED,
      RUNS,
    ])) as ReadonlyArray<Case>;
    expect(cases).toHaveLength(RUNS);
    for (const { args, as_list, as_tuple, ...limits } of cases) {
      const read = argsOf(args);
      expect([saferepr(read, limits), safereprOfTuple(read, limits)]).toEqual([as_list, as_tuple]);
    }
  });
});
