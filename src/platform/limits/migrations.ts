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

/** A count of a day is worth more than one of a minute: a crash of the database does not give it back. */
const kept: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a frozen migration knows no later schema, and Kysely types it so
  async up(db: Kysely<any>) {
    await sql`alter table counts set logged`.execute(db);
  },
};

export const limitMigrations: Readonly<Record<string, Migration>> = { '001_counts': counts, '002_kept': kept };
