import { createPrivateKey, createPublicKey, type KeyObject, sign as signBytes, verify as verifyBytes } from 'node:crypto';
import { sha256 } from './hashing.ts';

/** Ed25519 in the C2SP signed-note format. */
const ED25519 = 1;
/** What stands before the 32 bytes of an Ed25519 public key in its SubjectPublicKeyInfo (RFC 8410). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

/** Who signs notes: a name without spaces or `+`, and a private key that stays inside. */
export interface Signer {
  readonly name: string;
  /** The public key as verifiers take it: `<name>+<key id>+<key>`. */
  readonly key: string;
  /** The text, which ends in a newline, with a line that signs it (C2SP signed-note). */
  sign(text: string): string;
}

/** A signer with an Ed25519 private key in PEM (PKCS #8). @throws for another kind of key, or a name that is not one */
export function createSigner(name: string, pem: string | Buffer): Signer {
  if (!/^[^\s+]+$/u.test(name)) throw new RangeError('the name of a signer has no spaces and no plus sign');
  const secret = createPrivateKey(pem);
  if (secret.asymmetricKeyType !== 'ed25519') throw new RangeError('notes are signed with an Ed25519 key');
  const spki = createPublicKey(secret).export({ format: 'der', type: 'spki' });
  const typed = Buffer.concat([Buffer.of(ED25519), spki.subarray(SPKI.length)]);
  const id = keyId(name, typed);
  return {
    name,
    key: `${name}+${id.toString('hex')}+${typed.toString('base64')}`,
    sign: (text) => {
      if (!text.endsWith('\n')) throw new RangeError('a note ends in a newline');
      const signature = Buffer.concat([id, signBytes(null, Buffer.from(text), secret)]);
      return `${text}\n— ${name} ${signature.toString('base64')}\n`;
    },
  };
}

/** The text of a note when this key (`<name>+<key id>+<key>`) signed it; undefined when it did not. @throws RangeError for what is not a key */
export function openNote(note: string, key: string): string | undefined {
  const { name, id, open } = readKey(key);
  const end = note.lastIndexOf('\n\n');
  if (end < 0 || !note.endsWith('\n')) return undefined;
  const text = note.slice(0, end + 1);
  for (const line of note.slice(end + 2, -1).split('\n')) {
    const [, signer, signed = ''] = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/u.exec(line) ?? [];
    const signature = Buffer.from(signed, 'base64');
    if (signer !== name || !signature.subarray(0, 4).equals(id)) continue;
    return verifyBytes(null, Buffer.from(text), open, signature.subarray(4)) ? text : undefined;
  }
  return undefined;
}

function readKey(key: string): { name: string; id: Buffer; open: KeyObject } {
  const [, name = '', id = '', data = ''] = /^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/u.exec(key) ?? [];
  const typed = Buffer.from(data, 'base64');
  if (
    typed.length !== 33 ||
    typed.toString('base64') !== data ||
    typed[0] !== ED25519 ||
    keyId(name, typed).toString('hex') !== id
  ) {
    throw new RangeError('not the public key of a signer of notes');
  }
  const open = createPublicKey({ key: Buffer.concat([SPKI, typed.subarray(1)]), format: 'der', type: 'spki' });
  return { name, id: Buffer.from(id, 'hex'), open };
}

const keyId = (name: string, typed: Buffer): Buffer => sha256(Buffer.concat([Buffer.from(`${name}\n`), typed])).subarray(0, 4);
