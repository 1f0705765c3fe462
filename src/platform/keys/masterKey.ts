import { hkdfSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { tryLink } from '../embedded/ownership.ts';
import { unwrap, wrap } from './wrapping.ts';

/** Something sealed, or to be sealed, under the name it is bound to. */
export interface Named {
  readonly name: string;
  readonly bytes: Buffer;
}

/** What wraps data keys and never lies beside them. Lists go and come in one order, since one call may be one round trip. */
export interface MasterKey {
  /** Kept beside everything it wrapped, so that it is known which master key opens it. Says nothing of the key. */
  readonly id: string;
  wrap(keys: readonly Named[]): Promise<readonly Buffer[]>;
  /** @throws Error where bytes were not wrapped by this key under this name. */
  unwrap(wrapped: readonly Named[]): Promise<readonly Buffer[]>;
  /** Whether the service that holds it failed when last asked; absent for a key this process holds. */
  failing?(): boolean;
  /** For installations older than stored secrets: the secret of keyed hashes as it used to be derived. */
  readonly legacyMacSecret?: Buffer;
}

const derive = (master: Buffer, info: string): Buffer => Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), info, 32));

/** A master key of 32 bytes that this process holds. */
export function masterKeyOf(master: Buffer): MasterKey {
  const secret = derive(master, 'masar data key wrapping');
  return {
    id: `file:${derive(master, 'masar master key id').toString('hex').slice(0, 16)}`,
    wrap: async (keys) => keys.map(({ name, bytes }) => wrap(secret, name, bytes)),
    unwrap: async (wrapped) => wrapped.map(({ name, bytes }) => unwrap(secret, name, bytes)),
    legacyMacSecret: derive(master, 'masar keyed hashes'),
  };
}

/** Reads the 32-byte master key, or makes one with mode 0600 where that is allowed. */
export function masterKeyFrom(file: string, create: boolean): Buffer {
  try {
    const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'base64');
    if (key.length !== 32) throw new Error(`the master key in ${file} must be 32 bytes in base64`);
    return key;
  } catch (error) {
    if (!create || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(dirname(file), { recursive: true });
    const draft = `${file}.${process.pid}`;
    writeFileSync(draft, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
    // Of processes that start together the first one's key counts.
    tryLink(draft, file);
    rmSync(draft);
    return masterKeyFrom(file, false);
  }
}

/** The master key that wraps what is new, and every one at hand to open what is old. */
export interface MasterKeys {
  readonly current: MasterKey;
  /** Of every key at hand. */
  readonly ids: readonly string[];
  /** @throws Error naming the id of a master key that is not at hand. */
  of(id: string): MasterKey;
  has(id: string): boolean;
}

export function masterKeys(current: MasterKey, others: readonly MasterKey[] = []): MasterKeys {
  const all = new Map([current, ...others].map((one) => [one.id, one]));
  return {
    current,
    ids: [...all.keys()],
    has: (id) => all.has(id),
    of: (id) => {
      const found = all.get(id);
      if (!found) throw new Error(`keys are wrapped by the master key ${id}, which this process was not given`);
      return found;
    },
  };
}

/** Opens what several master keys wrapped, one call each, in the order given. */
export async function unwrapAll(
  masters: MasterKeys,
  wrapped: readonly (Named & { readonly master: string })[],
): Promise<readonly Buffer[]> {
  const opened = new Map<Named, Buffer>();
  for (const id of new Set(wrapped.map((one) => one.master))) {
    const own = wrapped.filter((one) => one.master === id);
    const keys = await masters.of(id).unwrap(own);
    own.forEach((one, index) => {
      opened.set(one, keys[index]!);
    });
  }
  return wrapped.map((one) => opened.get(one)!);
}
