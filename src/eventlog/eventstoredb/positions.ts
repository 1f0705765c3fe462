import type { Position } from '../port.ts';

/** EventStoreDB's own cursor in `$all`: two 64-bit places in its transaction file. */
export interface TransactionPosition {
  readonly commit: bigint;
  readonly prepare: bigint;
}

const LOW = (1n << 64n) - 1n;

export function toPosition({ commit, prepare }: TransactionPosition): Position {
  return (commit << 64n) | prepare;
}

export function toTransactionPosition(position: Position): TransactionPosition {
  return { commit: position >> 64n, prepare: position & LOW };
}

/** Where the sequencer keeps its marks. No process can have this category: names of processes begin with a letter. */
export const MARKS_STREAM = '_masar-logindex';

/** Whether an event of this stream counts in logIndex: the server's own streams and the marks do not. */
export function isMasars(stream: string): boolean {
  return !stream.startsWith('$') && stream !== MARKS_STREAM;
}
