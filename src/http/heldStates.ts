/**
 * The states that a reader is still to be told: of each task the latest, and of all together
 * no more than a bound. What finds no room is let go, and read again once there is some.
 *
 * @since 0.1.0
 */
import type { TaskMeta } from '../wire/taskMeta.js';

/** So many are held whatever they weigh, which is not even asked; and so many are read again at once. */
const FEW = 8;

export class HeldStates {
  private readonly metas = new Map<number, TaskMeta>();
  /** Of those that were weighed. */
  private readonly weights = new Map<number, number>();
  private weight = 0;
  private readonly outside = new Set<number>();

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
    if (others < FEW || this.fits(at, meta)) {
      this.metas.set(at, meta);
      return true;
    }
    this.metas.delete(at);
    this.outside.add(at);
    return false;
  }

  /** The first, which is held no more from now on. */
  take(): readonly [at: number, meta: TaskMeta] | undefined {
    const [first] = this.metas;
    if (first === undefined) return undefined;
    this.metas.delete(first[0]);
    this.lighten(first[0]);
    return first;
  }

  /** Some of those that found no room, once all is taken. */
  welcome(): ReadonlyArray<number> {
    if (this.outside.size === 0 || this.metas.size > 0) return [];
    const some = [...this.outside].slice(0, FEW);
    for (const at of some) this.outside.delete(at);
    return some;
  }

  private fits(at: number, meta: TaskMeta): boolean {
    const weight = this.weigh(meta);
    if (this.weight + weight > this.most) return false;
    this.weights.set(at, weight);
    this.weight += weight;
    return true;
  }

  private lighten(at: number): void {
    const weight = this.weights.get(at);
    if (weight === undefined) return;
    this.weights.delete(at);
    this.weight -= weight;
  }
}
