import { type Migration, sql } from 'kysely';

/** Migrations of the key store's own schema, in order. */
export const keyringMigrations: Readonly<Record<string, Migration>> = {
  '001_data_key': {
    up: async (db) => {
      await sql`create table data_key (
        subject text not null, tier text not null, wrapped bytea, made_at timestamptz not null default now(),
        primary key (subject, tier))`.execute(db);
      await sql`comment on column data_key.wrapped is 'null once destroyed, so that the key is never made again'`.execute(db);
    },
  },
  '002_master_keys': {
    up: async (db) => {
      await sql`alter table data_key add column master text, add column destroyed_at timestamptz`.execute(db);
      await sql`update data_key set destroyed_at = now() where wrapped is null`.execute(db);
      await sql`comment on column data_key.master is 'id of the master key that wrapped it'`.execute(db);
      await sql`create index data_key_by_master on data_key (master, subject, tier) where wrapped is not null`.execute(db);
      await sql`create table secret (
        name text primary key, wrapped bytea not null, master text not null, made_at timestamptz not null default now())`.execute(
        db,
      );
    },
  },
  '003_never_made': {
    up: async (db) => {
      await sql`alter table data_key alter column made_at drop not null`.execute(db);
      // What was entombed before it was made has both times from one transaction.
      await sql`update data_key set made_at = null where wrapped is null and made_at = destroyed_at`.execute(db);
      await sql`comment on column data_key.made_at is 'null for a tombstone where no key had been'`.execute(db);
    },
  },
};

/** The tables those migrations made. */
export interface KeyTables {
  data_key: {
    subject: string;
    tier: string;
    /** Null once destroyed. */
    wrapped: Buffer | null;
    master: string | null;
    /** Null for a tombstone where no key had been. */
    made_at: string | null;
    destroyed_at: string | null;
  };
  secret: { name: string; wrapped: Buffer; master: string };
}
