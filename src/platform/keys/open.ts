import { join } from 'node:path';
import type { Kysely } from 'kysely';
import type { Config } from '../config.ts';
import { createKysely, createPool } from '../database.ts';
import { ensureDurable } from '../durability.ts';
import type { Keyring } from '../keyring.ts';
import type { Log } from '../logging.ts';
import { ensureMigrated } from '../migrations.ts';
import { type MasterKeys, masterKeyFrom, masterKeyOf, masterKeys } from './masterKey.ts';
import { keyringMigrations } from './migrations.ts';
import { openPostgresKeyring } from './postgresKeyring.ts';
import { transitMasterKey } from './transit.ts';

type Settings = Pick<Config, 'dataDir' | 'masterKeyFile' | 'otherMasterKeyFiles' | 'kms'>;

/** The master keys of a configuration; in development one is made beside the data. */
export function mastersFrom({ dataDir, masterKeyFile, otherMasterKeyFiles, kms }: Settings): MasterKeys {
  const others = otherMasterKeyFiles.map((file) => masterKeyOf(masterKeyFrom(file, false)));
  if (kms) return masterKeys(transitMasterKey(kms), others);
  const master =
    masterKeyFile === undefined
      ? masterKeyFrom(join(dataDir, 'development-master.key'), true)
      : masterKeyFrom(masterKeyFile, false);
  return masterKeys(masterKeyOf(master), others);
}

export interface KeyStorePlace {
  /** The application's own database; keys lie there too, under another login where the configuration names one. */
  readonly databaseUrl: string;
  /** The setting that names that database. */
  readonly variable: 'DATABASE_URL' | 'RESTRICTED_DATABASE_URL';
  readonly schema: string;
  readonly applicationName: string;
  readonly log: Log;
}

export interface KeyStore {
  readonly keyring: Keyring;
  readonly masters: MasterKeys;
  /** For the tools that look after the key store itself. */
  readonly db: Kysely<unknown>;
  close(): Promise<void>;
}

/** Opens the key store on connections of its own. @throws Error when a master key it needs is not at hand, ConfigError. */
export async function openKeyStore(
  config: Settings & Pick<Config, 'keysDatabaseUrl'> & Partial<Pick<Config, 'embedded'>>,
  { databaseUrl, variable, schema, applicationName, log }: KeyStorePlace,
): Promise<KeyStore> {
  // The restricted store has one login, and is apart from the general one's.
  if (variable === 'DATABASE_URL' && config.keysDatabaseUrl === undefined && !config.embedded) {
    log.warn({}, 'KEYS_DATABASE_URL is not set: whoever reads the log with the database login can read the wrapped keys as well');
  }
  const pool = createPool(config.keysDatabaseUrl ?? databaseUrl, { applicationName: `${applicationName} keys`, max: 5, log });
  try {
    if (config.keysDatabaseUrl !== undefined) await ensureDurable(pool, 'KEYS_DATABASE_URL');
    const asked = config.keysDatabaseUrl === undefined ? variable : 'KEYS_DATABASE_URL';
    await ensureMigrated(pool, asked, [{ schema, migrations: keyringMigrations }]);
    const db = createKysely<unknown>(pool);
    const masters = mastersFrom(config);
    const keyring = await openPostgresKeyring({ db, schema, masters });
    return { keyring, masters, db, close: () => pool.end() };
  } catch (error) {
    await pool.end();
    throw error;
  }
}
