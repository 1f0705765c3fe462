import { type Kysely, sql } from 'kysely';
import type pg from 'pg';
import { Bell } from '../../eventlog/follow.ts';
import { listen } from '../../eventlog/postgres/listener.ts';
import { createKysely } from '../../platform/database.ts';
import { channelOf } from './checkpoints.ts';

/** Resolves to true once these read models show a position, to false after `timeoutMs` milliseconds without that. */
export type WaitFor = (projections: readonly string[], position: bigint, timeoutMs: number) => Promise<boolean>;

const POLL_MS = 100;

/** Whether all of these read models show a position now. `schema` is that of the read models. */
export async function hasCome<Tables>(
  db: Kysely<Tables>,
  schema: string,
  projections: readonly string[],
  position: bigint,
): Promise<boolean> {
  const { rows } = await sql<{ there: number }>`
    select count(*)::int as there from ${sql.id(schema, 'projection_build')}
    where state = 'live' and name = any(${projections}::text[]) and position >= ${String(position)}`.execute(db);
  return rows[0]!.there === new Set(projections).size;
}

/**
 * Read-your-writes: waits for read models to come to a position. Woken by NOTIFY over one more connection, which may be lost:
 * the checkpoint, looked at ten times a second at most, is the truth. Ends waiting when the signal aborts.
 */
export function createWaitFor(pool: pg.Pool, schema: string, signal: AbortSignal): WaitFor {
  const db = createKysely<unknown>(pool);
  const bell = new Bell();
  const listening = listen(pool, channelOf(schema), bell, signal);
  // It only rings; a fault in it costs a tenth of a second a wait.
  listening.catch(() => undefined);

  return async (projections, position, timeoutMs) => {
    const until = Date.now() + timeoutMs;
    for (;;) {
      const { rings } = bell;
      if (await hasCome(db, schema, projections, position)) return true;
      const left = until - Date.now();
      if (left <= 0 || signal.aborted) return false;
      await bell.wait(rings, Math.min(left, POLL_MS), signal);
    }
  };
}
