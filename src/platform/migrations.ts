import { type Migration, Migrator, sql } from 'kysely';
import pg from 'pg';
import { createKysely } from './database.ts';

export interface MigrationSet {
  /** Created if absent. Holds the migrations' own bookkeeping too, so that two sets never meet. */
  readonly schema: string;
  /** Run in the order of their names, each once. Frozen after release: a change is a new entry at the end. */
  readonly migrations: Readonly<Record<string, Migration>>;
}

/**
 * Brings a schema up to date. Unqualified names inside a migration mean this schema. Processes that start together take turns
 * and run every migration once; a run is one transaction, so a failing migration leaves the schema as it was.
 * @returns the names of the migrations that were run now.
 * @throws the failing migration's own error, or Kysely's when the registry lacks or reorders what was already run.
 */
export async function migrate(pool: pg.Pool, { schema, migrations }: MigrationSet): Promise<string[]> {
  // One connection of its own: the lock and the settings below belong to a session and end with it.
  const own = new pg.Pool({ ...pool.options, max: 1 });
  own.on('error', () => {});
  const db = createKysely<unknown>(own);
  try {
    await sql`set lock_timeout = 0`.execute(db);
    await sql`set statement_timeout = 0`.execute(db);
    // "if not exists" alone fails when a rival creates the same schema at the same moment.
    await sql`select pg_advisory_lock(hashtext(${`migrations of ${schema}`}))`.execute(db);
    await sql`create schema if not exists ${sql.id(schema)}`.execute(db);
    await sql`set search_path to ${sql.id(schema)}, public`.execute(db);
    const migrator = new Migrator({
      db,
      migrationTableSchema: schema,
      provider: { getMigrations: async () => ({ ...migrations }) },
    });
    const { error, results } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
    return (results ?? []).filter(({ status }) => status === 'Success').map(({ migrationName }) => migrationName);
  } finally {
    await db.destroy();
  }
}
