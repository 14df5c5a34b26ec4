/** What the buttons of the page send: tasks, chords and a crowd. */
import { type AsyncResult, type GroupResult, operation } from 'chordis';
import { chord, group, type Producer, type Signature, signature } from 'chordis/producer';
import type { Kind, Sent, SentTask } from './protocol.js';

type Unsigned = Omit<Sent, 'id' | 'kind' | 'granted'>;

const PAGES = 12;
const CROWD = 1000;

/** Of the page's own, lest other workers take what they do not know. */
export const QUEUE = 'chordis-web';

const call = (name: string, ...args: ReadonlyArray<unknown>): Signature =>
  signature(`web.${name}`, args, {}, { queue: QUEUE });

/** How long the `n`th one takes, in seconds: each another while, and the same each time. */
const seconds = (n: number, shortest: number, longest: number): number =>
  shortest + ((n * 0.618) % 1) * (longest - shortest);

/** In Celery's words, by the functions of `functions.ts` and `tasks.py`. */
export const send = (producer: Producer, kind: Kind): Promise<Unsigned> => {
  if (kind === 'chord') return album(producer, null);
  if (kind === 'brokenChord') return album(producer, 7);
  if (kind === 'crowd') return crowd(producer);
  return alone(producer, kind);
};

const NAMES = { work: 'Resize photos', retries: 'Import orders', fails: 'Charge card' } as const;

const alone = async (producer: Producer, kind: keyof typeof NAMES): Promise<Unsigned> => {
  const sent = await operation.toPromise(producer.apply(call(kind, 6)));
  return { members: [], groupId: null, task: { id: sent.id, name: NAMES[kind] } };
};

const album = async (producer: Producer, torn: number | null): Promise<Unsigned> => {
  const pages = Array.from({ length: PAGES }, (_, n) =>
    call('page', n + 1, seconds(n, 1.5, 7), n + 1 === torn),
  );
  const bound = await operation.toPromise(producer.apply(chord(pages, call('album'))));
  const header = bound.parent as GroupResult;
  await operation.toPromise(header.save());
  return {
    ...{ groupId: header.id, members: namesOf(header, 'Page') },
    task: { id: bound.id, name: 'Bind the album' },
  };
};

const crowd = async (producer: Producer): Promise<Unsigned> => {
  const tasks = Array.from({ length: CROWD }, (_, n) =>
    call(n % 83 === 82 ? 'fails' : 'work', seconds(n, 1, 4)),
  );
  const sent = await operation.toPromise(producer.apply(group(tasks)));
  await operation.toPromise(sent.save());
  return { groupId: sent.id, members: namesOf(sent, 'Task'), task: null };
};

const namesOf = ({ results }: GroupResult, word: string): ReadonlyArray<SentTask> =>
  (results as ReadonlyArray<AsyncResult>).map(({ id }, n) => ({ id, name: `${word} ${n + 1}` }));
