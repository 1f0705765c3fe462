import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JSONWebKeySet, type JWK, SignJWT } from 'jose';
import { tryLink } from './embedded/ownership.ts';

/** What the development issuer calls itself, and the audience of its tokens. Never accepted in production. */
export const DEVELOPMENT_ISSUER = 'urn:masar:development';
export const DEVELOPMENT_AUDIENCE = 'masar';

/** Signs tokens for anybody on this machine, so that the API can be tried without an identity provider. */
export interface DevelopmentIssuer {
  readonly issuer: string;
  readonly audience: string;
  readonly jwks: JSONWebKeySet;
  /** A bearer token for a sign-in name, valid for `hours` (default 12). */
  token(subject: string, hours?: number): Promise<string>;
}

/** Opens the issuer of a data directory, making its key on first use (ES256, mode 0600). */
export async function openDevelopmentIssuer(dataDir: string): Promise<DevelopmentIssuer> {
  const key = await keyIn(join(dataDir, 'development-issuer.jwk'));
  const kid = await calculateJwkThumbprint(key);
  const signing = await importJWK(key, 'ES256');
  const { kty, crv, x, y } = key;
  const shown: JWK = {
    ...(kty ? { kty } : {}),
    ...(crv ? { crv } : {}),
    ...(x ? { x } : {}),
    ...(y ? { y } : {}),
    kid,
    alg: 'ES256',
    use: 'sig',
  };
  return {
    issuer: DEVELOPMENT_ISSUER,
    audience: DEVELOPMENT_AUDIENCE,
    jwks: { keys: [shown] },
    token: (subject, hours = 12) =>
      new SignJWT({})
        .setProtectedHeader({ alg: 'ES256', kid })
        .setIssuer(DEVELOPMENT_ISSUER)
        .setAudience(DEVELOPMENT_AUDIENCE)
        .setSubject(subject)
        .setIssuedAt()
        .setExpirationTime(`${hours}h`)
        .sign(signing),
  };
}

async function keyIn(file: string): Promise<JWK> {
  const known = readKey(file);
  if (known) return known;
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  mkdirSync(join(file, '..'), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(await exportJWK(privateKey))}\n`, { mode: 0o600 });
  // Another process made one in the same moment: its key counts.
  tryLink(draft, file);
  rmSync(draft);
  const made = readKey(file);
  if (!made) throw new Error(`the development issuer's key in ${file} cannot be read`);
  return made;
}

function readKey(file: string): JWK | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as JWK;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
