import type { Kysely } from 'kysely';
import type { RecordedEvent } from '../../domain/kernel/envelope.ts';
import type { Process } from '../../domain/kernel/process.ts';
import type { Registry } from '../../domain/kernel/registry.ts';
import type { Opening } from '../../eventlog/codec.ts';

/** A table of a read model. `columns` maps names to SQL types; `indexes` are what follows `create index on <table>`. */
export interface TableSpec {
  readonly name: string;
  readonly columns: Readonly<Record<string, string>>;
  readonly key: readonly string[];
  readonly indexes?: readonly string[];
  /** Columns of the key that hold personal values: no report names them. */
  readonly personalKey?: readonly string[];
  /** Columns of which Postgres keeps the commonest thousand values in place of a hundred. */
  readonly sampled?: readonly string[];
}

/** An event on its way into read models: decoded, with its place in the log. Shared by all of them, so never changed. */
export interface ProjectedEvent extends RecordedEvent {
  readonly position: bigint;
  readonly logIndex: bigint;
  readonly process: Process;
  /** Id of the case. */
  readonly id: string;
}

/** Rows of one table to write whole (found again by their key) and keys of rows to take out; the last word on a key counts. */
export interface Change {
  readonly table: string;
  readonly put?: readonly object[];
  readonly remove?: readonly object[];
}

export interface FoldContext {
  /** Queries on this projection's own tables, as of the events folded and written so far. */
  readonly db: Kysely<unknown>;
  readonly registry: Registry;
  /** The events of a stream up to a revision (inclusive), for folds that a correction makes anew. */
  history(stream: string, toRevision: number): Promise<readonly RecordedEvent[]>;
  /** The events of a stream up to a position (inclusive), with what was erased since they were written. */
  historyAt(stream: string, position: bigint): Promise<readonly RecordedEvent[]>;
}

/**
 * Folds events into rows. Batches come in log order, each event once as far as the written rows tell; whether they come one by
 * one or by the thousand must not show in the rows. May keep in memory what it folded: after a failed write it is thrown away
 * and started anew.
 */
export type Fold = (batch: readonly ProjectedEvent[]) => Promise<readonly Change[]>;

/** A read model. A change of its tables or of its fold raises `version`. */
export interface Projection {
  readonly name: string;
  readonly version: number;
  /** Processes whose events it reads. */
  readonly categories: readonly string[];
  /** Up to which tier personal values are opened for it; the rest stays sealed. */
  readonly opening: Opening;
  readonly tables: readonly TableSpec[];
  start(context: FoldContext): Fold;
}
