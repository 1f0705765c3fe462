/** When something was read: milliseconds of some epoch, and how often keys had been let go of by then. */
export interface ReadAt {
  readonly at: number;
  readonly forgettings: number;
}

/** What was read a moment ago, by name. */
export interface Recent<V> {
  /** Where the clock and the keys stand: to be asked before what is kept is read. */
  moment(): ReadAt;
  get(name: string): { readonly value: V; readonly read: ReadAt } | undefined;
  /** Keeps a value; one that goes on from a kept one keeps the moment that one was read at. */
  keep(name: string, value: V, read: ReadAt): void;
}

export interface RecentLimits<V> {
  /** Milliseconds. */
  readonly keptFor: number;
  /** Weight of all that is kept; what weighs more than an eighth of it alone is not. */
  readonly capacity: number;
  readonly weigh: (value: V) => number;
  /** Milliseconds of some epoch. */
  readonly now: () => number;
  /** Rises whenever keys are let go of: what was read before that is not answered any more. */
  readonly forgettings: () => number;
}

/**
 * Values in the order they were read in; the oldest give way, and so does whatever is too old or opened with keys since let go of:
 * at the latest twice `keptFor` after it was read, though nobody asks any more.
 */
export function recent<V>({ keptFor, capacity, weigh, now, forgettings }: RecentLimits<V>): Recent<V> {
  const kept = new Map<string, { readonly value: V; readonly read: ReadAt; readonly weight: number }>();
  let total = 0;

  const isGood = ({ at, forgettings: then }: ReadAt): boolean => now() - at < keptFor && then === forgettings();

  const drop = (name: string): void => {
    total -= kept.get(name)?.weight ?? 0;
    kept.delete(name);
  };

  const dropWhatIsOver = (): void => {
    for (const [oldest, one] of kept) {
      if (total <= capacity && isGood(one.read)) break;
      drop(oldest);
    }
  };

  let willLook = false;
  const lookLater = (): void => {
    if (willLook || kept.size === 0) return;
    willLook = true;
    setTimeout(() => {
      willLook = false;
      dropWhatIsOver();
      lookLater();
    }, keptFor).unref();
  };

  return {
    moment: () => ({ at: now(), forgettings: forgettings() }),
    get: (name) => {
      const one = kept.get(name);
      return one && isGood(one.read) ? one : undefined;
    },
    keep: (name, value, read) => {
      const weight = weigh(value);
      // A value that goes on keeps its place in the order of reading.
      const goesOn = kept.get(name)?.read.at === read.at;
      if (!goesOn || weight > capacity / 8) drop(name);
      else total -= kept.get(name)?.weight ?? 0;
      if (weight <= capacity / 8) {
        kept.set(name, { value, read, weight });
        total += weight;
      }
      dropWhatIsOver();
      lookLater();
    },
  };
}
