import type pg from 'pg';
import type { Hash } from '../../platform/merkle/hashing.ts';
import type { Tree } from '../../platform/merkle/treeStore.ts';
import { type Checkpoint, type Halt, openLedger, type PastHalt, type UsedKey } from './ledger.ts';
import { type PatrolStatus, patrolStatus } from './patrol.ts';

/** That the events of a case are in the log, as anybody can check who has the checkpoint. Hashes are in base64. */
export interface Receipt {
  /** The signed note. */
  readonly checkpoint: string;
  readonly stream: string;
  readonly events: readonly {
    readonly revision: number;
    /** From 1; the leaf stands at one less. */
    readonly logIndex: string;
    readonly leaf: string;
    readonly proof: readonly string[];
  }[];
  /** The chain of the stream before the first of these events; absent at its beginning, where it is all zeros. */
  readonly before?: string;
  /** The chain of the stream behind the last of these events; absent where there are none. */
  readonly chain?: string;
  /** Events of the stream under the checkpoint; these may be a part of them. */
  readonly covered: number;
}

/** How the audit tree stands. */
export interface AuditStatus {
  /** Events in the tree. */
  readonly size: number;
  /** Events under the last checkpoint. */
  readonly signed: number;
  /** `since` is absent where nobody has put it on record yet. */
  readonly halted?: Halt & { readonly since?: string };
  /** Halts that are over, the last first. */
  readonly halts: readonly PastHalt[];
  readonly patrol: PatrolStatus;
}

const PAST_HALTS = 10;

/** What the audit tree can be asked. */
export interface AuditReads {
  status(): Promise<AuditStatus>;
  latest(): Promise<Checkpoint | undefined>;
  /** The keys that signed, the earliest first. */
  keys(): Promise<readonly UsedKey[]>;
  /** The newest first; `below` is the size of the last one of the page before. */
  checkpoints(below: number | undefined, limit: number): Promise<readonly Checkpoint[]>;
  /**
   * The heads at two sizes (numbers of leaves) and the proof that the later begins with the earlier; undefined when the tree has not
   * grown so far. @throws TreeDamaged
   */
  consistency(
    from: number,
    to: number,
  ): Promise<{ readonly roots: readonly [Hash, Hash]; readonly proof: readonly Hash[] } | undefined>;
  /**
   * A receipt for so many events of a stream from a revision on, under the last checkpoint; undefined while no checkpoint covers
   * any event of it.
   */
  receipt(stream: string, part: { readonly from: number; readonly limit: number }): Promise<Receipt | undefined>;
}

/** What is kept of the tree does not belong together: nothing can be proved by it until it is restored. */
export class TreeDamaged extends Error {
  override readonly name = 'TreeDamaged';
}

/** Opens the audit tree's tables for reading. */
export function auditReads(pool: pg.Pool, schema: string): AuditReads {
  const ledger = openLedger(pool, schema);
  const { tree } = ledger;
  return {
    status: async () => {
      const [whole, latest, known, halts, patrol] = await Promise.all([
        sizeOf(tree),
        ledger.latest(),
        ledger.halted(),
        ledger.pastHalts(PAST_HALTS),
        patrolStatus(pool, schema),
      ]);
      const size = whole ?? (await ledger.lastIndex());
      const halted = known ?? (whole === undefined ? ({ code: 'TREE_CHANGED', logIndex: size } as const) : undefined);
      return { size, signed: latest?.size ?? 0, halts, patrol, ...(halted ? { halted } : {}) };
    },

    latest: () => ledger.latest(),

    keys: () => ledger.keys(),

    checkpoints: (below, limit) => ledger.checkpoints(below, limit),

    consistency: async (from, to) => {
      const size = await sizeOf(tree);
      if (size === undefined) throw new TreeDamaged();
      if (to > size) return undefined;
      const [older, newer, proof] = await whole(() =>
        Promise.all([tree.rootAt(from), tree.rootAt(to), tree.consistency(from, to)]),
      );
      return { roots: [older, newer], proof };
    },

    receipt: async (stream, { from, limit }) => {
      const signed = await ledger.latest();
      if (!signed) return undefined;
      const start = Math.max(0, from - 1);
      const [found, covered] = await Promise.all([
        ledger.entriesOf(stream, signed.size, start, limit + from - start),
        ledger.countOf(stream, signed.size),
      ]);
      const [before] = from === 0 ? [] : found;
      const entries = before ? found.slice(1) : found;
      const last = entries.at(-1);
      if (covered === 0) return undefined;
      const indexes = entries.map((one) => one.logIndex - 1);
      const proofs = await whole(() => tree.inclusion(indexes, signed.size));
      return {
        checkpoint: signed.note,
        stream,
        events: entries.map(({ revision, logIndex, leaf }, at) => ({
          revision,
          logIndex: String(logIndex),
          leaf: leaf.toString('base64'),
          proof: proofs[at]!.map((hash) => hash.toString('base64')),
        })),
        ...(before ? { before: before.chain.toString('base64') } : {}),
        ...(last ? { chain: last.chain.toString('base64') } : {}),
        covered,
      };
    },
  };
}

/** @throws TreeDamaged where nodes of the tree are not there */
async function whole<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RangeError) throw new TreeDamaged();
    throw error;
  }
}

/** The size of a tree; undefined where what is kept of its head is no head. */
async function sizeOf(tree: Tree): Promise<number | undefined> {
  try {
    return (await tree.head()).size;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
