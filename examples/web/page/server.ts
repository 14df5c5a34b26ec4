/** What the page asks of its server. */
import type { About, Granted, Kind, Restartable, Sent } from '../protocol.js';

const asked = async (path: string, body?: unknown): Promise<Response> => {
  const response = await fetch(
    path,
    body === undefined
      ? {}
      : {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        },
  );
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response;
};

export const about = async (): Promise<About> => (await asked('/about')).json();

export const send = async (kind: Kind): Promise<Sent> => (await asked('/send', { kind })).json();

export const restart = async (what: Restartable): Promise<void> => {
  await asked('/restart', { what });
};

const joint = async (granted: ReadonlyArray<Granted>): Promise<string> =>
  (await (await asked('/token', { granted })).json()).token;

/** In milliseconds; a token in place of many holds somewhat longer. */
const RENEWED = 8 * 60_000;

/** The headers of a request for all that is granted by then: one token in place of many. */
export const tokens = (
  granted: () => ReadonlyArray<Granted>,
): (() => Promise<Readonly<Record<string, string>>>) => {
  let latest = { of: '', until: 0, token: '' };
  return async () => {
    const all = granted();
    const of = all.map(({ token }) => token).join();
    if (latest.of !== of || latest.until < Date.now()) {
      latest = { of, until: Date.now() + RENEWED, token: await joint(all) };
    }
    return { authorization: `Bearer ${latest.token}` };
  };
};
