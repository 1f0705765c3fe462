import type pg from 'pg';
import { ConfigError } from './config.ts';

/** An empty schema, whose comment says of which backup and since when: it outlives whoever made it. */
const MARK = 'restoring';
const LOCK = 'restore into this database';
/** Who is refused at this moment is still seen for so long. */
const PATIENCE_MS = 5_000;
const LOOK_MS = 100;

/** A database that is held for a restore, by one at a time. */
export interface Held {
  /** Puts the mark up that keeps everybody out from now on, also after a crash of who put it up. */
  mark(backup: string): Promise<void>;
  /** The names of connections of the program that stay, after those had their time who were about to be refused. */
  others(): Promise<readonly string[]>;
  lift(): Promise<void>;
  /** Lets go of the database; the mark stays where it was not lifted. */
  release(): Promise<void>;
}

/** Holds a database for a restore; undefined while somebody else does. One connection of the pool is kept for it. */
export async function holdForRestore(pool: pg.Pool): Promise<Held | undefined> {
  const client = await pool.connect();
  try {
    const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock(hashtext($1)) as mine', [LOCK]);
    if (rows[0]?.mine !== true) {
      client.release();
      return undefined;
    }
  } catch (error) {
    client.release(true);
    throw error;
  }
  return {
    mark: async (backup) => {
      const words = client.escapeLiteral(`the backup ${backup}, begun ${new Date().toISOString()}`);
      await client.query(`create schema if not exists ${MARK}`);
      await client.query(`comment on schema ${MARK} is ${words}`);
    },
    others: async () => {
      const until = Date.now() + PATIENCE_MS;
      for (;;) {
        const { rows } = await client.query<{ name: string }>(
          `select distinct application_name as name from pg_stat_activity where datname = current_database()
           and application_name like 'masar%' and application_name not like 'masar restore%' order by 1`,
        );
        if (rows.length === 0 || Date.now() > until) return rows.map(({ name }) => name);
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
    },
    lift: async () => {
      await pool.query(`drop schema if exists ${MARK}`);
    },
    // The lock goes with the connection, whatever happened to it.
    release: async () => client.release(true),
  };
}

/**
 * Refuses a database into which somebody puts a backup back, or in which that broke off: what begins there would work on a part.
 * @param variable the variable of the environment that names the database
 * @throws ConfigError
 */
export async function ensureNotRestoring(pool: pg.Pool, variable: string): Promise<void> {
  const { rows } = await pool.query<{ words: string | null }>(
    `select obj_description(oid, 'pg_namespace') as words from pg_namespace where nspname = $1`,
    [MARK],
  );
  const [mark] = rows;
  if (!mark) return;
  const free = await pool.query<{ free: boolean }>('select pg_try_advisory_xact_lock_shared(hashtext($1)) as free', [LOCK]);
  const which = mark.words ?? 'of a backup';
  throw new ConfigError([
    free.rows[0]?.free === true
      ? `${variable}: a restore broke off there, or what it put back is not what was signed (${which}): empty the database and restore again (infra/runbooks/night.md)`
      : `${variable}: a restore is under way there (${which}): start again when it is over`,
  ]);
}
