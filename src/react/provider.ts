/**
 * `ChordisProvider`: where the components below it watch tasks, and how.
 *
 * @since 0.1.0
 */
import {
  createContext,
  createElement,
  type FunctionComponent,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useRef,
} from 'react';
import type { WatchOptions } from '../browser/index.js';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

/**
 * Where tasks are watched, and how: the options of `chordis/browser`.
 *
 * @category model
 * @since 0.1.0
 */
export interface ChordisProviderProps extends Omit<WatchOptions, 'signal'> {
  /** Where `taskEvents` is served, such as `/tasks`. */
  readonly url: string;
  readonly children?: ReactNode;
}

/** Of one address; the same object as long as that and the options are the same. */
export interface Source {
  readonly addressOf: (name: 'task' | 'group', id: string) => string;
  readonly options: WatchOptions;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * Lets the hooks of the components in it watch tasks at `url`, with the options of
 * `chordis/browser`; all of them share one connection. `headers` and `fetch` may be new
 * functions each time that it is rendered: the latest is asked.
 *
 * @example
 * import { createElement } from 'react'
 * import { renderToString } from 'react-dom/server'
 * import { ChordisProvider, useTask } from 'chordis/react'
 *
 * const Status = ({ id }: { id: string }) => createElement('p', null, useTask(id).phase)
 *
 * const page = createElement(ChordisProvider, { url: '/tasks' }, createElement(Status, { id: '4f1b' }))
 * console.log(renderToString(page)) // => <p>following</p>
 *
 * @category constructors
 * @since 0.1.0
 */
export const ChordisProvider: FunctionComponent<ChordisProviderProps> = (props) => {
  const { url, children, stallTimeout, hiddenAfter, longestWait, random, scheduler } = props;
  const hasHeaders = props.headers !== undefined;
  const hasFetch = props.fetch !== undefined;
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  const source = useMemo<Source>(
    () => ({
      addressOf: (name, id) =>
        `${url}${url.includes('?') ? '&' : '?'}${new URLSearchParams({ [name]: id })}`,
      options: {
        ...(hasHeaders && { headers: () => latest.current.headers?.() ?? {} }),
        ...(hasFetch && { fetch: (...args) => (latest.current.fetch ?? fetch)(...args) }),
        ...(stallTimeout !== undefined && { stallTimeout }),
        ...(hiddenAfter !== undefined && { hiddenAfter }),
        ...(longestWait !== undefined && { longestWait }),
        ...(random !== undefined && { random }),
        ...(scheduler !== undefined && { scheduler }),
      },
    }),
    [url, hasHeaders, hasFetch, stallTimeout, hiddenAfter, longestWait, random, scheduler],
  );
  return createElement(Context.Provider, { value: source }, children);
};

const Context = createContext<Source | undefined>(undefined);

/** Throws where there is no provider. */
export const useSource = (): Source => {
  const source = useContext(Context);
  if (source === undefined) {
    throw new Error('Put a ChordisProvider, with the url of taskEvents, around what watches tasks');
  }
  return source;
};
