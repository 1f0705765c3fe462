import pg from 'pg';

/** A table by its schema and name. */
export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/** Rows fetched, or put back, at once at most. */
const PAGE = 1_000;
/** Characters of JSON put back at once at most. */
const MOST_TEXT = 4 << 20;

/** What migrations keep of themselves, leases and the row appends lock are made anew in every place. */
const OWN = ['kysely_migration', 'kysely_migration_lock', 'leases', 'append_lock'];

const idOf = ({ schema, table }: TableName): string => `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`;

/** The tables of a schema that are worth keeping, those that others point to first. */
export async function tablesOf(client: pg.ClientBase, schema: string): Promise<readonly TableName[]> {
  const { rows } = await client.query<{ table: string; needs: string[] }>(
    `select c.relname as table, array(
       select f.relname::text from pg_constraint k join pg_class f on f.oid = k.confrelid
       where k.conrelid = c.oid and k.contype = 'f' and f.oid <> c.oid) as needs
     from pg_class c where c.relnamespace = $1::text::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and c.relname <> all ($2) order by c.relname`,
    [pg.escapeIdentifier(schema), OWN],
  );
  const sorted: string[] = [];
  const add = (table: string): void => {
    if (sorted.includes(table)) return;
    for (const needed of rows.find((one) => one.table === table)?.needs ?? []) add(needed);
    sorted.push(table);
  };
  for (const { table } of rows) add(table);
  return sorted.map((table) => ({ schema, table }));
}

/** The columns that are stored and not made from others, in order; none where there is no such table. */
async function columnsOf(client: pg.ClientBase, name: TableName): Promise<readonly string[]> {
  const { rows } = await client.query<{ column: string }>(
    `select attname as column from pg_attribute
     where attrelid = to_regclass($1) and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [idOf(name)],
  );
  return rows.map(({ column }) => column);
}

const listOf = (columns: readonly string[]): string => columns.map((one) => pg.escapeIdentifier(one)).join(', ');

/** Columns of a line that `rowsOf` gave which a table here does not have. */
export async function unknownIn(client: pg.ClientBase, name: TableName, line: string): Promise<readonly string[]> {
  const known = await columnsOf(client, name);
  return columnsIn(line).filter((column) => !known.includes(column));
}

const columnsIn = (line: string): readonly string[] => Object.keys(JSON.parse(line) as object);

/** The rows of a table as lines of JSON in the form that Postgres gives them, as the client's transaction sees them. */
export async function* rowsOf(client: pg.ClientBase, name: TableName): AsyncGenerator<string, void, void> {
  const columns = listOf(await columnsOf(client, name));
  await client.query(
    `declare kept no scroll cursor for select row_to_json(t)::text as line from (select ${columns} from ${idOf(name)}) t`,
  );
  for (;;) {
    const { rows } = await client.query<{ line: string }>(`fetch ${PAGE} from kept`);
    for (const { line } of rows) yield line;
    if (rows.length < PAGE) break;
  }
  await client.query('close kept');
}

/**
 * Puts rows back that `rowsOf` gave; answers how many there were. A column that came to the table since has its default, as it has
 * in rows that were there when it came; one that the table has no longer is left out. All lines have the columns of the first.
 */
export async function putRows(client: pg.ClientBase, name: TableName, lines: AsyncIterable<string>): Promise<number> {
  const known = await columnsOf(client, name);
  let columns = '';
  let count = 0;
  let held: string[] = [];
  let size = 0;
  const put = async () => {
    if (held.length === 0) return;
    await client.query(
      `insert into ${idOf(name)} (${columns}) overriding system value
       select ${columns} from json_populate_recordset(null::${idOf(name)}, $1::json)`,
      [`[${held.join(',')}]`],
    );
    count += held.length;
    held = [];
    size = 0;
  };
  for await (const line of lines) {
    columns ||= listOf(columnsIn(line).filter((column) => known.includes(column)));
    held.push(line);
    size += line.length;
    if (held.length === PAGE || size > MOST_TEXT) await put();
  }
  await put();
  await moveSequences(client, name);
  return count;
}

/** What counts up by itself goes on behind the rows that were put back. */
async function moveSequences(client: pg.ClientBase, name: TableName): Promise<void> {
  const { rows } = await client.query<{ column: string }>(
    `select attname as column from pg_attribute where attrelid = to_regclass($1) and attidentity <> '' and not attisdropped`,
    [idOf(name)],
  );
  for (const { column } of rows) {
    await client.query(
      `select setval(pg_get_serial_sequence($1, $2), max(${pg.escapeIdentifier(column)})) from ${idOf(name)}
       having max(${pg.escapeIdentifier(column)}) is not null`,
      [idOf(name), column],
    );
  }
}

/** Whether a table holds anything. */
export async function isEmpty(client: pg.ClientBase, name: TableName): Promise<boolean> {
  return (await client.query(`select from ${idOf(name)} limit 1`)).rowCount === 0;
}
