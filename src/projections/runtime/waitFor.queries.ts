import { setMaxListeners } from 'node:events';
import { type Kysely, sql } from 'kysely';
import type pg from 'pg';
import { Bell } from '../../eventlog/follow.ts';
import { listen } from '../../eventlog/postgres/listener.ts';
import { createKysely } from '../../platform/database.ts';
import { channelOf } from './checkpoints.ts';

/** Resolves to true once these read models show a position, to false after `timeoutMs` milliseconds without that. */
export type WaitFor = (projections: readonly string[], position: bigint, timeoutMs: number) => Promise<boolean>;

const POLL_MS = 100;

/** The position each read model shows now. `schema` is that of the read models. */
async function shownNow<Tables>(db: Kysely<Tables>, schema: string): Promise<ReadonlyMap<string, bigint>> {
  const { rows } = await sql<{ name: string; position: string }>`
    select name, position from ${sql.id(schema, 'projection_build')} where state = 'live'`.execute(db);
  return new Map(rows.map(({ name, position }) => [name, BigInt(position)]));
}

const show = (shown: ReadonlyMap<string, bigint>, projections: readonly string[], position: bigint): boolean =>
  projections.every((name) => (shown.get(name) ?? -1n) >= position);

/** Whether all of these read models show a position now. `schema` is that of the read models. */
export async function hasCome<Tables>(
  db: Kysely<Tables>,
  schema: string,
  projections: readonly string[],
  position: bigint,
): Promise<boolean> {
  return show(await shownNow(db, schema), projections, position);
}

/**
 * One look for all who ask before it begins. The next begins when that one ends, so that however many wait, they hold one connection
 * of the pool; or a tenth of a second later, since a connection may have fallen silent.
 */
function shared<T>(look: () => Promise<T>, signal: AbortSignal): () => Promise<T> {
  const ended = new Bell();
  let looking = 0;
  let next: Promise<T> | undefined;
  async function begin(): Promise<T> {
    await ended.wait(looking === 0 ? -1 : ended.rings, POLL_MS, signal);
    next = undefined;
    looking += 1;
    try {
      return await look();
    } finally {
      looking -= 1;
      ended.ring();
    }
  }
  return () => {
    next ??= begin();
    return next;
  };
}

/**
 * Read-your-writes: waits for read models to come to a position. Woken by NOTIFY over one more connection, which may be lost: the
 * checkpoints, looked at ten times a second for all who wait together, are the truth. Ends waiting when the signal aborts.
 */
export function createWaitFor(pool: pg.Pool, schema: string, signal: AbortSignal): WaitFor {
  const db = createKysely<unknown>(pool);
  const bell = new Bell();
  setMaxListeners(0, signal);
  const listening = listen(pool, channelOf(schema), bell, signal);
  // It only rings; a fault in it costs a tenth of a second a wait.
  listening.catch(() => undefined);
  const look = shared(() => shownNow(db, schema), signal);
  let waiting = 0;
  let ticking: NodeJS.Timeout | undefined;

  return async (projections, position, timeoutMs) => {
    const until = Date.now() + timeoutMs;
    waiting += 1;
    ticking ??= setInterval(() => bell.ring(), POLL_MS);
    try {
      for (;;) {
        const { rings } = bell;
        if (show(await look(), projections, position)) return true;
        const left = until - Date.now();
        if (left > 0) await bell.wait(rings, left, signal);
        if (Date.now() >= until || signal.aborted) return false;
      }
    } finally {
      waiting -= 1;
      if (waiting === 0) {
        clearInterval(ticking);
        ticking = undefined;
      }
    }
  };
}
