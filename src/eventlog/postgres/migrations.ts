import type { Kysely, Migration } from 'kysely';
import { sql } from 'kysely';

/**
 * One row that an append locks, so that positions are given and become visible in the same order. The row is never updated:
 * the last position is the highest in `events`, so nothing bloats behind a long-running reader.
 *
 * `append_events` takes many appends in one call, in order, and answers each: written, or where the stream stands. The events of
 * all appends follow each other in `ids`, `types`, `starts` and `sizes`; these two cut their bytes out of `payload`, from 1.
 */
const log: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a frozen migration knows no later schema, and Kysely types it so
  async up(db: Kysely<any>) {
    await sql`create table append_lock (held boolean primary key default true check (held))`.execute(db);
    await sql`insert into append_lock default values`.execute(db);
    await sql`
      create table events (
        position bigint primary key,
        stream text collate "C" not null,
        revision integer not null check (revision >= 0),
        id uuid not null,
        type text not null,
        bytes bytea not null,
        category text collate "C" not null generated always as (split_part(stream, '-', 1)) stored,
        unique (stream, revision)
      )`.execute(db);
    await sql`create index events_by_category on events (category, position)`.execute(db);
    await sql`
      create function append_events(
        streams text[], expected integer[], counts integer[],
        ids uuid[], types text[], starts integer[], sizes integer[], payload bytea, channel text
      ) returns table (written boolean, revision integer, last_position bigint)
      language plpgsql set search_path from current as $$
      declare
        top bigint;
        k integer := 0;
      begin
        perform 1 from append_lock for update;
        select coalesce(max(e.position), 0) into top from events e;
        for n in 1 .. cardinality(streams) loop
          select coalesce(max(e.revision), -1) into revision from events e where e.stream = streams[n];
          written := revision = expected[n];
          last_position := null;
          if written then
            for j in k + 1 .. k + counts[n] loop
              insert into events (position, stream, revision, id, type, bytes) values (
                top + 1, streams[n], append_events.revision + 1, ids[j], types[j], substring(payload from starts[j] for sizes[j])
              );
              top := top + 1;
              revision := revision + 1;
            end loop;
            last_position := top;
          end if;
          k := k + counts[n];
          return next;
        end loop;
        perform pg_notify(channel, '');
      end
      $$`.execute(db);
  },
};

/** Migrations of the Postgres log, in order; they run with the log's own schema first in `search_path`. */
export const migrations: Record<string, Migration> = { '0001_log': log };
