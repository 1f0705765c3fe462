import type pg from 'pg';

/** How long an entry may wait for its tree: sealing comes round every minute, so ten of them are missed by then. */
const PATIENCE = '10 minutes';

/**
 * Months of the access log whose tree does not keep up, as their first days: somebody changed them, or nothing seals them. Asked of
 * the tables, so that it is told by whichever process is asked. `now` is RFC 3339 UTC.
 */
export async function unsealedMonths(pool: pg.Pool, schema: string, now: string): Promise<readonly string[]> {
  const { rows } = await pool.query<{ starts: string }>(
    `select m.starts from "${schema}".month m
     left join "${schema}".tree t on t.name = 'access-' || to_char(m.starts, 'YYYY-MM')
     left join lateral (
       select at from "${schema}".entry e
       where e.leaf = coalesce(t.size, 0) and e.at >= m.starts::timestamp at time zone 'UTC'
         and e.at < (m.starts + interval '1 month')::timestamp at time zone 'UTC'
     ) first on true
     where m.dropped_at is null and m.entries > coalesce(t.size, 0)
       and (first.at is null or first.at < $1::timestamptz - interval '${PATIENCE}')
     order by m.starts`,
    [now],
  );
  return rows.map((row) => row.starts);
}
