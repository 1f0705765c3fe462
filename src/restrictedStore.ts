import { join } from 'node:path';
import type pg from 'pg';
import type { Registry } from './domain/kernel/registry.ts';
import { auditMigrations } from './eventlog/audit/migrations.ts';
import { createCases } from './eventlog/cases.ts';
import { createCodec } from './eventlog/codec.ts';
import { destroyRestricted } from './eventlog/erasures.ts';
import { createExecutor } from './eventlog/execute.ts';
import { migrations as logMigrations } from './eventlog/postgres/migrations.ts';
import { createPostgresLog } from './eventlog/postgres/postgresLog.ts';
import type { RightsOf } from './eventlog/rights.ts';
import type { Rulebook } from './eventlog/rulebook.ts';
import { ofRestricted, RestrictedUnavailable, type Routed, registryFor, type Store } from './eventlog/stores.ts';
import { ensureOwnLog, type StoreOfLog } from './ownLog.ts';
import { type Config, ConfigError } from './platform/config.ts';
import { createKysely, createPool } from './platform/database.ts';
import { ensureDurable } from './platform/durability.ts';
import type { MasterKeys } from './platform/keys/masterKey.ts';
import { keyringMigrations } from './platform/keys/migrations.ts';
import { mastersFrom, openKeyStore } from './platform/keys/open.ts';
import type { Log } from './platform/logging.ts';
import { ensureMigrated, type MigrationSet, migrate } from './platform/migrations.ts';
import { migrateQueue } from './platform/queue.ts';
import { ensureNotRestoring } from './platform/restoring.ts';
import { projectionMigrations } from './projections/runtime/migrations.ts';
import { stepBackWithLog } from './restoredLog.ts';
import { ensureKeysApart } from './restrictedApart.ts';
import { workerMigrations } from './workers/migrations.ts';

/** Schemas of the restricted database. */
export const RESTRICTED_SCHEMAS = {
  log: 'log',
  keys: 'keys',
  read: 'read',
  workers: 'workers',
  jobs: 'jobs',
  audit: 'audit',
} as const;

const SCHEMAS = RESTRICTED_SCHEMAS;

const MIGRATIONS: readonly MigrationSet[] = [
  { schema: SCHEMAS.log, migrations: logMigrations },
  { schema: SCHEMAS.keys, migrations: keyringMigrations },
  { schema: SCHEMAS.read, migrations: projectionMigrations },
  { schema: SCHEMAS.workers, migrations: workerMigrations },
  { schema: SCHEMAS.audit, migrations: auditMigrations },
];

/** The restricted store's place: a database of its own, under a login and a master key of its own. */
export interface RestrictedPlace extends StoreOfLog {
  readonly databaseUrl: string;
  /** Its processes alone. */
  readonly registry: Registry;
  /** Held to the general store's master keys before anything is opened. @throws ConfigError; Error when they cannot be read now. */
  ensureKeysApart(): Promise<void>;
  /** Opens the keys when first asked, so that the general store starts without it. @throws RestrictedUnavailable */
  open(): Promise<Store>;
  close(): Promise<void>;
}

export interface RestrictedParts {
  readonly config: Config;
  readonly databaseUrl: string;
  readonly registry: Registry;
  readonly rulebook: Rulebook;
  readonly rights: RightsOf;
  /** The general store's, of which none may open this one. */
  readonly generalMasters: MasterKeys;
  /** Subjects that the general log says are erased. */
  readonly erased: () => Promise<readonly string[]>;
  /** Guards of restricted cases may look at general ones; never the other way round. */
  readonly routed: () => Routed;
  /** RFC 3339 UTC. */
  readonly now: () => string;
  readonly applicationName: string;
  /** Whether this is who puts the store back, who may open it while nobody else may. */
  readonly isRestoring: boolean;
  /** Read models and reactors are left as they are, even where the log is behind them. */
  readonly onlyLooks: boolean;
  readonly logger: Log;
}

/** The restricted store, nothing of it opened yet. */
export function restrictedPlace(parts: RestrictedParts): RestrictedPlace {
  const { config, databaseUrl, rulebook, rights, applicationName, logger } = parts;
  const registry = registryFor(parts.registry, 'restricted');
  const pool = createPool(databaseUrl, { applicationName: `${applicationName} restricted`, max: 10, log: logger });
  const log = createPostgresLog({ pool, schema: SCHEMAS.log });
  const { read, workers } = SCHEMAS;
  const store: StoreOfLog = { name: 'restricted', log, pool, db: createKysely(pool), read, workers };
  const closers: (() => Promise<void>)[] = [() => log.close(), () => pool.end()];
  let opening: Promise<Store> | undefined;

  const ensureOwnKeys = async (): Promise<void> => ensureKeysApart(parts.generalMasters, mastersFrom(restrictedKeys(config)));

  async function openNow(): Promise<Store> {
    const unfit = (error: unknown): never => {
      throw error instanceof ConfigError ? new RestrictedUnavailable(error) : error;
    };
    await ensureDurable(pool, 'RESTRICTED_DATABASE_URL').catch(unfit);
    if (!parts.isRestoring) await ensureNotRestoring(pool, 'RESTRICTED_DATABASE_URL').catch(unfit);
    await ensureRestrictedMigrated(pool).catch(unfit);
    await ensureOwnKeys().catch(unfit);
    const variable = 'RESTRICTED_DATABASE_URL';
    const place = { databaseUrl, variable, schema: SCHEMAS.keys, applicationName, log: logger } as const;
    const keys = await openKeyStore(restrictedKeys(config), place);
    closers.unshift(() => keys.close());
    const { keyring } = keys;
    const codec = createCodec(registry, keyring);
    await (parts.onlyLooks ? ensureOwnLog(store) : stepBackWithLog({ ...store, codec, logger })).catch(unfit);
    // Before anything is answered: a key store put back from a backup holds keys that are gone for good.
    const { now: revived } = await destroyRestricted({ log, codec, keyring }, await parts.erased());
    if (revived > 0) logger.warn({ keys: revived }, 'restricted keys of erased subjects had come back, and are destroyed again');
    const cases = createCases(log, codec, registry);
    const executor = createExecutor({
      log,
      codec,
      cases: parts.routed().cases,
      registry,
      rulebook,
      keyring,
      rights,
      restrictedStore: true,
      now: parts.now,
    });
    return { log, keyring, codec, cases, executor };
  }

  return {
    ...store,
    databaseUrl,
    registry,
    ensureKeysApart: ensureOwnKeys,
    open: () => {
      opening ??= ofRestricted(openNow).catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      return opening;
    },
    close: async () => {
      await opening?.catch(() => undefined);
      for (const one of closers) await one();
    },
  };
}

/** Where the keys of the restricted store are, and what wraps them: nothing of the general store's. */
export const restrictedKeys = (config: Config) => ({
  dataDir: join(config.dataDir, 'restricted'),
  masterKeyFile: config.restrictedMasterKeyFile,
  otherMasterKeyFiles: config.otherRestrictedMasterKeyFiles,
  kms: undefined,
  // In its own database, under its own login.
  keysDatabaseUrl: undefined,
});

/** Refuses a restricted database that is older than this program. @throws ConfigError */
export const ensureRestrictedMigrated = (pool: pg.Pool): Promise<void> =>
  ensureMigrated(pool, 'RESTRICTED_DATABASE_URL', MIGRATIONS);

/** Brings the schemas of the restricted database up to date; the answer names what was run. */
export async function migrateRestricted(pool: pg.Pool, databaseUrl: string): Promise<readonly string[]> {
  const ran: string[] = [];
  for (const { schema, migrations } of MIGRATIONS) {
    ran.push(...(await migrate(pool, { schema, migrations })).map((name) => `restricted ${schema}.${name}`));
  }
  await migrateQueue({ kind: 'postgres', url: databaseUrl, schema: SCHEMAS.jobs });
  return ran;
}
