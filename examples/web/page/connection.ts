/**
 * Whether the page hears its server, as seen from the one request that is open all the time.
 * What hangs up by itself, since something else is to be asked for, is not lost.
 */
import { Subject } from 'rxjs';

export type Connection =
  | { readonly _tag: 'Live'; readonly awayFor: number }
  | { readonly _tag: 'Away' };

export interface Observed {
  readonly fetch: typeof fetch;
  readonly connection$: Subject<Connection>;
}

export const observed = (): Observed => {
  const connection$ = new Subject<Connection>();
  let since: number | undefined;

  const lost = (signal: AbortSignal | null | undefined): void => {
    if (signal?.aborted || since !== undefined) return;
    since = performance.now();
    connection$.next({ _tag: 'Away' });
  };

  const live = (): void => {
    const awayFor = since === undefined ? 0 : performance.now() - since;
    since = undefined;
    connection$.next({ _tag: 'Live', awayFor });
  };

  return {
    connection$,
    fetch: async (input, init) => {
      try {
        const response = await fetch(input, init);
        if (response.status >= 500) lost(init?.signal);
        if (response.status !== 200 || response.body === null) return response;
        live();
        return new Response(
          told(response.body, () => lost(init?.signal)),
          response,
        );
      } catch (error) {
        lost(init?.signal);
        throw error;
      }
    },
  };
};

/** The same bytes; `ended` is called where no more come. */
const told = (body: ReadableStream<Uint8Array>, ended: () => void): ReadableStream<Uint8Array> => {
  const reader = body.getReader();
  return new ReadableStream({
    pull: async (controller) => {
      try {
        const { done, value } = await reader.read();
        if (value !== undefined) controller.enqueue(value);
        if (!done) return;
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      ended();
    },
    cancel: (reason) => reader.cancel(reason),
  });
};
