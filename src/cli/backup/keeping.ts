import type { Manifest } from './manifest.ts';

/** For how many days backups stay, by the moment they were begun. */
export interface Keeping {
  readonly days: number;
  /** Of the keys: erasing somebody is over when no backup holds their keys any more. */
  readonly keyDays: number;
}

/** A directory that has the name of a night: `half` without a manifest, `unreadable` where nobody can tell what it is. */
export interface Night {
  readonly name: string;
  readonly is: Manifest | 'half' | 'unreadable';
  /** When something was last put into it or taken out: one that is being copied back has its manifest late. */
  readonly changed: Date;
}

/** Of the nights in two directories, data and keys. */
export interface Both<T> {
  readonly data: T;
  readonly keys: T;
}

/** The run that looks at them: when it began by the clock of its machine, and what it made, unless it failed. */
export interface Run extends Keeping {
  readonly at: Date;
  readonly origin: string;
  readonly made: Manifest | undefined;
}

/** Of each kind so many of the youngest that were finished stay, however old they are. */
const ALWAYS = 3;
/** No run takes so long: `backup.yaml` ends one after twenty hours. */
const HALF_DAYS = 2;
const DAY_MS = 86_400_000;
const CLOCKS_MS = 3_600_000;

export const isNightName = (name: string): boolean => /^\d{4}-\d\d-\d\dT\d{6}Z$/.test(name);

/** How a backup that began then is called; in the order of their names one is younger than another. */
export const nightName = (at: Date): string => `${at.toISOString().slice(0, 19).replaceAll(':', '')}Z`;

/** Whether the machine and the database have the same time, as far as days are concerned. What is old cannot be told without. */
export function isClockRight(at: Date, { general }: Manifest): boolean {
  return Math.abs(at.getTime() - Date.parse(general?.takenAt ?? '')) <= CLOCKS_MS;
}

/**
 * The nights that go. After a night that failed, of those that were finished only keys do: they may be there no longer than erasing
 * somebody takes, and younger ones open what older data holds. Nothing goes by a clock that is not the database's.
 */
export function outlived(
  { data, keys }: Both<readonly Night[]>,
  { at, origin, days, keyDays, made }: Run,
): Both<readonly string[]> {
  if (made && !isClockRight(at, made)) return { data: [], keys: [] };
  const before = (kept: number): string => nightName(new Date(at.getTime() - kept * DAY_MS));
  const limits = { origin, last: nightName(at) };
  const halves = (nights: readonly Night[]) =>
    nights
      .filter(({ name, is, changed }) => is === 'half' && name < before(HALF_DAYS) && nightName(changed) < before(HALF_DAYS))
      .map(({ name }) => name);
  return {
    data: [...halves(data), ...(made ? olderThan(data, { ...limits, oldest: before(days) }) : [])],
    keys: [...halves(keys), ...olderThan(keys, { ...limits, oldest: before(keyDays) })],
  };
}

function olderThan(
  nights: readonly Night[],
  { origin, last, oldest }: { readonly origin: string; readonly last: string; readonly oldest: string },
): readonly string[] {
  const own: (Night & { readonly is: Manifest })[] = [];
  for (const night of nights) {
    const { is } = night;
    if (typeof is === 'object' && is.origin === origin && night.name <= last) own.push({ ...night, is });
  }
  own.sort((a, b) => (a.name < b.name ? 1 : -1));
  const staying = new Set([...own.slice(0, ALWAYS), ...beforeLosses(own)].map(({ name }) => name));
  return own.map(({ name }) => name).filter((name) => name < oldest && !staying.has(name));
}

/**
 * What the youngest lacks was last in: the youngest night that has one of those files. Where not all are named, the youngest of each
 * lower number of lost files.
 */
function beforeLosses<T extends { readonly is: Manifest }>(youngestFirst: readonly T[]): readonly T[] {
  let { lost: least, documents: lacking } = lossesOf(youngestFirst[0]);
  return youngestFirst.filter((night) => {
    const { lost, documents } = lossesOf(night);
    const still = lacking && documents ? lacking.filter((document) => documents.includes(document)) : lacking;
    const hasMore = lacking && documents ? still?.length !== lacking.length : lost < least;
    least = Math.min(least, lost);
    lacking = still;
    return hasMore;
  });
}

/** How many are lost, and which where all are named. */
function lossesOf(night: { readonly is: Manifest } | undefined): { lost: number; documents: readonly string[] | undefined } {
  const { lost = 0, lostDocuments = [] } = night?.is.objects ?? {};
  return { lost, documents: lostDocuments.length === lost ? lostDocuments : undefined };
}
