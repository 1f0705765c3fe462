import type { Hash } from '../../platform/merkle/hashing.ts';
import type { Witnessed } from './witness.ts';

/** A tree as far as it is held to a head outside. */
export interface HeldTree {
  /** How many leaves it has. */
  readonly size: number;
  /** @throws RangeError where its tables do not belong together */
  rootAt(size: number): Promise<Hash>;
}

/**
 * How a tree stands against the newest head that is kept of it outside the database: `BEHIND_WITNESS` when it has fewer leaves,
 * `NOT_AS_WITNESSED` when it is another; undefined when it begins with what was signed.
 */
export async function againstHead(
  { size: here, rootAt }: HeldTree,
  { size, root }: Witnessed,
): Promise<'BEHIND_WITNESS' | 'NOT_AS_WITNESSED' | undefined> {
  if (here < size) return 'BEHIND_WITNESS';
  const ours = await rootAt(size).catch((error: unknown) => {
    if (error instanceof RangeError) return undefined;
    throw error;
  });
  return ours?.equals(root) ? undefined : 'NOT_AS_WITNESSED';
}
