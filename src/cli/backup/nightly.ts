import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isNightName, type Keeping, type Night, nightName, outlived } from './keeping.ts';
import type { BackupPlace } from './make.ts';
import { type Manifest, manifestIn, PlaceRefused } from './manifest.ts';

/** A backup among others. */
export interface Nightly {
  readonly at: Date;
  readonly place: BackupPlace;
  /** What was made, or why nothing was. */
  readonly made: Manifest | { readonly failure: unknown };
  /** What was removed, directories of both kinds. */
  readonly removed: readonly string[];
  /** What should have been, and why it could not. */
  readonly stuck: readonly { readonly directory: string; readonly why: unknown }[];
}

interface Hands {
  readonly now?: () => Date;
  readonly remove?: (directory: string) => void;
}

/**
 * Makes a backup in directories of its own within two others, which must be there, and then removes what has been there for too long
 * (`keeping.ts`) and what is left of itself where it fails. Only directories that have the name of a backup are looked at.
 * @param make writes the backup
 * @throws PlaceRefused before anything is made or removed
 */
export async function backUpNightly(
  { to, keysTo }: BackupPlace,
  keeping: Keeping & { readonly origin: string },
  make: (place: BackupPlace) => Promise<Manifest>,
  { now = () => new Date(), remove = (directory) => rmSync(directory, { recursive: true }) }: Hands = {},
): Promise<Nightly> {
  const at = now();
  const name = nightName(at);
  const place = { to: join(to, name), keysTo: join(keysTo, name) };
  for (const directory of [to, keysTo])
    if (!existsSync(directory)) throw new PlaceRefused(`${directory} is not there: is its disk mounted?`);
  for (const directory of [place.to, place.keysTo])
    if (existsSync(directory)) throw new PlaceRefused(`${directory} is there already: another run began this second`);
  const removed: string[] = [];
  const stuck: { directory: string; why: unknown }[] = [];
  const letGo = (directory: string): void => {
    try {
      remove(directory);
      removed.push(directory);
    } catch (why) {
      stuck.push({ directory, why });
    }
  };
  const made = await make(place).catch((failure: unknown) => ({ failure }));
  const isMade = !('failure' in made);
  if (!isMade)
    for (const directory of [place.to, place.keysTo])
      if (existsSync(directory) && manifestIn(directory) === 'half') letGo(directory);
  const there = { data: nightsIn(to), keys: nightsIn(keysTo) };
  const { data, keys } = outlived(there, { ...keeping, at, made: isMade ? made : undefined });
  for (const night of keys) letGo(join(keysTo, night));
  for (const night of data) letGo(join(to, night));
  return { at, place, made, removed, stuck };
}

const nightsIn = (directory: string): readonly Night[] =>
  readdirSync(directory)
    .filter(isNightName)
    .map((name) => nightAt(directory, name));

/** One that goes away or does not answer meanwhile keeps nobody from looking after the others. */
function nightAt(directory: string, name: string): Night {
  const path = join(directory, name);
  try {
    return { name, is: manifestIn(path), changed: statSync(path).mtime };
  } catch {
    return { name, is: 'unreadable', changed: new Date() };
  }
}
