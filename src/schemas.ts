import type pg from 'pg';
import { accessMigrations } from './eventlog/access/migrations.ts';
import { migrateAccess } from './eventlog/access/roles.ts';
import { auditMigrations } from './eventlog/audit/migrations.ts';
import { documentMigrations } from './eventlog/documents/migrations.ts';
import { migrations as logMigrations } from './eventlog/postgres/migrations.ts';
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

/** Refuses a general database that lacks what this version migrates. @throws ConfigError */
export async function ensureAllMigrated(pool: pg.Pool, variable: string): Promise<void> {
  await ensureMigrated(pool, variable, [...MIGRATIONS, { schema: SCHEMAS.access, migrations: accessMigrations }]);
}
