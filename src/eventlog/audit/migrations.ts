import { type Kysely, type Migration, sql } from 'kysely';
import { leaseTable } from '../../platform/lease.ts';
import { treeTables } from '../../platform/merkle/treeStore.ts';

/**
 * `entry` is what the audit tree knows of each event: its leaf and the chain of its stream behind it. `halt` has a row while the
 * tree stands still, `checkpoint` every head that was signed, with the key that signed it.
 */
const audit: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a frozen migration knows no later schema, and Kysely types it so
  async up(db: Kysely<any>) {
    for (const statement of treeTables) await sql.raw(statement).execute(db);
    await sql.raw(leaseTable).execute(db);
    await sql`
      create table entry (
        log_index bigint primary key,
        stream text collate "C" not null,
        revision integer not null,
        leaf bytea not null,
        chain bytea not null,
        unique (stream, revision)
      )`.execute(db);
    await sql`
      create table checkpoint (
        size bigint primary key,
        root bytea not null,
        note text not null,
        key text not null,
        signed_at timestamptz not null default now()
      )`.execute(db);
    await sql`
      create table halt (
        kept boolean primary key default true check (kept),
        code text not null,
        log_index bigint not null,
        stream text,
        revision integer,
        since timestamptz not null default now()
      )`.execute(db);
  },
};

/** A halt that is over stays on record with its end; one at most is not over. */
const pastHalts: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a frozen migration knows no later schema, and Kysely types it so
  async up(db: Kysely<any>) {
    await sql`alter table halt drop column kept`.execute(db);
    await sql`alter table halt add column id bigint generated always as identity primary key, add column until timestamptz`.execute(
      db,
    );
    await sql`create unique index halt_now on halt ((true)) where until is null`.execute(db);
  },
};

/** How far the log was read again: leaves in this round, the edge of the tree they make, and what was found wrong. */
const patrol: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a frozen migration knows no later schema, and Kysely types it so
  async up(db: Kysely<any>) {
    await sql`
      create table patrol (
        kept boolean primary key default true check (kept),
        size bigint not null default 0,
        peaks bytea not null default '',
        whole_at timestamptz,
        fault jsonb,
        since timestamptz
      )`.execute(db);
  },
};

/** How far heads are kept outside by what is known here: one that is gone is missed by who never saw it, too. */
const witnessed: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a frozen migration knows no later schema, and Kysely types it so
  async up(db: Kysely<any>) {
    await sql`create table witnessed (size bigint primary key, at timestamptz not null default now())`.execute(db);
  },
};

/** Since when the log is read again, so that a first round that never ends is missed. A backup from before has no such time. */
const patrolSince: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a frozen migration knows no later schema, and Kysely types it so
  async up(db: Kysely<any>) {
    await sql`alter table patrol add column begun_at timestamptz default now()`.execute(db);
  },
};

/** Migrations of the schema of the audit tree, in order. */
export const auditMigrations: Readonly<Record<string, Migration>> = {
  '0001_audit': audit,
  '0002_past_halts': pastHalts,
  '0003_patrol': patrol,
  '0004_witnessed': witnessed,
  '0005_patrol_since': patrolSince,
};
