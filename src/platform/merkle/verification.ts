import { type Hash, nodeHash } from './hashing.ts';

/** Whether a proof shows that a leaf stands at an index (from 0) of the tree with this size and root (RFC 9162 §2.1.3.2). */
export function includes(leaf: Hash, index: number, size: number, proof: readonly Hash[], root: Hash): boolean {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) return false;
  let [place, last] = [index, size - 1];
  let node = leaf;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      node = nodeHash(sibling, node);
      [place, last] = upToRightChild(place, last);
    } else node = nodeHash(node, sibling);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && node.equals(root);
}

/** Whether a proof shows that the tree `to` begins with the tree `from` (RFC 9162 §2.1.4.2). */
export function isConsistent(from: Head, to: Head, proof: readonly Hash[]): boolean {
  if (from.size > to.size) return false;
  if (from.size === to.size) return proof.length === 0 && from.root.equals(to.root);
  // Every tree begins with the empty one, and there is nothing to show for it.
  if (from.size === 0) return proof.length === 0;
  const path = isPowerOfTwo(from.size) ? [from.root, ...proof] : proof;
  const [first, ...rest] = path;
  if (first === undefined) return false;
  let [place, last] = [from.size - 1, to.size - 1];
  while (isOdd(place)) [place, last] = [half(place), half(last)];
  let [older, newer] = [first, first];
  for (const node of rest) {
    if (last === 0) return false;
    if (isOdd(place) || place === last) {
      older = nodeHash(node, older);
      newer = nodeHash(node, newer);
      [place, last] = upToRightChild(place, last);
    } else newer = nodeHash(newer, node);
    [place, last] = [half(place), half(last)];
  }
  return last === 0 && older.equals(from.root) && newer.equals(to.root);
}

/** The size of a tree and the hash over it. */
export interface Head {
  readonly size: number;
  readonly root: Hash;
}

const half = (n: number): number => Math.floor(n / 2);
const isOdd = (n: number): boolean => n % 2 === 1;

function isPowerOfTwo(n: number): boolean {
  let rest = n;
  while (rest > 1 && !isOdd(rest)) rest /= 2;
  return rest === 1;
}

/** Climbs past levels at which the node, the last of its level, has no sibling. */
function upToRightChild(place: number, last: number): [number, number] {
  let [at, end] = [place, last];
  while (!isOdd(at) && at !== 0) [at, end] = [half(at), half(end)];
  return [at, end];
}
