import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Bytes that cannot be opened: changed, cut short, put in another order, or sealed under another key or name. */
export class BrokenSeal extends Error {
  constructor(cause?: unknown) {
    super('the sealed bytes are not what was written', { cause });
    this.name = 'BrokenSeal';
  }
}

const NONCE = 12;
const TAG = 16;
const FRAME = 64 * 1024;
const SEALED_FRAME = NONCE + TAG + FRAME;

/** Seals bytes under a 256-bit key with AES-256-GCM; they open only under the same name. */
export function sealBytes(key: Buffer, name: string, bytes: Uint8Array): Buffer {
  const nonce = randomBytes(NONCE);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(name));
  const text = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** @throws BrokenSeal */
export function openBytes(key: Buffer, name: string, sealed: Uint8Array): Buffer {
  try {
    const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE)).setAAD(Buffer.from(name));
    decipher.setAuthTag(sealed.subarray(NONCE, NONCE + TAG));
    return Buffer.concat([decipher.update(sealed.subarray(NONCE + TAG)), decipher.final()]);
  } catch (error) {
    throw new BrokenSeal(error);
  }
}

/**
 * Seals content frame by frame, so that it can be opened while it is read. Every frame knows its number and whether it is the
 * last: frames that were swapped, left out or cut off at the end do not open.
 */
export async function* sealStream(key: Buffer, name: string, content: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const { bytes, number, last } of framed(content, FRAME)) yield sealBytes(key, nameOf(name, number, last), bytes);
}

/** What `sealStream` sealed. Nothing is handed on that was not checked. @throws BrokenSeal */
export async function* openStream(key: Buffer, name: string, sealed: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  for await (const { bytes, number, last } of framed(sealed, SEALED_FRAME)) {
    yield openBytes(key, nameOf(name, number, last), bytes);
  }
}

const nameOf = (name: string, number: number, last: boolean): string => `${name}/${number}${last ? '/last' : ''}`;

interface Frame {
  readonly bytes: Buffer;
  readonly number: number;
  readonly last: boolean;
}

/** Content cut into frames of one size; the last may be shorter, and is there even when everything before fitted. */
async function* framed(content: AsyncIterable<Uint8Array>, size: number): AsyncIterable<Frame> {
  let held = Buffer.alloc(0);
  let number = 0;
  for await (const chunk of content) {
    held = held.length === 0 ? Buffer.from(chunk) : Buffer.concat([held, chunk]);
    let start = 0;
    // A full frame is given away only when more follows: until then it may be the last.
    for (; held.length - start > size; start += size) {
      yield { bytes: held.subarray(start, start + size), number: number++, last: false };
    }
    held = held.subarray(start);
  }
  yield { bytes: held, number, last: true };
}
