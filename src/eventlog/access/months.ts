import type pg from 'pg';
import { isConnectionFault } from '../../platform/database.ts';

/** The month that begins so many months after the one an instant lies in, as its first day. UTC. */
export function monthAfter(instant: string, months: number): string {
  const [year = 0, month = 1] = instant.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 + months, 1)).toISOString().slice(0, 10);
}

/** The tree of the month that begins on this day. */
export const treeNameOf = (starts: string): string => `access-${starts.slice(0, 7)}`;

export interface Kept {
  /** First days of the months that were dropped now. */
  readonly dropped: readonly string[];
}

/**
 * Makes the partitions of this month and of two more, and drops those whose last entry is older than `retentionMonths` once their
 * tree has every entry. That a month was dropped, when and with how many entries, stays on record in `month`, and its checkpoints
 * stay: an entry somebody kept a copy of can still be held against their roots.
 */
export async function keepMonths(pool: pg.Pool, schema: string, now: string, retentionMonths: number): Promise<Kept> {
  await makeMonths(pool, schema, now);
  const oldest = monthAfter(now, -retentionMonths);
  const { rows } = await pool.query<{ starts: string }>(
    `select m.starts from "${schema}".month m left join "${schema}".tree t on t.name = 'access-' || to_char(m.starts, 'YYYY-MM')
     where m.dropped_at is null and m.starts < $1 and m.entries = coalesce(t.size, 0) order by m.starts`,
    [oldest],
  );
  for (const { starts } of rows) await pool.query(`select "${schema}".drop_month($1, $2)`, [starts, now]);
  return { dropped: rows.map((row) => row.starts) };
}

/** Makes the partitions of the month an instant lies in and of the two that follow, where they are not there yet. */
export async function makeMonths(pool: pg.Pool, schema: string, instant: string): Promise<void> {
  for (const ahead of [0, 1, 2]) await pool.query(`select "${schema}".make_month($1)`, [monthAfter(instant, ahead)]);
}

/** Whether entries could not be written for want of their month. */
export const lacksMonth = (error: unknown): boolean =>
  !isConnectionFault(error) && error instanceof Error && (error as { code?: unknown }).code === 'MA001';
