import type pg from 'pg';

/** So many uses more under a key, in the window that ends then. */
export interface Use {
  readonly key: string;
  /** Milliseconds since 1970. */
  readonly ends: number;
  readonly uses: number;
}

/** Counts of all processes of an installation together, kept until their window has ended. */
export interface Counts {
  /** Adds uses, each key named once, and answers the new counts in their order. Rejects when they cannot be kept. */
  add(uses: readonly Use[]): Promise<readonly number[]>;
}

/** Counts of this process alone, for tests. */
export function memoryCounts(): Counts {
  const counts = new Map<string, number>();
  return {
    add: async (uses) =>
      uses.map(({ key, ends, uses: more }) => {
        const used = (counts.get(`${key} ${ends}`) ?? 0) + more;
        counts.set(`${key} ${ends}`, used);
        return used;
      }),
  };
}

const CLEAN_EVERY_MS = 60_000;

/** Counts in the table of `limitMigrations`. One statement for all uses of an `add`; ended windows are swept out once a minute. */
export function postgresCounts(pool: pg.Pool, schema: string): Counts {
  let nextCleaning = 0;
  async function clean(): Promise<void> {
    nextCleaning = Date.now() + CLEAN_EVERY_MS;
    await pool.query(
      `delete from "${schema}".counts c using
         (select key, ends from "${schema}".counts where ends < now() limit 10000 for update skip locked) old
       where c.key = old.key and c.ends = old.ends`,
    );
  }
  return {
    add: async (uses) => {
      // Two processes that lock the same rows in different orders would wait for each other.
      const sorted = uses.toSorted((a, b) => (a.key < b.key ? -1 : 1));
      const { rows } = await pool.query<{ key: string; used: number }>({
        name: 'count uses',
        text: `insert into "${schema}".counts as c (key, ends, used)
               select key, to_timestamp(ends / 1000.0), used from unnest($1::text[], $2::float8[], $3::int[]) as u (key, ends, used)
               on conflict (key, ends) do update set used = c.used + excluded.used
               returning key, used`,
        values: [sorted.map((one) => one.key), sorted.map((one) => one.ends), sorted.map((one) => one.uses)],
      });
      if (Date.now() >= nextCleaning) await clean();
      const counts = new Map(rows.map(({ key, used }) => [key, used]));
      return uses.map(({ key }) => counts.get(key) ?? 0);
    },
  };
}
