import { inTime } from '../inTime.ts';
import type { Metrics } from '../metrics.ts';
import type { Counts, Use } from './counts.ts';
import type { Limit, Limited, LimitSettings } from './settings.ts';

/** Who uses something: a subject, and the group whose uses count together. */
export interface User {
  readonly subject: string;
  readonly group?: string | undefined;
}

export interface Limiter {
  /**
   * Counts uses here and tells the database once a second, so that it costs no round trip. A database that cannot be reached
   * refuses nobody: what this process counted itself is then all that limits.
   * @returns seconds to wait when there were too many, otherwise undefined.
   */
  loosely(what: Limited, who: User, uses?: number): number | undefined;
  /**
   * Counts uses in the database before they are allowed; what comes together is one statement.
   * @returns seconds to wait when there were too many, otherwise undefined.
   * @throws when the count cannot be kept within two seconds.
   */
  strictly(what: Limited, who: User, uses?: number): Promise<number | undefined>;
  /** Stops telling the database; call it once. */
  close(): void;
}

export interface LimiterParts {
  readonly counts: Counts;
  readonly settings: LimitSettings;
  readonly metrics: Metrics;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

const TELL_EVERY_MS = 1_000;
const KEPT_WITHIN_MS = 2_000;

/** What is known of one key in one window: what the database said last, and what it has not been told yet. */
interface Known {
  readonly ends: number;
  shared: number;
  untold: number;
}

/** Limits over fixed windows. At the turn of a window twice a limit may pass, which is what it costs to keep one number a key. */
export function createLimiter({ counts, settings, metrics, now = Date.now }: LimiterParts): Limiter {
  const known = new Map<string, Known>();
  const unkept = metrics.counter('limit_counts_lost_total', 'Batches of use counts that the database did not take');
  const gather = gathering(counts);
  let telling = false;

  async function tell(): Promise<void> {
    for (const [key, one] of known) if (one.ends <= now() && one.untold === 0) known.delete(key);
    const fresh = [...known].filter(([, one]) => one.untold > 0);
    if (telling || fresh.length === 0) return;
    telling = true;
    const uses = fresh.map(([key, one]) => ({ key, ends: one.ends, uses: one.untold }));
    for (const [index, [, one]] of fresh.entries()) {
      one.shared += uses[index]?.uses ?? 0;
      one.untold = 0;
    }
    try {
      const shared = await counts.add(uses);
      for (const [index, [, one]] of fresh.entries()) one.shared = shared[index] ?? one.shared;
    } catch {
      unkept.inc();
    } finally {
      telling = false;
    }
  }
  const timer = setInterval(() => void tell(), TELL_EVERY_MS).unref();

  function noted(key: string, ends: number, uses: number): number {
    let one = known.get(key);
    if (!one || one.ends !== ends) {
      one = { ends, shared: 0, untold: 0 };
      known.set(key, one);
    }
    one.untold += uses;
    return one.shared + one.untold;
  }

  const endOf = ({ windowS }: Limit): number => (Math.floor(now() / (windowS * 1000)) + 1) * windowS * 1000;
  const secondsUntil = (ends: number): number => Math.max(1, Math.ceil((ends - now()) / 1000));
  const keysOf = (what: Limited, { subject, group }: User, limit: Limit): readonly (readonly [string, number])[] => [
    [`${what} subject ${subject}`, limit.perSubject],
    ...(group === undefined ? [] : [[`${what} group ${group}`, limit.perGroup] as const]),
  ];

  return {
    loosely: (what, who, uses = 1) => {
      const limit = settings[what];
      const ends = endOf(limit);
      const over = keysOf(what, who, limit).filter(([key, most]) => noted(key, ends, uses) > most);
      return over.length > 0 ? secondsUntil(ends) : undefined;
    },
    strictly: async (what, who, uses = 1) => {
      const limit = settings[what];
      const ends = endOf(limit);
      const used = await Promise.all(
        keysOf(what, who, limit).map(async ([key, most]) => (await gather({ key, ends, uses })) > most),
      );
      return used.includes(true) ? secondsUntil(ends) : undefined;
    },
    close: () => clearInterval(timer),
  };
}

/** Adds uses in batches: while one is under way the next gathers. Each use learns the count its batch came to. */
function gathering(counts: Counts): (use: Use) => Promise<number> {
  let waiting: { readonly use: Use; readonly done: (used: number) => void; readonly failed: (error: unknown) => void }[] = [];
  let busy = false;

  async function flush(): Promise<void> {
    busy = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      const sums = new Map<string, Use>();
      for (const { use } of batch) {
        const sum = sums.get(use.key);
        const sameWindow = sum?.ends === use.ends;
        // Of two windows in one batch the later counts: the other has just ended.
        if (sum && sameWindow) sums.set(use.key, { ...sum, uses: sum.uses + use.uses });
        else if (!sum || sum.ends < use.ends) sums.set(use.key, use);
      }
      try {
        const uses = [...sums.values()];
        const used = await inTime(KEPT_WITHIN_MS, counts.add(uses), tooLate);
        const after = new Map(uses.map((one, index) => [one.key, used[index] ?? 0]));
        for (const one of batch) one.done(after.get(one.use.key) ?? 0);
      } catch (error) {
        for (const one of batch) one.failed(error);
      }
    }
    busy = false;
  }

  return (use) =>
    new Promise((done, failed) => {
      waiting.push({ use, done, failed });
      if (!busy) void flush();
    });
}

function tooLate(): never {
  throw new Error('the counts were not kept in time');
}
