import type pg from 'pg';
import type { AccessEntry, AccessPost, RecordedAccess, RecordedTier } from './entry.ts';

export interface AccessFilter {
  /** Entries by the staff of these offices, or about cases that were theirs; every entry when absent. */
  readonly withinOffices?: readonly string[];
  readonly highestTier: RecordedTier;
  /** Entries about any of these streams. */
  readonly cases?: readonly string[] | undefined;
  readonly staff?: string | undefined;
  readonly office?: string | undefined;
  /** RFC 3339 UTC, included. */
  readonly from?: string | undefined;
  /** RFC 3339 UTC, not included. */
  readonly before?: string | undefined;
  readonly route?: string | undefined;
  readonly tier?: RecordedTier | undefined;
  readonly outcome?: AccessEntry['outcome'] | undefined;
  /** Its place in its month, from 0. */
  readonly leaf?: number | undefined;
}

/** Where a page begins: after this entry, on the way to older ones. */
export interface AccessPage {
  readonly limit: number;
  readonly after?: { readonly at: string; readonly leaf: number } | undefined;
}

interface Row {
  readonly at: string;
  readonly leaf: number;
  readonly request_id: string;
  readonly staff: string;
  readonly posts: readonly AccessPost[];
  readonly on_behalf_of: string | null;
  readonly route: string;
  readonly cases: readonly string[];
  readonly owners: readonly string[];
  readonly tier: RecordedTier | null;
  readonly outcome: AccessEntry['outcome'];
  readonly code: string | null;
  readonly missed: string | null;
}

const COLUMNS = 'at, leaf, request_id, staff, posts, on_behalf_of, route, cases, owners, tier, outcome, code, missed';

/** Entries of the access log, newest first. */
export async function accessPage(
  pool: pg.Pool,
  schema: string,
  filter: AccessFilter,
  { limit, after }: AccessPage,
): Promise<readonly RecordedAccess[]> {
  const values: unknown[] = [];
  const conditions: string[] = [];
  const where = (value: unknown, condition: (at: string) => string): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  where(filter.highestTier, (at) => `(tier is null or tier <= ${at})`);
  where(filter.withinOffices, (at) => `(offices && ${at}::text[] or owners && ${at}::text[])`);
  where(filter.cases, (at) => `cases && ${at}::text[]`);
  where(filter.staff, (at) => `staff = ${at}`);
  where(filter.office, (at) => `(offices @> array[${at}] or owners @> array[${at}])`);
  where(filter.from, (at) => `at >= ${at}`);
  where(filter.before, (at) => `at < ${at}`);
  where(filter.route, (at) => `route = ${at}`);
  where(filter.tier, (at) => `tier = ${at}`);
  where(filter.leaf, (at) => `leaf = ${at}`);
  where(filter.outcome, (at) => `outcome = ${at}`);
  where(after?.at, (at) => `(at, leaf) < (${at}, $${values.push(after?.leaf)})`);
  const { rows } = await pool.query<Row>(
    `select ${COLUMNS} from "${schema}".entry where ${conditions.join(' and ')}
     order by at desc, leaf desc limit $${values.push(limit)}`,
    values,
  );
  return rows.map(entryOf);
}

/** Entries of one month from a leaf on, in order: what its tree is made of. */
export async function leavesOf(
  pool: pg.Pool,
  schema: string,
  month: { readonly starts: string; readonly ends: string },
  from: number,
  limit: number,
): Promise<readonly RecordedAccess[]> {
  const { rows } = await pool.query<Row>(
    `select ${COLUMNS} from "${schema}".entry
     where at >= $1::timestamptz and at < $2::timestamptz and leaf >= $3 order by leaf limit $4`,
    [`${month.starts}T00:00:00Z`, `${month.ends}T00:00:00Z`, from, limit],
  );
  return rows.map(entryOf);
}

function entryOf(row: Row): RecordedAccess {
  return {
    leaf: row.leaf,
    at: new Date(row.at).toISOString(),
    requestId: row.request_id,
    staff: row.staff,
    posts: row.posts,
    ...(row.on_behalf_of === null ? {} : { onBehalfOf: row.on_behalf_of }),
    route: row.route,
    cases: row.cases,
    owners: row.owners,
    ...(row.tier === null ? {} : { tier: row.tier }),
    outcome: row.outcome,
    ...(row.code === null ? {} : { code: row.code }),
    ...(row.missed === null ? {} : { missed: row.missed }),
  };
}
