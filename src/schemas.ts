import type pg from 'pg';
import { accessMigrations } from './eventlog/access/migrations.ts';
import { ACCESS_OWNER, isBesideOwner, migrateAccess } from './eventlog/access/roles.ts';
import { auditMigrations } from './eventlog/audit/migrations.ts';
import { documentMigrations } from './eventlog/documents/migrations.ts';
import { migrations as logMigrations } from './eventlog/postgres/migrations.ts';
import { type Config, ConfigError } from './platform/config.ts';
import { keyringMigrations } from './platform/keys/migrations.ts';
import { limitMigrations } from './platform/limits/migrations.ts';
import { ensureMigrated, type MigrationSet, migrate } from './platform/migrations.ts';
import { migrateQueue } from './platform/queue.ts';
import { projectionMigrations } from './projections/runtime/migrations.ts';
import { workerMigrations } from './workers/migrations.ts';

/** Schemas of one installation's database, each with one owner of its tables. */
export const SCHEMAS = {
  log: 'log',
  keys: 'keys',
  read: 'read',
  workers: 'workers',
  jobs: 'jobs',
  files: 'files',
  access: 'access',
  limits: 'limits',
  audit: 'audit',
} as const;

/** What is migrated under the program's own login. */
const MIGRATIONS: readonly MigrationSet[] = [
  { schema: SCHEMAS.log, migrations: logMigrations },
  { schema: SCHEMAS.read, migrations: projectionMigrations },
  { schema: SCHEMAS.workers, migrations: workerMigrations },
  { schema: SCHEMAS.files, migrations: documentMigrations },
  { schema: SCHEMAS.limits, migrations: limitMigrations },
  { schema: SCHEMAS.audit, migrations: auditMigrations },
];

/**
 * Brings every schema up to date; the answer names what was run. The schema of keys is made by the key store's own login, where
 * it has one, so that no other may look into it, and that of the access log by its owner's, so that no other may change it.
 */
export async function migrateAll(
  pool: pg.Pool,
  databaseUrl: string,
  keysPool: pg.Pool = pool,
  accessPool: pg.Pool = pool,
): Promise<readonly string[]> {
  const ran: string[] = [];
  const keys = await migrate(keysPool, { schema: SCHEMAS.keys, migrations: keyringMigrations });
  ran.push(...keys.map((name) => `${SCHEMAS.keys}.${name}`));
  for (const { schema, migrations } of MIGRATIONS) {
    ran.push(...(await migrate(pool, { schema, migrations })).map((name) => `${schema}.${name}`));
  }
  const access = await migrateAccess(accessPool, SCHEMAS.access);
  ran.push(...access.map((name) => `${SCHEMAS.access}.${name}`));
  await migrateQueue({ kind: 'postgres', url: databaseUrl, schema: SCHEMAS.jobs });
  return ran;
}

/**
 * In production the access log is made and filled by its owner where the server has one: else the login of every process that serves
 * could change it, and nobody would notice that it was to be another's.
 * @param pool what would make or fill it
 * @throws ConfigError
 */
export async function ensureAccessOwner({ environment, accessDatabaseUrl }: Config, pool: pg.Pool): Promise<void> {
  if (environment !== 'production' || !(await isBesideOwner(pool))) return;
  throw new ConfigError([
    accessDatabaseUrl === undefined
      ? `ACCESS_DATABASE_URL is not set: this server has ${ACCESS_OWNER}, and the access log would be left to the login of DATABASE_URL`
      : `ACCESS_DATABASE_URL is not right: it should have the login ${ACCESS_OWNER}, which this server has, or a superuser's`,
  ]);
}

/** Refuses a general database that lacks what this version migrates. @throws ConfigError */
export async function ensureAllMigrated(pool: pg.Pool, variable: string): Promise<void> {
  await ensureMigrated(pool, variable, [...MIGRATIONS, { schema: SCHEMAS.access, migrations: accessMigrations }]);
}
