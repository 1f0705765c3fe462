import type { Kysely, Migration } from 'kysely';
import { sql } from 'kysely';

/**
 * One row that an append locks, so that positions are given and become visible in the same order. The row is never updated:
 * the last position is the highest in `events`, so nothing bloats behind a long-running reader.
 *
 * `append_events` takes many appends in one call, at most one a stream, and answers each: written, or where the stream stands.
 * The events of all appends follow each other in `ids`, `types` and `sizes`; `payload` is their bytes end to end.
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
        streams text[], expected integer[], counts integer[], ids uuid[], types text[], sizes integer[], payload bytea, channel text
      ) returns table (item integer, written boolean, revision integer, last_position bigint)
      language plpgsql set search_path from current as $$
      declare
        top bigint;
      begin
        perform 1 from append_lock for update;
        select coalesce(max(e.position), 0) into top from events e;
        return query
          with asked as (
            select u.n, u.stream, u.expected, u.count, sum(u.count) over (order by u.n) - u.count as skip,
              coalesce((select max(e.revision) from events e where e.stream = u.stream), -1) as standing
            from unnest(streams, expected, counts) with ordinality as u(stream, expected, count, n)
          ),
          fit as (
            select a.*, top + sum(a.count) over (order by a.n) as upto from asked a where a.standing = a.expected
          ),
          proposed as (
            select p.*, sum(p.size) over (order by p.k) - p.size as start
            from unnest(ids, types, sizes) with ordinality as p(id, type, size, k)
          ),
          fresh as (
            insert into events (position, stream, revision, id, type, bytes)
            select f.upto - f.count + (p.k - f.skip), f.stream, f.expected + (p.k - f.skip), p.id, p.type,
              substring(payload from (p.start + 1)::integer for p.size)
            from fit f join proposed p on p.k > f.skip and p.k <= f.skip + f.count
            order by p.k
          )
          select a.n::integer, f.n is not null, coalesce(f.expected + f.count, a.standing), f.upto::bigint
          from asked a left join fit f on f.n = a.n
          order by a.n;
        perform pg_notify(channel, '');
      end
      $$`.execute(db);
  },
  // biome-ignore lint/suspicious/noExplicitAny: as above
  async down(db: Kysely<any>) {
    await sql`drop function append_events`.execute(db);
    await sql`drop table events, append_lock`.execute(db);
  },
};

/** Migrations of the Postgres log, in order; they run with the log's own schema first in `search_path`. */
export const migrations: Record<string, Migration> = { '0001_log': log };
