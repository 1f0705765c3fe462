/**
 * Makes read models of a few thousand cases into ones of a million, by SQL, row by row as the projections left them; claims are
 * spread (see spread.mjs), and what boards count is counted anew.
 */
import { ID_MARK, NAME_MARK } from './made.mjs';
import { PLACE_OF, SPREAD_TABLES, spreadClaims } from './spread.mjs';

const TABLES = [
  ...SPREAD_TABLES,
  'register_person',
  'register_household',
  'register_member',
  'register_token',
  'register_number',
];
const COPIES_AT_ONCE = 25;

/** Copies every row of the read models until there are about so many cases; copies have ids and names of their own. */
export async function multiply({ pool }, cases) {
  const { rows } = await pool.query(`select count(*)::int as cases from read.case_index where case_id like '${ID_MARK}%'`);
  const copies = Math.round(cases / rows[0].cases) - 1;
  const client = await pool.connect();
  try {
    await client.query("set statement_timeout = 0; set synchronous_commit = off; set work_mem = '64MB'");
    await countAnew(client, false);
    const spread = await spreadClaims(client);
    for (const table of TABLES) {
      const place = await placeOf(client, table);
      await client.query(
        `create temporary table original as select t::text as line, to_jsonb(t) ->> 'process' as process, to_jsonb(t) ->> 'case_id' as case_id
         from ${place} t where t::text like '%${ID_MARK}%'`,
      );
      if (SPREAD_TABLES.includes(table)) {
        await client.query(`delete from ${place} where process = 'claim' and case_id like '${ID_MARK}%'`);
        await client.query(
          `insert into ${place} select (r).* from (select ${spread}::${place} as r from (select original.*, 0 as n from original) original
             join spread on spread.place = ${PLACE_OF} where process = 'claim' offset 0) made`,
        );
      }
      for (let from = 1; from <= copies; from += COPIES_AT_ONCE) {
        await client.query(
          `insert into ${place} select (r).* from (
             select replace(replace(case process when 'claim' then ${spread} else line end, '${ID_MARK}', lpad(to_hex(n), 8, '0')),
               '${NAME_MARK}', translate(lpad(n::text, 6, '0'), '0123456789', 'abcdefghij'))::${place} as r
             from original cross join generate_series($1::int, $2::int) n
             left join spread on process = 'claim' and spread.place = ${PLACE_OF} offset 0) made on conflict do nothing`,
          [from, Math.min(copies, from + COPIES_AT_ONCE - 1)],
        );
      }
      await client.query('drop table original');
      await client.query(`vacuum analyze ${place}`);
    }
    await countAnew(client, true);
  } finally {
    client.release(true);
  }
}

/** The year, month and day of a text, each in what it is in. */
const SPANS = (text) =>
  `lateral (values ('', left(${text}, 4)), (left(${text}, 4), left(${text}, 7)), (left(${text}, 7), left(${text}, 10))) span(parent, bucket)`;

/** The counts of boards, out of the rows that are counted. */
const COUNTS = {
  board_cell: (columns) => `
    with alike as (select cell, measures, count(*) as cases, min(case_id) as one from read.board where cell is not null group by 1, 2),
    cells as (select cell, sum(cases)::int as cases, min(one) as one from alike group by 1),
    sums as (select cell, jsonb_object_agg(key, total) as measures from (
      select cell, key, sum(value::numeric * cases) as total from alike, jsonb_each_text(measures) group by 1, 2) s group by 1),
    told as (select cells.cell, b.process, b.status, b.kind, b.governorate, b.area, b.body, c.tier, c.owner_organisation, c.owner_office,
        c.owner_governorate, c.parties, c.offices, c.offered_to, c.governorates, '[]'::jsonb as taken, '[]'::jsonb as shares,
        null as own_staff, cells.cases, coalesce(sums.measures, '{}') as measures
      from cells join read.board b on b.case_id = cells.one and b.cell = cells.cell
      join read.case_index c using (process, case_id) left join sums on sums.cell = cells.cell)
    select ${columns} from told`,
  board_age: (columns) => `
    select ${columns} from (select cell, parent, bucket, count(*)::int as cases from read.board, ${SPANS('since')} where cell is not null
      group by 1, 2, 3) told`,
  board_waiting: (columns) => `
    select ${columns} from (select cell, party, parent, bucket, count(*)::int as cases from read.board_wait,
      lateral (select 'all', 'all' union all select parent, bucket from ${SPANS('due')} where due is not null) span(parent, bucket)
      group by 1, 2, 3, 4) told`,
};

/** Counts boards anew; `proven` when it was seen to count as the projections do. */
async function countAnew(client, proven) {
  for (const [table, counted] of Object.entries(COUNTS)) {
    const place = await placeOf(client, table);
    const { rows } = await client.query(
      `select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
       where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
      [place],
    );
    await client.query(`create temporary table counted as ${counted(rows[0].columns)}`);
    if (proven) {
      await client.query(`truncate ${place}`);
      await client.query(`insert into ${place} select * from counted`);
      await client.query(`vacuum analyze ${place}`);
    } else {
      const { rowCount } = await client.query(
        `(table counted except table ${place}) union all (table ${place} except table counted) limit 1`,
      );
      if (rowCount > 0) throw new Error(`${table} is not counted as the projections count it`);
    }
    await client.query('drop table counted');
  }
}

/** The table that is shown under a name. */
async function placeOf(client, table) {
  const { rows } = await client.query(
    `select t.schemaname || '.' || t.tablename as place from pg_tables t
     join read.projection_build b on b.schema = t.schemaname and b.state = 'live' where t.tablename = $1`,
    [table],
  );
  return rows[0].place;
}
