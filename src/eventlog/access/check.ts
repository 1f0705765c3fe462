import type pg from 'pg';
import { leafHash } from '../../platform/merkle/hashing.ts';
import { openTree } from '../../platform/merkle/treeStore.ts';
import { signedText } from '../audit/witness.ts';
import { canonicalBytes } from './entry.ts';
import { type Holding, holdMonth, type Month, monthsMissing, monthsOf } from './heldMonths.ts';
import { monthAfter, treeNameOf } from './months.ts';
import { AccessLogChanged, type HeadsOutside } from './outside.ts';
import { leavesOf } from './page.ts';

const PAGE = 1_000;

/** How a month of the access log stands against its tree. */
export interface MonthCheck {
  readonly starts: string;
  /** Entries that are in the tree. */
  readonly sealed: number;
  /** The first entry that is not what the tree was made of, or is not there; undefined when all are. */
  readonly firstWrong: number | undefined;
  /** Whether the newest checkpoint is signed by one of the keys and tells of this tree. */
  readonly signed: boolean;
  /** The key named beside that checkpoint, where it did sign it but is none of those that are believed. */
  readonly unknownKey: string | undefined;
}

/**
 * Holds every entry of a month against its tree, and the tree against its newest checkpoint. `keys` as `Signer.key`, all of one
 * name: the one that signs now and those that were published before it. The key that is named in the database is not believed for
 * being there: whoever can sign a tree anew can write it there as well.
 */
export async function checkMonth(pool: pg.Pool, schema: string, starts: string, keys: readonly string[]): Promise<MonthCheck> {
  const name = treeNameOf(starts);
  const { size, root } = await openTree(pool, schema, name).head();
  const { rows } = await pool.query<{ note: string; key: string }>(
    `select note, key from "${schema}".checkpoint where tree = $1 order by size desc limit 1`,
    [name],
  );
  const last = rows[0];
  const text = `${originOf(keys)}/${name}\n${size}\n${root.toString('base64')}\n`;
  const isSignedBy = (key: string): boolean => last !== undefined && signedText(last.note, key) === text;
  const signed = size === 0 || keys.some(isSignedBy);
  const unknownKey = !signed && last && isSignedBy(last.key) ? last.key : undefined;
  return { starts, sealed: size, firstWrong: await firstWrong(pool, schema, starts, size), signed, unknownKey };
}

const originOf = ([key = '']: readonly string[]): string => key.split('+')[0] ?? '';

async function firstWrong(pool: pg.Pool, schema: string, starts: string, size: number): Promise<number | undefined> {
  const month = { starts, ends: monthAfter(starts, 1) };
  for (let leaf = 0; leaf < size; ) {
    const entries = await leavesOf(pool, schema, month, leaf, PAGE);
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

/** What a person is told of a month: a line, and whether anything is wrong. */
export interface MonthReport {
  readonly line: string;
  readonly isRight: boolean;
}

export interface Checking {
  readonly pool: pg.Pool;
  readonly schema: string;
  /** As `checkMonth` takes them; the keys of heads outside the database are believed as well. */
  readonly keys: readonly string[];
  /** RFC 3339 UTC. */
  readonly now: string;
  readonly outside: HeadsOutside | undefined;
}

/**
 * Checks every month, in order: entries, tree and checkpoint, and all of that against the heads outside the database; of a month
 * that was dropped, what stays of it. Last come months of which only the place outside knows.
 * @throws what the place outside cannot be read for
 */
export async function* checkMonths(checking: Checking): AsyncGenerator<MonthReport, void, void> {
  const { pool, schema, now, outside } = checking;
  const kept = (await outside?.trees()) ?? [];
  const months = await monthsOf(pool, schema, now, outside?.retentionMonths);
  for (const month of months) {
    const held = await heldOutside(checking, month);
    const keys = held.key === undefined ? checking.keys : [...checking.keys, held.key];
    const found = [...(month.isDropped ? [] : await wrongInside({ ...checking, keys }, month)), ...held.wrong];
    const { starts, entries, sealed, isDropped } = month;
    const what = `${starts.slice(0, 7)}  ${entries} entries, ${sealed} sealed${isDropped ? ', dropped' : ''}`;
    yield { line: `${what}, ${found.join('; ') || 'as signed'}`, isRight: found.length === 0 };
  }
  for (const [tree, { message }] of monthsMissing(kept, months)) {
    yield { line: `${tree.slice('access-'.length)}  ${message}`, isRight: false };
  }
}

async function wrongInside({ pool, schema, keys }: Checking, { starts }: Month): Promise<readonly string[]> {
  const { firstWrong, signed, unknownKey } = await checkMonth(pool, schema, starts, keys);
  if (firstWrong !== undefined) return [`ENTRY ${firstWrong} IS NOT WHAT WAS SEALED`];
  if (unknownKey !== undefined)
    return [`SIGNED BY A KEY THAT IS NOT KNOWN HERE, ${unknownKey}: where it was published, give it with --key`];
  return signed ? [] : ['NOT AS SIGNED'];
}

/** A month held to its head outside. */
interface HeldOutside {
  readonly wrong: readonly string[];
  /** The key of that head, which it is signed by. */
  readonly key?: string | undefined;
}

async function heldOutside({ keys, ...holding }: Checking, month: Month): Promise<HeldOutside> {
  try {
    const { newest, latest } = await holdMonth({ ...holding, origin: originOf(keys) } satisfies Holding, month);
    // Of a month that was dropped the head may have been put aside, for a loss that was accepted.
    const isUnknown = holding.outside && latest && !newest && !month.isDropped;
    return { wrong: isUnknown ? ['NO HEAD OF IT IS KEPT OUTSIDE THE DATABASE'] : [], key: newest?.key };
  } catch (error) {
    if (!(error instanceof AccessLogChanged)) throw error;
    return { wrong: [error.message] };
  }
}
