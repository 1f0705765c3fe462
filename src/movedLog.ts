import pg from 'pg';
import type { OwnLog, Standing, StoreOfLog } from './ownLog.ts';
import { ConfigError } from './platform/config.ts';
import { resetReadModels } from './projections/runtime/reset.ts';
import { movePassed, takeNewPlaces } from './workers/runtime/newPlaces.ts';

/** Whether it is the log that was known, in another kind of store than before: the same events have other positions there. */
export const hasMoved = ({ log }: Pick<StoreOfLog, 'log'>, { known, first }: Pick<Standing, 'known' | 'first'>): boolean =>
  known?.first !== undefined && known.first === first && known.kind !== log.kind;

/**
 * Goes on from a log in another kind of store than was read: reactors and their tasks take the positions that the same events have
 * there, all or none, the read models are made anew, and where the log lies is on record. Who comes second finds it done.
 * @throws ConfigError where an event that a task is about is missing in a log that is said not to be behind
 */
export async function moveWithLog(store: StoreOfLog, { known, first, readFrom, behind }: Standing): Promise<void> {
  const { log, pool, db, read, workers } = store;
  await inTransaction(pool, async (client) => {
    const own = `${pg.escapeIdentifier(workers)}.own_log`;
    // There may be no row to lock.
    await client.query(`lock table ${own} in share row exclusive mode`);
    const { rows } = await client.query<OwnLog>(`select kind from ${own}`);
    if (rows[0]?.kind !== known?.kind || readFrom === undefined) return;
    const places = { log, from: readFrom };
    await movePassed(client, `${pg.escapeIdentifier(read)}.projection_skip`, places);
    const tasks = await takeNewPlaces(client, workers, places);
    if (tasks > 0 && !behind) {
      throw new ConfigError([
        `the ${store.name} log in ${log.kind} lacks the events of ${tasks} tasks that were made from the one in ${readFrom}: ` +
          'nothing was changed. Is the copy complete?',
      ]);
    }
    // Before it is on record: else a crash would leave read models at positions that nobody knows to be old.
    await resetReadModels(db, read);
    await client.query(
      `insert into ${own} (kind, first_event) values ($1, $2) on conflict (one) do update set kind = excluded.kind, since = now()`,
      [log.kind, first ?? null],
    );
  });
}

async function inTransaction(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<void>): Promise<void> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query('begin');
    // The log is read in between, for as long as that takes.
    await client.query('set local idle_in_transaction_session_timeout = 0');
    await client.query('set local statement_timeout = 0');
    // Who comes second waits until the first is done.
    await client.query('set local lock_timeout = 0');
    await work(client);
    await client.query('commit');
    broken = false;
  } finally {
    // A connection that is given up takes what it began with it.
    client.release(broken);
  }
}
