import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Change, TableSpec } from './projection.ts';

/** Creates the tables of a read model in a schema of their own. Text sorts by code point, so that order is the same everywhere. */
export async function createTables(db: Kysely<unknown>, schema: string, tables: readonly TableSpec[]): Promise<void> {
  await sql`create schema ${sql.id(schema)}`.execute(db);
  for (const table of tables) {
    const columns = Object.entries(table.columns).map(([name, type]) => {
      const collation = type.startsWith('text') ? 'collate "C"' : '';
      return sql`${sql.id(name)} ${sql.raw(type.replace(/^text(\[\])?/, `text$1 ${collation}`))}`;
    });
    // Most updates change no indexed column; room in the page keeps them out of the indexes.
    await sql`create table ${sql.id(schema, table.name)} (
      ${sql.join(columns)}, primary key (${idents(table.key)})
    ) with (fillfactor = 85)`.execute(db);
    for (const column of table.sampled ?? []) {
      await sql`alter table ${sql.id(schema, table.name)} alter column ${sql.id(column)} set statistics 1000`.execute(db);
    }
    for (const index of table.indexes ?? []) {
      await sql`create index on ${sql.id(schema, table.name)} ${sql.raw(index)}`.execute(db);
    }
  }
}

const idents = (names: readonly string[]): RawBuilder<unknown> => sql.join(names.map((name) => sql.id(name)));

/** A statement that writes one table's changes. */
export type Statement = (db: Kysely<unknown>) => Promise<unknown>;

/** The changes as at most two statements a table: one delete, one upsert, whatever the number of rows. */
export function statementsOf(schema: string, tables: readonly TableSpec[], changes: readonly Change[]): readonly Statement[] {
  return tables.flatMap((table) => {
    const last = new Map<string, { readonly row: object; readonly put: boolean }>();
    const keyOf = (row: object) => JSON.stringify(table.key.map((column) => String(Reflect.get(row, column))));
    for (const change of changes) {
      if (change.table !== table.name) continue;
      for (const row of change.remove ?? []) last.set(keyOf(row), { row, put: false });
      for (const row of change.put ?? []) last.set(keyOf(row), { row, put: true });
    }
    const removed = [...last.values()].filter((one) => !one.put).map((one) => one.row);
    const put = [...last.values()].filter((one) => one.put).map((one) => one.row);
    return [
      ...(removed.length > 0 ? [deletion(schema, table, removed)] : []),
      ...(put.length > 0 ? [upsert(schema, table, put)] : []),
    ];
  });
}

/** What JSON carries and Postgres text cannot: U+0000 and halves of surrogate pairs. */
const UNFIT = /\0|\p{Cs}/gu;

function json(rows: readonly object[]): string {
  const text = JSON.stringify(rows);
  if (!/\\u(0000|d[89a-f])/.test(text)) return text;
  return JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'string' ? value.replace(UNFIT, '\ufffd') : value));
}

function upsert(schema: string, table: TableSpec, rows: readonly object[]): Statement {
  const target = sql.id(schema, table.name);
  const names = Object.keys(table.columns);
  const rest = names.filter((name) => !table.key.includes(name));
  const update = rest.map((name) => sql`${sql.id(name)} = excluded.${sql.id(name)}`);
  return (db) =>
    sql`
    insert into ${target} (${idents(names)})
    select ${idents(names)} from json_populate_recordset(null::${target}, ${json(rows)}::json)
    on conflict (${idents(table.key)}) do ${rest.length === 0 ? sql`nothing` : sql`update set ${sql.join(update)}`}`.execute(db);
}

function deletion(schema: string, table: TableSpec, rows: readonly object[]): Statement {
  const target = sql.id(schema, table.name);
  const same = table.key.map((name) => sql`t.${sql.id(name)} = r.${sql.id(name)}`);
  return (db) =>
    sql`
    delete from ${target} t using json_populate_recordset(null::${target}, ${json(rows)}::json) r
    where ${sql.join(same, sql` and `)}`.execute(db);
}
