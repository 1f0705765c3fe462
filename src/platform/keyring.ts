import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Kysely, type Migration, sql } from 'kysely';
import { tryLink } from './embedded/ownership.ts';

/** Names one data key: one subject (a case, a person) at one tier. */
export interface KeyName {
  readonly subject: string;
  readonly tier: string;
}

/** The keys at hand after a fetch; undefined when a key never existed or was destroyed. */
export type KeyLookup = (name: KeyName) => Buffer | undefined;

/**
 * Where data keys come from. One 256-bit key per subject and tier, wrapped by a master key; destroying it erases what it
 * sealed, everywhere.
 */
export interface Keyring {
  /** Fetches keys in one round trip. With `create`, absent ones are made; a destroyed key is never made again. */
  fetch(names: readonly KeyName[], create: boolean): Promise<KeyLookup>;
  /** HMAC-SHA-256 under a secret of this installation, separated by scope, hex. For blind indexes and input digests. */
  mac(scope: string, text: string): string;
}

const keyId = ({ subject, tier }: KeyName): string => `${tier}:${subject}`;

/** Derives the secret behind `mac` and the one that wraps data keys from the master key. */
function secretsOf(master: Buffer): { wrap: Buffer; mac: Buffer } {
  const derive = (info: string) => Buffer.from(hkdfSync('sha256', master, Buffer.alloc(0), info, 32));
  return { wrap: derive('masar data key wrapping'), mac: derive('masar keyed hashes') };
}

const macWith =
  (secret: Buffer) =>
  (scope: string, text: string): string =>
    createHmac('sha256', secret).update(scope).update('\0').update(text).digest('hex');

function wrap(secret: Buffer, name: string, key: Buffer): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(Buffer.from(name));
  const text = Buffer.concat([cipher.update(key), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), text]);
}

function unwrap(secret: Buffer, name: string, wrapped: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', secret, wrapped.subarray(0, 12)).setAAD(Buffer.from(name));
  decipher.setAuthTag(wrapped.subarray(12, 28));
  return Buffer.concat([decipher.update(wrapped.subarray(28)), decipher.final()]);
}

/** Keys in memory only, for tests of everything that is not the key store itself. */
export function memoryKeyring(master: Buffer = randomBytes(32)): Keyring & { destroy(subject: string): void } {
  const { mac } = secretsOf(master);
  const keys = new Map<string, Buffer | undefined>();
  return {
    fetch: async (names, create) => {
      for (const name of names) if (create && !keys.has(keyId(name))) keys.set(keyId(name), randomBytes(32));
      return (name) => keys.get(keyId(name));
    },
    mac: macWith(mac),
    destroy: (subject) => {
      for (const id of keys.keys()) if (id.endsWith(`:${subject}`)) keys.set(id, undefined);
    },
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

interface KeyTables {
  data_key: { subject: string; tier: string; wrapped: Buffer | null };
}

export const keyringMigrations: Readonly<Record<string, Migration>> = {
  '001_data_key': {
    up: async (db) => {
      await sql`create table data_key (
        subject text not null, tier text not null, wrapped bytea, made_at timestamptz not null default now(),
        primary key (subject, tier))`.execute(db);
      await sql`comment on column data_key.wrapped is 'null once destroyed, so that the key is never made again'`.execute(db);
    },
  },
};

const CACHE_MS = 60_000;
const CACHE_KEYS = 20_000;

/** Keys in hand for one fetch; undefined for those destroyed. */
type Held = Map<string, Buffer | undefined>;

/** Keys in Postgres, wrapped by the master key; `schema` is the key store's own. Cached for at most 60 seconds. */
export function postgresKeyring(db: Kysely<unknown>, schema: string, master: Buffer): Keyring {
  const secrets = secretsOf(master);
  const table = (db as Kysely<KeyTables>).withSchema(schema);
  const cache = new Map<string, { key: Buffer | undefined; until: number }>();

  const remember = (name: KeyName, wrapped: Buffer | null): void => {
    const id = keyId(name);
    cache.delete(id);
    cache.set(id, { key: wrapped ? unwrap(secrets.wrap, id, wrapped) : undefined, until: Date.now() + CACHE_MS });
    const [oldest] = cache.size > CACHE_KEYS ? cache.keys() : [];
    if (oldest !== undefined) cache.delete(oldest);
  };

  /** Puts what the table holds of these into `held`: the cache may let go of any key at any moment. */
  const load = async (names: readonly KeyName[], held: Held): Promise<void> => {
    if (names.length === 0) return;
    const rows = await table
      .selectFrom('data_key')
      .select(['subject', 'tier', 'wrapped'])
      .where('subject', 'in', [...new Set(names.map((one) => one.subject))])
      .execute();
    for (const row of rows) {
      remember(row, row.wrapped);
      held.set(keyId(row), cache.get(keyId(row))?.key);
    }
  };

  const cached = (names: readonly KeyName[]): Held => {
    const hits = names.map((name) => [keyId(name), cache.get(keyId(name))] as const);
    return new Map(hits.flatMap(([id, hit]) => (hit && hit.until > Date.now() ? [[id, hit.key] as const] : [])));
  };

  return {
    fetch: async (names, create) => {
      const held = cached(names);
      const absent = () => names.filter((name) => !held.has(keyId(name)));
      await load(absent(), held);
      const missing = create ? absent() : [];
      if (missing.length > 0) {
        const rows = [...new Map(missing.map((name) => [keyId(name), name])).values()];
        await table
          .insertInto('data_key')
          .values(
            rows.map((name) => ({
              subject: name.subject,
              tier: name.tier,
              wrapped: wrap(secrets.wrap, keyId(name), randomBytes(32)),
            })),
          )
          .onConflict((conflict) => conflict.columns(['subject', 'tier']).doNothing())
          .execute();
        await load(missing, held);
      }
      return (name) => held.get(keyId(name));
    },
    mac: macWith(secrets.mac),
  };
}
