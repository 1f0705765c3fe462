import type { CaseEvent, OfficeRef, Reader } from './caseEvents.ts';
import { isCaseEvent } from './caseEvents.ts';
import { epochMs, instantOf } from './dates.ts';
import { type Actor, categoryOf, type EventMeta, idOf, type RecordedEvent } from './envelope.ts';
import type { Process, Stated, Wait } from './process.ts';
import { referenceOf } from './reference.ts';

/** Something the case waits on now: since when, how long it may, who has taken it. Instants are RFC 3339 UTC. */
export interface OpenWait extends Wait {
  /** When the wait began in the world; ages run from here. */
  readonly since: string;
  readonly sinceRevision: number;
  /** Where its clock started: for an adopted paper file, its confirmation. */
  readonly clockStart: string;
  readonly due?: string;
  readonly rule?: string;
  readonly ruleVersion?: string;
  /** Highest escalation level reached, 0 for none. */
  readonly level: number;
  /** Since when its clock stands still; why is in the trail. */
  readonly paused?: { readonly at: string };
  readonly assignee?: string;
}

/** A share until a day, or a grant of a restricted case until an instant. */
export interface Share {
  readonly reader: Reader;
  readonly until: string;
}

export interface PendingCorrection {
  readonly of: number;
  readonly proposedBy: string;
  readonly revision: number;
}

export interface Reservation {
  readonly scope: string;
  readonly hash: string;
  readonly status: 'requested' | 'confirmed' | 'refused';
  readonly heldBy?: string;
}

/** A case as its stream tells it: the process's own state and what the kernel keeps for every case. */
export interface CaseRecord<S> {
  readonly process: string;
  readonly id: string;
  readonly stream: string;
  readonly exists: boolean;
  /** Revision of the last event, -1 when the case does not exist. */
  readonly revision: number;
  readonly reference: string;
  readonly state: S;
  /** The state's status, or `adoption_pending` / `retracted`. */
  readonly status: string;
  readonly owner: OfficeRef | undefined;
  readonly openedBy: Actor | undefined;
  readonly openedAt: string | undefined;
  readonly changedAt: string | undefined;
  readonly waits: readonly OpenWait[];
  /** What an adopted case will wait on once its adoption is confirmed. */
  readonly asleep: readonly OpenWait[];
  readonly shares: readonly Share[];
  readonly transfer: { readonly to: OfficeRef; readonly by: string } | undefined;
  readonly adoption:
    | { readonly by: string; readonly confirmed: boolean; readonly facts: number; readonly revision: number }
    | undefined;
  readonly retracted: boolean;
  readonly corrections: readonly PendingCorrection[];
  readonly reservations: readonly Reservation[];
}

/** A case before its first event. */
export function noCase<S extends Stated>(process: { readonly name: string; readonly initial: S }, id: string): CaseRecord<S> {
  return {
    process: process.name,
    id,
    stream: `${process.name}-${id}`,
    exists: false,
    revision: -1,
    reference: referenceOf(id),
    state: process.initial,
    status: process.initial.status,
    owner: undefined,
    openedBy: undefined,
    openedAt: undefined,
    changedAt: undefined,
    waits: [],
    asleep: [],
    shares: [],
    transfer: undefined,
    adoption: undefined,
    retracted: false,
    corrections: [],
    reservations: [],
  };
}

/**
 * Folds a stream from its beginning. Corrections replace the data of the event they correct, so the state is as it would
 * have been had the right words been written at once.
 */
export function foldCase(process: Process, id: string, events: readonly RecordedEvent[]): CaseRecord<Stated> {
  let record = noCase(process, id);
  for (const event of withCorrections(events)) record = step(process, record, event);
  return record;
}

/** The events with every correction applied to the event it corrects; nothing is left out. */
export function withCorrections(events: readonly RecordedEvent[]): readonly RecordedEvent[] {
  const after = new Map<number, unknown>();
  for (const event of events) {
    if (event.type === 'CaseCorrected') {
      const data = (event as RecordedEvent & CaseEvent & { type: 'CaseCorrected' }).data;
      after.set(data.of, data.after);
    }
  }
  if (after.size === 0) return events;
  return events.map((event) => (after.has(event.meta.revision) ? { ...event, data: after.get(event.meta.revision) } : event));
}

/** Whether a case already folded must be folded anew because this event changes the past. */
export const changesThePast = (event: RecordedEvent): boolean => event.type === 'CaseCorrected';

/** The next record. Pure; a `CaseCorrected` event needs `foldCase` over the whole stream instead. */
export function step(process: Process, before: CaseRecord<Stated>, event: RecordedEvent): CaseRecord<Stated> {
  const { meta } = event;
  const opening = !before.exists;
  const ofKernel = isCaseEvent(event.type);
  const seen: CaseRecord<Stated> = {
    ...before,
    state: ofKernel ? before.state : process.evolve(before.state, event),
    exists: true,
    revision: meta.revision,
    openedBy: before.openedBy ?? meta.actor,
    openedAt: opening ? meta.occurredAt : before.openedAt,
    changedAt: meta.recordedAt,
    owner: before.owner ?? ownerFrom(meta.actor),
  };
  const moved = ofKernel ? stepKernel(process, seen, event as RecordedEvent & CaseEvent) : seen;
  const escalated = escalate(process, moved, event);
  // Every event of every fold passes here: what nobody else has seen yet is completed, not copied again.
  const next = Object.assign(escalated, { status: statusOf(escalated) });
  return Object.assign(next, waitsAfter(process, next, meta));
}

const statusOf = ({ retracted, adoption, state }: CaseRecord<Stated>): string =>
  retracted ? 'retracted' : adoption?.confirmed === false ? 'adoption_pending' : state.status;

/** The stream a record was folded from, split. */
export const caseOfStream = (stream: string): { readonly process: string; readonly id: string } => ({
  process: categoryOf(stream),
  id: idOf(stream),
});

const ownerFrom = (actor: Actor): OfficeRef | undefined =>
  actor.organisation === undefined
    ? undefined
    : {
        organisation: actor.organisation,
        ...(actor.office === undefined ? {} : { office: actor.office }),
        ...(actor.governorate === undefined ? {} : { governorate: actor.governorate }),
      };

const withWait = (record: CaseRecord<Stated>, key: string, change: (wait: OpenWait) => OpenWait): CaseRecord<Stated> => ({
  ...record,
  waits: record.waits.map((wait) => (wait.key === key ? change(wait) : wait)),
});

const untaken = ({ assignee: _, ...wait }: OpenWait): OpenWait => wait;

/** The officers of the office that owned the case no longer hold what waits on its owner. */
const givenUpByOwner = (wait: OpenWait): OpenWait => (wait.holder ? wait : untaken(wait));

const sameReader = (a: Reader, b: Reader): boolean => a.kind === b.kind && a.id === b.id;

function stepKernel(process: Process, record: CaseRecord<Stated>, event: RecordedEvent & CaseEvent): CaseRecord<Stated> {
  const { meta } = event;
  switch (event.type) {
    case 'CaseTaken':
    case 'CaseAssigned': {
      const { wait, staff } = event.data;
      return withWait(record, wait, (one) => ({ ...one, assignee: staff }));
    }
    case 'CaseReleased':
      return withWait(record, event.data.wait, untaken);
    case 'CaseShared': {
      const { reader, until } = event.data;
      return { ...record, shares: [...record.shares.filter((one) => !sameReader(one.reader, reader)), { reader, until }] };
    }
    case 'CaseUnshared': {
      const { reader } = event.data;
      return { ...record, shares: record.shares.filter((one) => !sameReader(one.reader, reader)) };
    }
    case 'AccessGranted': {
      const reader: Reader = { kind: 'staff', id: event.data.staff };
      const others = record.shares.filter((one) => !sameReader(one.reader, reader));
      return { ...record, shares: [...others, { reader, until: event.data.until }] };
    }
    case 'AccessRevoked': {
      const reader: Reader = { kind: 'staff', id: event.data.staff };
      return { ...record, shares: record.shares.filter((one) => !sameReader(one.reader, reader)) };
    }
    case 'TransferOffered':
      return { ...record, transfer: { to: event.data.to, by: meta.actor.id } };
    case 'TransferAccepted':
      return { ...record, transfer: undefined, owner: event.data.to, waits: record.waits.map(givenUpByOwner) };
    case 'TransferDeclined':
      return { ...record, transfer: undefined };
    case 'CorrectionProposed':
      return {
        ...record,
        corrections: [...record.corrections, { of: event.data.of, proposedBy: meta.actor.id, revision: meta.revision }],
      };
    case 'CorrectionDeclined':
    case 'CaseCorrected': {
      const { of } = event.data;
      return { ...record, corrections: record.corrections.filter((one) => one.of !== of) };
    }
    case 'CaseRetracted':
      return { ...record, retracted: true };
    case 'CaseReopened':
      return process.reopens ? { ...record, state: process.reopens.state(record.state) } : record;
    case 'CaseAdopted':
      return { ...record, adoption: { by: meta.actor.id, confirmed: false, facts: event.data.facts, revision: meta.revision } };
    case 'AdoptionConfirmed':
      return record.adoption ? { ...record, adoption: { ...record.adoption, confirmed: true } } : record;
    case 'AdoptionDeclined':
      return { ...record, retracted: true };
    case 'ClockPaused': {
      const { wait } = event.data;
      return withWait(record, wait, (one) => ({ ...one, paused: { at: meta.recordedAt } }));
    }
    case 'ClockResumed': {
      const { wait, due } = event.data;
      return withWait(record, wait, ({ paused: _, ...one }) => ({ ...one, due }));
    }
    case 'ReservationRequested':
      return withReservation(record, { ...event.data, status: 'requested' });
    case 'ReservationConfirmed':
      return withReservation(record, { ...event.data, status: 'confirmed' });
    case 'ReservationRefused':
      return withReservation(record, { ...event.data, status: 'refused' });
    case 'NoteAdded':
    case 'DocumentAttached':
    case 'PaperPrinted':
    case 'WaitEscalated':
      return record;
  }
}

/**
 * A value asked for again, or another one asked for after a refusal in its scope, takes the place of what was there. The answer
 * to one of several values in a scope leaves the others' alone.
 */
function withReservation(record: CaseRecord<Stated>, next: Reservation): CaseRecord<Stated> {
  const replaced = (one: Reservation): boolean =>
    one.scope === next.scope && (one.hash === next.hash || (one.status === 'refused' && next.status === 'requested'));
  return { ...record, reservations: [...record.reservations.filter((one) => !replaced(one)), next] };
}

function escalate(process: Process, record: CaseRecord<Stated>, event: RecordedEvent): CaseRecord<Stated> {
  if (event.type !== (process.escalation?.event ?? 'WaitEscalated')) return record;
  const { wait, level } = event.data as { wait: string; level: number };
  return withWait(record, wait, (one) => ({ ...one, level: Math.max(one.level, level) }));
}

/** What the kernel itself makes a case wait on, whatever its process. */
function kernelWaits(record: CaseRecord<Stated>): readonly Wait[] {
  return [
    ...(record.transfer ? [{ key: 'acceptTransfer', party: 'receivingOffice', holder: record.transfer.to }] : []),
    ...record.corrections.map((one) => ({ key: `confirmCorrection:${one.of}`, party: 'secondOfficer' })),
    ...record.reservations
      .filter((one) => one.status === 'refused')
      .map((one) => ({ key: `resolveDuplicate:${one.scope}`, party: 'owner' })),
  ];
}

function escalationWaits(process: Process, waits: readonly OpenWait[], record: CaseRecord<Stated>): readonly Wait[] {
  return waits.flatMap((wait) => {
    const level = process.escalation?.levels[wait.level - 1];
    if (!level) return [];
    const governorate = record.owner?.governorate;
    const holder = governorate === undefined ? { role: level.role } : { role: level.role, governorate };
    return [{ key: `escalation:${wait.key}`, party: level.party, holder }];
  });
}

function waitsAfter(
  process: Process,
  record: CaseRecord<Stated>,
  meta: EventMeta,
): { readonly waits: readonly OpenWait[]; readonly asleep: readonly OpenWait[] } {
  if (record.retracted) return { waits: [], asleep: [] };
  const wanted = [...process.waitsIn(record.state), ...kernelWaits(record)];
  const kept = wanted.map((wait) => continued(record, wait, meta));
  if (record.adoption?.confirmed === false) {
    return { waits: [continued(record, { key: 'confirmAdoption', party: 'secondOfficer' }, meta)], asleep: kept };
  }
  const extra = escalationWaits(process, kept, record).map((wait) => continued(record, wait, meta));
  return { waits: [...kept, ...extra], asleep: [] };
}

/**
 * The wait as it goes on when it was already open, or as it begins with this event. The age of an adopted case runs from the
 * paper, its clocks from the confirmation that made it live.
 */
function continued(record: CaseRecord<Stated>, wait: Wait, meta: EventMeta): OpenWait {
  const slept = record.asleep.find((one) => one.key === wait.key);
  const woken = slept && record.adoption?.confirmed ? { ...slept, clockStart: meta.recordedAt } : slept;
  const before = record.waits.find((one) => one.key === wait.key) ?? woken;
  const set = meta.clocks?.[wait.key];
  const clock = set ? { due: set.due, rule: set.rule, ruleVersion: set.version } : {};
  if (before) {
    const { holder: _holder, by: _by, ...rest } = isWithOther(before, wait) ? untaken(before) : before;
    return { ...rest, ...wait, ...clock };
  }
  return {
    ...wait,
    since: meta.occurredAt,
    sinceRevision: meta.revision,
    clockStart: meta.occurredAt,
    level: 0,
    ...clock,
  };
}

/** Whether the wait has passed to another office or organisation, where nobody has taken it yet. */
const isWithOther = ({ holder: a }: Wait, { holder: b }: Wait): boolean =>
  a?.office !== b?.office || a?.organisation !== b?.organisation;

/** When a wait reaches a level of escalation, `share` being how much of its window must have passed (1 = at its due time). */
export function levelReachedAt(wait: Pick<OpenWait, 'clockStart' | 'due' | 'paused'>, share: number): string | undefined {
  if (wait.due === undefined || wait.paused) return undefined;
  const start = epochMs(wait.clockStart);
  return instantOf(start + Math.round((epochMs(wait.due) - start) * share));
}
