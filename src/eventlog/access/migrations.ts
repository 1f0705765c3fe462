import { type Kysely, type Migration, sql } from 'kysely';
import { treeTables } from '../../platform/merkle/treeStore.ts';

/**
 * Entries lie in one partition a month, so that a month is dropped whole. `month` counts them: its row is locked while entries are
 * written, so that `leaf` is dense and in the order in which they became visible, and it stays when the partition is gone.
 */
const access: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a frozen migration knows no later schema, and Kysely types it so
  async up(db: Kysely<any>) {
    await sql`
      create table month (
        starts date primary key, entries integer not null default 0,
        made_at timestamptz not null default now(), dropped_at timestamptz
      )`.execute(db);
    await sql`
      create table entry (
        at timestamptz not null,
        leaf integer not null,
        request_id text not null,
        staff text not null,
        posts jsonb not null,
        offices text[] not null,
        on_behalf_of text,
        route text not null,
        cases text[] not null,
        owners text[] not null,
        tier text check (tier in ('T2', 'T3')),
        outcome text not null check (outcome in ('allowed', 'refused')),
        code text,
        primary key (at, leaf)
      ) partition by range (at)`.execute(db);
    await sql`create index entry_leaf on entry (leaf)`.execute(db);
    await sql`create index entry_staff on entry (staff, at)`.execute(db);
    await sql`create index entry_cases on entry using gin (cases)`.execute(db);
    await sql`
      create function refuse_change() returns trigger language plpgsql as $$
      begin raise exception 'the access log is only added to'; end $$`.execute(db);
    await sql`create trigger entry_stays before update or delete on entry for each row execute function refuse_change()`.execute(
      db,
    );
    await sql`
      create function make_month(starts date) returns void language plpgsql set search_path from current as $$
      begin
        perform pg_advisory_xact_lock(hashtext('months of the access log'));
        insert into month (starts) values (make_month.starts) on conflict do nothing;
        if not found then return; end if;
        execute format(
          'create table %I partition of entry for values from (%L) to (%L)', 'entry_' || to_char(make_month.starts, 'YYYY_MM'),
          make_month.starts::text || ' 00:00+00', (make_month.starts + interval '1 month')::date::text || ' 00:00+00');
      end $$`.execute(db);
    await sql`
      create function drop_month(starts date, moment timestamptz) returns void language plpgsql set search_path from current as $$
      begin
        update month set dropped_at = moment where month.starts = drop_month.starts and dropped_at is null;
        if found then execute format('drop table %I', 'entry_' || to_char(drop_month.starts, 'YYYY_MM')); end if;
      end $$`.execute(db);
    await sql`
      create function record_access(entries jsonb) returns void language plpgsql set search_path from current as $$
      declare
        one record;
        first integer;
      begin
        for one in
          select date_trunc('month', (e ->> 'at')::timestamptz at time zone 'UTC')::date as starts,
            jsonb_agg(e order by place) as items, count(*)::integer as many
          from jsonb_array_elements(entries) with ordinality as of (e, place) group by 1 order by 1
        loop
          update month set entries = month.entries + one.many where month.starts = one.starts and dropped_at is null
            returning month.entries - one.many into first;
          if not found then raise exception 'the access log has no month %', one.starts using errcode = 'MA001'; end if;
          insert into entry
            (at, leaf, request_id, staff, posts, offices, on_behalf_of, route, cases, owners, tier, outcome, code)
          select (e ->> 'at')::timestamptz, first + place::integer - 1, e ->> 'requestId', e ->> 'staff', e -> 'posts',
            array(select distinct p ->> 'office' from jsonb_array_elements(e -> 'posts') p where p ->> 'office' is not null),
            e ->> 'onBehalfOf', e ->> 'route', array(select jsonb_array_elements_text(e -> 'cases')),
            array(select jsonb_array_elements_text(e -> 'owners')), e ->> 'tier', e ->> 'outcome', e ->> 'code'
          from jsonb_array_elements(one.items) with ordinality as of (e, place);
        end loop;
      end $$`.execute(db);
  },
};

/** A tree a month; its checkpoints stay when the month itself is dropped. */
const trees: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a frozen migration knows no later schema, and Kysely types it so
  async up(db: Kysely<any>) {
    for (const statement of treeTables) await sql.raw(statement).execute(db);
    await sql`
      create table checkpoint (
        tree text not null, size bigint not null, note text not null, key text not null, signed_at timestamptz not null,
        primary key (tree, size)
      )`.execute(db);
  },
};

/** Who answers for an office looks through what its staff looked at, and who looked at its cases. */
const offices: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a frozen migration knows no later schema, and Kysely types it so
  async up(db: Kysely<any>) {
    await sql`create index entry_offices on entry using gin (offices)`.execute(db);
    await sql`create index entry_owners on entry using gin (owners)`.execute(db);
  },
};

/** Whether somebody tried many numbers that are nobody's. */
const missed: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a frozen migration knows no later schema, and Kysely types it so
  async up(db: Kysely<any>) {
    await sql`alter table entry add column missed text`.execute(db);
    await sql`
      create or replace function record_access(entries jsonb) returns void language plpgsql set search_path from current as $$
      declare
        one record;
        first integer;
      begin
        for one in
          select date_trunc('month', (e ->> 'at')::timestamptz at time zone 'UTC')::date as starts,
            jsonb_agg(e order by place) as items, count(*)::integer as many
          from jsonb_array_elements(entries) with ordinality as of (e, place) group by 1 order by 1
        loop
          update month set entries = month.entries + one.many where month.starts = one.starts and dropped_at is null
            returning month.entries - one.many into first;
          if not found then raise exception 'the access log has no month %', one.starts using errcode = 'MA001'; end if;
          insert into entry
            (at, leaf, request_id, staff, posts, offices, on_behalf_of, route, cases, owners, tier, outcome, code, missed)
          select (e ->> 'at')::timestamptz, first + place::integer - 1, e ->> 'requestId', e ->> 'staff', e -> 'posts',
            array(select distinct p ->> 'office' from jsonb_array_elements(e -> 'posts') p where p ->> 'office' is not null),
            e ->> 'onBehalfOf', e ->> 'route', array(select jsonb_array_elements_text(e -> 'cases')),
            array(select jsonb_array_elements_text(e -> 'owners')), e ->> 'tier', e ->> 'outcome', e ->> 'code', e ->> 'missed'
          from jsonb_array_elements(one.items) with ordinality as of (e, place);
        end loop;
      end $$`.execute(db);
  },
};

/**
 * The functions act for their owner, so that whoever writes, seals or drops needs no right to the tables themselves. A month is
 * dropped only when it is over for a month at least, by the database's own clock, and its tree has every entry.
 */
const owned: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a frozen migration knows no later schema, and Kysely types it so
  async up(db: Kysely<any>) {
    await sql`
      create or replace function drop_month(starts date, moment timestamptz) returns void language plpgsql as $$
      declare
        sealed bigint;
      begin
        if drop_month.starts + interval '2 months' > now() at time zone 'UTC' then
          raise exception 'the month % of the access log is not over for long enough', drop_month.starts using errcode = 'MA002';
        end if;
        select size into sealed from tree where name = 'access-' || to_char(drop_month.starts, 'YYYY-MM');
        update month set dropped_at = moment
          where month.starts = drop_month.starts and dropped_at is null and entries = coalesce(sealed, 0);
        if found then execute format('drop table %I', 'entry_' || to_char(drop_month.starts, 'YYYY_MM')); end if;
      end $$`.execute(db);
    const { rows } = await sql<{ schema: string }>`select current_schema() as schema`.execute(db);
    // Temporary tables last: whoever calls could make some, and the function would take them for its own.
    for (const { schema } of rows) {
      for (const name of ['make_month(date)', 'drop_month(date, timestamptz)', 'record_access(jsonb)']) {
        await sql`alter function ${sql.raw(name)} security definer set search_path = ${sql.id(schema)}, pg_temp`.execute(db);
      }
    }
    await sql`revoke execute on all functions in schema ${sql.id(rows[0]!.schema)} from public`.execute(db);
  },
};

/** What is known in the database of the heads outside: one that is gone is missed by who never saw it, too. */
const witnessed: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a frozen migration knows no later schema, and Kysely types it so
  async up(db: Kysely<any>) {
    await sql`
      create table witnessed (
        tree text not null, size bigint not null, at timestamptz not null default now(), primary key (tree, size)
      )`.execute(db);
  },
};

/** A head that is kept again, after one of as many entries was put aside, is remembered beside it: nothing here is ever updated. */
const witnessedAgain: Migration = {
  // biome-ignore lint/suspicious/noExplicitAny: a frozen migration knows no later schema, and Kysely types it so
  async up(db: Kysely<any>) {
    await sql`alter table witnessed drop constraint witnessed_pkey, add primary key (tree, size, at)`.execute(db);
  },
};

/** Migrations of the access log, in order; they run with its own schema first in `search_path`. */
export const accessMigrations: Record<string, Migration> = {
  '0001_access': access,
  '0002_trees': trees,
  '0003_offices': offices,
  '0004_missed': missed,
  '0005_owned': owned,
  '0006_witnessed': witnessed,
  '0007_witnessed_again': witnessedAgain,
};
