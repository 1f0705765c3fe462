import { mayI, type Rights, targetOf } from '../domain/access/access.ts';
import { type ActionView, actionsOf, blockedBy } from '../domain/kernel/actions.ts';
import { addDuration } from '../domain/kernel/calendar.ts';
import { type CaseRecord, changesThePast, foldCase, type OpenWait, step } from '../domain/kernel/case.ts';
import type { OfficeRef } from '../domain/kernel/caseEvents.ts';
import { epochMs } from '../domain/kernel/dates.ts';
import type { Actor, ClockSet, EventMeta, Metadata, RecordedEvent, RecordNote, Relied } from '../domain/kernel/envelope.ts';
import { ensure, Refused } from '../domain/kernel/errors.ts';
import type {
  Command,
  Context,
  FactRef,
  FactRefs,
  Facts,
  Process,
  ProposedFact,
  Reserve,
  Stated,
} from '../domain/kernel/process.ts';
import type { Registry } from '../domain/kernel/registry.ts';
import type { Keyring } from '../platform/keyring.ts';
import type { Cases, LoadedCase } from './cases.ts';
import type { Codec, Draft } from './codec.ts';
import { derivedId, naturalId } from './ids.ts';
import { maySee, permit } from './permit.ts';
import {
  type AppendResult,
  type EventLog,
  type ExpectedRevision,
  OutcomeUnknown,
  type Position,
  type ProposedEvent,
  RevisionConflict,
} from './port.ts';
import { settleReservation } from './reservations.ts';
import type { RightsOf } from './rights.ts';
import { calendarRule, type Rulebook, type RulesInForce } from './rulebook.ts';

/** Who gives a command: a person by staff id, or a part of Masar (a reactor, a timer) acting for an office. */
export type Principal =
  | { readonly kind: 'staff'; readonly id: string }
  | { readonly kind: 'system'; readonly name: string; readonly office?: OfficeRef };

export interface CommandRequest {
  readonly process: string;
  readonly command: string;
  /** The case; for a command that opens one, the id the client chose, if any. */
  readonly id?: string | undefined;
  readonly input: unknown;
  readonly record?: RecordNote | undefined;
  /** The Idempotency-Key: the same key by the same principal on the same route is the same command. */
  readonly key: string;
  readonly principal: Principal;
  /** The revision the caller looked at. */
  readonly ifMatch?: number | undefined;
  readonly correlationId?: string | undefined;
  readonly causationId?: string | undefined;
}

export interface Outcome {
  readonly process: string;
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly revision: number;
  /** Where a read must have come to, to show this. */
  readonly position: Position;
  readonly actions: readonly ActionView[];
  /** The command had been executed before; this is the same answer with actions computed afresh. */
  readonly replayed: boolean;
}

/** The case moved on since the caller looked: what happened in between. */
export class Stale extends Error {
  readonly revision: number;
  readonly since: readonly RecordedEvent[];
  constructor(revision: number, since: readonly RecordedEvent[]) {
    super('STALE');
    this.name = 'Stale';
    this.revision = revision;
    this.since = since;
  }
}

/** Input that does not have the command's shape. */
export class InvalidInput extends Error {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly code: string; readonly message: string }[];
  constructor(issues: InvalidInput['issues']) {
    super('INVALID_INPUT');
    this.name = 'InvalidInput';
    this.issues = issues;
  }
}

export interface Executor {
  /**
   * The one way into the log. @throws Refused, InvalidInput, Stale; LogUnavailable and OutcomeUnknown from the log, after
   * one retry with the same bytes.
   */
  execute(request: CommandRequest): Promise<Outcome>;
}

export interface ExecutorParts {
  readonly log: EventLog;
  readonly codec: Codec;
  readonly cases: Cases;
  readonly registry: Registry;
  readonly rulebook: Rulebook;
  readonly keyring: Pick<Keyring, 'mac'>;
  readonly rights: RightsOf;
  /** RFC 3339 UTC. */
  readonly now: () => string;
}

const ATTEMPTS = 4;
/** Clocks of offices differ a little; beyond this a fact lies in the future. */
const SKEW_MS = 120_000;

export function createExecutor(parts: ExecutorParts): Executor {
  const { cases, registry, rulebook, keyring } = parts;

  async function execute(request: CommandRequest): Promise<Outcome> {
    const process = registry.byName(request.process);
    ensure(process, 'PROCESS_UNKNOWN', { process: request.process });
    const command = process.commands[request.command];
    ensure(command, 'COMMAND_UNKNOWN', { command: request.command });
    const input = parseInput(command, request.input);
    const run: Run = { request, process, command, input, ...identify(process, command, request, input) };
    for (let attempt = 1; ; attempt++) {
      const outcome = await attemptOnce(run, attempt);
      if (outcome) return outcome;
    }
  }

  /** One round of load, decide and append; undefined when somebody else was faster and another round is due. */
  async function attemptOnce(run: Run, attempt: number): Promise<Outcome | undefined> {
    const { process, command, request } = run;
    const now = parts.now();
    const [loaded, rights] = await Promise.all([cases.load(process, run.id), rightsFor(run, now)]);
    const inputMac = keyring.mac(
      'input',
      JSON.stringify([request.command, request.id ?? null, run.input, request.record ?? null]),
    );
    const done = loaded.history.findLastIndex((event) => event.meta.commandId === run.commandId);
    if (done >= 0) {
      ensure(loaded.history[done]?.meta.inputMac === inputMac, 'IDEMPOTENCY_KEY_REUSED');
      return answerAgain(run, loaded, rights, done);
    }

    const actor = permit(run, loaded, rights);
    const blocked = blockedBy(process, command, loaded.record);
    // Whoever opens a case has no rights yet in one that stands under its id: what became of that one is not told.
    if (blocked && command.from === 'new') throw new Refused(blocked, { command: command.name });
    const told = maySee(run, loaded, rights);
    if (request.ifMatch !== undefined && request.ifMatch !== loaded.record.revision) {
      ensure(told, 'NOT_FOUND');
      throw new Stale(loaded.record.revision, loaded.history.slice(request.ifMatch + 1));
    }
    ensure(!command.effect || request.principal.kind === 'system' || request.ifMatch !== undefined, 'IF_MATCH_REQUIRED');
    if (blocked) {
      const { status, reference } = loaded.record;
      throw new Refused(blocked, { command: command.name, ...(told ? { status, reference } : {}) });
    }

    const decision = await decide(run, loaded, actor, now);
    if (decision.proposals.length === 0) return outcomeOf(run, loaded, rights, loaded.stored.at(-1)?.position ?? 0n, false);

    const drafts = await draft(run, loaded, actor, now, inputMac, decision);
    const bytes = await parts.codec.encode(drafts.events);
    const expected = loaded.record.exists ? loaded.record.revision : 'none';
    const written = await appendCarefully(loaded.record.stream, expected, bytes).catch((error: unknown) => {
      if (!(error instanceof RevisionConflict)) throw error;
      // With If-Match the next round answers what changed; an opening meets either its own retry or a foreign case.
      ensure(attempt < ATTEMPTS, 'CONFLICT', { reference: loaded.record.reference });
      return undefined;
    });
    if (!written) return undefined;
    if (process.name === 'rule') rulebook.forget();
    if (drafts.reserved.length > 0) return settleAndAnswer(run, drafts, rights, written);
    return outcomeOf(run, { ...loaded, record: drafts.record }, rights, written.position, false);
  }

  /** Sends an append whose outcome got lost once more with the same bytes: the log then meets its own events. */
  async function appendCarefully(
    stream: string,
    expected: ExpectedRevision,
    events: readonly ProposedEvent[],
  ): Promise<AppendResult> {
    try {
      return await parts.log.append(stream, expected, events);
    } catch (error) {
      if (!(error instanceof OutcomeUnknown)) throw error;
      return parts.log.append(stream, expected, events);
    }
  }

  async function rightsFor(run: Run, now: string): Promise<Rights | undefined> {
    const { principal, record } = run.request;
    return principal.kind === 'staff' ? parts.rights(principal.id, now, record?.onBehalfOf) : undefined;
  }

  async function decide(run: Run, loaded: LoadedCase, actor: Actor, now: string): Promise<Decision> {
    const { command, process, request } = run;
    const occurredAt = request.record?.occurredAt ?? now;
    ensure(epochMs(occurredAt) <= epochMs(now) + SKEW_MS, 'IN_THE_FUTURE', { occurredAt });
    const rules = await rulebook.inForce(
      [calendarRule, ...(command.rules ?? []), ...Object.values(process.clocks ?? {})],
      occurredAt,
    );
    const facts = await gather(command.facts?.(run.input, loaded.record.state, run.id) ?? {});
    const note = request.record;
    const context: Context = {
      id: run.id,
      now,
      occurredAt,
      actor,
      evidence: note?.evidence ?? [],
      case: loaded.record,
      history: loaded.history,
      facts,
      ...(note?.onBehalfOf ? { onBehalfOf: note.onBehalfOf } : {}),
      ...(note?.letterRef ? { letterRef: note.letterRef } : {}),
      ...(note?.consentRef ? { consentRef: note.consentRef } : {}),
      rule: (rule) => rules.of(rule),
      ruleNamed: (key) => rulebook.all.get(key),
      newId: (name) => derivedId('made by', run.commandId, name),
      keyedHash: (scope, text) => keyring.mac(scope, text),
    };
    const proposals = command.decide(run.input, loaded.record.state, context);
    const allowed = new Set(command.emits);
    for (const proposal of proposals) {
      if (!allowed.has(proposal.type) && command.name !== 'adopt')
        throw new Error(`${process.name}.${command.name} may not emit ${proposal.type}`);
    }
    const relied = Object.values(facts).map((record) => ({ stream: record?.stream ?? '', revision: record?.revision ?? -1 }));
    return { proposals, rules, occurredAt, relied: relied.filter((one) => one.stream !== '') };
  }

  async function gather(refs: FactRefs): Promise<Facts<FactRefs>> {
    const entries = await Promise.all(
      Object.entries(refs).map(async ([name, ref]) => [name, ref && (await cases.glance(streamOf(ref)))] as const),
    );
    return Object.fromEntries(entries) as Facts<FactRefs>;
  }

  /** The proposals as events with envelopes: ids, revisions, and due times for every wait that begins. */
  async function draft(
    run: Run,
    loaded: LoadedCase,
    actor: Actor,
    now: string,
    inputMac: string,
    decision: Decision,
  ): Promise<Drafted> {
    const { request } = run;
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
      const one = { id, stream: record.stream, revision, type: proposal.type, recordedAt: now, data: proposal.data };
      const plain = after(record, recorded(one, metadata));
      const clocks = clocksOf(run.process, record, plain, decision.rules);
      const stamped = clocks ? { ...metadata, clocks } : metadata;
      record = clocks ? after(record, recorded(one, stamped)) : plain;
      events.push({ ...one, metadata: stamped });
      past.push(recorded(one, stamped));
    };
    decision.proposals.forEach(add);
    const reserved = reservesOf(run, loaded, record, actor).map((one) => ({
      scope: one.scope,
      hash: keyring.mac(`reservation ${one.scope}`, one.value),
    }));
    for (const data of reserved) add({ type: 'ReservationRequested', data });
    heldTo(run, record);
    return { events, record, reserved };
  }

  /** Asks the reservation streams and tells the case; a reactor does the same when this request dies before it. */
  async function settleAndAnswer(run: Run, drafts: Drafted, rights: Rights | undefined, written: AppendResult): Promise<Outcome> {
    for (const one of drafts.reserved) {
      // The command is written already: no refusal of what follows may be told as a refusal of it.
      await settleReservation({ execute, cases }, drafts.record.stream, one).catch(unlessRefused);
    }
    const loaded = await cases.load(run.process, run.id);
    return outcomeOf(run, loaded, rights, loaded.stored.at(-1)?.position ?? written.position, false);
  }

  /** The answer of then, whatever happened to the case since; only what may be done next is told as of now. */
  function answerAgain(run: Run, loaded: LoadedCase, rights: Rights | undefined, done: number): Outcome {
    const { history, stored } = loaded;
    let last = done;
    while (history[last + 1]?.meta.command === 'settleReservation') last++;
    const { status, revision } = foldCase(run.process, run.id, history.slice(0, last + 1));
    return { ...outcomeOf(run, loaded, rights, stored[last]?.position ?? 0n, true), status, revision };
  }

  function outcomeOf(run: Run, loaded: LoadedCase, rights: Rights | undefined, position: Position, replayed: boolean): Outcome {
    const { record } = loaded;
    const target = targetOf(run.process, record);
    return {
      process: run.process.name,
      id: run.id,
      reference: record.reference,
      status: record.status,
      revision: record.revision,
      position,
      actions: rights ? actionsOf(run.process, record, (permission) => mayI(rights, permission, target).allowed) : [],
      replayed,
    };
  }

  return { execute };
}

/** A command on its way: what was asked, of which case, as which command id. */
export interface Run {
  readonly request: CommandRequest;
  readonly process: Process;
  readonly command: Command;
  readonly input: unknown;
  readonly id: string;
  readonly commandId: string;
}

interface Decision {
  readonly proposals: readonly ProposedFact[];
  readonly rules: RulesInForce;
  readonly occurredAt: string;
  readonly relied: readonly Relied[];
}

interface Drafted {
  readonly events: readonly Draft[];
  readonly record: CaseRecord<Stated>;
  readonly reserved: readonly { readonly scope: string; readonly hash: string }[];
}

const streamOf = ({ process, at }: FactRef): string => `${process}-${'id' in at ? at.id : naturalId(process, at.naturalKey)}`;

function parseInput(command: Command, input: unknown): unknown {
  const parsed = command.input.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(parsed.error.issues.map((one) => ({ path: one.path, code: one.code, message: one.message })));
}

function identify(
  process: Process,
  command: Command,
  request: CommandRequest,
  input: unknown,
): { id: string; commandId: string } {
  const who = request.principal.kind === 'staff' ? request.principal.id : `system:${request.principal.name}`;
  const commandId = derivedId('command', who, process.name, request.id ?? '', command.name, request.key);
  const natural = command.naturalKey?.(input);
  const id = natural === undefined ? (request.id ?? derivedId('case', commandId)) : naturalId(process.name, natural);
  return { id, commandId };
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

/** Passes on every error but a refusal; the reactor of reservations takes it from there. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof Refused)) throw error;
}
