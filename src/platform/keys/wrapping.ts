import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/** Seals a key under another by AES-256-GCM, bound to its name: nonce, tag and cipher text in one. */
export function wrap(secret: Buffer, name: string, key: Buffer): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(Buffer.from(name));
  const text = Buffer.concat([cipher.update(key), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

/** @throws Error where the bytes were not wrapped under this secret and name. */
export function unwrap(secret: Buffer, name: string, wrapped: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', secret, wrapped.subarray(0, 12)).setAAD(Buffer.from(name));
  decipher.setAuthTag(wrapped.subarray(12, 28));
  return Buffer.concat([decipher.update(wrapped.subarray(28)), decipher.final()]);
}
