import type pg from 'pg';
import { leafHash } from '../../platform/merkle/hashing.ts';
import type { Signer } from '../../platform/merkle/note.ts';
import { openTree, TreeMoved } from '../../platform/merkle/treeStore.ts';
import { canonicalBytes } from './entry.ts';
import { type Holding, holdMonth, keepOutside, type Month, monthsMissing, monthsOf } from './heldMonths.ts';
import { monthAfter } from './months.ts';
import { AccessLogChanged, type HeadsOutside } from './outside.ts';
import { leavesOf } from './page.ts';

const PAGE = 1_000;

/**
 * Adds to the tree of each month what is not in it yet, and signs its head. Each month is a tree of its own (RFC 9162, a leaf is
 * `canonicalBytes` of the entry), so that a month goes whole. Of several who do so at once one works. Answers how many were added.
 * With `outside` heads are kept there as they are signed, and trees are held to the newest of them, since the whole database may be
 * of an older copy: the tree of this month and those that grow each time, every other one within the hour, of dropped months too.
 * @throws AccessLogChanged when a month is not as it was signed, or lacks an entry; the others are sealed before
 */
export async function sealMonths(
  pool: pg.Pool,
  schema: string,
  signer: Signer,
  now: string,
  outside?: HeadsOutside,
): Promise<number> {
  // Asked before the database: a month is there before a head of it is kept.
  const kept = (await outside?.trees()) ?? [];
  const months = await monthsOf(pool, schema, now, outside?.retentionMonths);
  const isDue = ({ starts, tree, entries, sealed, isDropped }: Month): boolean =>
    (!isDropped && entries > sealed) || (outside !== undefined && (starts === monthAfter(now, 0) || outside.isDue(tree, now)));
  let added = 0;
  const changed = new Map(monthsMissing(kept, months));
  for (const tree of changed.keys()) outside?.judge(tree, false);
  for (const month of months.filter(isDue)) {
    try {
      added += await sealMonth({ pool, schema, signer, origin: signer.name, now, outside }, month);
      outside?.judge(month.tree, true);
    } catch (error) {
      if (!(error instanceof AccessLogChanged)) throw error;
      changed.set(month.tree, error);
      outside?.judge(month.tree, false);
    }
  }
  if (changed.size > 0) throw new AccessLogChanged([...changed.values()].map((one) => one.message).join('; '));
  return added;
}

interface Sealing extends Holding {
  readonly signer: Signer;
}

async function sealMonth(sealing: Sealing, month: Month): Promise<number> {
  const { pool, schema, signer, now } = sealing;
  const { starts, tree: name, isDropped } = month;
  const { newest, latest } = await holdMonth(sealing, month);
  // What was put aside of a dropped month, for a loss that was accepted, is not begun again.
  if (latest && latest.size > (newest?.size ?? 0) && (newest || !isDropped)) await keepOutside(sealing, name, latest);
  if (isDropped) return 0;
  const tree = openTree(pool, schema, name);
  const from = latest?.size ?? 0;
  let size = from;
  const client = await pool.connect();
  try {
    for (;;) {
      const entries = await leavesOf(pool, schema, { starts, ends: monthAfter(starts, 1) }, size, PAGE);
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
      await keepOutside(sealing, name, { ...head, note, key: signer.key });
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
