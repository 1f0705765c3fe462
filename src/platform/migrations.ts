import { setTimeout as delay } from 'node:timers/promises';
import { type Migration, Migrator, sql } from 'kysely';
import pg from 'pg';
import { ConfigError } from './config.ts';
import { createKysely } from './database.ts';

export interface MigrationSet {
  /** Created if absent. Holds the migrations' own bookkeeping too, so that two sets never meet. */
  readonly schema: string;
  /** Run in the order of their names, each once. Frozen after release: a change is a new entry at the end. */
  readonly migrations: Readonly<Record<string, Migration>>;
}

/** How a migration behaves beside a program that serves. */
export interface Patience {
  /** A migration waits this long for a lock; whoever comes after it waits as long. Default 2 s. */
  readonly lockTimeoutMs?: number;
  /** So often is a run begun that could not have its locks, with a rest of `lockTimeoutMs` in between. Default 30. */
  readonly tries?: number;
}

/**
 * Brings a schema up to date. Unqualified names inside a migration mean this schema. Processes that start together take turns
 * and run every migration once; a run is one transaction, so a failing migration leaves the schema as it was. A migration that
 * waits for a lock holds up all who come after it, so it soon lets go and begins anew.
 * @returns the names of the migrations that were run now.
 * @throws the failing migration's own error, or Kysely's when the registry lacks or reorders what was already run.
 */
export async function migrate(
  pool: pg.Pool,
  { schema, migrations }: MigrationSet,
  { lockTimeoutMs = 2_000, tries = 30 }: Patience = {},
): Promise<string[]> {
  if (await isCurrent(pool, schema, migrations)) return [];
  // One connection of its own: the lock and the settings below belong to a session and end with it.
  // A migration takes as long as it takes, and somebody waits for it: its silence is not watched.
  const own = new pg.Pool({ ...pool.options, max: 1 });
  own.on('error', () => {});
  const db = createKysely<unknown>(own);
  try {
    await sql`set lock_timeout = 0`.execute(db);
    await sql`set statement_timeout = 0`.execute(db);
    // "if not exists" alone fails when a rival creates the same schema at the same moment.
    await sql`select pg_advisory_lock(hashtext(${`migrations of ${schema}`}))`.execute(db);
    await sql`create schema if not exists ${sql.id(schema)}`.execute(db);
    await sql`set search_path to ${sql.id(schema)}`.execute(db);
    const migrator = new Migrator({
      db,
      migrationTableSchema: schema,
      provider: { getMigrations: async () => mapValues(migrations, (one) => impatient(one, lockTimeoutMs)) },
    });
    for (let attempt = 1; ; attempt++) {
      const { error, results = [] } = await migrator.migrateToLatest();
      if (error === undefined) return results.filter(({ status }) => status === 'Success').map((one) => one.migrationName);
      if (!isLockTimeout(error) || attempt >= tries) throw error;
      await delay(lockTimeoutMs);
    }
  } finally {
    await db.destroy();
  }
}

/** Whether just these migrations were run: then there is nothing to do, and no turn to wait for. */
async function isCurrent(pool: pg.Pool, schema: string, migrations: MigrationSet['migrations']): Promise<boolean> {
  const run = await namesRun(pool, schema);
  const names = Object.keys(migrations);
  return run !== undefined && names.length > 0 && run.size === names.length && names.every((name) => run.has(name));
}

/** The migration with a bound to its waiting for locks. It is set once its turn has come, since a turn is waited for without. */
const impatient = ({ up }: Migration, lockTimeoutMs: number): Migration => ({
  up: async (db) => {
    await sql`select set_config('lock_timeout', ${String(lockTimeoutMs)}, true)`.execute(db);
    await up(db);
  },
});

const mapValues = <T, R>(values: Readonly<Record<string, T>>, map: (value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, map(value)]));

const sqlStateOf = (error: unknown): unknown => (error instanceof Error ? Reflect.get(error, 'code') : undefined);
const isLockTimeout = (error: unknown): boolean => sqlStateOf(error) === '55P03';

/**
 * Refuses a database that lacks migrations this program relies on. What a newer program has added is no matter: migrations only
 * add, so that the version before goes on beside them. A schema that the login may not look into is left to its own login.
 * @param variable the variable of the environment that names the database
 * @throws ConfigError
 */
export async function ensureMigrated(pool: pg.Pool, variable: string, sets: readonly MigrationSet[]): Promise<void> {
  const missing: string[] = [];
  for (const { schema, migrations } of sets) {
    const run = await namesRun(pool, schema);
    missing.push(...Object.keys(migrations).flatMap((name) => (!run || run.has(name) ? [] : [`${schema}.${name}`])));
  }
  if (missing.length === 0) return;
  throw new ConfigError([
    `${variable}: the database is older than this program and lacks ${missing.join(', ')}: run \`npm run migrate\` and start again`,
  ]);
}

/** The migrations that were run in a schema; undefined when the login may not look. */
async function namesRun(pool: pg.Pool, schema: string): Promise<ReadonlySet<string> | undefined> {
  try {
    const { rows } = await pool.query<{ name: string }>(`select name from ${pg.escapeIdentifier(schema)}.kysely_migration`);
    return new Set(rows.map(({ name }) => name));
  } catch (error) {
    const state = sqlStateOf(error);
    if (state === INSUFFICIENT_PRIVILEGE) return undefined;
    if (state === UNDEFINED_TABLE || state === INVALID_SCHEMA_NAME) return new Set();
    throw error;
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';
const UNDEFINED_TABLE = '42P01';
const INVALID_SCHEMA_NAME = '3F000';
