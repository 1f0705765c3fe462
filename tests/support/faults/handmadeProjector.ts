/**
 * A projector as one writes it in an afternoon: counts the events of each stream into a build of the tally, from its checkpoint
 * to the end of the log, some at a time. A program of its own, to be killed:
 *
 *   node handmadeProjector.js DATABASE_URL SCHEMA apart|together BATCH
 *
 * `apart` commits rows and checkpoint one after the other; `together` in one transaction. Writes a line a batch.
 */
import pg from 'pg';

const [url, schema = '', commit, batch = '1'] = process.argv.slice(2);
const client = new pg.Client({ connectionString: url, application_name: 'handmade' });
await client.connect();

const build = `read.projection_build where schema = $1`;
const { rows } = await client.query<{ position: string }>(`select position from ${build}`, [schema]);
let position = BigInt(rows[0]?.position ?? 0);
for (;;) {
  const page = await client.query<{ position: string; stream: string }>(
    'select position, stream from log.events where position > $1 order by position limit $2',
    [position, Number(batch)],
  );
  const last = page.rows.at(-1);
  if (!last) break;
  if (commit === 'together') await client.query('begin');
  await client.query(
    `insert into ${pg.escapeIdentifier(schema)}.tally as t (stream, events)
     select stream, count(*) from unnest($1::text[]) as s(stream) group by stream
     on conflict (stream) do update set events = t.events + excluded.events`,
    [page.rows.map((row) => row.stream)],
  );
  process.stdout.write(`${last.position}\n`);
  await client.query(`update read.projection_build set position = $2 where schema = $1`, [schema, last.position]);
  if (commit === 'together') await client.query('commit');
  position = BigInt(last.position);
}
await client.end();
