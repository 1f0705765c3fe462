import type { Signer } from './note.ts';
import type { Head } from './verification.ts';

/** The head of a tree as a signed note: origin, size and root, each a line (C2SP tlog-checkpoint). */
export const signCheckpoint = (signer: Signer, { size, root }: Head): string =>
  signer.sign(`${signer.name}\n${size}\n${root.toString('base64')}\n`);
