import type pg from 'pg';
import type { TableName } from '../../platform/backup/tables.ts';
import type { Config } from '../../platform/config.ts';
import { createPool } from '../../platform/database.ts';
import { type EmbeddedPostgres, openEmbeddedPostgres, restrictedDatabaseOn } from '../../platform/embeddedPostgres.ts';
import type { Log } from '../../platform/logging.ts';
import { RESTRICTED_SCHEMAS } from '../../restrictedStore.ts';
import { SCHEMAS } from '../../schemas.ts';

/** The databases of an installation, each under the login that owns what is in it. */
export interface Places {
  readonly general: pg.Pool;
  readonly generalUrl: string;
  readonly keys: pg.Pool;
  /** Where entries of the access log may be put back. */
  readonly access: pg.Pool;
  /** Absent where no restricted store is set up. It keeps its own keys. */
  readonly restricted: pg.Pool | undefined;
  readonly restrictedUrl: string | undefined;
  /** The embedded database, where there is one; it is stopped when the places are closed. */
  readonly embedded: EmbeddedPostgres | undefined;
  close(): Promise<void>;
}

/** Schemas that are kept as they are. Read models are made anew, queues and limits begin empty. */
export const KEPT = {
  general: [SCHEMAS.log, SCHEMAS.audit, SCHEMAS.workers],
  access: [SCHEMAS.access],
  files: [SCHEMAS.files],
  keys: [SCHEMAS.keys],
  restricted: [RESTRICTED_SCHEMAS.log, RESTRICTED_SCHEMAS.audit, RESTRICTED_SCHEMAS.workers],
  restrictedKeys: [RESTRICTED_SCHEMAS.keys],
} as const;

/** The store and the table whose rows are in a file of a backup; undefined where no table's are. */
export function tableIn(file: string): (TableName & { readonly store: string }) | undefined {
  const [, store, schema, table] = /^(\w+)\/(\w+)\.(\w+)\.ndjson$/.exec(file) ?? [];
  return store === undefined || schema === undefined || table === undefined ? undefined : { store, schema, table };
}

/** Opens connections that may work as long as it takes; the embedded database is joined, or started. */
export async function openPlaces(config: Config, log: Log, applicationName: string): Promise<Places> {
  const embedded = config.databaseUrl === undefined ? await openEmbeddedPostgres({ dataDir: config.dataDir, log }) : undefined;
  const pools: pg.Pool[] = [];
  const open = (url: string): pg.Pool => {
    // Tables are copied whole, and somebody waits for it. While files are copied a restore still sees that somebody is at work.
    const unlimited = { statementTimeoutMs: 0, idleInTransactionTimeoutMs: 0, silenceMs: 0, idleMs: 0 };
    const pool = createPool(url, { ...unlimited, applicationName, max: 3, log });
    pools.push(pool);
    return pool;
  };
  const close = async () => {
    for (const pool of pools) await pool.end();
    await embedded?.stop();
  };
  try {
    const generalUrl = embedded?.url ?? config.databaseUrl ?? '';
    const restrictedUrl = embedded ? await restrictedDatabaseOn(embedded) : config.restrictedDatabaseUrl;
    const general = open(generalUrl);
    return {
      general,
      generalUrl,
      keys: config.keysDatabaseUrl === undefined ? general : open(config.keysDatabaseUrl),
      access: config.accessDatabaseUrl === undefined ? general : open(config.accessDatabaseUrl),
      restricted: restrictedUrl === undefined ? undefined : open(restrictedUrl),
      restrictedUrl,
      embedded,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Runs work in one transaction that sees everything as of one moment. */
export async function inSnapshot<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return within(pool, 'begin isolation level repeatable read read only', work);
}

/** Runs work in one transaction: all of it or nothing. */
export async function inOne<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return within(pool, 'begin', work);
}

async function within<T>(pool: pg.Pool, begin: string, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken = true;
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('commit');
    broken = false;
    return result;
  } finally {
    client.release(broken);
  }
}
