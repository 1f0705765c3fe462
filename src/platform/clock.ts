import type pg from 'pg';
import type { Log } from './logging.ts';

/** This process's clock is not the database's: what it would write, grant or call overdue now could be wrong. */
export class ClockWrong extends Error {
  constructor(skewMs: number) {
    super(
      `the clock of this process is ${Math.round(Math.abs(skewMs) / 1_000)} s ${skewMs > 0 ? 'ahead of' : 'behind'} the database's`,
    );
    this.name = 'ClockWrong';
  }
}

/** The time, as long as this process may tell it. */
export interface Clock {
  /** RFC 3339 UTC. @throws ClockWrong while it is further from the database's clock than it may be. */
  now(): string;
  /** Milliseconds by which this process is surely ahead of the database, or behind it when negative. */
  skewMs(): number;
  stop(): void;
}

export interface ClockParts {
  /** The time of the database in milliseconds since 1970. */
  readonly ask: () => Promise<number>;
  /** How far off a clock may be, in milliseconds. */
  readonly boundMs: number;
  readonly logger: Log;
  /** Milliseconds since 1970, as the machine has them; whoever sets its clock changes them. */
  readonly wall?: () => number;
  /** Milliseconds since some moment; nobody sets them. */
  readonly steady?: () => number;
  readonly everyMs?: number;
}

const EVERY_MS = 10_000;
const ASK_MS = 5_000;
/** Beyond this it is told, and nothing more: clocks that are kept right differ by milliseconds. */
const WARN_MS = 5_000;

/** Asks a pool for the time of its database. */
export const timeOf = (pool: pg.Pool) => async (): Promise<number> => {
  // A connection that went silent would else leave the clock uncompared for as long as TCP is patient.
  const query = { text: 'select extract(epoch from clock_timestamp())::float8 * 1000 as ms', query_timeout: ASK_MS };
  const { rows } = await pool.query<{ ms: number }>(query);
  return rows[0]?.ms ?? Number.NaN;
};

/**
 * A clock that is held to the database's, which every process shares. It is compared now and then, and between two comparisons
 * with the time that passed: a clock that is set while the program runs is noticed at once. An answer may take long; only what is
 * surely wrong counts. While the database is away what was last found stands.
 * @throws what `ask` throws the first time
 */
export async function openClock(parts: ClockParts): Promise<Clock> {
  const { ask, boundMs, logger, wall = Date.now, steady = () => performance.now(), everyMs = EVERY_MS } = parts;
  let last = await compare();
  let comparing = false;
  let told = 0;

  async function compare(): Promise<{ readonly skewMs: number; readonly base: number }> {
    const [sent, sentSteady] = [wall(), steady()];
    const theirs = await ask();
    const took = steady() - sentSteady;
    // Between sending and answer the database looked at its clock: only outside of that the two surely differ.
    const skewMs = Math.max(0, sent - theirs) - Math.max(0, theirs - (sent + took));
    return { skewMs, base: sent - sentSteady };
  }

  const skewMs = (): number => last.skewMs + (wall() - steady() - last.base);

  async function again(): Promise<void> {
    if (comparing) return;
    comparing = true;
    last = await compare().catch(() => last);
    comparing = false;
    tell();
  }

  /** Says it once for each kind of difference. */
  function tell(): void {
    const skew = skewMs();
    const found = Math.abs(skew) > boundMs ? 2 : Math.abs(skew) > Math.min(WARN_MS, boundMs) ? 1 : 0;
    const about = { skewSeconds: Math.round(skew / 100) / 10 };
    if (found === 2 && told < 2) logger.error(about, 'the clock is wrong: nothing is written until it is set right');
    else if (found === 1 && told !== 1) logger.warn(about, 'the clock differs from that of the database');
    else if (found === 0 && told > 0) logger.info(about, 'the clock is right again');
    told = found;
  }

  tell();
  const timer = setInterval(again, everyMs);
  timer.unref();
  return {
    now: () => {
      const skew = skewMs();
      if (Math.abs(skew) > boundMs) {
        void again();
        throw new ClockWrong(skew);
      }
      return new Date(wall()).toISOString();
    },
    skewMs,
    stop: () => clearInterval(timer),
  };
}
