import type pg from 'pg';
import { leafHash } from '../../platform/merkle/hashing.ts';
import { openNote, type Signer } from '../../platform/merkle/note.ts';
import { openTree, type Tree, TreeMoved } from '../../platform/merkle/treeStore.ts';
import type { Witnessed } from '../audit/witness.ts';
import { canonicalBytes } from './entry.ts';
import { monthAfter } from './months.ts';
import { AccessLogChanged, type HeadsOutside } from './outside.ts';
import { leavesOf } from './page.ts';

const PAGE = 1_000;

/** The tree of the month that begins on this day. */
export const treeNameOf = (starts: string): string => `access-${starts.slice(0, 7)}`;

const monthOf = (starts: string) => ({ starts, ends: monthAfter(starts, 1) });

/**
 * Adds to the tree of each month what is not in it yet, and signs its head. Each month is a tree of its own (RFC 9162, a leaf is
 * `canonicalBytes` of the entry), so that a month goes whole. Of several who do so at once one works. Answers how many were added.
 * With `outside` each tree is held to the newest head that is kept there, and heads are kept as they are signed; a month with
 * nothing new once, since the whole database may be of an older copy.
 * @throws AccessLogChanged when a month is not as it was signed, or lacks an entry; the others are sealed before
 */
export async function sealMonths(
  pool: pg.Pool,
  schema: string,
  signer: Signer,
  now: string,
  outside?: HeadsOutside,
): Promise<number> {
  const { rows } = await pool.query<{ starts: string; grows: boolean }>(
    `select m.starts, m.entries > coalesce(t.size, 0) as grows
     from "${schema}".month m left join "${schema}".tree t on t.name = 'access-' || to_char(m.starts, 'YYYY-MM')
     where m.dropped_at is null order by m.starts`,
  );
  const due = rows.filter(({ starts, grows }) => grows || outside?.isHeld(treeNameOf(starts)) === false);
  let added = 0;
  const changed: AccessLogChanged[] = [];
  for (const { starts } of due) {
    try {
      added += await sealMonth({ pool, schema, signer, now, outside }, starts);
    } catch (error) {
      if (!(error instanceof AccessLogChanged)) throw error;
      changed.push(error);
    }
  }
  if (changed[0]) throw changed[0];
  return added;
}

interface Sealing {
  readonly pool: pg.Pool;
  readonly schema: string;
  readonly signer: Signer;
  readonly now: string;
  readonly outside: HeadsOutside | undefined;
}

async function sealMonth({ pool, schema, signer, now, outside }: Sealing, starts: string): Promise<number> {
  const name = treeNameOf(starts);
  const tree = openTree(pool, schema, name);
  const newest = await outside?.newest(name);
  const latest = await signedHead(pool, schema, tree, name, signer.name);
  await outside?.hold(name, tree, newest, latest);
  const from = latest?.size ?? 0;
  let size = from;
  const client = await pool.connect();
  try {
    for (;;) {
      const entries = await leavesOf(pool, schema, monthOf(starts), size, PAGE);
      if (entries.length === 0) return size - from;
      const gap = entries.findIndex((entry, at) => entry.leaf !== size + at);
      if (gap >= 0) throw new AccessLogChanged(`the tree ${name} cannot go on: entry ${size + gap} is not there`);
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
      await outside?.keep(name, { ...head, note, key: signer.key });
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
  const told = signed && openNote(signed.note, signed.key);
  const isWhole = (await tree.rootAt(size)).equals(root);
  if (!signed || !isWhole || told !== `${origin}/${name}\n${size}\n${root.toString('base64')}\n`) {
    throw new AccessLogChanged(`the tree ${name} is not as it was signed`);
  }
  return { size, root, ...signed };
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
  const told = rows[0] && openNote(rows[0].note, key);
  const signed = size === 0 || told === `${key.split('+')[0]}/${name}\n${size}\n${root.toString('base64')}\n`;
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
