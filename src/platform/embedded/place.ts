import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import type { Log } from '../logging.ts';
import { tryLink } from './ownership.ts';

/** The user Postgres runs as. Only set when Node itself is root, which Postgres refuses to be. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** Where one embedded database lives. */
export interface Place {
  /** The directory the caller asked for. */
  readonly dataDir: string;
  /** Holds the cluster, the server's log and the claim. `dataDir` itself unless another user has to reach it and cannot. */
  readonly home: string;
  readonly cluster: string;
  readonly identity: Identity | undefined;
  /** Where binaries may be copied to when they cannot be used where npm put them. */
  readonly binariesRoot: string;
}

const POINTER = 'postgres.elsewhere.json';
/** A Unix socket's path has 107 bytes on Linux and 103 on macOS; 15 of them go to "/.s.PGSQL.5432". */
const MAX_SOCKET_DIRECTORY = 103 - 15;

/**
 * Decides where the database of `dataDir` lives and as whom it runs, and creates those directories. An ordinary user gets
 * everything in `dataDir`. Root gets it there too when an unprivileged user can reach it; otherwise (a checkout under a 0700
 * home) under `elsewhere`, with a pointer file left in `dataDir`.
 */
export function findPlace(dataDir: string, elsewhere: string, log: Log): Place {
  mkdirSync(dataDir, { recursive: true });
  const directory = realpathSync(dataDir);
  const pointer = `${directory}/${POINTER}`;
  const pointed = readPointer(pointer);
  if (process.getuid?.() !== 0) {
    if (pointed !== undefined) {
      throw new Error(
        `the embedded database of ${directory} was made by root and lives in ${pointed}; run as root, ` +
          `or remove ${pointer} to begin with an empty one`,
      );
    }
    return placeAt(directory, directory, undefined, directory);
  }
  const home = pointed ?? directory;
  const identity = ownerOfCluster(`${home}/postgres`) ?? unprivilegedUser();
  if (pointed === undefined && canReach(identity, directory)) return placeAt(directory, directory, identity, elsewhere);
  makeReadable(elsewhere);
  const away = pointed ?? pointElsewhere(pointer, `${elsewhere}/${digest(directory)}-${Date.now()}`, log);
  makeReadable(away);
  return placeAt(directory, away, identity, elsewhere);
}

/** Of two processes that choose at the same moment one writes the pointer and the other follows it. */
function pointElsewhere(pointer: string, home: string, log: Log): string {
  const draft = `${pointer}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify({ home })}\n`);
  const written = tryLink(draft, pointer);
  rmSync(draft);
  if (!written) return readPointer(pointer) ?? home;
  log.info({ home }, 'the data directory is closed to other users and Postgres cannot run as root: data is kept elsewhere');
  return home;
}

function placeAt(dataDir: string, home: string, identity: Identity | undefined, binariesRoot: string): Place {
  return { dataDir, home, cluster: `${home}/postgres`, identity, binariesRoot };
}

/** The pointer file of a place whose data is elsewhere; undefined when the data is in the directory itself. */
export function pointerOf(place: Place): string | undefined {
  return place.home === place.dataDir ? undefined : `${place.dataDir}/${POINTER}`;
}

function readPointer(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const { home } = JSON.parse(readFileSync(file, 'utf8')) as { home?: unknown };
  if (typeof home !== 'string') throw new Error(`${file} does not say where the data is`);
  return home;
}

function makeReadable(directory: string): void {
  mkdirSync(directory, { recursive: true });
  chmodSync(directory, 0o755);
}

function ownerOfCluster(cluster: string): Identity | undefined {
  if (!existsSync(cluster)) return undefined;
  const { uid, gid } = statSync(cluster);
  return uid === 0 ? undefined : { uid, gid };
}

/** `nobody` where this system lets root become it, else any other ordinary user. */
function unprivilegedUser(): Identity {
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name, , uid, gid]) => ({ name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }))
    .filter(({ name, uid }) => name !== undefined && uid > 0);
  users.sort((a, b) => Number(b.name === 'nobody') - Number(a.name === 'nobody'));
  const usable = users.find(({ uid, gid }) => canReach({ uid, gid }, '/'));
  if (usable !== undefined) return { uid: usable.uid, gid: usable.gid };
  throw new Error('Postgres refuses to run as root and no other user can be used; run as an ordinary user, or set DATABASE_URL');
}

/** Whether that user can enter the directory (or execute the file). */
export function canReach(identity: Identity, path: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', path], { ...identity, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** Twelve hexadecimal digits that stand for a path. */
function digest(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 12);
}

/**
 * A directory for the server's socket that only its user (and root) can enter: beside the data when the path is short and
 * plain enough, else in /tmp. Stable over restarts wherever possible, so that a connection string stays good.
 */
export function prepareSocketDirectory(place: Place): string {
  const beside = `${place.home}/socket`;
  const fits = Buffer.byteLength(beside) <= MAX_SOCKET_DIRECTORY && /^[\w./-]+$/.test(beside);
  const wanted = fits ? beside : `/tmp/masar-${digest(place.home)}`;
  const owner = place.identity?.uid ?? process.getuid?.() ?? 0;
  mkdirSync(wanted, { recursive: true, mode: 0o700 });
  // In /tmp somebody else may have made a directory (or a symlink) of that name first.
  const found = lstatSync(wanted);
  const ours = found.isDirectory() && (found.uid === owner || found.uid === process.getuid?.());
  const directory = ours ? wanted : mkdtempSync('/tmp/masar-');
  chmodSync(directory, 0o700);
  giveTo(place.identity, directory);
  // No server of this place runs by now; the lock of a dead one that nobody collected would keep a new one from starting.
  for (const name of readdirSync(directory)) rmSync(`${directory}/${name}`, { force: true });
  return directory;
}

/** Makes the identity, if there is one, the owner of a file or directory. */
export function giveTo(identity: Identity | undefined, path: string): void {
  if (identity !== undefined) chownSync(path, identity.uid, identity.gid);
}
