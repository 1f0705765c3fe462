import { hash } from 'node:crypto';

/** 32 bytes of SHA-256. */
export type Hash = Buffer;

export const HASH_BYTES = 32;

/** By way of a string of one character a byte: a Buffer made by the native side takes longer than hashing a node. */
export const sha256 = (data: Uint8Array): Hash => Buffer.from(hash('sha256', data, 'binary'), 'latin1');

/** The root of a tree without leaves (RFC 9162 §2.1.1). */
export const EMPTY_ROOT: Hash = sha256(Buffer.alloc(0));

/** The hash of a leaf whose data stands behind one byte that the caller left for the prefix (RFC 9162 §2.1.1). */
export function leafHashInPlace(prefixed: Buffer): Hash {
  prefixed[0] = 0;
  return sha256(prefixed);
}

/** The hash of a leaf (RFC 9162 §2.1.1). */
export function leafHash(data: Uint8Array): Hash {
  const prefixed = Buffer.allocUnsafe(1 + data.byteLength);
  prefixed.set(data, 1);
  return leafHashInPlace(prefixed);
}

const pair = Buffer.allocUnsafe(1 + 2 * HASH_BYTES);
pair[0] = 1;

/** The hash of a node over its two children (RFC 9162 §2.1.1). */
export function nodeHash(left: Hash, right: Hash): Hash {
  pair.set(left, 1);
  pair.set(right, 1 + HASH_BYTES);
  return sha256(pair);
}
