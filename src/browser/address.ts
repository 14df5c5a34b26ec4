/**
 * What a URL names: tasks, groups, and where they are told of.
 *
 * @since 0.1.0
 */
import * as Rx from 'rxjs';
import { BadAddress } from './watchError.js';

interface Address {
  readonly tasks: ReadonlyArray<string>;
  readonly groups: ReadonlyArray<string>;
  /** Without them. */
  readonly endpoint: URL;
}

/** The stream of what a URL names; `BadAddress` for none. */
export const addressed = <A>(
  url: string | URL,
  stream: (address: Address) => Rx.Observable<A>,
): Rx.Observable<A> =>
  Rx.defer(() => {
    const base = (globalThis as { readonly location?: { readonly href: string } }).location?.href;
    const endpoint = parsed(url, base);
    if (endpoint === undefined) return fail(url, 'no URL');
    const { searchParams } = endpoint;
    const [tasks, groups] = ['task', 'group'].map((name) => [
      ...new Set(searchParams.getAll(name)),
    ]);
    for (const name of ['task', 'group', 'after']) searchParams.delete(name);
    endpoint.hash = '';
    return stream({ tasks: tasks ?? [], groups: groups ?? [], endpoint });
  });

const parsed = (url: string | URL, base: string | undefined): URL | undefined => {
  try {
    return new URL(url, base);
  } catch {
    return undefined;
  }
};

export const fail = (url: string | URL, problem: string): Rx.Observable<never> =>
  Rx.throwError(() => new BadAddress(String(url), problem));
