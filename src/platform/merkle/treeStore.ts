import pg from 'pg';
import { Frontier, type NodeId, type TreeNode } from './frontier.ts';
import { EMPTY_ROOT, HASH_BYTES, type Hash } from './hashing.ts';
import { consistencyRanges, inclusionRanges, nodesOf, type Range, rangeHash } from './proofs.ts';
import type { Head } from './verification.ts';

/** The tables of trees, as a migration creates them in a schema. A node is written once, when its subtree is complete. */
export const treeTables: readonly string[] = [
  `create table tree (
    name text primary key,
    size bigint not null default 0,
    peaks bytea not null default ''
  )`,
  `create table tree_node (
    tree text collate "C" not null,
    level smallint not null,
    index bigint not null,
    hash bytea not null,
    primary key (tree, level, index)
  )`,
];

/** The tree does not have the size its writer believed: somebody else has written. */
export class TreeMoved extends Error {
  override readonly name = 'TreeMoved';
}

/** A Merkle tree in Postgres that only grows. Sizes and indexes are numbers of leaves; indexes count from 0. */
export interface Tree {
  head(): Promise<Head>;
  /**
   * Adds leaves by their hashes in a transaction of the caller's, and answers with the new head. @throws TreeMoved unless the
   * tree has the expected size.
   */
  append(client: pg.PoolClient, expectedSize: number, leaves: readonly Hash[]): Promise<Head>;
  /** The root over the first leaves; from the stored nodes, not from what `append` kept. */
  rootAt(size: number): Promise<Hash>;
  /** For each index, the proof that its leaf is in the tree of this size. One query. */
  inclusion(indexes: readonly number[], size: number): Promise<readonly (readonly Hash[])[]>;
  /** The proof that the tree of size `to` begins with the one of size `from`. */
  consistency(from: number, to: number): Promise<readonly Hash[]>;
}

/** Opens the tree of this name; `treeTables` are in `schema`. A tree nobody wrote to is empty. */
export function openTree(pool: pg.Pool, schema: string, name: string): Tree {
  const tree = `${pg.escapeIdentifier(schema)}.tree`;
  const nodes = `${pg.escapeIdentifier(schema)}.tree_node`;

  /** One index look-up a node, however the planner values the table. */
  const readNodes = {
    name: `nodes of a tree in ${schema}`,
    text: `select want.at, found.hash from unnest($2::smallint[], $3::bigint[]) with ordinality as want (level, index, at)
      cross join lateral (
        select hash from ${nodes} n where n.tree = $1 and n.level = want.level and n.index = want.index limit 1
      ) as found`,
  };

  async function hashesOf(ids: readonly NodeId[]): Promise<(node: NodeId) => Hash> {
    const wanted = [...new Map(ids.map((id) => [keyOf(id), id])).values()];
    const { rows } = await pool.query<{ at: string; hash: Hash }>({
      ...readNodes,
      values: [name, wanted.map((one) => one.level), wanted.map((one) => one.index)],
    });
    const found = new Map(rows.map(({ at, hash }) => [keyOf(wanted[Number(at) - 1]!), hash]));
    return (node) => {
      const hash = found.get(keyOf(node));
      if (!hash) throw new RangeError(`the tree ${name} has no node ${keyOf(node)}`);
      return hash;
    };
  }

  async function proofs(paths: readonly (readonly Range[])[]): Promise<readonly (readonly Hash[])[]> {
    const hashOf = await hashesOf(paths.flat().flatMap(nodesOf));
    return paths.map((path) => path.map((range) => rangeHash(range, hashOf)));
  }

  return {
    head: async () => {
      const { rows } = await pool.query<{ size: string; peaks: Buffer }>(`select size, peaks from ${tree} where name = $1`, [
        name,
      ]);
      return rows[0] ? headOf(Frontier.from(Number(rows[0].size), rows[0].peaks)) : { size: 0, root: EMPTY_ROOT };
    },

    append: async (client, expectedSize, leaves) => {
      await client.query(`insert into ${tree} (name) values ($1) on conflict do nothing`, [name]);
      const { rows } = await client.query<{ size: string; peaks: Buffer }>(
        `select size, peaks from ${tree} where name = $1 for update`,
        [name],
      );
      const frontier = Frontier.from(Number(rows[0]!.size), rows[0]!.peaks);
      if (frontier.size !== expectedSize) {
        throw new TreeMoved(`the tree ${name} has ${frontier.size} leaves, expected were ${expectedSize}`);
      }
      const completed: TreeNode[] = [];
      for (const leaf of leaves) frontier.append(leaf, (node) => completed.push(node));
      await client.query(
        `insert into ${nodes} (tree, level, index, hash)
         select $1, level, index, ${hashAt('$4')} from unnest($2::smallint[], $3::bigint[]) with ordinality as n (level, index, at)`,
        [
          name,
          numberList(completed.map((one) => one.level)),
          numberList(completed.map((one) => one.index)),
          Buffer.concat(completed.map((one) => one.hash)),
        ],
      );
      await client.query(`update ${tree} set size = $2, peaks = $3 where name = $1`, [name, frontier.size, frontier.peaks()]);
      return headOf(frontier);
    },

    rootAt: async (size) => {
      if (size === 0) return EMPTY_ROOT;
      const whole = { start: 0, end: size };
      return rangeHash(whole, await hashesOf(nodesOf(whole)));
    },

    inclusion: async (indexes, size) => proofs(indexes.map((index) => inclusionRanges(index, size))),

    consistency: async (from, to) => (await proofs([consistencyRanges(from, to)]))[0]!,
  };
}

/** Numbers as Postgres writes an array: the driver would take each apart to see whether it needs quoting. */
export const numberList = (numbers: readonly number[]): string => `{${numbers.join()}}`;

/** The `at`-th hash, from 1, of many that are sent as one byte string: an array of bytes would travel as hex. */
export const hashAt = (parameter: string): string =>
  `substring(${parameter}::bytea from (at::integer - 1) * ${HASH_BYTES} + 1 for ${HASH_BYTES})`;

const keyOf = ({ level, index }: NodeId): string => `${level}/${index}`;
const headOf = (frontier: Frontier): Head => ({ size: frontier.size, root: frontier.root() });
