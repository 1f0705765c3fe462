import type pg from 'pg';
import { GroupCommit } from '../postgres/groupCommit.ts';
import type { AccessEntry, RecordedAccess } from './entry.ts';
import { lacksMonth, makeMonths } from './months.ts';
import { type AccessFilter, type AccessPage, accessPage } from './page.ts';
import { type AccessPlace, type AccessReceipt, type AccessSight, accessReceipt } from './receipts.ts';
import { unsealedMonths } from './standing.ts';

/** Who looked, and who was refused. */
export interface AccessLog {
  /** Resolves when the entries are durable. Rejects when they cannot be written: then nobody may be shown what they stand for. */
  record(entries: readonly AccessEntry[]): Promise<void>;
  /** Entries newest first. */
  page(filter: AccessFilter, paging: AccessPage): Promise<readonly RecordedAccess[]>;
  /**
   * The receipt of one entry; undefined where the filter shows no such entry. A new one is sealed within a minute.
   * @throws TreeDamaged
   */
  receipt(filter: AccessSight, place: AccessPlace): Promise<AccessReceipt | 'not sealed yet' | undefined>;
  /** Whether the last write came to nothing. */
  failing(): boolean;
  /** First days of the months whose tree does not keep up; `now` is RFC 3339 UTC. */
  unsealed(now: string): Promise<readonly string[]>;
}

const MOST_TOGETHER = 1_000;
const MOST_CHARACTERS = 4 * 1024 * 1024;

export interface AccessLogParts {
  /** For writing. */
  readonly pool: pg.Pool;
  /** For pages, which may take long; the same when absent. */
  readonly reads?: pg.Pool;
  readonly schema: string;
}

/** The access log in Postgres. What waits while one insert is under way goes into the next, together. */
export function createAccessLog({ pool, reads = pool, schema }: AccessLogParts): AccessLog {
  const insert = (entries: readonly AccessEntry[]) =>
    pool.query(`select "${schema}".record_access($1)`, [JSON.stringify(entries)]);

  const write = async (entries: readonly AccessEntry[]): Promise<void> => {
    try {
      await insert(entries);
    } catch (error) {
      if (!lacksMonth(error)) throw error;
      // Workers make months ahead; an installation that ran without them for long makes its own.
      for (const at of new Set(entries.map((one) => one.at.slice(0, 7)))) await makeMonths(pool, schema, at);
      await insert(entries);
    }
  };

  let failing = false;
  const commit = async (group: readonly (readonly AccessEntry[])[]): Promise<readonly undefined[]> => {
    try {
      await write(group.flat());
      failing = false;
    } catch (error) {
      failing = true;
      throw error;
    }
    return group.map(() => undefined);
  };
  const commits = new GroupCommit<readonly AccessEntry[], undefined>({
    commit,
    weight: (entries) => entries.reduce((sum, one) => sum + 300 + 60 * one.cases.length, 0),
    poisoned: () => false,
    maxItems: MOST_TOGETHER,
    maxWeight: MOST_CHARACTERS,
  });

  return {
    record: (entries) => (entries.length === 0 ? Promise.resolve() : commits.submit(entries)),
    page: (filter, paging) => accessPage(reads, schema, filter, paging),
    receipt: (filter, place) => accessReceipt(reads, schema, filter, place),
    failing: () => failing,
    unsealed: (now) => unsealedMonths(reads, schema, now),
  };
}
