import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { tryLink } from '../embedded/ownership.ts';
import { createSigner, type Signer } from './note.ts';

/** The signer with the Ed25519 key of a file (PEM, PKCS #8), made with mode 0600 where that is allowed. */
export function signerFrom(name: string, file: string, create: boolean): Signer {
  try {
    return createSigner(name, readFileSync(file));
  } catch (error) {
    if (!create || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(dirname(file), { recursive: true });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600 });
    // Of processes that start together the first one's key counts.
    tryLink(draft, file);
    rmSync(draft);
    return signerFrom(name, file, false);
  }
}
