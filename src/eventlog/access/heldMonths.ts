import type pg from 'pg';
import { openTree, type Tree } from '../../platform/merkle/treeStore.ts';
import type { Remembered } from '../audit/ledger.ts';
import { signedText, type Witnessed } from '../audit/witness.ts';
import { treeNameOf } from './months.ts';
import { AccessLogChanged, type HeadsOutside } from './outside.ts';

/** A month of the access log and its tree, as the database has them at one moment. */
export interface Month {
  /** Its first day. */
  readonly starts: string;
  /** The name of its tree. */
  readonly tree: string;
  /** Entries it counts. */
  readonly entries: number;
  /** Entries that are in its tree. */
  readonly sealed: number;
  readonly isDropped: boolean;
  /** By the database's word or by the clock, its time was not over. */
  readonly isDroppedEarly: boolean;
}

/**
 * Every month, those that were dropped too, in order. One may be dropped `retentionMonths` after its end (ACCESS_RETENTION_MONTHS);
 * where that is not known none counts as dropped early. `now` is RFC 3339 UTC.
 */
export async function monthsOf(pool: pg.Pool, schema: string, now: string, retentionMonths?: number): Promise<readonly Month[]> {
  const { rows } = await pool.query<Omit<Month, 'tree'>>(
    `select m.starts, m.entries, coalesce(t.size, 0)::integer as sealed, m.dropped_at is not null as "isDropped",
       coalesce(m.dropped_at is not null and least(m.dropped_at, $1::timestamptz)
         < (m.starts + make_interval(months => 1 + $2::integer)) at time zone 'UTC', false) as "isDroppedEarly"
     from "${schema}".month m left join "${schema}".tree t on t.name = 'access-' || to_char(m.starts, 'YYYY-MM')
     order by m.starts`,
    [now, retentionMonths ?? null],
  );
  return rows.map((row) => ({ ...row, tree: treeNameOf(row.starts) }));
}

/** Of the trees of which heads are kept outside, those whose month the database does not know, each with what that means. */
export function monthsMissing(kept: readonly string[], months: readonly Month[]): ReadonlyMap<string, AccessLogChanged> {
  const there = new Set(months.map((month) => month.tree));
  const missing = kept.filter((tree) => !there.has(tree)).toSorted();
  return new Map(
    missing.map((tree) => [tree, new AccessLogChanged(`a head of the tree ${tree} is kept outside, and its month is not there`)]),
  );
}

/** What a month is held with. */
export interface Holding {
  readonly pool: pg.Pool;
  readonly schema: string;
  /** The name the access log is signed under. */
  readonly origin: string;
  /** RFC 3339 UTC. */
  readonly now: string;
  readonly outside: HeadsOutside | undefined;
}

/** The newest heads of a tree: as the place outside has it, and as the database has it. */
export interface HeadsOfMonth {
  readonly newest: Witnessed | undefined;
  readonly latest: Witnessed | undefined;
}

/**
 * Holds a month to the newest head that is kept outside, and its tree to its newest checkpoint.
 * @throws AccessLogChanged, or what the place outside cannot be read for
 */
export async function holdMonth({ pool, schema, origin, now, outside }: Holding, month: Month): Promise<HeadsOfMonth> {
  const tree = openTree(pool, schema, month.tree);
  const newest = await outside?.newest(month.tree, await rememberedHead(pool, schema, month.tree));
  const latest = await signedHead(pool, schema, tree, month.tree, origin);
  await outside?.hold(month, tree, newest, now);
  return { newest, latest };
}

/** Keeps a head outside the database, where there is such a place, and remembers here that it is there. */
export async function keepOutside(
  { pool, schema, outside }: Pick<Holding, 'pool' | 'schema' | 'outside'>,
  tree: string,
  head: Witnessed,
): Promise<void> {
  if (!(await outside?.keep(tree, head))) return;
  await pool.query(`insert into "${schema}".witnessed (tree, size) values ($1, $2) on conflict do nothing`, [tree, head.size]);
}

/** The newest head that was kept outside; undefined when none was. */
async function rememberedHead(pool: pg.Pool, schema: string, tree: string): Promise<Remembered | undefined> {
  const { rows } = await pool.query<{ size: string; at: string }>(
    `select size, at from "${schema}".witnessed where tree = $1 order by size desc, at desc limit 1`,
    [tree],
  );
  return rows[0] && { size: Number(rows[0].size), at: rows[0].at };
}

/** The head of a tree that is as its newest checkpoint says; undefined while it is empty. @throws AccessLogChanged */
async function signedHead(
  pool: pg.Pool,
  schema: string,
  tree: Tree,
  name: string,
  origin: string,
): Promise<Witnessed | undefined> {
  const { size, root } = await tree.head();
  if (size === 0) return undefined;
  const { rows } = await pool.query<{ note: string; key: string }>(
    `select note, key from "${schema}".checkpoint where tree = $1 order by size desc limit 1`,
    [name],
  );
  const signed = rows[0];
  const told = signed && signedText(signed.note, signed.key);
  const isWhole = (await tree.rootAt(size)).equals(root);
  if (!signed || !isWhole || told !== `${origin}/${name}\n${size}\n${root.toString('base64')}\n`) {
    throw new AccessLogChanged(`the tree ${name} is not as it was signed`);
  }
  return { size, root, ...signed };
}
