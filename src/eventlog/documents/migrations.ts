import { type Kysely, type Migration, sql } from 'kysely';

/**
 * `document` says what is known of each file, `part` where the bytes of an upload under way lie (`kept` once they count), and
 * `attachment` which streams may name a file: written before the event, so a file in a case is never taken for abandoned.
 */
const documents: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a frozen migration knows no later schema, and Kysely types it so
  async up(db: Kysely<any>) {
    await sql`
      create table document (
        id uuid primary key,
        uploader text not null,
        organisation text,
        office text,
        origin text not null check (origin in ('upload', 'system')),
        wish text not null,
        sealed_name bytea not null,
        size integer not null check (size > 0),
        received integer not null default 0 check (received between 0 and size),
        declared_sha256 text,
        sha256 text,
        media_type text,
        storage_key text not null unique,
        state text not null check (state in ('uploading', 'scanning', 'ready', 'refused')),
        refusal text,
        finding text,
        created_at timestamptz not null default now(),
        changed_at timestamptz not null default now(),
        check (state <> 'ready' or (sha256 is not null and media_type is not null))
      )`.execute(db);
    await sql`create index document_open on document (state, changed_at) where state <> 'ready'`.execute(db);
    await sql`create index document_by_uploader on document (uploader, state)`.execute(db);
    await sql`
      create table part (
        storage_key text primary key,
        document uuid not null references document,
        start integer not null,
        size integer not null check (size > 0),
        kept boolean not null default false,
        at timestamptz not null default now()
      )`.execute(db);
    await sql`create unique index part_in_order on part (document, start) where kept`.execute(db);
    await sql`create index part_of_document on part (document)`.execute(db);
    await sql`
      create table attachment (
        document uuid not null references document,
        stream text collate "C" not null,
        confirmed boolean not null default false,
        at timestamptz not null default now(),
        primary key (document, stream)
      )`.execute(db);
    await sql`create index attachment_open on attachment (at) where not confirmed`.execute(db);
  },
  // biome-ignore lint/suspicious/noExplicitAny: as above
  async down(db: Kysely<any>) {
    await sql`drop table attachment, part, document`.execute(db);
  },
};

/** Migrations of the schema of files, in order. */
export const documentMigrations: Readonly<Record<string, Migration>> = { '0001_documents': documents };
