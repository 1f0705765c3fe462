import { addDuration } from '../domain/kernel/calendar.ts';
import { type CaseRecord, changesThePast, foldCase, type OpenWait, step } from '../domain/kernel/case.ts';
import type { Actor, ClockSet, EventMeta, Metadata, RecordedEvent, RecordNote, Relied } from '../domain/kernel/envelope.ts';
import type { Process, ProposedFact, Reserve, Stated } from '../domain/kernel/process.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { LoadedCase } from './cases.ts';
import type { Draft } from './codec.ts';
import { derivedId } from './ids.ts';
import { calendarRule, type RulesInForce } from './rulebook.ts';
import type { Run } from './run.ts';

/** What a command came to, and what its events say of it: who, when, on which facts. */
export interface Decision {
  readonly actor: Actor;
  readonly now: string;
  readonly inputMac: string;
  readonly proposals: readonly ProposedFact[];
  readonly rules: RulesInForce;
  readonly occurredAt: string;
  readonly relied: readonly Relied[];
}

/** Events ready to be written, the case as it will stand, and what has to be reserved for it. */
export interface Drafted {
  readonly events: readonly Draft[];
  readonly record: CaseRecord<Stated>;
  readonly reserved: readonly { readonly scope: string; readonly hash: string }[];
}

/** Clocks of processes differ a little: within a case nothing is recorded at an earlier moment than what stands before it. */
const notBefore = (now: string, last = now): string => (last > now ? last : now);

/** The proposals as events with envelopes: ids, revisions, and due times for every wait that begins. */
export function draftEvents(mac: Keyring['mac'], run: Run, loaded: LoadedCase, decision: Decision): Drafted {
  const { request } = run;
  const { actor, now, inputMac } = decision;
  const recordedAt = notBefore(now, loaded.history.at(-1)?.meta.recordedAt);
  const events: Draft[] = [];
  const past = [...loaded.history];
  const after = (before: CaseRecord<Stated>, event: RecordedEvent): CaseRecord<Stated> =>
    changesThePast(event) ? foldCase(run.process, run.id, [...past, event]) : step(run.process, before, event);
  let record = loaded.record;
  const add = (proposal: ProposedFact): void => {
    const revision = loaded.record.revision + 1 + events.length;
    const metadata: Metadata = {
      commandId: run.commandId,
      command: run.command.name,
      inputMac,
      correlationId: request.correlationId ?? run.commandId,
      ...(request.causationId ? { causationId: request.causationId } : {}),
      actor,
      channel: proposal.noted
        ? 'paper_backlog'
        : (request.record?.channel ?? (request.principal.kind === 'system' ? 'system' : 'in_person')),
      occurredAt: decision.occurredAt,
      ...noteOf(request.record),
      ...proposal.noted,
      ...(decision.relied.length > 0 ? { relied: [...decision.relied] } : {}),
      ...correctionOf(proposal),
    };
    const id = derivedId('event', run.commandId, String(events.length));
    const one = { id, stream: record.stream, revision, type: proposal.type, recordedAt, data: proposal.data };
    const bare = recorded(one, metadata);
    const plain = after(record, bare);
    const clocks = clocksOf(run.process, record, plain, decision.rules);
    const stamped = clocks ? { ...metadata, clocks } : metadata;
    const whole = clocks ? recorded(one, stamped) : bare;
    record = clocks ? after(record, whole) : plain;
    events.push({ ...one, metadata: stamped });
    past.push(whole);
  };
  decision.proposals.forEach(add);
  const corrected = decision.proposals.some((one) => one.type === 'CaseCorrected');
  const wanted = corrected ? reservesOfCorrected(run, loaded, record) : reservesOf(run, loaded, record, actor);
  const asked = wanted.map((one) => ({ scope: one.scope, hash: mac(`reservation ${one.scope}`, one.value) }));
  const known = loaded.record.reservations;
  const reserved = corrected ? asked.filter((one) => !known.some((held) => isSame(held, one))) : asked;
  for (const data of reserved) add({ type: 'ReservationRequested', data });
  heldTo(run, record);
  return { events, record, reserved };
}

/** What must be unique from now on: said by the command, or for an adopted file by the state it is adopted in. */
function reservesOf(
  { command, process, input }: Run,
  loaded: LoadedCase,
  after: CaseRecord<Stated>,
  actor: Actor,
): readonly Reserve[] {
  if (command.name === 'adopt') return process.reservesOnAdoption?.(after.state) ?? [];
  return command.reserves?.(input, loaded.record.state, actor) ?? [];
}

/** A case that reserved something keeps the right words too, once they are put right; what it had reserved stays with it. */
const reservesOfCorrected = ({ process }: Run, loaded: LoadedCase, after: CaseRecord<Stated>): readonly Reserve[] =>
  loaded.record.reservations.length > 0 ? (process.reservesOnAdoption?.(after.state) ?? []) : [];

type Reserved = Drafted['reserved'][number];
const isSame = (a: Reserved, b: Reserved): boolean => a.scope === b.scope && a.hash === b.hash;

/** The revision a correction is about. */
const correctionOf = ({ type, data }: ProposedFact): Partial<Metadata> =>
  ['CaseCorrected', 'CorrectionProposed', 'CorrectionDeclined'].includes(type)
    ? { correctionOf: (data as { of: number }).of }
    : {};

const noteOf = (note: RecordNote | undefined): Partial<Metadata> => ({
  ...(note?.onBehalfOf ? { onBehalfOf: note.onBehalfOf } : {}),
  ...(note?.evidence ? { evidence: note.evidence } : {}),
  ...(note?.letterRef ? { letterRef: note.letterRef } : {}),
  ...(note?.consentRef ? { consentRef: note.consentRef } : {}),
  ...(note?.legalBasis ? { legalBasis: note.legalBasis } : {}),
});

function recorded(draft: Omit<Draft, 'metadata'>, metadata: Metadata): RecordedEvent {
  const meta: EventMeta = {
    ...metadata,
    eventId: draft.id,
    stream: draft.stream,
    revision: draft.revision,
    recordedAt: draft.recordedAt,
  };
  return { type: draft.type, data: draft.data, meta };
}

/** Due times of the waits that begin, or come under another window, between two records, each with the rule's version. */
function clocksOf(
  process: Process,
  before: CaseRecord<Stated>,
  after: CaseRecord<Stated>,
  rules: RulesInForce,
): Record<string, ClockSet> | undefined {
  const windowOf = ({ key, clock, by }: OpenWait): string => JSON.stringify([key, clock, by]);
  const open = before.waits.map(windowOf);
  const begun = after.waits.filter((wait) => wait.clock !== undefined && !open.includes(windowOf(wait)));
  if (begun.length === 0) return undefined;
  const calendar = rules.of(calendarRule).value;
  const entries = begun.flatMap((wait): [string, ClockSet][] => {
    const rule = process.clocks?.[wait.clock ?? ''];
    if (!rule) throw new Error(`${process.name} has no clock ${wait.clock}`);
    const version = rules.of(rule);
    const window = version.value[wait.by ?? '*'] ?? version.value['*'];
    return window
      ? [[wait.key, { due: addDuration(wait.clockStart, window, calendar), rule: rule.key, version: version.version }]]
      : [];
  });
  return Object.fromEntries(entries);
}

/** A command ends where its table says; anything else is a mistake in the process, found here rather than in a court. */
function heldTo({ process, command }: Run, record: CaseRecord<Stated>): void {
  if (command.kernel || command.to.includes(record.state.status)) return;
  throw new Error(`${process.name}.${command.name} may not end in ${record.state.status}`);
}
