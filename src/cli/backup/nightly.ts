import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupPlace } from './make.ts';
import type { Manifest } from './manifest.ts';

/** For how many days backups stay, by the moment they were begun. */
export interface Keeping {
  readonly days: number;
  /** Of the keys: erasing somebody is over when no backup holds their keys any more. */
  readonly keyDays: number;
}

/** A backup among others. */
export interface Nightly {
  readonly place: BackupPlace;
  readonly manifest: Manifest;
  /** What was removed, directories of both kinds. */
  readonly removed: readonly string[];
}

const NAME = /^\d{4}-\d\d-\d\dT\d{6}Z$/;
const DAY_MS = 86_400_000;

/** How a backup that began then is called; in the order of their names one is younger than another. */
const nameOf = (at: Date): string => `${at.toISOString().slice(0, 19).replaceAll(':', '')}Z`;

/**
 * Makes a backup in directories of its own within two others, and then removes what has been there for too long. Where it fails
 * nothing is removed; where it lacks files that nobody erased, older ones may still hold them: then old keys go, nothing else.
 * Only directories that have the name of a backup are looked at, unfinished ones among them.
 * @param make writes the backup
 */
export async function backUpNightly(
  { to, keysTo }: BackupPlace,
  { days, keyDays }: Keeping,
  make: (place: BackupPlace) => Promise<Manifest>,
  now: () => Date = () => new Date(),
): Promise<Nightly> {
  const name = nameOf(now());
  const place = { to: join(to, name), keysTo: join(keysTo, name) };
  const manifest = await make(place);
  const isWhole = (manifest.objects?.lost ?? 0) === 0;
  const before = (kept: number): string => nameOf(new Date(now().getTime() - kept * DAY_MS));
  const removed = [...removeOlder(keysTo, before(keyDays)), ...(isWhole ? removeOlder(to, before(days)) : [])];
  return { place, manifest, removed };
}

function removeOlder(directory: string, oldest: string): readonly string[] {
  const old = readdirSync(directory).filter((name) => NAME.test(name) && name < oldest);
  return old.map((name) => {
    rmSync(join(directory, name), { recursive: true });
    return join(directory, name);
  });
}
