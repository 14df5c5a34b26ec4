/**
 * What the server answers.
 *
 * - `GET /` and the files beside it: the page.
 * - `/tasks`: the states of tasks, for whoever has a token for them.
 * - `GET /about`: where all this runs.
 * - `POST /send`: sends, and gives a token for what was sent.
 * - `POST /token`: one token in place of many, as a request has room for one.
 * - `POST /restart`: kills the server or its Redis, which are started again.
 */
import { operation, type RedisBackend } from 'chordis';
import { grants } from 'chordis/grants';
import { type Handler, taskEvents } from 'chordis/http';
import type { Producer } from 'chordis/producer';
import * as t from 'io-ts';
import type { PageFile } from './pageFiles.js';
import type { About, Granted, Kind, Restartable, Sent } from './protocol.js';
import { isOwnHost, refusalOf } from './sameOrigin.js';
import { send } from './sending.js';

export interface SiteOptions {
  readonly backend: RedisBackend;
  readonly producer: Producer;
  /** Of the tokens; the same after a restart. */
  readonly secret: string;
  readonly about: About;
  readonly files: ReadonlyMap<string, PageFile>;
  /** Done once it is there again, as far as this server lives to see it. */
  readonly restart: (what: Restartable) => Promise<void>;
}

/** In seconds. Results are kept as long. */
export const KEPT = 3_600;

/** In seconds: of a token in place of many, which is asked for anew by then. */
const JOINT = 600;

/** Scripts and styles are files of this server, and nothing makes markup of text. */
const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; " +
    "require-trusted-types-for 'script'; trusted-types 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
};

export const site = (options: SiteOptions): Handler => {
  const { backend, producer, secret, about, files, restart } = options;
  const { grant, authorize } = grants(secret);
  const events = taskEvents(backend, { authorize });

  /** Those of the tokens that hold, as one. */
  const joint = async (all: ReadonlyArray<Granted>): Promise<string> => {
    const tasks: Array<string> = [];
    const groups: Array<string> = [];
    for (const granted of all) {
      const headers = { authorization: `Bearer ${granted.token}` };
      const permission = await authorize(new Request('http://localhost', { headers }), granted);
      if (permission === false) continue;
      tasks.push(...granted.tasks);
      groups.push(...granted.groups);
    }
    return operation.toPromise(grant({ tasks, groups }, { expires: JOINT }));
  };

  const sent = async (kind: Kind): Promise<Sent> => {
    const { members, groupId, task } = await send(producer, kind);
    const ids = {
      tasks: task === null ? [] : [task.id],
      groups: groupId === null ? [] : [groupId],
    };
    const token = await operation.toPromise(grant(ids, { expires: KEPT }));
    const id = task?.id ?? groupId ?? '';
    return { id, kind, members, groupId, task, granted: { ...ids, token } };
  };

  const posts: Readonly<Record<string, (body: unknown) => Promise<Response>>> = {
    '/send': async (body) =>
      SendBody.is(body) ? Response.json(await sent(body.kind), { status: 201 }) : unreadable(),
    '/token': async (body) =>
      TokenBody.is(body) ? Response.json({ token: await joint(body.granted) }) : unreadable(),
    '/restart': async (body) => {
      if (!RestartBody.is(body) || !about.restarts.includes(body.what)) return unreadable();
      await restart(body.what);
      return new Response(null, { status: 204 });
    },
  };

  const answer: Handler = async (request) => {
    const { pathname } = new URL(request.url);
    if (!isOwnHost(request)) return new Response('Not by this name\n', { status: 421 });
    if (pathname === '/tasks') return events(request);
    if (pathname === '/about') return Response.json(about);
    const post = posts[pathname];
    if (post !== undefined) {
      const status = refusalOf(request);
      return status === undefined ? post(await jsonOf(request)) : new Response(null, { status });
    }
    const file = files.get(pathname);
    return file === undefined
      ? new Response('No such page\n', { status: 404 })
      : new Response(file.bytes, {
          headers: { 'content-type': file.type, 'cache-control': 'no-cache' },
        });
  };

  return async (request) => {
    const response = await answer(request).catch(
      ({ message }: Error) => new Response(`${message}\n`, { status: 503 }),
    );
    for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value);
    return response;
  };
};

// -------------------------------------------------------------------------------------
// bodies
// -------------------------------------------------------------------------------------

const KINDS: Readonly<Record<Kind, null>> = {
  ...{ work: null, retries: null, fails: null },
  ...{ chord: null, brokenChord: null, crowd: null },
};
const SendBody = t.type({ kind: t.keyof(KINDS) });
const Ids = t.readonlyArray(t.string);
const TokenBody = t.type({
  granted: t.readonlyArray(t.type({ tasks: Ids, groups: Ids, token: t.string })),
});
const RestartBody = t.type({ what: t.keyof({ server: null, redis: null }) });

/** `undefined` where it is none. */
const jsonOf = (request: Request): Promise<unknown> => request.json().catch(() => undefined);

const unreadable = (): Response => new Response(null, { status: 400 });
