import { erasureEvents } from '../domain/erasure/index.ts';
import { idOf } from '../domain/kernel/envelope.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { ErasedList } from '../platform/keys/erasedList.ts';
import type { Codec } from './codec.ts';
import type { EventLog, Position } from './port.ts';

const PAGE = 500;

/** Subjects of every erasure the log tells of as carried out. */
export async function erasedSubjects(log: EventLog, codec: Codec): Promise<readonly string[]> {
  const subjects = new Set<string>();
  let after: Position = 0n;
  for (;;) {
    const { events, scannedTo } = await log.readAll(after, PAGE, { categories: ['erasure'] });
    for (const { type, data } of await codec.decode(events, 'none')) {
      if (type !== 'ErasureCarriedOut') continue;
      for (const subject of erasureEvents.ErasureCarriedOut.parse(data).subjects) subjects.add(subject);
    }
    if (scannedTo <= after) return [...subjects];
    after = scannedTo;
  }
}

/** What is needed of a store to erase in it. */
export interface ErasableStore {
  readonly log: EventLog;
  readonly codec: Codec;
  readonly keyring: Keyring;
}

/**
 * Destroys the keys of subjects in the restricted store, with those of every case there that names one of them, or names such a
 * case: what officers wrote in it is sealed under the case. The cases are found in the log itself, since the general store never
 * learns their ids.
 */
export async function destroyRestricted({ log, codec, keyring }: ErasableStore, subjects: readonly string[]): Promise<Destroyed> {
  if (subjects.length === 0) return { now: 0, ever: 0 };
  const named = new Set<unknown>(subjects);
  const all = new Set(subjects);
  for (let after: Position = 0n; ; ) {
    const { events, scannedTo } = await log.readAll(after, PAGE);
    for (const { meta, data } of await codec.decode(events, 'none')) {
      if (!Object.values(Object(data)).some((value) => named.has(value))) continue;
      const id = idOf(meta.stream);
      named.add(id);
      all.add(id);
    }
    if (scannedTo <= after) break;
    after = scannedTo;
  }
  return destroyKeysOf(keyring, [...all]);
}

/** Keys that were still there, and all that are destroyed by now: what a run that broke off had done counts too. */
export interface Destroyed {
  readonly now: number;
  readonly ever: number;
}

/** Destroys the keys of subjects. */
export async function destroyKeysOf(keyring: Keyring, subjects: readonly string[]): Promise<Destroyed> {
  let [now, ever] = [0, 0];
  for (let at = 0; at < subjects.length; at += PAGE) {
    const some = subjects.slice(at, at + PAGE);
    now += await keyring.destroy(some);
    ever += await keyring.destroyed(some);
  }
  return { now, ever };
}

/** What was found of erasures at a start. */
export interface Reconciled {
  /** Keys that had come back, and are destroyed again. */
  readonly revived: number;
  /** Subjects that the list says are erased and the log does not: an older log was put back. */
  readonly unknownToLog: readonly string[];
}

/**
 * Destroys again what the log or the list says is destroyed: a key store that was put back from a backup holds keys that are gone
 * for good, and a log that was put back no longer tells of it. Done before anything is served.
 */
export async function reconcileErasures(
  { log, codec, keyring }: ErasableStore,
  list: ErasedList | undefined,
): Promise<Reconciled> {
  const told = await erasedSubjects(log, codec);
  const listed = (await list?.read()) ?? [];
  await list?.add(told);
  const known = new Set(told);
  const { now: revived } = await destroyKeysOf(keyring, [...new Set([...told, ...listed])]);
  return { revived, unknownToLog: listed.filter((one) => !known.has(one)).sort() };
}
