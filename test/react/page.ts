/** React in a page of its own, over the memory store and its events. */
import { Window } from 'happy-dom';
import { act, createElement, type ReactNode, StrictMode } from 'react';
import type { Root } from 'react-dom/client';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { RedisBackend } from '../../src/backend/redisBackend.js';
import { taskEvents } from '../../src/http/index.js';
import { ChordisProvider, type ChordisProviderProps } from '../../src/react/index.js';
import { FakeServer } from '../browser/fakeServer.js';

export interface Page {
  readonly backend: RedisBackend;
  readonly server: FakeServer;
  readonly text: () => string;
  /** Below a provider, under Strict Mode unless told otherwise. */
  readonly render: (children: ReactNode, own?: Own) => Promise<void>;
  readonly unmount: () => Promise<void>;
  /** Once the page shows it. */
  readonly shows: (text: string) => Promise<void>;
}

type Own = Partial<ChordisProviderProps> & { readonly isStrict?: boolean };

const URL_OF_TASKS = 'http://localhost/tasks';

const quick = (): number => 0.01;

/** What is done to the page, and all that comes of it at once. */
export const acted = async (change: () => void): Promise<void> => {
  Reflect.set(globalThis, 'IS_REACT_ACT_ENVIRONMENT', true);
  await act(async () => change());
  Reflect.set(globalThis, 'IS_REACT_ACT_ENVIRONMENT', false);
};

/** Before each test of a file a new one. */
export const page = (): Page => {
  let backend: RedisBackend;
  let server: FakeServer;
  let window: Window;
  let root: Root;
  beforeEach(async () => {
    backend = new RedisBackend({ url: 'memory://' });
    server = new FakeServer(
      taskEvents(backend, { authorize: (_, { tasks }) => !tasks.includes('secret') }),
    );
    window = new Window();
    const { document, navigator } = window;
    const globals = { window, document, navigator };
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    // it looks for a window once, when it is loaded
    const { createRoot } = await import('react-dom/client');
    root = createRoot(window.document.body as unknown as Element);
  });
  const unmount = () => acted(() => root.unmount());
  afterEach(async () => {
    await unmount();
    await window.happyDOM.close();
    await backend.close()();
    vi.unstubAllGlobals();
  });
  const text = () => window.document.body.textContent;
  return {
    get backend() {
      return backend;
    },
    get server() {
      return server;
    },
    text,
    render: (children, { isStrict = true, ...own } = {}) => {
      const props = { url: URL_OF_TASKS, fetch: server.fetch, random: quick, ...own };
      const provided = createElement(ChordisProvider, props, children);
      return acted(() =>
        root.render(isStrict ? createElement(StrictMode, null, provided) : provided),
      );
    },
    unmount,
    shows: (expected) => expect.poll(text).toBe(expected),
  };
};
