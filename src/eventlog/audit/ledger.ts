import pg from 'pg';
import type { Hash } from '../../platform/merkle/hashing.ts';
import { openTree, type Tree } from '../../platform/merkle/treeStore.ts';
import type { Head } from '../../platform/merkle/verification.ts';

/** The name of the tree over the event log in its tables. */
const TREE = 'events';

/** What the audit tree knows of one event. `logIndex` counts from 1; the leaf stands at `logIndex - 1`. */
export interface Entry {
  readonly logIndex: number;
  readonly stream: string;
  readonly revision: number;
  readonly leaf: Hash;
  readonly chain: Hash;
}

/**
 * Why the tree stands still:
 * - `LOG_SHORTER`: the log lacks an event that is in the tree (an older copy was put back);
 * - `EVENT_CHANGED`: the log holds another event than the tree at this place;
 * - `INDEX_NOT_NEXT`, `REVISION_NOT_NEXT`: the next event of the log, or of its stream, is not the one that was due;
 * - `TREE_CHANGED`: the tree no longer begins with what was signed.
 */
export type HaltCode = 'LOG_SHORTER' | 'EVENT_CHANGED' | 'INDEX_NOT_NEXT' | 'REVISION_NOT_NEXT' | 'TREE_CHANGED';

/** Where the tree stands still, and why. */
export interface Halt {
  readonly code: HaltCode;
  readonly logIndex: number;
  readonly stream?: string;
  readonly revision?: number;
}

/** A signed head. `signedAt` is RFC 3339 UTC. */
export interface Checkpoint {
  readonly size: number;
  readonly root: Hash;
  readonly note: string;
  readonly key: string;
  readonly signedAt: string;
}

export interface Ledger {
  readonly tree: Tree;
  /** Adds entries behind the first `size`. @throws TreeMoved when somebody else added some */
  extend(size: number, entries: readonly Entry[]): Promise<Head>;
  /** The last entry of each of these streams that has one. */
  lastOf(streams: readonly string[]): Promise<ReadonlyMap<string, Entry>>;
  /** Entries after a logIndex, in order. */
  entriesAfter(logIndex: number, limit: number): Promise<readonly Entry[]>;
  /** Entries of one stream in order, as far as a tree of this size has them. */
  entriesOf(stream: string, size: number): Promise<readonly Entry[]>;
  halt(reason: Halt): Promise<void>;
  /** Takes the halt back: what was wrong is no longer. */
  goOn(): Promise<void>;
  halted(): Promise<(Halt & { readonly since: string }) | undefined>;
  keep(checkpoint: Omit<Checkpoint, 'signedAt'>): Promise<void>;
  latest(): Promise<Checkpoint | undefined>;
  /** Checkpoints of fewer leaves than `below`, the newest first. */
  checkpoints(below: number | undefined, limit: number): Promise<readonly Checkpoint[]>;
}

interface EntryRow {
  readonly log_index: string;
  readonly stream: string;
  readonly revision: number;
  readonly leaf: Hash;
  readonly chain: Hash;
}

interface CheckpointRow {
  readonly size: string;
  readonly root: Hash;
  readonly note: string;
  readonly key: string;
  readonly signed_at: string;
}

/** The audit tree's tables in a schema where `auditMigrations` ran. */
export function openLedger(pool: pg.Pool, schema: string): Ledger {
  const tree = openTree(pool, schema, TREE);
  const table = (name: string) => `${pg.escapeIdentifier(schema)}.${name}`;
  const [entry, checkpoint, halt] = [table('entry'), table('checkpoint'), table('halt')];

  async function entries(text: string, values: unknown[]): Promise<readonly Entry[]> {
    const { rows } = await pool.query<EntryRow>(text, values);
    return rows.map(({ log_index, ...row }) => ({ logIndex: Number(log_index), ...row }));
  }

  async function checkpoints(rest: string, values: unknown[]): Promise<readonly Checkpoint[]> {
    const { rows } = await pool.query<CheckpointRow>(
      `select size, root, note, key, signed_at from ${checkpoint} ${rest}`,
      values,
    );
    return rows.map(({ size, signed_at, ...row }) => ({ ...row, size: Number(size), signedAt: signed_at }));
  }

  return {
    tree,

    extend: (size, added) =>
      inTransaction(pool, async (client) => {
        const head = await tree.append(
          client,
          size,
          added.map((one) => one.leaf),
        );
        await client.query(
          `insert into ${entry} (log_index, stream, revision, leaf, chain)
           select * from unnest($1::bigint[], $2::text[], $3::integer[], $4::bytea[], $5::bytea[])`,
          [
            added.map((one) => one.logIndex),
            added.map((one) => one.stream),
            added.map((one) => one.revision),
            added.map((one) => one.leaf),
            added.map((one) => one.chain),
          ],
        );
        return head;
      }),

    lastOf: async (streams) => {
      const last = await entries(
        `select e.* from unnest($1::text[]) as want (stream) cross join lateral (
           select * from ${entry} e where e.stream = want.stream order by e.revision desc limit 1
         ) as e`,
        [[...new Set(streams)]],
      );
      return new Map(last.map((one) => [one.stream, one]));
    },

    entriesAfter: (logIndex, limit) =>
      entries(`select * from ${entry} where log_index > $1 order by log_index limit $2`, [logIndex, limit]),

    entriesOf: (stream, size) =>
      entries(`select * from ${entry} where stream = $1 and log_index <= $2 order by revision`, [stream, size]),

    halt: async ({ code, logIndex, stream, revision }) => {
      await pool.query(
        `insert into ${halt} (code, log_index, stream, revision) values ($1, $2, $3, $4)
         on conflict (kept) do update set code = $1, log_index = $2, stream = $3, revision = $4`,
        [code, logIndex, stream ?? null, revision ?? null],
      );
    },

    goOn: async () => {
      await pool.query(`delete from ${halt}`);
    },

    halted: async () => {
      const { rows } = await pool.query<{
        code: HaltCode;
        log_index: string;
        stream: string | null;
        revision: number | null;
        since: string;
      }>(`select code, log_index, stream, revision, since from ${halt}`);
      const [row] = rows;
      if (!row) return undefined;
      const { code, since } = row;
      return {
        code,
        since,
        logIndex: Number(row.log_index),
        ...(row.stream === null ? {} : { stream: row.stream }),
        ...(row.revision === null ? {} : { revision: row.revision }),
      };
    },

    keep: async ({ size, root, note, key }) => {
      await pool.query(
        `insert into ${checkpoint} (size, root, note, key) values ($1, $2, $3, $4) on conflict (size) do nothing`,
        [size, root, note, key],
      );
    },

    latest: async () => (await checkpoints('order by size desc limit 1', []))[0],

    checkpoints: (below, limit) =>
      checkpoints('where $1::bigint is null or size < $1 order by size desc limit $2', [below ?? null, limit]),
  };
}

async function inTransaction<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback').catch((fault: Error) => {
      broken = fault;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
