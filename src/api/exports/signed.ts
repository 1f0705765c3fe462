import { createHash } from 'node:crypto';
import type { Signer } from '../../platform/merkle/note.ts';

/** Rows as NDJSON in UTF-8: one JSON object a line, each ended by a newline. */
export const ndjsonOf = (rows: readonly object[]): Buffer => Buffer.from(rows.map((row) => `${JSON.stringify(row)}\n`).join(''));

/** The digest of a file in hex, and a signed note (C2SP) over its length and digest: origin, bytes and SHA-256, each a line. */
export function signatureOf(signer: Signer, content: Buffer): { readonly sha256: string; readonly note: string } {
  const digest = createHash('sha256').update(content).digest();
  const note = signer.sign(`${signer.name}/audit\n${content.length}\n${digest.toString('base64')}\n`);
  return { sha256: digest.toString('hex'), note };
}
