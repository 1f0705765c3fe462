import type { NodeId } from './frontier.ts';
import { type Hash, nodeHash } from './hashing.ts';

/** Leaves from `start` up to, not including, `end`. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The subtrees whose hashes prove that a leaf is in a tree, in the order of RFC 9162 §2.1.3.1. Indexes count from 0. */
export function inclusionRanges(index: number, size: number): readonly Range[] {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) throw new RangeError(`no leaf ${index} among ${size}`);
  const ranges: Range[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + largestPowerBelow(end - start);
    if (index < middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  return ranges.reverse();
}

/** The subtrees whose hashes prove that one tree begins with another, in the order of RFC 9162 §2.1.4.1. */
export function consistencyRanges(from: number, to: number): readonly Range[] {
  if (!(Number.isSafeInteger(from) && Number.isSafeInteger(to) && from >= 0 && from <= to)) {
    throw new RangeError(`a tree of ${to} leaves does not begin with one of ${from}`);
  }
  if (from === 0) return [];
  const ranges: Range[] = [];
  let [start, end] = [0, to];
  while (from !== end) {
    const middle = start + largestPowerBelow(end - start);
    if (from <= middle) {
      ranges.push({ start: middle, end });
      end = middle;
    } else {
      ranges.push({ start, end: middle });
      start = middle;
    }
  }
  // When nothing lies to the left, this is the whole of the older tree, which the verifier has.
  if (start > 0) ranges.push({ start, end });
  return ranges.reverse();
}

/** The complete subtrees that a range of a proof is made of, from the left. */
export function nodesOf({ start, end }: Range): readonly NodeId[] {
  const nodes: NodeId[] = [];
  for (let at = start; at < end; ) {
    let [level, size] = [0, 1];
    while (at % (size * 2) === 0 && at + size * 2 <= end) [level, size] = [level + 1, size * 2];
    nodes.push({ level, index: at / size });
    at += size;
  }
  return nodes;
}

/** The hash of a range out of those of its complete subtrees, as `nodesOf` lists them. */
export function rangeHash(range: Range, hashOf: (node: NodeId) => Hash): Hash {
  const hashes = nodesOf(range).map(hashOf);
  return hashes.reduceRight((right, left) => nodeHash(left, right));
}

/** The largest power of two smaller than n, which is at least 2. */
function largestPowerBelow(n: number): number {
  let power = 1;
  while (power * 2 < n) power *= 2;
  return power;
}
