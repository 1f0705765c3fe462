import { randomFillSync } from 'node:crypto';

const NONCE_BYTES = 12;
/** Drawn at once: asking the system for twelve bytes costs as much as asking it for thousands. */
const drawn = Buffer.alloc(NONCE_BYTES * 512);
let used = drawn.length;

/** A nonce for AES-256-GCM: 12 random bytes that are given out once. */
export function freshNonce(): Buffer {
  if (used === drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  const nonce = Buffer.from(drawn.subarray(used, used + NONCE_BYTES));
  used += NONCE_BYTES;
  return nonce;
}
