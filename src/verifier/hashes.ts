/** RFC 9162 and the leaves of the event log, written from their description and from nothing of the server. */
import { createHash } from 'node:crypto';

export type Hash = Buffer;

const sha256 = (...parts: readonly Uint8Array[]): Hash => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
/** The data of a leaf begin with the version of how they are written. */
const LEAF_DATA = Uint8Array.of(1);

/** What a leaf is made of. */
export interface Event {
  readonly stream: string;
  readonly revision: number;
  readonly type: string;
  readonly bytes: Uint8Array;
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The hash of an event as a leaf: version, stream, revision, type and bytes, texts and bytes behind their length. */
export function leafOf({ stream, revision, type, bytes }: Event): Hash {
  const [streamText, typeText] = [Buffer.from(stream), Buffer.from(type)];
  return sha256(
    LEAF,
    LEAF_DATA,
    number(streamText.length),
    streamText,
    number(revision),
    number(typeText.length),
    typeText,
    number(bytes.length),
    bytes,
  );
}

export const CHAIN_START: Hash = Buffer.alloc(32);

/** The chain of a stream after an event. */
export const chainOf = (before: Hash, leaf: Hash): Hash => sha256(before, leaf);

/** The roots of the trees over the first leaves, at each of these sizes that there are leaves enough for. */
export function rootsAt(leaves: readonly Hash[], sizes: readonly number[]): ReadonlyMap<number, Hash> {
  const wanted = new Set(sizes);
  const roots = new Map<number, Hash>();
  /** Hashes of complete subtrees from the left, with how many leaves each has. */
  const complete: { hash: Hash; count: number }[] = [];
  const note = (size: number) => {
    if (wanted.has(size)) roots.set(size, complete.reduceRight<Hash | undefined>(join, undefined) ?? sha256());
  };
  note(0);
  leaves.forEach((leaf, at) => {
    let last = { hash: leaf, count: 1 };
    for (let left = complete.at(-1); left?.count === last.count; left = complete.at(-1)) {
      complete.pop();
      last = { hash: sha256(NODE, left.hash, last.hash), count: left.count * 2 };
    }
    complete.push(last);
    note(at + 1);
  });
  return roots;
}

/** The hash of text as a leaf of a tree that is not the event log's. */
export const textLeaf = (text: string): Hash => sha256(LEAF, Buffer.from(text));

/** The root that a proof leads to from a leaf at an index (from 0) of a tree of so many leaves; undefined where it leads nowhere. */
export function rootBy(leaf: Hash, index: number, size: number, proof: readonly Hash[]): Hash | undefined {
  if (!(Number.isSafeInteger(index) && index >= 0 && index < size)) return undefined;
  const path = [...proof];
  const climb = (from: number, to: number): Hash | undefined => {
    if (to - from === 1) return leaf;
    let half = 1;
    while (half * 2 < to - from) half *= 2;
    const isLeft = index < from + half;
    const below = isLeft ? climb(from, from + half) : climb(from + half, to);
    const beside = path.shift();
    if (!below || !beside) return undefined;
    return isLeft ? sha256(NODE, below, beside) : sha256(NODE, beside, below);
  };
  const root = climb(0, size);
  return path.length === 0 ? root : undefined;
}

const join = (right: Hash | undefined, left: { readonly hash: Hash }): Hash =>
  right === undefined ? left.hash : sha256(NODE, left.hash, right);

/** Bytes written in base64 in the one way that counts; undefined for anything else. */
export function base64(text: unknown, length?: number): Buffer | undefined {
  if (typeof text !== 'string') return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text && (length === undefined || bytes.length === length) ? bytes : undefined;
}
