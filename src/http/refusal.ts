/**
 * Why a request gets no states. What it says is told to whoever asks, so that it holds
 * nothing of what is stored.
 *
 * @since 0.1.0
 */

export interface Refusal {
  readonly status: number;
  readonly problem: string;
  readonly headers: Readonly<Record<string, string>>;
}

export const refusal = (
  status: number,
  problem: string,
  headers: Refusal['headers'] = {},
): Refusal => ({ status, problem, headers });

/** A new one each time, as a response is sent once. */
export const refused = ({ status, problem, headers }: Refusal): Response =>
  new Response(`${problem}\n`, {
    status,
    headers: { ...uncached, 'content-type': 'text/plain; charset=utf-8', ...headers },
  });

/** What depends on who asks and when is kept by nobody, and read as nothing but what it is. */
export const uncached = {
  'cache-control': 'no-store, no-transform',
  'x-content-type-options': 'nosniff',
};
