import type pg from 'pg';
import { openTree } from '../../platform/merkle/treeStore.ts';
import { TreeDamaged } from '../audit/reads.ts';
import { canonicalBytes } from './entry.ts';
import { monthAfter, treeNameOf } from './months.ts';
import { type AccessFilter, accessPage } from './page.ts';

/** That an entry is in the access log, as anybody can check who has the key. Hashes are in base64. */
export interface AccessReceipt {
  /** Of the month, such as `access-2026-06`. */
  readonly tree: string;
  /** Of its month, from 0. */
  readonly leaf: number;
  /** The text that was hashed. */
  readonly entry: string;
  readonly proof: readonly string[];
  /** The newest signed note of the tree. */
  readonly checkpoint: string;
  readonly key: string;
}

/** How far somebody may read the access log. */
export type AccessSight = Pick<AccessFilter, 'highestTier' | 'withinOffices'>;

/** A month, as `YYYY-MM`, and the place of an entry in it. */
export interface AccessPlace {
  readonly month: string;
  readonly leaf: number;
}

/**
 * The receipt of one entry under the newest signed head of its month; undefined where the filter shows no such entry, or its month
 * was dropped. @throws TreeDamaged
 */
export async function accessReceipt(
  pool: pg.Pool,
  schema: string,
  filter: AccessSight,
  { month, leaf }: AccessPlace,
): Promise<AccessReceipt | 'not sealed yet' | undefined> {
  const starts = `${month}-01`;
  const period = { from: `${starts}T00:00:00Z`, before: `${monthAfter(starts, 1)}T00:00:00Z` };
  const [entry] = await accessPage(pool, schema, { ...filter, ...period, leaf }, { limit: 1 });
  if (!entry) return undefined;
  const tree = treeNameOf(starts);
  const { rows } = await pool.query<{ size: string; note: string; key: string }>(
    `select size, note, key from "${schema}".checkpoint where tree = $1 and size > $2 order by size desc limit 1`,
    [tree, leaf],
  );
  const signed = rows[0];
  if (!signed) return 'not sealed yet';
  const proof = await openTree(pool, schema, tree)
    .inclusion([leaf], Number(signed.size))
    .catch((error: unknown) => {
      throw error instanceof RangeError ? new TreeDamaged() : error;
    });
  return {
    tree,
    leaf,
    entry: canonicalBytes(entry).toString('utf8'),
    proof: (proof[0] ?? []).map((hash) => hash.toString('base64')),
    checkpoint: signed.note,
    key: signed.key,
  };
}
