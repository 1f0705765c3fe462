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

/**
 * The same call with the same answers. Appends to different streams, which is what a group is made of, are looked up and inserted
 * together; one stream named twice goes one append after the other, since the second depends on what became of the first.
 *
 * Whether a stream stands where it is expected is looked up at that revision: asked for the last one, the index reads every
 * revision of the stream that shares its page.
 */
const together: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a frozen migration knows no later schema, and Kysely types it so
  async up(db: Kysely<any>) {
    // One plan for groups of every size: planning each would cost more than it saves.
    await sql`
      create or replace function append_events(
        streams text[], expected integer[], counts integer[],
        ids uuid[], types text[], starts integer[], sizes integer[], payload bytea, channel text
      ) returns table (written boolean, revision integer, last_position bigint)
      language plpgsql set search_path from current set plan_cache_mode to force_generic_plan as $$
      #variable_conflict use_column
      declare
        top bigint;
        last integer;
        k integer := 0;
      begin
        perform 1 from append_lock for update;
        select coalesce(max(e.position), 0) into top from events e;
        perform pg_notify(channel, '');
        if cardinality(streams) = (select count(distinct s.stream) from unnest(streams) s (stream)) then
          return query
            with asked as (
              select a.*, a.wanted = coalesce(
                (select max(e.revision) from events e where e.stream = a.stream and e.revision between a.wanted and a.wanted + 1), -1
              ) as fits
              from unnest(streams, expected, counts) with ordinality a (stream, wanted, count, n)
            ), numbered as (
              select *, sum(count) over (order by n) - count as before,
                top + sum(case when fits then count else 0 end) over (order by n) as upto
              from asked
            ), added as (
              insert into events (position, stream, revision, id, type, bytes)
              select upto - count + j, stream, wanted + j, ids[before + j], types[before + j],
                substring(payload from starts[before + j] for sizes[before + j])
              from numbered, generate_series(1, count) j
              where fits
            )
            select fits,
              case when fits then wanted + count
                else coalesce((select max(e.revision) from events e where e.stream = numbered.stream), -1) end,
              case when fits then upto end
            from numbered order by n;
          return;
        end if;
        for n in 1 .. cardinality(streams) loop
          select coalesce(max(e.revision), -1) into last from events e where e.stream = streams[n];
          append_events.written := last = expected[n];
          append_events.last_position := null;
          if append_events.written then
            for j in k + 1 .. k + counts[n] loop
              top := top + 1;
              last := last + 1;
              insert into events (position, stream, revision, id, type, bytes)
                values (top, streams[n], last, ids[j], types[j], substring(payload from starts[j] for sizes[j]));
            end loop;
            append_events.last_position := top;
          end if;
          append_events.revision := last;
          k := k + counts[n];
          return next;
        end loop;
      end
      $$`.execute(db);
  },
};

/** Migrations of the Postgres log, in order; they run with the log's own schema first in `search_path`. */
export const migrations: Record<string, Migration> = { '0001_log': log, '0002_together': together };
