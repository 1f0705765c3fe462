import pg from 'pg';
import type { Hash } from '../../platform/merkle/hashing.ts';
import { hashAt, numberList, openTree, type Tree } from '../../platform/merkle/treeStore.ts';
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
 * - `TREE_CHANGED`: the tree no longer begins with what was signed;
 * - `BEHIND_WITNESS`, `NOT_AS_WITNESSED`: a head that is kept outside the database has more leaves, or is of another tree (the
 *   whole database was put back from an older copy, or went on from one);
 * - `WITNESS_CHANGED`: what is kept outside is not what was signed;
 * - `WITNESS_GONE`: a head that was kept outside is no longer there, and nobody put it aside.
 */
export type HaltCode =
  | 'LOG_SHORTER'
  | 'EVENT_CHANGED'
  | 'INDEX_NOT_NEXT'
  | 'REVISION_NOT_NEXT'
  | 'TREE_CHANGED'
  | 'BEHIND_WITNESS'
  | 'NOT_AS_WITNESSED'
  | 'WITNESS_CHANGED'
  | 'WITNESS_GONE';

/** Where the tree stands still, and why. */
export interface Halt {
  readonly code: HaltCode;
  readonly logIndex: number;
  readonly stream?: string;
  readonly revision?: number;
}

/** A halt that is over. Times are RFC 3339 UTC. */
export interface PastHalt extends Halt {
  readonly since: string;
  readonly until: string;
}

/** A signed head. `signedAt` is RFC 3339 UTC. */
export interface Checkpoint {
  readonly size: number;
  readonly root: Hash;
  readonly note: string;
  readonly key: string;
  readonly signedAt: string;
}

/** The newest head that was kept outside, by the database's word: its leaves, and when it was added there (RFC 3339 UTC). */
export interface Remembered {
  readonly size: number;
  readonly at: string;
}

/** A public key and the checkpoints it signed: sizes of the first and the last, and when. */
export interface UsedKey {
  readonly key: string;
  readonly first: number;
  readonly last: number;
  /** RFC 3339 UTC. */
  readonly from: string;
  readonly until: string;
}

export interface Ledger {
  readonly tree: Tree;
  /** Adds entries behind the first `size`. @throws TreeMoved when somebody else added some */
  extend(size: number, entries: readonly Entry[]): Promise<Head>;
  /** The last entry of each of these streams that has one. */
  lastOf(streams: readonly string[]): Promise<ReadonlyMap<string, Entry>>;
  /** Entries after a logIndex, in order. */
  entriesAfter(logIndex: number, limit: number): Promise<readonly Entry[]>;
  /** Entries of one stream in order from a revision on, as far as a tree of this size has them. */
  entriesOf(stream: string, size: number, from: number, limit: number): Promise<readonly Entry[]>;
  /** How many events of a stream a tree of this size has. */
  countOf(stream: string, size: number): Promise<number>;
  halt(reason: Halt): Promise<void>;
  /** Ends the halt: what was wrong is no longer. That it was there stays on record. */
  goOn(): Promise<void>;
  halted(): Promise<(Halt & { readonly since: string }) | undefined>;
  /** Halts that are over, the last first. */
  pastHalts(limit: number): Promise<readonly PastHalt[]>;
  /** The logIndex of the last entry; 0 when there is none. */
  lastIndex(): Promise<number>;
  keep(checkpoint: Omit<Checkpoint, 'signedAt'>): Promise<void>;
  latest(): Promise<Checkpoint | undefined>;
  /** Remembers that the head of so many leaves is kept outside the database, since now. */
  rememberWitnessed(size: number): Promise<void>;
  /** The newest head that was kept outside; undefined when none was. */
  witnessed(): Promise<Remembered | undefined>;
  /** The keys that signed checkpoints, in the order in which they were used. */
  keys(): Promise<readonly UsedKey[]>;
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

interface HaltRow {
  readonly code: HaltCode;
  readonly log_index: string;
  readonly stream: string | null;
  readonly revision: number | null;
  readonly since: string;
  readonly until: string | null;
}

/** The audit tree's tables in a schema where `auditMigrations` ran. */
export function openLedger(pool: pg.Pool, schema: string): Ledger {
  const tree = openTree(pool, schema, TREE);
  const table = (name: string) => `${pg.escapeIdentifier(schema)}.${name}`;
  const [entry, checkpoint, halt, witnessed] = [table('entry'), table('checkpoint'), table('halt'), table('witnessed')];

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

  async function halts(condition: string, limit: number): Promise<readonly (Halt & { since: string; until?: string })[]> {
    const { rows } = await pool.query<HaltRow>(
      `select code, log_index, stream, revision, since, until from ${halt} where ${condition} order by id desc limit $1`,
      [limit],
    );
    return rows.map(({ code, log_index, stream, revision, since, until }) => ({
      code,
      since,
      logIndex: Number(log_index),
      ...(stream === null ? {} : { stream }),
      ...(revision === null ? {} : { revision }),
      ...(until === null ? {} : { until }),
    }));
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
           select log_index, stream, revision, ${hashAt('$4')}, ${hashAt('$5')}
           from unnest($1::bigint[], $2::text[], $3::integer[]) with ordinality as e (log_index, stream, revision, at)`,
          [
            numberList(added.map((one) => one.logIndex)),
            added.map((one) => one.stream),
            numberList(added.map((one) => one.revision)),
            Buffer.concat(added.map((one) => one.leaf)),
            Buffer.concat(added.map((one) => one.chain)),
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

    entriesOf: (stream, size, from, limit) =>
      entries(`select * from ${entry} where stream = $1 and log_index <= $2 and revision >= $3 order by revision limit $4`, [
        ...[stream, size, from, limit],
      ]),

    // Revisions count from 0 without a gap: a stream that has one is not taken into the tree.
    countOf: async (stream, size) => {
      const { rows } = await pool.query<{ count: number }>(
        `select coalesce(max(revision) + 1, 0) as count from ${entry} where stream = $1 and log_index <= $2`,
        [stream, size],
      );
      return rows[0]?.count ?? 0;
    },

    halt: ({ code, logIndex, stream, revision }) =>
      inTransaction(pool, async (client) => {
        const reason = [code, logIndex, stream ?? null, revision ?? null];
        const same = '(code, log_index, stream, revision) is not distinct from ($1::text, $2::bigint, $3::text, $4::integer)';
        await client.query(`update ${halt} set until = now() where until is null and not (${same})`, reason);
        await client.query(
          `insert into ${halt} (code, log_index, stream, revision) values ($1, $2, $3, $4)
           on conflict ((true)) where until is null do nothing`,
          reason,
        );
      }),

    goOn: async () => {
      await pool.query(`update ${halt} set until = now() where until is null`);
    },

    halted: async () => (await halts('until is null', 1))[0],

    pastHalts: async (limit) =>
      (await halts('until is not null', limit)).map(({ until, ...one }) => ({ ...one, until: until ?? one.since })),

    lastIndex: async () => {
      const { rows } = await pool.query<{ last: string }>(`select coalesce(max(log_index), 0) as last from ${entry}`);
      return Number(rows[0]?.last ?? 0);
    },

    keep: async ({ size, root, note, key }) => {
      await pool.query(
        `insert into ${checkpoint} (size, root, note, key) values ($1, $2, $3, $4) on conflict (size) do nothing`,
        [size, root, note, key],
      );
    },

    latest: async () => (await checkpoints('order by size desc limit 1', []))[0],

    rememberWitnessed: async (size) => {
      // One that is kept again was put aside before: it counts from now.
      await pool.query(`insert into ${witnessed} (size) values ($1) on conflict (size) do update set at = now()`, [size]);
    },

    witnessed: async () => {
      const { rows } = await pool.query<{ size: string; at: string }>(
        `select size, at from ${witnessed} order by size desc limit 1`,
      );
      return rows[0] && { size: Number(rows[0].size), at: rows[0].at };
    },

    keys: async () => {
      const { rows } = await pool.query<{ key: string; first: string; last: string; from: string; until: string }>(
        `select key, min(size) as first, max(size) as last, min(signed_at) as from, max(signed_at) as until
         from ${checkpoint} group by key order by min(size)`,
      );
      return rows.map(({ first, last, ...row }) => ({ ...row, first: Number(first), last: Number(last) }));
    },

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
