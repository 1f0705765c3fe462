import pg from 'pg';

/** What became of a row so far. The words are in the labels of the import. */
export type RowStatus = 'bad' | 'withheld' | 'ready' | 'doubtful' | 'left_out' | 'done' | 'refused' | 'taken_back' | 'kept';

/** A row of an import: numbers, codes and references only, never what is written in it. */
export interface ImportRow {
  readonly row: number;
  /** The first row of the household or claim it belongs to. */
  readonly unit: number;
  readonly status: RowStatus;
  readonly errors: readonly { readonly column: string; readonly code: string }[];
  /** What it may repeat: a person on file by id, another row of the file, or what is kept unique in a scope (a loss). */
  readonly duplicates: readonly {
    readonly person?: string;
    readonly row?: number;
    readonly scope?: string;
    readonly score: number;
    /** A number was compared, so that the score may confirm it. */
    readonly byNumber?: true;
  }[];
  /** What it opened. */
  readonly cases: readonly { readonly process: string; readonly id: string }[];
  /** Code of the refusal. */
  readonly refusal?: string | undefined;
}

/** What changes in the rows of one unit. */
export interface UnitChange {
  readonly unit: number;
  readonly status: RowStatus;
  readonly refusal?: string | undefined;
  /** Cases by the row that opened them. */
  readonly cases?: ReadonlyMap<number, ImportRow['cases']>;
}

export interface RowPage {
  readonly items: readonly ImportRow[];
  /** The row after which the next page begins; absent on the last. */
  readonly next?: number;
}

/** The progress of imports row by row: a convenience that a lost table costs nothing but the view of it. */
export interface ImportRows {
  /** Sets the rows of an import that was read, in place of earlier ones. */
  replace(id: string, rows: readonly ImportRow[]): Promise<void>;
  /** Writes what became of units. Rows that have errors, or were held back by them, stay as they are. */
  settle(id: string, changes: readonly UnitChange[]): Promise<void>;
  page(id: string, filter: { readonly status?: string | undefined }, after: number, limit: number): Promise<RowPage>;
  counts(id: string): Promise<Readonly<Record<string, number>>>;
}

const BATCH = 2_000;

interface Stored {
  readonly row: number;
  readonly unit: number;
  readonly status: RowStatus;
  readonly errors: ImportRow['errors'];
  readonly duplicates: ImportRow['duplicates'];
  readonly cases: ImportRow['cases'];
  readonly refusal: string | null;
}

/** The rows in the workers' schema. */
export function importRowsOf(pool: pg.Pool, schema: string): ImportRows {
  const table = `${pg.escapeIdentifier(schema)}.import_rows`;

  return {
    replace: async (id, rows) => {
      await pool.query(`delete from ${table} where import = $1`, [id]);
      for (let at = 0; at < rows.length; at += BATCH) {
        await pool.query(
          `insert into ${table} (import, row, unit, status, errors, duplicates)
           select $1, r.row, r.unit, r.status, r.errors, r.duplicates
           from jsonb_to_recordset($2::jsonb) as r (row int, unit int, status text, errors jsonb, duplicates jsonb)
           on conflict (import, row) do nothing`,
          [id, JSON.stringify(rows.slice(at, at + BATCH))],
        );
      }
    },

    settle: async (id, changes) => {
      const units = changes.map(({ unit, status, refusal }) => ({ unit, status, refusal }));
      const opened = changes.flatMap(({ cases }) => [...(cases ?? [])].map(([row, list]) => ({ row, cases: list })));
      await pool.query(
        `update ${table} t set status = u.status, refusal = u.refusal
         from jsonb_to_recordset($2::jsonb) as u (unit int, status text, refusal text)
         where t.import = $1 and t.unit = u.unit and t.status not in ('bad', 'withheld')`,
        [id, JSON.stringify(units)],
      );
      if (opened.length === 0) return;
      await pool.query(
        `update ${table} t set cases = c.cases from jsonb_to_recordset($2::jsonb) as c (row int, cases jsonb)
         where t.import = $1 and t.row = c.row`,
        [id, JSON.stringify(opened)],
      );
    },

    page: async (id, { status }, after, limit) => {
      const { rows } = await pool.query<Stored>(
        `select row, unit, status, errors, duplicates, cases, refusal from ${table}
         where import = $1 and row > $2 and ($3::text is null or status = $3) order by row limit $4`,
        [id, after, status ?? null, limit + 1],
      );
      const items = rows.slice(0, limit).map(({ refusal, ...row }) => ({ ...row, ...(refusal === null ? {} : { refusal }) }));
      const last = items.at(-1);
      return { items, ...(rows.length > limit && last ? { next: last.row } : {}) };
    },

    counts: async (id) => {
      const { rows } = await pool.query<{ status: string; rows: number }>(
        `select status, count(*)::int as rows from ${table} where import = $1 group by status order by status`,
        [id],
      );
      return Object.fromEntries(rows.map((one) => [one.status, one.rows]));
    },
  };
}
