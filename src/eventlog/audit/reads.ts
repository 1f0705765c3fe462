import type pg from 'pg';
import type { Hash } from '../../platform/merkle/hashing.ts';
import { type Checkpoint, type Halt, openLedger } from './ledger.ts';

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
  /** The chain of the stream behind the last of these events. */
  readonly chain: string;
}

/** How the audit tree stands. */
export interface AuditStatus {
  /** Events in the tree. */
  readonly size: number;
  /** Events under the last checkpoint. */
  readonly signed: number;
  readonly halted?: Halt & { readonly since: string };
}

/** What the audit tree can be asked. */
export interface AuditReads {
  status(): Promise<AuditStatus>;
  latest(): Promise<Checkpoint | undefined>;
  /** The newest first; `below` is the size of the last one of the page before. */
  checkpoints(below: number | undefined, limit: number): Promise<readonly Checkpoint[]>;
  /** The heads at two sizes (numbers of leaves) and the proof that the later begins with the earlier; undefined when the tree has not grown so far. */
  consistency(
    from: number,
    to: number,
  ): Promise<{ readonly roots: readonly [Hash, Hash]; readonly proof: readonly Hash[] } | undefined>;
  /** A receipt for a stream under the last checkpoint; undefined while no checkpoint covers any event of it. */
  receipt(stream: string): Promise<Receipt | undefined>;
}

/** Opens the audit tree's tables for reading. */
export function auditReads(pool: pg.Pool, schema: string): AuditReads {
  const ledger = openLedger(pool, schema);
  const { tree } = ledger;
  return {
    status: async () => {
      const [head, latest, halted] = await Promise.all([tree.head(), ledger.latest(), ledger.halted()]);
      return { size: head.size, signed: latest?.size ?? 0, ...(halted ? { halted } : {}) };
    },

    latest: () => ledger.latest(),

    checkpoints: (below, limit) => ledger.checkpoints(below, limit),

    consistency: async (from, to) => {
      if (to > (await tree.head()).size) return undefined;
      const [older, newer, proof] = await Promise.all([tree.rootAt(from), tree.rootAt(to), tree.consistency(from, to)]);
      return { roots: [older, newer], proof };
    },

    receipt: async (stream) => {
      const signed = await ledger.latest();
      const entries = signed ? await ledger.entriesOf(stream, signed.size) : [];
      const last = entries.at(-1);
      if (!signed || !last) return undefined;
      const proofs = await tree.inclusion(
        entries.map((one) => one.logIndex - 1),
        signed.size,
      );
      return {
        checkpoint: signed.note,
        stream,
        events: entries.map(({ revision, logIndex, leaf }, at) => ({
          revision,
          logIndex: String(logIndex),
          leaf: leaf.toString('base64'),
          proof: proofs[at]!.map((hash) => hash.toString('base64')),
        })),
        chain: last.chain.toString('base64'),
      };
    },
  };
}
