/**
 * The states that a reader is still to be told: of each task the latest, and of all together
 * no more than a bound. What finds no room is let go, and read again once there is some.
 *
 * @since 0.1.0
 */
import type { TaskMeta } from '../wire/taskMeta.js';

/** So many are held whatever they weigh, which is not even asked. */
const FEW = 8;

export class HeldStates {
  private readonly metas = new Map<number, TaskMeta>();
  /** Of those that were weighed. */
  private readonly weights = new Map<number, number>();
  private weight = 0;
  /** What those weighed that found no room. */
  private readonly outside = new Map<number, number>();

  constructor(
    private readonly most: number,
    private readonly weigh: (meta: TaskMeta) => number,
  ) {}

  get size(): number {
    return this.metas.size;
  }

  /** Whether there was room for it. */
  put(at: number, meta: TaskMeta): boolean {
    this.lighten(at);
    const others = this.metas.size - (this.metas.has(at) ? 1 : 0);
    const weight = others < FEW ? 0 : this.weigh(meta);
    if (this.weight + weight > this.most) {
      this.metas.delete(at);
      this.outside.set(at, weight);
      return false;
    }
    this.outside.delete(at);
    this.metas.set(at, meta);
    if (weight > 0) this.weights.set(at, weight);
    this.weight += weight;
    return true;
  }

  /** The first, which is held no more from now on. */
  take(): readonly [at: number, meta: TaskMeta] | undefined {
    for (const first of this.metas) {
      this.metas.delete(first[0]);
      this.lighten(first[0]);
      return first;
    }
    return undefined;
  }

  /** Those that found no room and do now that all is taken, one at least. */
  welcome(): ReadonlyArray<number> {
    const some: Array<number> = [];
    if (this.metas.size > 0) return some;
    let weight = 0;
    for (const [at, each] of this.outside) {
      weight += each;
      if (some.length > 0 && weight > this.most) break;
      this.outside.delete(at);
      some.push(at);
    }
    return some;
  }

  private lighten(at: number): void {
    if (this.weights.size === 0) return;
    this.weight -= this.weights.get(at) ?? 0;
    this.weights.delete(at);
  }
}
