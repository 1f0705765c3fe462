import { erasureEvents, type Ground, holdsOn, holdsRule, retentionRule, subjectsOf } from '../domain/erasure/index.ts';
import { importRun } from '../domain/importRun/index.ts';
import { idOf, type RecordedEvent } from '../domain/kernel/envelope.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { ErasedList } from '../platform/keys/erasedList.ts';
import type { Codec } from './codec.ts';
import type { EventLog, Position } from './port.ts';
import type { Rulebook } from './rulebook.ts';
import type { Store } from './stores.ts';

const PAGE = 500;

/** Whose keys the log tells of as destroyed: subjects of erasures, files of many people and words of exports that ran out. */
export async function erasedSubjects(log: EventLog, codec: Codec): Promise<readonly string[]> {
  return [...(await toldBy(log, codec)).erased];
}

/** Whose keys a log tells of as destroyed; and of whom it tells that an erasure has begun, which nothing stops any more. */
async function toldBy(
  log: EventLog,
  codec: Codec,
): Promise<{ readonly erased: ReadonlySet<string>; readonly begun: ReadonlySet<string> }> {
  const [erased, begun] = [new Set<string>(), new Set<string>()];
  let after: Position = 0n;
  for (;;) {
    const { events, scannedTo } = await log.readAll(after, PAGE, { categories: ['erasure', 'importRun', 'listExport'] });
    for (const event of await codec.decode(events, 'none')) {
      for (const subject of destroyedBy(event)) erased.add(subject);
      for (const subject of begunBy(event)) begun.add(subject);
    }
    if (scannedTo <= after) return { erased, begun };
    after = scannedTo;
  }
}

const begunBy = ({ type, data }: RecordedEvent): readonly string[] =>
  type === 'ErasureBegun' ? subjectsOf(erasureEvents.ErasureBegun.parse(data).extent) : [];

function destroyedBy({ type, data, meta }: RecordedEvent): readonly string[] {
  if (type === 'ErasureCarriedOut') return erasureEvents.ErasureCarriedOut.parse(data).subjects;
  if (type === 'ImportFileDestroyed') return [importRun.events.ImportFileDestroyed.parse(data).document];
  return type === 'ListExportForgotten' ? [idOf(meta.stream)] : [];
}

/** What is needed of a store to erase in it. */
export interface ErasableStore {
  readonly log: EventLog;
  readonly codec: Codec;
  readonly keyring: Keyring;
}

/**
 * Destroys the keys of subjects in the restricted store, with those of every case there that names one of them, or names such a
 * case: what officers wrote in it is sealed under the case, by its stream and earlier by its id. The cases are found in the log
 * itself, since the general store never learns their ids.
 */
export async function destroyRestricted({ log, codec, keyring }: ErasableStore, subjects: readonly string[]): Promise<Destroyed> {
  if (subjects.length === 0) return { now: 0, ever: 0 };
  const streams = await streamsNaming({ log, codec }, subjects);
  return destroyKeysOf(keyring, [...new Set([...subjects, ...streams, ...streams.map(idOf)])]);
}

/** What is asked of the cases that hold an erasure in a store of their own. */
export interface HoldSearch {
  readonly subjects: readonly string[];
  readonly ground: Ground;
  /** RFC 3339 UTC. */
  readonly now: string;
}

/** Whether a restricted case stands against erasing these subjects, by the rules of the general ones. Which one is not told. */
export async function isHeldRestricted(
  store: ErasableStore & Pick<Store, 'cases'>,
  rulebook: Rulebook,
  search: HoldSearch,
): Promise<boolean> {
  const { subjects, ground, now } = search;
  const rules = await rulebook.inForce([retentionRule, holdsRule], now);
  const found = await Promise.all((await streamsNaming(store, subjects)).map((stream) => store.cases.glance(stream)));
  const look = { ground, now, classes: rules.of(retentionRule).value, holding: rules.of(holdsRule).value };
  return holdsOn(found, [], look).length > 0;
}

/** The streams of a log that name one of these, or name such a case, in the order in which they began to. */
async function streamsNaming(
  { log, codec }: Pick<ErasableStore, 'log' | 'codec'>,
  subjects: readonly string[],
): Promise<readonly string[]> {
  const named = new Set<unknown>(subjects);
  const streams = new Set<string>();
  for (let after: Position = 0n; ; ) {
    const { events, scannedTo } = await log.readAll(after, PAGE);
    for (const { meta, data } of await codec.decode(events, 'none')) {
      if (!Object.values(Object(data)).some((value) => named.has(value))) continue;
      named.add(idOf(meta.stream));
      streams.add(meta.stream);
    }
    if (scannedTo <= after) return [...streams];
    after = scannedTo;
  }
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
  // Before the log: an erasure under way tells the log first, then the list, and is carried out in the log last.
  const listed = (await list?.read()) ?? [];
  const { erased, begun } = await toldBy(log, codec);
  await list?.add([...erased]);
  const { now: revived } = await destroyKeysOf(keyring, [...new Set([...erased, ...listed])]);
  return { revived, unknownToLog: listed.filter((one) => !erased.has(one) && !begun.has(one)).sort() };
}
