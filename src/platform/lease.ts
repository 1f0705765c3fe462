import pg from 'pg';

export interface LeaseOptions {
  readonly pool: pg.Pool;
  /** Where `leaseTable` was created. */
  readonly schema: string;
  /** Names this process; another holder takes over when the lease has run out. */
  readonly holder: string;
  readonly ttlMs: number;
}

/** The right to be the one that does something, for a while. It saves double work; what must be exact checks the epoch. */
export interface Leases {
  readonly ttlMs: number;
  /**
   * Takes a lease, or makes one's own last longer. The epoch (decimal digits) grows with every change of holder.
   * @returns undefined when somebody else holds it.
   */
  hold(name: string): Promise<string | undefined>;
  /** Gives one's own lease up, so that others need not wait until it has run out. */
  release(name: string): Promise<void>;
}

/** The table of leases, as a migration creates it in its own schema. */
export const leaseTable = `create table leases (
  name text primary key,
  holder text not null,
  epoch bigint not null,
  until timestamptz not null
)`;

/** Leases in a table of Postgres, timed by the server's clock alone. */
export function createLeases({ pool, schema, holder, ttlMs }: LeaseOptions): Leases {
  const table = `${pg.escapeIdentifier(schema)}.leases`;
  return {
    ttlMs,
    hold: async (name) => {
      const { rows } = await pool.query<{ epoch: string }>(
        `insert into ${table} as l (name, holder, epoch, until) values ($1, $2, 1, now() + $3 * interval '1 ms')
         on conflict (name) do update set holder = $2, until = excluded.until, epoch = l.epoch + (l.holder <> $2)::int
         where l.holder = $2 or l.until < now()
         returning epoch`,
        [name, holder, ttlMs],
      );
      return rows[0]?.epoch;
    },
    release: async (name) => {
      await pool.query(`update ${table} set until = '-infinity' where name = $1 and holder = $2`, [name, holder]);
    },
  };
}
