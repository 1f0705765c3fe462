import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Log } from './logging.ts';
import { watchSilence } from './silence.ts';

export interface PoolOptions {
  /** Connections at most; default 10. */
  readonly max?: number;
  /** Shown in `pg_stat_activity`. */
  readonly applicationName: string;
  /** A statement is cancelled after this; default 30 s. 0 means never. */
  readonly statementTimeoutMs?: number;
  /** Waiting for a lock is given up after this; default 10 s. 0 means never. */
  readonly lockTimeoutMs?: number;
  /** A transaction left idle is ended, with its connection, after this; default 30 s. 0 means never. */
  readonly idleInTransactionTimeoutMs?: number;
  /** Waiting for a free or a new connection is given up after this; default 5 s. */
  readonly connectTimeoutMs?: number;
  /**
   * A connection on which an answer is due and nothing comes for so long is given up, and with it what was asked on it, unless the
   * database was asked (`suspectMs`) and says that it is still at it; default `SILENCE_MS`. Longer than any statement may take.
   * 0 means never: for work without a limit, done by somebody who watches.
   */
  readonly silenceMs?: number;
  /** A connection nobody uses is closed after this; default 30 s. 0 means never: it is seen that somebody is at work. */
  readonly idleMs?: number;
  /** After so long without an answer the database is asked what became of it, see `silence.ts`; default 5 s. */
  readonly suspectMs?: number;
  /** Every session takes this role, which the login has to be a member of. */
  readonly role?: string | undefined;
  /** Told of connections that break while idle. */
  readonly log?: Log;
}

/**
 * How values of Postgres arrive in JavaScript, the same for every pool made here:
 * - `int8` (bigint) and `numeric` are decimal strings, since a JavaScript number cannot hold them: `BigInt(row.position)`;
 * - `timestamptz` and `timestamp` are ISO 8601 strings in UTC with microseconds as stored, `2026-06-01T08:30:00.123456Z`;
 * - `date` is `YYYY-MM-DD`, never a moment in some time zone;
 * - everything else is as `pg` gives it (`bytea` a Buffer, `json` parsed, `int4` and `float8` numbers).
 */
const typeParsers: pg.CustomTypesConfig = {
  getTypeParser(oid, format) {
    const kept = format === 'binary' ? undefined : ownParsers.get(oid);
    return kept ?? (format === 'binary' ? pg.types.getTypeParser(oid, 'binary') : pg.types.getTypeParser(oid, 'text'));
  },
};

const asIs = (text: string) => text;
const ownParsers = new Map<number, (text: string) => unknown>([
  [pg.types.builtins.INT8, asIs],
  [pg.types.builtins.NUMERIC, asIs],
  [pg.types.builtins.DATE, asIs],
  [pg.types.builtins.TIMESTAMP, isoInstant],
  [pg.types.builtins.TIMESTAMPTZ, isoInstant],
]);

/** Sessions run in UTC with ISO dates, so the offset is always +00. `infinity` stays as it is. */
function isoInstant(text: string): string {
  return text.includes(' ') ? `${text.replace(' ', 'T').replace(/\+00$/, '')}Z` : text;
}

/** Longer than any statement may take that has the usual limit. */
const SILENCE_MS = 35_000;

const IDLE_MS = 30_000;

/** An end of a connection that hears nothing asks after the other end this early, instead of after the system's two hours. */
const ASK_AFTER_S = 10;

/**
 * A connection pool that survives the server: a broken idle connection is dropped and logged, never thrown, and the next
 * query opens a new one.
 */
export function createPool(url: string, options: PoolOptions): pg.Pool {
  const session = {
    timezone: 'UTC',
    datestyle: 'ISO, YMD',
    statement_timeout: String(options.statementTimeoutMs ?? 30_000),
    lock_timeout: String(options.lockTimeoutMs ?? 10_000),
    idle_in_transaction_session_timeout: String(options.idleInTransactionTimeoutMs ?? 30_000),
    // A session whose client is gone without a word may hold locks, the one of all appends among them. Unix sockets ignore these.
    tcp_keepalives_idle: String(ASK_AFTER_S),
    tcp_keepalives_interval: '5',
    tcp_keepalives_count: '3',
    // The owner of a database may give its sessions another path: functions and operators that are found there would run with the
    // rights of whatever login connects. So a name without a schema is one of Postgres itself, and no other.
    search_path: 'pg_catalog',
    ...(options.role === undefined ? {} : { role: options.role }),
  };
  const pool = new pg.Pool({
    connectionString: url,
    max: options.max ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 5_000,
    idleTimeoutMillis: options.idleMs ?? IDLE_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: ASK_AFTER_S * 1_000,
    application_name: options.applicationName,
    options: Object.entries(session)
      .map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`)
      .join(' '),
    types: typeParsers,
  });
  pool.on('error', (err) => {
    // A pool that ends lets go of its connections before they are closed; what breaks then is no news.
    if (!pool.ending) options.log?.warn({ err, pool: options.applicationName }, 'a database connection broke');
  });
  // A connection that breaks while a caller holds it reports to that caller's query; without a listener it would end Node.
  pool.on('connect', (client) => client.on('error', () => {}));
  const { applicationName, silenceMs = SILENCE_MS, suspectMs } = options;
  if (silenceMs === 0) return pool;
  const watch = watchSilence({ url, applicationName, silenceMs, suspectMs });
  pool.on('connect', watch.add);
  pool.on('acquire', (client) => watch.held(client, true));
  pool.on('release', (_, client) => watch.held(client, false));
  return pool;
}

/** Runs work while nobody else of this database runs work under the same name. */
export async function withAdvisoryLock<T>(pool: pg.Pool, name: string, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock(hashtext($1))', [name]);
    return await work();
  } finally {
    // The lock goes with the connection, whatever happened to it.
    client.release(true);
  }
}

/** Typed queries over a pool. Destroying it ends the pool. */
export function createKysely<Tables>(pool: pg.Pool): Kysely<Tables> {
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
}

const SQLSTATES_OF_FAULTS = new Set([
  '08000', // connection_exception
  '08001', // sqlclient_unable_to_establish_sqlconnection
  '08003', // connection_does_not_exist
  '08004', // sqlserver_rejected_establishment_of_sqlconnection
  '08006', // connection_failure
  '25P03', // idle_in_transaction_session_timeout
  '53100', // disk_full
  '53300', // too_many_connections
  '55P03', // lock_not_available
  '57014', // query_canceled, by the statement timeout
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
]);

const SYSTEM_CODES_OF_FAULTS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ENOENT', // the Unix socket of a server that is down
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);

/** `pg` reports these without a code. */
const MESSAGES_OF_FAULTS =
  /connection terminated|connection error|client has encountered a connection error|timeout exceeded when trying to connect|timeout expired|server closed the connection|socket (closed|hang up)/i;

/**
 * Whether the database could not be reached, went away, was too busy or has no room: nothing is wrong with the request, which may be tried
 * again later (HTTP 503). During a COMMIT it leaves open whether the transaction took place.
 */
export function isConnectionFault(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error instanceof AggregateError && error.errors.some(isConnectionFault)) return true;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !SYSTEM_CODES_OF_FAULTS.has(code)) {
    return SQLSTATES_OF_FAULTS.has(code);
  }
  if (typeof code === 'string' && SYSTEM_CODES_OF_FAULTS.has(code)) return true;
  return MESSAGES_OF_FAULTS.test(error.message) || isConnectionFault(error.cause);
}
