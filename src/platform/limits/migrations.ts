import { type Kysely, type Migration, sql } from 'kysely';

const counts: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a frozen migration knows no later schema, and Kysely types it so
  async up(db: Kysely<any>) {
    // Unlogged: a count is worth a minute, and a crash may forget it.
    await sql`
      create unlogged table counts (
        key text collate "C" not null,
        ends timestamptz not null,
        used integer not null,
        primary key (key, ends)
      )`.execute(db);
    await sql`create index counts_ends on counts (ends)`.execute(db);
  },
};

export const limitMigrations: Readonly<Record<string, Migration>> = { '001_counts': counts };
