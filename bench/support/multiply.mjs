/** Makes read models of a few thousand cases into ones of a million, by SQL, row by row as the projections left them. */
import { ID_MARK, NAME_MARK } from './made.mjs';

const TABLES = [
  'case_index',
  'queue',
  'queue_reach',
  'board',
  'board_wait',
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
    await client.query('set statement_timeout = 0; set synchronous_commit = off');
    for (const table of TABLES) {
      const place = await placeOf(client, table);
      await client.query(
        `create temporary table original as select t::text as line from ${place} t where t::text like '%${ID_MARK}%'`,
      );
      for (let from = 1; from <= copies; from += COPIES_AT_ONCE) {
        await client.query(
          `insert into ${place} select (r).* from (
             select replace(replace(line, '${ID_MARK}', lpad(to_hex(n), 8, '0')), '${NAME_MARK}',
               translate(lpad(n::text, 6, '0'), '0123456789', 'abcdefghij'))::${place} as r
             from original, generate_series($1::int, $2::int) n offset 0) made on conflict do nothing`,
          [from, Math.min(copies, from + COPIES_AT_ONCE - 1)],
        );
      }
      await client.query('drop table original');
      await client.query(`vacuum analyze ${place}`);
    }
    await multiplyCounts(client, copies + 1);
  } finally {
    client.release(true);
  }
}

/** What boards count beside their rows: each case and its copies stand alike. */
async function multiplyCounts(client, times) {
  for (const table of ['board_cell', 'board_age', 'board_waiting']) {
    const place = await placeOf(client, table);
    const measures = `, measures = coalesce((select jsonb_object_agg(key, value::numeric * $1) from jsonb_each_text(measures)), '{}')`;
    await client.query(`update ${place} set cases = cases * $1${table === 'board_cell' ? measures : ''}`, [times]);
    await client.query(`vacuum analyze ${place}`);
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
