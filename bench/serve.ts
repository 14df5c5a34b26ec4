/**
 * The far end of a `Remote`: a line of JSON asks for a step, a line of JSON answers. The
 * first line says that the process is ready.
 */
import { createInterface } from 'node:readline';
import type { Figures, Step } from './peer.js';
import type { Params } from './tasks.js';

export interface Request {
  readonly step: string;
  readonly params: Params;
}

export type Answer = Figures | { readonly error: string };

export const serve = (steps: Readonly<Record<string, Step>>): void => {
  createInterface({ input: process.stdin })
    .on('line', async (line) => {
      const { step, params }: Request = JSON.parse(line);
      answer(await run(steps[step], params));
    })
    .on('close', () => process.exit());
  answer({});
};

const run = async (step: Step | undefined, params: Params): Promise<Answer> => {
  try {
    if (step === undefined) throw new Error('There is no such step');
    return await step(params);
  } catch (error) {
    return { error: String(error) };
  }
};

const answer = (figures: Answer): void => {
  process.stdout.write(`${JSON.stringify(figures)}\n`);
};
