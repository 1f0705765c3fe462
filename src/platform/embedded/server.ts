import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../logging.ts';
import type { Binaries } from './binaries.ts';
import { giveTo, type Place } from './place.ts';
import { birthmarkOf, commandOf, isAlive, signal, waitUntilGone } from './processes.ts';

export const SUPERUSER = 'masar';
/** The login of the database that is kept apart. */
export const RESTRICTED_ROLE = 'masar_restricted';
export const PORT = 5432;
const READY_WITHIN_MS = 120_000;
const STOPPED_WITHIN_MS = 30_000;
const MAX_LOG_BYTES = 5_000_000;

/**
 * Durability is never traded away: what was acknowledged is on disk. The server's own log must not quote rows, which hold
 * people's names, hence terse errors without their statement.
 */
const SETTINGS = {
  listen_addresses: '',
  port: String(PORT),
  unix_socket_permissions: '0700',
  fsync: 'on',
  synchronous_commit: 'on',
  full_page_writes: 'on',
  // One process with every role opens up to 110, and commands a person types come beside it.
  max_connections: '200',
  shared_buffers: '64MB',
  max_wal_size: '512MB',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_error_verbosity: 'terse',
  log_min_error_statement: 'panic',
};

export interface Server {
  readonly pid: number;
  /** Settles when the server's process has ended, for whatever reason. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Fast shutdown: open transactions are rolled back, everything committed is kept. */
  stop(): Promise<void>;
}

/**
 * Creates the cluster when there is none. It appears under its name only once complete, so a crash in between leaves nothing
 * half made. Text sorts by code point (the same on every system) while letters are known by Unicode, which searching Arabic
 * names by trigrams needs.
 */
export function createCluster(place: Place, binaries: Binaries): void {
  for (const draft of readdirSync(place.home).filter((name) => name.startsWith('postgres.new.'))) {
    rmSync(join(place.home, draft), { recursive: true, force: true });
  }
  if (existsSync(place.cluster)) {
    checkVersion(place, binaries);
    return;
  }
  const draft = `${place.cluster}.new.${process.pid}`;
  const order = binaries.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'] : ['--locale=C'];
  const complaints: string[] = [];
  for (const letters of ['C.UTF-8', 'en_US.UTF-8']) {
    mkdirSync(draft, { mode: 0o700 });
    giveTo(place.identity, draft);
    const made = spawnSync(
      join(binaries.directory, 'initdb'),
      ['-D', draft, '-U', SUPERUSER, '--auth=peer', '--encoding=UTF8', ...order, `--lc-ctype=${letters}`],
      { ...place.identity, cwd: '/', env: environment(), encoding: 'utf8' },
    );
    if (made.status === 0) {
      renameSync(draft, place.cluster);
      return;
    }
    complaints.push(made.stderr?.trim() ?? String(made.error));
    rmSync(draft, { recursive: true, force: true });
  }
  throw new Error(`the embedded database could not be created in ${place.cluster}: ${complaints.join('; ')}`);
}

function checkVersion(place: Place, binaries: Binaries): void {
  const made = Number(readFileSync(join(place.cluster, 'PG_VERSION'), 'utf8'));
  if (made === binaries.major) return;
  throw new Error(
    `the embedded database in ${place.cluster} was made by Postgres ${made}, and ${binaries.directory} is Postgres ` +
      `${binaries.major}; install version ${made} again, or begin anew with npm run db:reset`,
  );
}

/** Only the operating system's user that runs Masar is let in. */
function writeAccessRules(place: Place): void {
  const rules = {
    'pg_hba.conf': 'local all all peer map=owner\n',
    'pg_ident.conf': [SUPERUSER, RESTRICTED_ROLE].map((role) => `owner "${userInfo().username}" ${role}\n`).join(''),
  };
  for (const [name, text] of Object.entries(rules)) {
    const file = join(place.cluster, name);
    writeFileSync(file, text, { mode: 0o600 });
    giveTo(place.identity, file);
  }
}

/**
 * Starts the server and waits until it accepts connections.
 * @throws Error with the end of the server's log when it does not.
 */
export async function launch(place: Place, binaries: Binaries, socketDirectory: string): Promise<Server> {
  writeAccessRules(place);
  const logFile = join(place.home, 'postgres.log');
  const output = openSync(logFile, existsSync(logFile) && statSync(logFile).size > MAX_LOG_BYTES ? 'w' : 'a', 0o600);
  const logStart = statSync(logFile).size;
  const settings = Object.entries({ ...SETTINGS, unix_socket_directories: socketDirectory });
  // Its own session: a Ctrl-C in the terminal must reach Node alone, which drains before it stops the server.
  const child = spawn(
    join(binaries.directory, 'postgres'),
    ['-D', place.cluster, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
    { ...place.identity, cwd: '/', env: environment(), detached: true, stdio: ['ignore', output, output] },
  );
  closeSync(output);
  const exited = ended(child);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${binaries.directory}/postgres cannot be started`);
  await untilReady(place, pid, child, () => readFileSync(logFile).subarray(logStart).toString().trim());
  const lifeline = holdLifeline(place, pid);
  child.unref();
  void exited.then(() => lifeline.kill('SIGKILL'));
  const stop = async () => {
    child.ref();
    lifeline.kill('SIGKILL');
    await shutDown(pid, () => child.exitCode !== null || child.signalCode !== null);
    await exited;
  };
  return { pid, exited, stop };
}

function ended(child: ChildProcess): Server['exited'] {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
    child.once('error', () => resolve({ code: null, signal: null }));
  });
}

/** The last line of postmaster.pid says how far the server is; asking it needs no connection. */
async function untilReady(place: Place, pid: number, child: ChildProcess, tail: () => string): Promise<void> {
  const deadline = Date.now() + READY_WITHIN_MS;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the embedded database did not start: ${tail()}`);
    const status = readStatus(place);
    if (status?.pid === pid && status.ready) return;
    if (Date.now() > deadline) {
      child.kill('SIGQUIT');
      throw new Error(`the embedded database was not ready after ${READY_WITHIN_MS / 1000} s: ${tail()}`);
    }
    await delay(10);
  }
}

/** What the server says of itself; undefined when there is none. */
export function readStatus(place: Place): { pid: number; ready: boolean; socketDirectory: string } | undefined {
  try {
    const lines = readFileSync(join(place.cluster, 'postmaster.pid'), 'utf8').split('\n');
    return { pid: Number(lines[0]), socketDirectory: lines[4] ?? '', ready: lines[7]?.trim() === 'ready' };
  } catch {
    return undefined;
  }
}

/**
 * A shell that does nothing but wait for the end of a pipe whose other end only this process holds, and then shuts the
 * server down: when Node is killed, no server is left behind.
 */
function holdLifeline(place: Place, pid: number): ChildProcess {
  const shell = spawn('/bin/sh', ['-c', 'read -r _; kill -INT "$0"', String(pid)], {
    ...place.identity,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  shell.on('error', () => {});
  shell.stdin?.on('error', () => {});
  shell.unref();
  if (shell.stdin !== null && 'unref' in shell.stdin && typeof shell.stdin.unref === 'function') shell.stdin.unref();
  return shell;
}

/** Stops a server whose Node process died without doing so, and clears what a dead server left in the way of a new one. */
export async function stopOrphan(place: Place, log: Log): Promise<void> {
  const pid = readStatus(place)?.pid ?? 0;
  if (!(pid > 0) || !isAlive(pid)) return;
  if (birthmarkOf(pid) !== undefined && commandOf(pid)?.includes(place.cluster)) {
    log.warn({ pid }, 'stopping a database server whose parent process died');
    await shutDown(pid, () => false);
  } else {
    // A dead process nobody collected, or an id given to another program since: Postgres takes either for a live server.
    rmSync(join(place.cluster, 'postmaster.pid'), { force: true });
  }
}

async function shutDown(pid: number, gone: () => boolean): Promise<void> {
  for (const name of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (gone()) return;
    signal(pid, name);
    if (await waitUntilGone(pid, STOPPED_WITHIN_MS)) return;
  }
}

function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}
