import { type Migration, sql } from 'kysely';

/**
 * What the runtime keeps of itself, in the schema of the read models. A build is one set of tables of one version of a
 * projection; the views of the same schema show the build that is `live`.
 */
const runtime: Migration = {
  up: async (db) => {
    await sql`
      create table projection_build (
        id integer generated always as identity primary key,
        name text not null,
        version integer not null,
        schema text not null unique,
        state text not null check (state in ('building', 'live', 'retired', 'scratch')),
        position numeric not null default 0,
        log_index bigint not null default 0,
        events bigint not null default 0,
        rate real not null default 0,
        last_recorded_at text,
        changed_at timestamptz not null default now(),
        epoch integer not null default 0,
        holder text,
        lease_until timestamptz not null default '-infinity',
        stopped jsonb
      )`.execute(db);
    await sql`create unique index on projection_build (name) where state = 'live'`.execute(db);
    await sql`create unique index on projection_build (name) where state = 'building'`.execute(db);
    await sql`
      create table projection_skip (
        name text not null,
        version integer not null,
        position numeric not null,
        reason text not null,
        by text not null,
        at timestamptz not null default now(),
        primary key (name, version, position)
      )`.execute(db);
  },
};

/** Erasures that the log does not tell of, and for which the read models were made anew: `digest` stands for those it lacked. */
const forgotten: Migration = {
  up: async (db) => {
    await sql`create table forgotten (digest text primary key, at timestamptz not null default now())`.execute(db);
  },
};

/** Migrations of the schema of the read models; the read models' own tables are made by the projector. */
export const projectionMigrations: Readonly<Record<string, Migration>> = { '001_runtime': runtime, '002_forgotten': forgotten };
