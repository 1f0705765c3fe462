import { EMPTY_ROOT, HASH_BYTES, type Hash, nodeHash } from './hashing.ts';

/** A complete subtree: 2^level leaves, the `index`-th of its level from the left. */
export interface NodeId {
  readonly level: number;
  readonly index: number;
}

export interface TreeNode extends NodeId {
  readonly hash: Hash;
}

/**
 * The right edge of a growing tree: the roots of its largest complete subtrees, one for each bit of the size. Enough to add
 * leaves and to give the root, in space that grows with the logarithm of the size.
 */
export class Frontier {
  #size = 0;
  /** By level; only those whose bit is set in the size count. */
  readonly #peaks: Hash[] = [];

  /** The edge as `peaks` wrote it. @throws RangeError when the two do not belong together */
  static from(size: number, peaks: Uint8Array): Frontier {
    const frontier = new Frontier();
    const levels = levelsOf(size);
    if (peaks.byteLength !== levels.length * HASH_BYTES) throw new RangeError(`not the edge of a tree of ${size} leaves`);
    for (const [at, level] of levels.entries()) {
      frontier.#peaks[level] = Buffer.from(peaks.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
    }
    frontier.#size = size;
    return frontier;
  }

  get size(): number {
    return this.#size;
  }

  /** Adds a leaf by its hash. `completed` is told of every subtree that it makes complete, the leaf first. */
  append(leaf: Hash, completed?: (node: TreeNode) => void): void {
    let node = leaf;
    let level = 0;
    let index = this.#size;
    completed?.({ level, index, hash: node });
    for (; index % 2 === 1; index = (index - 1) / 2) {
      node = nodeHash(this.#peaks[level]!, node);
      level += 1;
      completed?.({ level, index: (index - 1) / 2, hash: node });
    }
    this.#peaks[level] = node;
    this.#size += 1;
  }

  /** The hash of the tree as it stands (RFC 9162 §2.1.1). */
  root(): Hash {
    const [lowest, ...higher] = levelsOf(this.#size).reverse();
    if (lowest === undefined) return EMPTY_ROOT;
    return higher.reduce((right, level) => nodeHash(this.#peaks[level]!, right), this.#peaks[lowest]!);
  }

  /** The hashes of the edge, the largest subtree first. */
  peaks(): Buffer {
    return Buffer.concat(levelsOf(this.#size).map((level) => this.#peaks[level]!));
  }
}

/** The levels of the complete subtrees that a tree of this size is made of, from the left. */
function levelsOf(size: number): number[] {
  const levels: number[] = [];
  for (let rest = size, level = 0; rest > 0; rest = Math.floor(rest / 2), level += 1) {
    if (rest % 2 === 1) levels.unshift(level);
  }
  return levels;
}
