/**
 * Whose requests are heard. A page of another origin can have a browser send requests here,
 * though not read what is answered: so what changes anything is JSON by POST, with an `Origin`
 * that is this one. And a name of another's that leads here (DNS rebinding) is none of ours.
 */

const OWN_HOST = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

export const isOwnHost = ({ headers }: Request): boolean =>
  OWN_HOST.test(headers.get('host') ?? '');

/** The status that refuses a request that is to change something; undefined where it may. */
export const refusalOf = (request: Request): 403 | 405 | 415 | undefined => {
  const { method, headers } = request;
  if (method !== 'POST') return 405;
  if (!/^application\/json(;|$)/i.test(headers.get('content-type') ?? '')) return 415;
  const isOwn = headers.get('origin') === `http://${headers.get('host')}`;
  const site = headers.get('sec-fetch-site') ?? 'same-origin';
  return isOwn && site === 'same-origin' ? undefined : 403;
};
