/**
 * What a request asks for: which tasks and groups, from where on, and in which form.
 *
 * The same parameters stand in a URL or, where they are too many for one, in the body of a
 * POST, as a form sends them.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import { type Refusal, refusal } from './refusal.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * The ids that a request names, each once.
 *
 * @category model
 * @since 0.1.0
 */
export interface AskedIds {
  readonly tasks: ReadonlyArray<string>;
  readonly groups: ReadonlyArray<string>;
}

export interface Asked extends AskedIds {
  /** The id of the last event that was received, if there was one. */
  readonly after: string | null;
  /** One answer in JSON, in place of a stream. */
  readonly isPoll: boolean;
}

/** So many fit into the id of an event, as do so many groups. */
export const MOST_TASKS = 20_000;
const MOST_GROUPS = 100;

/** In bytes: of a form that names as many tasks. */
const LONGEST_FORM = 2 * 1024 * 1024;

const LONGEST_ID = 1024;

const FORM = 'application/x-www-form-urlencoded';

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

export const askedBy = async (request: Request): Promise<E.Either<Refusal, Asked>> => {
  const { method, headers } = request;
  if (method === 'GET') return asked(headers, new URL(request.url).searchParams);
  if (method !== 'POST') return E.left(refusal(405, 'GET or POST', { allow: 'GET, POST' }));
  if (!headers.get('content-type')?.toLowerCase().startsWith(FORM))
    return E.left(refusal(415, `Not ${FORM}`));
  const text = await bounded(request.body).catch(() => null);
  if (text === null) return E.left(refusal(400, 'The form cannot be read'));
  return text === undefined ? E.left(tooMany) : asked(headers, new URLSearchParams(text));
};

const asked = (headers: Headers, parameters: URLSearchParams): E.Either<Refusal, Asked> => {
  const accept = headers.get('accept') ?? '';
  return E.map((ids: AskedIds) => ({
    ...ids,
    after: headers.get('last-event-id') ?? parameters.get('after'),
    isPoll: accept.includes('application/json') && !accept.includes('text/event-stream'),
  }))(checkedIds(parameters.getAll('task'), parameters.getAll('group')));
};

/** Each once, and no more than are meant. */
export const checkedIds = (
  taskIds: ReadonlyArray<string>,
  groupIds: ReadonlyArray<string>,
): E.Either<Refusal, AskedIds> => {
  const tasks = [...new Set(taskIds)];
  const groups = [...new Set(groupIds)];
  const ids = [...tasks, ...groups];
  if (ids.length === 0) return E.left(refusal(400, 'No ?task= and no ?group='));
  if (ids.length > MOST_TASKS || groups.length > MOST_GROUPS) return E.left(tooMany);
  if (!ids.every(isId)) return E.left(refusal(400, `An id has 1 to ${LONGEST_ID} characters`));
  return E.right({ tasks, groups });
};

const isId = (id: string): boolean => id !== '' && id.length <= LONGEST_ID;

export const tooMany = refusal(413, `More than ${MOST_TASKS} tasks or ${MOST_GROUPS} groups`);

/** `undefined` where it is longer than any that is meant; rejects where it broke off, or was read before. */
const bounded = async (body: Request['body']): Promise<string | undefined> => {
  if (body === null) return '';
  const chunks: Array<Uint8Array> = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > LONGEST_FORM) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
};
