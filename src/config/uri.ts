/**
 * Where results are, for people to read. Source: `kombu/utils/url.py`, and `as_uri` in
 * `celery/backends/base.py`.
 *
 * @since 0.1.0
 */
import { bracketed } from './address.js';
import { quote } from './uriComponent.js';
import { type UrlParts, withoutBackend } from './urlParts.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * @category model
 * @since 0.1.0
 */
export interface Uri {
  /** As it may be shown: without the query, and with `**` for the password. */
  readonly shown: string;
  /** As it was written, password and all. */
  readonly full: string;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * Of a URL and its parts.
 *
 * @category constructors
 * @since 0.1.0
 */
export const uriOf = (url: string, parts: UrlParts): Uri => {
  const shown = joined(parts);
  return {
    shown: shown.endsWith(':///') ? shown.slice(0, -1) : shown,
    full: withoutBackend(url),
  };
};

/** Of a backend that was called by its name. */
export const NO_URI: Uri = { shown: '', full: '' };

const joined = ({ scheme, host, port, username, password, path }: UrlParts): string => {
  const userinfo = quote(username ?? '') + (password === null ? '' : ':**');
  const authority = (userinfo && `${userinfo}@`) + quote(host ?? '') + (port ? `:${port}` : '');
  return `${scheme}://${authority}/${path ?? ''}`;
};

/**
 * The URL of a database, password and all.
 *
 * @category constructors
 * @since 0.1.0
 */
export const toUrl = (
  to: Pick<UrlParts, 'scheme' | 'username' | 'password'> &
    Readonly<{ host: string; port: number; db: number }>,
): string => {
  const password = to.password === null ? '' : `:${quote(to.password)}`;
  const userinfo = quote(to.username ?? '') + password;
  return `${to.scheme}://${userinfo && `${userinfo}@`}${bracketed(to.host)}:${to.port}/${to.db}`;
};
