/**
 * `grants`: tokens that let who holds one watch certain tasks and groups for a while, and that
 * are checked without a look-up. They are JSON Web Tokens, signed by HMAC with SHA-256.
 *
 * @since 0.1.0
 */
import { jwtVerify, SignJWT } from 'jose';
import { ImproperlyConfigured, InvalidArgument } from '../errors/errors.js';
import type { AskedIds } from '../http/asked.js';
import type { Authorize, Permission } from '../http/authorization.js';
import { type Operation, tryCatch } from '../operation/operation.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * What a token is for: tasks by their ids, or tasks and groups.
 *
 * @category model
 * @since 0.1.0
 */
export type GrantedIds = ReadonlyArray<string> | Partial<AskedIds>;

/**
 * How long a token is to hold.
 *
 * @category model
 * @since 0.1.0
 */
export interface GrantOptions {
  /** For how many seconds the token holds. */
  readonly expires: number;
}

/**
 * What gives tokens, and what checks them.
 *
 * @category model
 * @since 0.1.0
 */
export interface Grants {
  /** A token for all of these. Fails with `InvalidArgument` where `expires` is no number of seconds. */
  readonly grant: (ids: GrantedIds, options: GrantOptions) => Operation<string>;
  /**
   * For `taskEvents`: permits what the token of the request is for, until it expires. The token
   * stands in its `Authorization: Bearer`, or, since an `EventSource` has no headers, in
   * `?token=`.
   */
  readonly authorize: Authorize;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * Signs with the `secret`, of 32 bytes or more; of several the first one signs and each is
 * taken, so that one may follow another. Throws `ImproperlyConfigured` for a shorter one.
 *
 * @example
 * import { operation, RedisBackend } from 'chordis'
 * import { grants } from 'chordis/grants'
 * import { taskEvents } from 'chordis/http'
 *
 * const backend = new RedisBackend({ url: 'memory://' })
 * const { grant, authorize } = grants(process.env.GRANTS_SECRET ?? 'a secret of 32 bytes or more ...')
 * const handler = taskEvents(backend, { authorize })
 *
 * const token = await operation.toPromise(grant(['4f1b'], { expires: 600 }))
 * const headers = { authorization: `Bearer ${token}`, accept: 'application/json' }
 * const url = 'http://localhost/tasks'
 * console.log((await handler(new Request(`${url}?task=4f1b`, { headers }))).status) // => 200
 * console.log((await handler(new Request(`${url}?task=77aa`, { headers }))).status) // => 403
 * await backend.close()()
 *
 * @category constructors
 * @since 0.1.0
 */
export const grants = (secret: Secret | ReadonlyArray<Secret>): Grants => {
  const secrets = (isOne(secret) ? [secret] : secret).map(keyOf);
  const [signing = keyOf('')] = secrets;
  return {
    grant: (ids, { expires }) =>
      tryCatch(async () => {
        const until = new Date(Date.now() + expires * 1000);
        if (Number.isNaN(until.getTime())) throw notSeconds;
        const { tasks = [], groups = [] } = isList(ids) ? { tasks: ids } : ids;
        return new SignJWT({ tasks, groups })
          .setProtectedHeader({ alg: ALGORITHM })
          .setAudience(AUDIENCE)
          .setExpirationTime(until)
          .sign(signing);
      }),
    authorize: async (request, asked) => {
      const token = tokenOf(request);
      if (token === undefined) return false;
      for (const each of secrets) {
        const permission = await permissionOf(token, each, asked);
        if (permission !== false) return permission;
      }
      return false;
    },
  };
};

type Secret = string | Uint8Array;

const notSeconds = new InvalidArgument('expires', 'must be a number of seconds.');

const ALGORITHM = 'HS256';

/** So that a token of the same secret that is for something else is none. */
const AUDIENCE = 'chordis';

const SHORTEST = 32;

const isOne = (secret: Secret | ReadonlyArray<Secret>): secret is Secret =>
  typeof secret === 'string' || secret instanceof Uint8Array;

const isList = (ids: GrantedIds): ids is ReadonlyArray<string> => Array.isArray(ids);

const keyOf = (secret: Secret): Uint8Array => {
  const key = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
  if (key.length >= SHORTEST) return key;
  throw new ImproperlyConfigured('secret', `must have ${SHORTEST} bytes at least`);
};

// -------------------------------------------------------------------------------------
// checking
// -------------------------------------------------------------------------------------

const tokenOf = ({ headers, url }: Request): string | undefined =>
  /^Bearer +(\S+)$/i.exec(headers.get('authorization') ?? '')?.[1] ??
  new URL(url).searchParams.get('token') ??
  undefined;

const permissionOf = async (
  token: string,
  secret: Uint8Array,
  { tasks, groups }: AskedIds,
): Promise<Permission> => {
  try {
    const { payload } = await jwtVerify(token, secret, {
      algorithms: [ALGORITHM],
      audience: AUDIENCE,
      requiredClaims: ['exp'],
    });
    return holds(payload.tasks, tasks) && holds(payload.groups, groups)
      ? { expires: new Date((payload.exp ?? 0) * 1000) }
      : false;
  } catch {
    return false;
  }
};

const holds = (granted: unknown, asked: ReadonlyArray<string>): boolean => {
  const ids = new Set(Array.isArray(granted) ? granted : []);
  return asked.every((id) => ids.has(id));
};
