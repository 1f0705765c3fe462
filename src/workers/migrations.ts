import { type Kysely, type Migration, sql } from 'kysely';
import { leaseTable } from '../platform/lease.ts';

/**
 * `reactors` says how far each has read, `jobs` what each asked for and what became of it. A job's `due` is when the sweep
 * looks at it next; it is the only clock of retries.
 */
const workers: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a frozen migration knows no later schema, and Kysely types it so
  async up(db: Kysely<any>) {
    await sql.raw(leaseTable).execute(db);
    await sql`
      create table reactors (
        name text primary key,
        position bigint not null,
        fault text,
        fault_position bigint,
        fault_since timestamptz
      )`.execute(db);
    await sql`
      create table skipped_events (
        reactor text not null,
        position bigint not null,
        by_whom text not null,
        reason text not null,
        at timestamptz not null default now(),
        primary key (reactor, position)
      )`.execute(db);
    await sql`
      create table jobs (
        id uuid primary key,
        reactor text not null,
        step text not null,
        task jsonb not null,
        event uuid not null,
        stream text collate "C" not null,
        revision integer not null,
        position bigint not null,
        part integer not null,
        occurred_at text not null,
        correlation text not null,
        created_at timestamptz not null default now(),
        due timestamptz not null default now(),
        attempts integer not null default 0,
        fault text,
        ended_at timestamptz,
        ending text check (ending in ('done', 'refused', 'dropped')),
        refusal jsonb,
        by_whom text,
        check ((ended_at is null) = (ending is null))
      )`.execute(db);
    await sql`create index jobs_in_order on jobs (reactor, stream, position, part) where ended_at is null`.execute(db);
    await sql`create index jobs_due on jobs (due) where ended_at is null`.execute(db);
    await sql`create index jobs_ended on jobs (ending, ended_at) where ended_at is not null`.execute(db);
  },
  // biome-ignore lint/suspicious/noExplicitAny: as above
  async down(db: Kysely<any>) {
    await sql`drop table jobs, skipped_events, reactors, leases`.execute(db);
  },
};

/** What became of each row of an import: numbers, codes and ids, nothing of what is written in it. */
const imports: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  async up(db: Kysely<any>) {
    await sql`
      create table import_rows (
        import uuid not null,
        row integer not null,
        unit integer not null,
        status text not null,
        errors jsonb not null default '[]',
        duplicates jsonb not null default '[]',
        cases jsonb not null default '[]',
        refusal text,
        primary key (import, row)
      )`.execute(db);
    await sql`create index import_rows_of_unit on import_rows (import, unit)`.execute(db);
    await sql`create index import_rows_by_status on import_rows (import, status, row)`.execute(db);
  },
  // biome-ignore lint/suspicious/noExplicitAny: as above
  async down(db: Kysely<any>) {
    await sql`drop table import_rows`.execute(db);
  },
};

/**
 * Positions of an EventStoreDB are two numbers of 64 bits in one. `log_index` is the place in the log of the last event a reactor
 * was given: a log that lacks it is behind the reactor, whatever its positions say.
 */
const everyStore: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  async up(db: Kysely<any>) {
    await sql`
      alter table reactors alter column position type numeric, alter column fault_position type numeric,
        add column log_index bigint not null default 0`.execute(db);
    await sql`alter table skipped_events alter column position type numeric`.execute(db);
    await sql`alter table jobs alter column position type numeric`.execute(db);
  },
};

/**
 * The log that all of this was read from: its kind, and the id of its first event, which every copy of it has. A wrong setting is
 * told by it from a log that was put back.
 */
const ownLog: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  async up(db: Kysely<any>) {
    await sql`
      create table own_log (
        one boolean primary key default true check (one),
        kind text not null,
        first_event text,
        since timestamptz not null default now()
      )`.execute(db);
  },
};

/** Who dropped a job and why, each time: it outlives another try, and the job itself. */
const droppedJobs: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: as above
  async up(db: Kysely<any>) {
    await sql`
      create table dropped_jobs (
        job uuid not null,
        at timestamptz not null default now(),
        reactor text not null,
        step text not null,
        event uuid not null,
        by_whom text not null,
        reason text not null,
        primary key (job, at)
      )`.execute(db);
  },
};

/** Migrations of the workers' schema, in order. */
export const workerMigrations: Record<string, Migration> = {
  '0001_workers': workers,
  '0002_imports': imports,
  '0003_every_store': everyStore,
  '0004_own_log': ownLog,
  '0005_dropped_jobs': droppedJobs,
};
