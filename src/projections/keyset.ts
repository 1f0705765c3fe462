import { Buffer } from 'node:buffer';
import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely';

/** A page of a list and where the next one begins; `next` is absent on the last page. */
export interface Page<Item> {
  readonly items: readonly Item[];
  readonly next?: string;
}

/** One sort key: an expression that is never null, and its name among the selected columns. */
export interface SortKey {
  readonly as: string;
  readonly by: RawBuilder<unknown>;
}

/** Not a cursor of this list: it was cut, or made for another order. */
export class BadCursor extends Error {
  constructor() {
    super('BAD_CURSOR');
    this.name = 'BadCursor';
  }
}

const ALIAS = 'sort_';

/** What a paged query selects beside its columns, so that the last row says where the next page begins. */
export const sortColumns = (keys: readonly SortKey[]) => keys.map(({ as, by }) => sql<string>`(${by})::text`.as(`${ALIAS}${as}`));

/** Rows strictly after a cursor in the order of the keys. @throws BadCursor */
export const after = (keys: readonly SortKey[], cursor: string | undefined, descending = false): Expression<SqlBool> =>
  afterValues(keys, cursorValues(keys, cursor), descending);

/** The values of the keys in the row before a page; none before the first. @throws BadCursor */
export const cursorValues = (keys: readonly SortKey[], cursor: string | undefined): readonly string[] | undefined =>
  cursor === undefined ? undefined : unpackCursor(labelOf(keys), keys.length, cursor);

/** Rows strictly after the one with these values, in the order of the keys. */
export function afterValues(
  keys: readonly SortKey[],
  values: readonly string[] | undefined,
  descending = false,
): Expression<SqlBool> {
  if (values === undefined) return sql<SqlBool>`true`;
  const left = sql.join(keys.map(({ by }) => by));
  const right = sql.join(values.map((value) => sql`${value}`));
  return descending ? sql<SqlBool>`(${left}) < (${right})` : sql<SqlBool>`(${left}) > (${right})`;
}

/** The page in `rows`, of which one more than `limit` was asked for. */
export function pageOf<Row extends object>(rows: readonly Row[], limit: number, keys: readonly SortKey[]): Page<Row> {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  const names = Object.keys(rows[0] ?? {}).filter((name) => !name.startsWith(ALIAS)) as (keyof Row)[];
  const items = rows.slice(0, limit).map((row) => {
    const item: Partial<Row> = {};
    for (const name of names) item[name] = row[name];
    return item as Row;
  });
  if (!last) return { items };
  const values = keys.map(({ as }) => Reflect.get(last, `${ALIAS}${as}`) as string);
  return { items, next: packCursor(labelOf(keys), values) };
}

const labelOf = (keys: readonly SortKey[]): string => keys.map(({ as }) => as).join();

/** A cursor: where a page ended in a list of this label. Opaque to callers, not secret. */
export const packCursor = (label: string, values: readonly string[]): string =>
  Buffer.from(JSON.stringify([label, ...values])).toString('base64url');

/** The values of a cursor of this label. @throws BadCursor */
export function unpackCursor(label: string, count: number, cursor: string): readonly string[] {
  try {
    const [found, ...values] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[];
    if (found === label && values.length === count && values.every((one) => typeof one === 'string')) return values as string[];
  } catch {
    // Said below.
  }
  throw new BadCursor();
}
