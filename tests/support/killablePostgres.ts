import { spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { createPool } from '../../src/platform/database.ts';
import { findBinaries } from '../../src/platform/embedded/binaries.ts';
import { findPlace, prepareSocketDirectory } from '../../src/platform/embedded/place.ts';
import { createCluster, launch, type Server, SUPERUSER, stopOrphan } from '../../src/platform/embedded/server.ts';
import { silentLog, temporaryDirectory } from './postgres.ts';

export interface KillablePostgres {
  readonly url: string;
  /** SIGKILL to the server and to its sessions at once, as when a machine dies; resolves when its process is gone. */
  kill(): Promise<void>;
  /** Starts it again on the same data and address; resolves when it accepts connections. */
  start(): Promise<void>;
  /** Stops it for good and removes its data. */
  remove(): Promise<void>;
}

/**
 * A Postgres of its own that nobody starts again when it dies, unlike the embedded one: down means down. Its data lies in a new
 * directory unless told where. TEST_CLUSTER, which `npm test` provides, is a cluster nobody has written to, copied instead of made.
 */
export async function startKillablePostgres(directory = temporaryDirectory()): Promise<KillablePostgres> {
  const place = findPlace(directory, '/var/lib/masar', silentLog);
  const binaries = findBinaries(place, undefined, silentLog);
  const { TEST_CLUSTER } = process.env;
  if (TEST_CLUSTER !== undefined && !existsSync(place.cluster)) spawnSync('cp', ['-a', TEST_CLUSTER, place.cluster]);
  createCluster(place, binaries);
  const socket = prepareSocketDirectory(place);
  let server: Server = await launch(place, binaries, socket);
  let isDown = false;
  const url = `postgresql:///postgres?host=${encodeURIComponent(socket)}&port=5432&user=${SUPERUSER}`;
  return {
    url,
    async kill() {
      // A session outlives its server until it next waits, and would still answer.
      const sessions = await processesOf(url);
      for (const pid of [server.pid, ...sessions]) endAtOnce(pid);
      // The server alone keeps no process waiting for it.
      const waiting = setInterval(() => {}, 1_000);
      await server.exited.finally(() => clearInterval(waiting));
      isDown = true;
    },
    async start() {
      await stopOrphan(place, silentLog);
      for (const deadline = Date.now() + 20_000; ; ) {
        try {
          server = await launch(place, binaries, socket);
          isDown = false;
          return;
        } catch (error) {
          // The killed server's children may hold its shared memory for a moment longer.
          if (Date.now() > deadline || !String(error).includes('shared memory')) throw error;
        }
      }
    },
    async remove() {
      // It ends its sessions and writes nothing more: what it had is removed a moment later.
      if (!isDown) endAtOnce(server.pid, 'SIGQUIT');
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
      rmSync(place.home, { recursive: true, force: true });
    },
  };
}

async function processesOf(url: string): Promise<readonly number[]> {
  const pool = createPool(url, { applicationName: 'about to kill', max: 1 });
  try {
    const { rows } = await pool.query<{ pid: number }>('select pid from pg_stat_activity where pid <> pg_backend_pid()');
    return rows.map(({ pid }) => pid);
  } finally {
    await pool.end();
  }
}

/** A session may have ended by itself since it was listed. */
function endAtOnce(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
