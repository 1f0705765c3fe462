import { HASH_BYTES, type Hash, leafHashInPlace, sha256 } from '../../platform/merkle/hashing.ts';
import type { StreamEvent } from '../port.ts';

/** What a leaf of the event log is made of. */
export type Leaf = Pick<StreamEvent, 'stream' | 'revision' | 'type' | 'bytes'>;

/** First byte of the data of a leaf: another way to write one would begin with another. */
const VERSION = 1;

/**
 * The hash of an event as a leaf (RFC 9162 §2.1.1). Its data are, each text and the bytes behind their length in four bytes:
 * the version 1 in one byte, stream, revision in four bytes, type, the exact bytes of the event. Numbers are big-endian, text is
 * UTF-8, so no two different events give the same data.
 */
export function eventLeaf({ stream, revision, type, bytes }: Leaf): Hash {
  const streamBytes = Buffer.byteLength(stream);
  const typeBytes = Buffer.byteLength(type);
  const data = Buffer.allocUnsafe(1 + 1 + 4 + streamBytes + 4 + 4 + typeBytes + 4 + bytes.byteLength);
  let at = data.writeUInt8(VERSION, 1);
  at = data.writeUInt32BE(streamBytes, at);
  at += data.write(stream, at);
  at = data.writeUInt32BE(revision, at);
  at = data.writeUInt32BE(typeBytes, at);
  at += data.write(type, at);
  at = data.writeUInt32BE(bytes.byteLength, at);
  data.set(bytes, at);
  return leafHashInPlace(data);
}

/** Where the chain of every stream begins. */
export const CHAIN_START: Hash = Buffer.alloc(HASH_BYTES);

/** The chain of a stream after an event: it says all that the stream holds up to there, in order. */
export const nextLink = (chain: Hash, leaf: Hash): Hash => sha256(Buffer.concat([chain, leaf]));
