import type { RecordedEvent } from '../../../src/domain/kernel/envelope.ts';
import type { Codec } from '../../../src/eventlog/codec.ts';
import type { EventLog, StoredEvent } from '../../../src/eventlog/port.ts';
import type { Acknowledged } from './clients.ts';

/** What is wrong with a log, in words; all lists are empty when nothing is. */
export interface Findings {
  /** Acknowledged commands that are not in the log, or not at the place the answer named. */
  readonly lost: readonly string[];
  /** Commands whose effect is in the log more than once. */
  readonly doubled: readonly string[];
  /** Positions or revisions that do not follow each other, ids that occur twice. */
  readonly torn: readonly string[];
  /** What follows from an event and is missing, or is there twice. */
  readonly unsettled: readonly string[];
}

export interface Audit extends Findings {
  readonly events: number;
  readonly commands: number;
  readonly followUps: number;
}

type Entry = { readonly stored: StoredEvent; readonly event: RecordedEvent };

/** Reads the whole log and holds it against what was acknowledged under correlation ids that begin with `prefix`. */
export async function auditLog(
  log: EventLog,
  codec: Codec,
  acknowledged: readonly Acknowledged[],
  prefix: string,
): Promise<Audit> {
  const entries = await readEverything(log, codec);
  const { lost, doubled, commands } = commandsIn(entries, acknowledged, prefix);
  const followUps = new Set(entries.filter(isFollowUp).map(({ event }) => event.meta.commandId)).size;
  return { events: entries.length, commands, followUps, lost, doubled, torn: tears(entries), unsettled: loose(entries) };
}

async function readEverything(log: EventLog, codec: Codec): Promise<readonly Entry[]> {
  const entries: Entry[] = [];
  for (let after = 0n; ; ) {
    const { events, scannedTo } = await log.readAll(after, 1_000);
    if (events.length === 0) return entries;
    const decoded = await codec.decode(events, 'none');
    for (const [at, stored] of events.entries()) entries.push({ stored, event: decoded[at] as RecordedEvent });
    after = scannedTo;
  }
}

const isFollowUp = ({ event }: Entry): boolean => event.meta.actor.id.startsWith('system:');

/** Each command that people gave: its events stand together, in one stream, and come from one execution. */
function commandsIn(entries: readonly Entry[], acknowledged: readonly Acknowledged[], prefix: string) {
  const byCommand = new Map<string, Entry[]>();
  for (const entry of entries) {
    const { correlationId } = entry.event.meta;
    if (isFollowUp(entry) || !correlationId?.startsWith(`${prefix}-`)) continue;
    byCommand.set(correlationId, [...(byCommand.get(correlationId) ?? []), entry]);
  }
  const lost = acknowledged.flatMap(({ correlationId, path, answer }) => {
    const found = byCommand.get(correlationId) ?? [];
    if (found.length === 0) return [`${correlationId} ${path}: acknowledged and not in the log`];
    const there = found.some(({ stored }) => stored.stream.endsWith(`-${answer.id}`) && stored.revision <= answer.revision);
    return there ? [] : [`${correlationId} ${path}: not in the stream the answer named`];
  });
  const doubled = [...byCommand].flatMap(([correlationId, found]) => {
    const [first] = found;
    const together = found.every(
      ({ stored, event }, at) =>
        event.meta.commandId === first?.event.meta.commandId &&
        stored.stream === first.stored.stream &&
        stored.revision === first.stored.revision + at,
    );
    return together ? [] : [`${correlationId}: ${found.map(({ stored }) => `${stored.stream}/${stored.revision}`).join(', ')}`];
  });
  return { lost, doubled, commands: byCommand.size };
}

/** Positions run 1..n, revisions of each stream 0..k, and no event id occurs twice. */
function tears(entries: readonly Entry[]): readonly string[] {
  const torn: string[] = [];
  const next = new Map<string, number>();
  const ids = new Set<string>();
  for (const [at, { stored }] of entries.entries()) {
    const { position, stream, revision, id } = stored;
    if (position !== BigInt(at + 1)) torn.push(`position ${position} stands where ${at + 1} should`);
    if (revision !== (next.get(stream) ?? 0)) torn.push(`${stream} goes on at ${revision} instead of ${next.get(stream) ?? 0}`);
    if (ids.has(id)) torn.push(`event ${id} occurs twice`);
    next.set(stream, revision + 1);
    ids.add(id);
  }
  return torn;
}

/** What reactors owe: one file for each accepted application, one outcome for each reservation, one holder of each text. */
function loose(entries: readonly Entry[]): readonly string[] {
  const accepted = new Map<string, number>();
  const asked = new Map<string, number>();
  const held = new Map<string, number>();
  const add = (to: Map<string, number>, key: string, by: number): void => void to.set(key, (to.get(key) ?? 0) + by);
  for (const { stored, event } of entries) {
    const data = event.data as Readonly<Record<string, string>>;
    if (event.type === 'RegistrationAccepted') add(accepted, `household-${data.household}`, 1);
    if (event.type === 'HouseholdRegistered') add(accepted, stored.stream, -1);
    if (event.type === 'ReservationRequested') add(asked, `${stored.stream} ${data.hash}`, 1);
    if (event.type === 'ReservationConfirmed' || event.type === 'ReservationRefused') {
      add(asked, `${stored.stream} ${data.hash}`, -1);
    }
    if (event.type === 'ReservationConfirmed') add(held, `${data.hash}`, 1);
  }
  const owed = (what: string, counts: ReadonlyMap<string, number>) =>
    [...counts]
      .filter(([, count]) => count !== 0)
      .map(([key, count]) => `${what} ${key}: ${count > 0 ? 'missing' : 'once too often'}`);
  const shared = [...held].filter(([, count]) => count > 1).map(([hash]) => `${hash} is held by several`);
  return [...owed('file of', accepted), ...owed('outcome of', asked), ...shared];
}
