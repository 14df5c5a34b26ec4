/**
 * What lies in Redis for a task, taken for its channel: a ready state settles it, another one
 * is its next, and what can't be read fails it alone. Every task passes here, so nothing may
 * throw, whatever lies there.
 *
 * @since 0.1.0
 */
import * as E from 'fp-ts/lib/Either.js';
import * as Rx from 'rxjs';
import { fromUnknown, type ResultStoreError } from '../errors/errors.js';
import { isReady } from '../states.js';
import type { TaskMeta } from '../wire/taskMeta.js';
import type { Registry, TaskChannel } from './registry.js';

export type Decode = (
  name: string,
  bytes: Buffer,
  taskId: string,
) => E.Either<ResultStoreError, TaskMeta>;

export class Readings {
  /** Of any state that nobody had heard of. */
  readonly news$ = new Rx.Subject<void>();

  constructor(
    private readonly registry: Registry,
    private readonly decode: Decode,
  ) {}

  /** Any state; whether it was ready. */
  take(channel: TaskChannel, bytes: Buffer): boolean {
    const meta = this.read(channel, bytes);
    if (E.isLeft(meta)) this.registry.fail(channel, meta.left);
    else if (isReadyFor(channel, meta.right)) return this.settle(channel, meta.right);
    else if (isFor(channel, meta.right) && this.registry.tell(channel, meta.right)) this.tell();
    return false;
  }

  /** A ready state alone, where another may be older than what was heard; whether it was one. */
  takeReady(channel: TaskChannel, bytes: Buffer): boolean {
    const meta = this.read(channel, bytes);
    return E.isRight(meta) && isReadyFor(channel, meta.right) && this.settle(channel, meta.right);
  }

  private read(channel: TaskChannel, bytes: Buffer): E.Either<ResultStoreError, TaskMeta> {
    try {
      return this.decode(this.registry.nameOf(channel), bytes, channel.key);
    } catch (thrown) {
      return E.left(fromUnknown(thrown));
    }
  }

  private settle(channel: TaskChannel, meta: TaskMeta): true {
    this.registry.settle(channel, meta);
    this.tell();
    return true;
  }

  private tell(): void {
    if (this.news$.observed) this.news$.next();
  }
}

/** What names another task is not for this one, whatever channel it came by. */
const isFor = ({ key }: TaskChannel, { taskId }: TaskMeta): boolean => taskId === key;

const isReadyFor = (channel: TaskChannel, meta: TaskMeta): boolean =>
  isFor(channel, meta) && isReady(meta.status);
