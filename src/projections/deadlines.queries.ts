import { sql } from 'kysely';
import { type Reads, readDb } from './reads.queries.ts';
import { hasCome } from './runtime/waitFor.queries.ts';

/** An open wait whose clock runs. Instants are RFC 3339 UTC. */
export interface TimedWait {
  readonly stream: string;
  readonly key: string;
  /** Revision at which the wait began. */
  readonly sinceRevision: number;
  readonly clockStart: string;
  readonly due: string;
  /** Highest level of escalation reached, 0 for none. */
  readonly level: number;
}

/** A date of a case that acts whoever holds the ball. */
export interface SetTimer {
  readonly stream: string;
  readonly key: string;
  readonly at: string;
  readonly command: string;
}

const PAGE = 500;

const streamOf = (row: { readonly process: string; readonly case_id: string }): string => `${row.process}-${row.case_id}`;

/** What time alone may have made due, for the scan of deadlines. Read in pages, so a scan holds no transaction. */
export function deadlineSource(reads: Reads) {
  const db = readDb(reads);

  /** Before the read model was first built there is nothing to look at. */
  const isBuilt = () => hasCome(db, reads.schema, ['cases'], 0n);

  /** Every open wait with a clock that began before an instant and is not paused, the longest due first. */
  async function* dueWaits(now: string): AsyncGenerator<TimedWait, void, void> {
    if (!(await isBuilt())) return;
    let last = ['', '', '', ''];
    for (;;) {
      const rows = await db
        .selectFrom('queue')
        .select(['process', 'case_id', 'wait_key', 'since_revision', 'clock_start', 'level', sql<string>`due`.as('due')])
        .where('to_index', 'is', null)
        .where('due', 'is not', null)
        .where('paused_at', 'is', null)
        .where('clock_start', '<=', now)
        .where(sql<boolean>`(due, process, case_id, wait_key) > (${sql.join(last)})`)
        .orderBy('due')
        .orderBy('process')
        .orderBy('case_id')
        .orderBy('wait_key')
        .limit(PAGE)
        .execute();
      for (const row of rows) {
        yield {
          stream: streamOf(row),
          key: row.wait_key,
          sinceRevision: row.since_revision,
          clockStart: row.clock_start,
          due: row.due,
          level: row.level,
        };
      }
      const end = rows.at(-1);
      if (end === undefined || rows.length < PAGE) return;
      last = [end.due, end.process, end.case_id, end.wait_key];
    }
  }

  /** Every timer set for an instant or before, oldest first. */
  async function* dueTimers(now: string): AsyncGenerator<SetTimer, void, void> {
    if (!(await isBuilt())) return;
    let last = ['', '', '', ''];
    for (;;) {
      const rows = await db
        .selectFrom('timer')
        .select(['process', 'case_id', 'key', 'at', 'command'])
        .where('at', '<=', now)
        .where(sql<boolean>`(at, process, case_id, key) > (${sql.join(last)})`)
        .orderBy('at')
        .orderBy('process')
        .orderBy('case_id')
        .orderBy('key')
        .limit(PAGE)
        .execute();
      for (const row of rows) yield { stream: streamOf(row), key: row.key, at: row.at, command: row.command };
      const end = rows.at(-1);
      if (end === undefined || rows.length < PAGE) return;
      last = [end.at, end.process, end.case_id, end.key];
    }
  }

  return { dueWaits, dueTimers };
}

/** How many open waits are past their time, by process; undefined before the read model was first built. */
export function overdueWaits(reads: Reads): (now: string) => Promise<ReadonlyMap<string, number> | undefined> {
  const db = readDb(reads);
  return async (now) => {
    if (!(await hasCome(db, reads.schema, ['cases'], 0n))) return undefined;
    const rows = await db
      .selectFrom('queue')
      .select(['process', sql<number>`count(*)::int`.as('waits')])
      .where('to_index', 'is', null)
      .where('due', 'is not', null)
      .where('paused_at', 'is', null)
      .where('due', '<', now)
      .groupBy('process')
      .execute();
    return new Map(rows.map((row) => [row.process, row.waits]));
  };
}

/** What a member of staff has taken and not finished, once the read model shows a position; `not yet` before. */
export function openItemsOf(
  reads: Reads,
): (staff: string, position: bigint) => Promise<readonly { readonly stream: string; readonly wait: string }[] | 'not yet'> {
  const db = readDb(reads);
  return async (staff, position) => {
    if (!(await hasCome(db, reads.schema, ['cases'], position))) return 'not yet';
    const rows = await db
      .selectFrom('queue')
      .select(['process', 'case_id', 'wait_key'])
      .where('assignee', '=', staff)
      .where('to_index', 'is', null)
      .orderBy('process')
      .orderBy('case_id')
      .orderBy('wait_key')
      .execute();
    return rows.map((row) => ({ stream: streamOf(row), wait: row.wait_key }));
  };
}
