import type pg from 'pg';
import { leafHash } from '../../platform/merkle/hashing.ts';
import { openNote, type Signer } from '../../platform/merkle/note.ts';
import { openTree, TreeMoved } from '../../platform/merkle/treeStore.ts';
import { canonicalBytes } from './entry.ts';
import { monthAfter } from './months.ts';
import { leavesOf } from './page.ts';

const PAGE = 1_000;

/** The tree of the month that begins on this day. */
export const treeNameOf = (starts: string): string => `access-${starts.slice(0, 7)}`;

const monthOf = (starts: string) => ({ starts, ends: monthAfter(starts, 1) });

/**
 * Adds to the tree of each month what is not in it yet, and signs its head. Each month is a tree of its own (RFC 9162, a leaf is
 * `canonicalBytes` of the entry), so that a month goes whole. Of several who do so at once one works. Answers how many were added.
 */
export async function sealMonths(pool: pg.Pool, schema: string, signer: Signer, now: string): Promise<number> {
  const { rows } = await pool.query<{ starts: string }>(
    `select m.starts from "${schema}".month m left join "${schema}".tree t on t.name = 'access-' || to_char(m.starts, 'YYYY-MM')
     where m.dropped_at is null and m.entries > coalesce(t.size, 0) order by m.starts`,
  );
  let added = 0;
  for (const { starts } of rows) added += await sealMonth(pool, schema, signer, starts, now);
  return added;
}

async function sealMonth(pool: pg.Pool, schema: string, signer: Signer, starts: string, now: string): Promise<number> {
  const name = treeNameOf(starts);
  const tree = openTree(pool, schema, name);
  const from = (await tree.head()).size;
  let size = from;
  const client = await pool.connect();
  try {
    for (;;) {
      const entries = await leavesOf(pool, schema, monthOf(starts), size, PAGE);
      if (entries.length === 0) return size - from;
      await client.query('begin');
      const hashes = entries.map((entry) => leafHash(canonicalBytes(entry)));
      const head = await tree.append(client, size, hashes);
      const note = signer.sign(`${signer.name}/${name}\n${head.size}\n${head.root.toString('base64')}\n`);
      await client.query(`insert into "${schema}".checkpoint (tree, size, note, key, signed_at) values ($1, $2, $3, $4, $5)`, [
        name,
        head.size,
        note,
        signer.key,
        now,
      ]);
      await client.query('commit');
      size = head.size;
    }
  } catch (error) {
    await client.query('rollback').catch(() => {});
    if (error instanceof TreeMoved) return size - from;
    throw error;
  } finally {
    client.release();
  }
}

/** How a month of the access log stands against its tree. */
export interface MonthCheck {
  readonly starts: string;
  /** Entries that are in the tree. */
  readonly sealed: number;
  /** The first entry that is not what the tree was made of, or is not there; undefined when all are. */
  readonly firstWrong: number | undefined;
  /** Whether the newest checkpoint is signed by the key and tells of this tree. */
  readonly signed: boolean;
}

/** Holds every entry of a month against its tree, and the tree against its newest checkpoint. `key` as `Signer.key`. */
export async function checkMonth(pool: pg.Pool, schema: string, starts: string, key: string): Promise<MonthCheck> {
  const name = treeNameOf(starts);
  const { size, root } = await openTree(pool, schema, name).head();
  const { rows } = await pool.query<{ note: string }>(
    `select note from "${schema}".checkpoint where tree = $1 order by size desc limit 1`,
    [name],
  );
  const [, told, rootTold] = (rows[0] && openNote(rows[0].note, key)?.split('\n')) ?? [];
  const signed = size === 0 || (Number(told) === size && rootTold === root.toString('base64'));
  return { starts, sealed: size, firstWrong: await firstWrong(pool, schema, starts, size), signed };
}

async function firstWrong(pool: pg.Pool, schema: string, starts: string, size: number): Promise<number | undefined> {
  for (let leaf = 0; leaf < size; ) {
    const entries = await leavesOf(pool, schema, monthOf(starts), leaf, PAGE);
    const { rows } = await pool.query<{ hash: Buffer }>(
      `select hash from "${schema}".tree_node where tree = $1 and level = 0 and index >= $2 and index < $3 order by index`,
      [treeNameOf(starts), leaf, Math.min(size, leaf + PAGE)],
    );
    for (const [at, { hash }] of rows.entries()) {
      const entry = entries[at];
      if (entry?.leaf !== leaf + at || !leafHash(canonicalBytes(entry)).equals(hash)) return leaf + at;
    }
    if (rows.length === 0) return leaf;
    leaf += rows.length;
  }
  return undefined;
}
