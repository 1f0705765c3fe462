import pg from 'pg';
import type { Reached } from './store.ts';

/** What a log lacks that its reactors had seen. */
export interface LogStands {
  readonly head: bigint;
  /** Of its last event; left out where it is the position, as on postgres. */
  readonly logIndex?: bigint;
  /** Effects of tasks that ended since may be lost with the log; RFC 3339 UTC, `-infinity` for all of them. */
  readonly since: string;
}

/** How far any reactor has come: its position, and the logIndex of the last event it was given. */
export async function farthestReactor(pool: pg.Pool, schema: string): Promise<Reached> {
  const { rows } = await pool.query<{ position: string; log_index: string }>(
    `select coalesce(max(position), 0) as position, coalesce(max(log_index), 0) as log_index
     from ${pg.escapeIdentifier(schema)}.reactors`,
  );
  return { position: BigInt(rows[0]?.position ?? 0), logIndex: BigInt(rows[0]?.log_index ?? 0) };
}

/**
 * Takes reactors back to where their log stands, so that none passes over what is written next. Tasks of events that are gone go
 * with them; tasks that ended since then are done again, since what they did may be gone: a command that is still in the log is
 * met under its id and answered as the first time. Answers how many tasks are done again.
 */
export async function stepBack(
  client: pg.Pool | pg.ClientBase,
  schema: string,
  { head, logIndex = head, since }: LogStands,
): Promise<number> {
  const within = pg.escapeIdentifier(schema);
  await client.query(
    `update ${within}.reactors set position = least(position, $1), log_index = least(log_index, $2), fault = null,
       fault_position = null, fault_since = null
     where position > $1 or log_index > $2`,
    [String(head), String(logIndex)],
  );
  await client.query(`delete from ${within}.jobs where position > $1`, [String(head)]);
  // Positions are given out again: who was told to pass over one meant the event that is gone.
  await client.query(`delete from ${within}.skipped_events where position > $1`, [String(head)]);
  const { rowCount } = await client.query(
    `update ${within}.jobs set ended_at = null, ending = null, refusal = null, due = now()
     where ended_at >= $1::timestamptz and ending in ('done', 'refused')`,
    [since],
  );
  return rowCount ?? 0;
}
