import type pg from 'pg';
import { ConfigError } from './config.ts';

/** What loses acknowledged writes, or tears pages, when the machine stops, and where the session in hand has it from. */
export interface Unsafe {
  readonly setting: string;
  /** As Postgres names it: `configuration file`, `database`, `user`, `command line`, … */
  readonly source: string;
}

const SETTINGS = ['fsync', 'full_page_writes', 'synchronous_commit'];

/**
 * The settings of a server that trade durability away, as a session of this pool finds them: what is set for the login or for the
 * database counts as much as the server's file. `synchronous_commit` may be anything but off: each other value waits for the disk.
 */
export async function unsafeSettings(pool: pg.Pool): Promise<readonly Unsafe[]> {
  const { rows } = await pool.query<Unsafe>(
    `select name as setting, source from pg_settings where name = any ($1) and setting = 'off' order by name`,
    [SETTINGS],
  );
  return rows;
}

/**
 * Refuses a server that does not keep what it acknowledged, in development as in production.
 * @param variable the variable of the environment that names the database
 * @throws ConfigError
 */
export async function ensureDurable(pool: pg.Pool, variable: string): Promise<void> {
  const unsafe = await unsafeSettings(pool);
  if (unsafe.length === 0) return;
  throw new ConfigError(
    unsafe.map(
      ({ setting, source }) =>
        `${variable}: ${setting} is off there (set by: ${source}): what was acknowledged could be lost; set it to on and start again`,
    ),
  );
}
