/**
 * From a stream to what `useSyncExternalStore` asks for.
 *
 * A component that is mounted twice, as under Strict Mode, subscribes, leaves and subscribes
 * again: the view stays as it was, and what is over is not asked for anew.
 *
 * @since 0.1.0
 */
import type { Observable } from 'rxjs';

// -------------------------------------------------------------------------------------
// model
// -------------------------------------------------------------------------------------

export interface Store<V> {
  readonly subscribe: (changed: () => void) => () => void;
  readonly view: () => V;
  /** On a server, and while a page is hydrated: nothing has been told. */
  readonly first: () => V;
}

// -------------------------------------------------------------------------------------
// constructors
// -------------------------------------------------------------------------------------

/**
 * A view to begin with, the news that are to follow a view, and what they make of the one
 * before; their stream must not fail.
 */
export const store = <V, N>(
  first: V,
  newsAfter: (view: V) => Observable<N>,
  next: (view: V, news: N) => V,
): Store<V> => {
  let view = first;
  let isOver = false;
  return {
    subscribe: (changed) => {
      if (isOver) return () => undefined;
      const subscription = newsAfter(view).subscribe({
        next: (news) => {
          view = next(view, news);
          changed();
        },
        complete: () => {
          isOver = true;
        },
      });
      return () => subscription.unsubscribe();
    },
    view: () => view,
    first: () => first,
  };
};
