import { isAllowed, type Rights, targetOf } from '../domain/access/access.ts';
import { type ActionView, actionsOf, blockedBy } from '../domain/kernel/actions.ts';
import { foldCase } from '../domain/kernel/case.ts';
import type { OfficeRef } from '../domain/kernel/caseEvents.ts';
import { epochMs } from '../domain/kernel/dates.ts';
import type { Actor, RecordedEvent, RecordNote } from '../domain/kernel/envelope.ts';
import { ensure, Refused } from '../domain/kernel/errors.ts';
import type { Context, FactRefs, Facts } from '../domain/kernel/process.ts';
import type { Registry } from '../domain/kernel/registry.ts';
import type { Keyring } from '../platform/keyring.ts';
import { appendCarefully, onceSent } from './appendCarefully.ts';
import type { Cases, LoadedCase } from './cases.ts';
import type { Codec } from './codec.ts';
import { type Attaching, noFiles } from './documents/attaching.ts';
import { type Decision, type Drafted, draftEvents } from './drafting.ts';
import { Stale } from './failures.ts';
import { derivedId } from './ids.ts';
import { maySee, permit } from './permit.ts';
import { type AppendResult, type EventLog, OutcomeUnknown, type Position, type ProposedEvent, RevisionConflict } from './port.ts';
import { isTaken, settleReservation } from './reservations.ts';
import { type RightsOf, withoutPosts } from './rights.ts';
import { calendarRule, type Rulebook } from './rulebook.ts';
import { identify, isBorneElsewhere, isReserved, parseInput, type Run, streamOf } from './run.ts';

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
  /** Everything up to the decision, and nothing written: the answer says what would be. */
  readonly dryRun?: boolean | undefined;
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
  /** Of a dry run: the case would have this status and revision, by these events. */
  readonly would?: {
    readonly events: readonly string[];
    /** Scopes in which another case already holds what this one would reserve. */
    readonly taken: readonly string[];
    /** Keyed hashes of all that it would reserve: what is the same text in two cases is the same here. */
    readonly reserves: readonly string[];
  };
}

export interface Executor {
  /**
   * The one way into the log. @throws Refused, InvalidInput, Stale; LogUnavailable when nothing was written; OutcomeUnknown when
   * the command may be in the log: its append got lost, and again or unanswered when it was sent once more with the same bytes; or
   * the log met its ids, and what stands under them could not be read, or not yet; or it is written, and what follows it (its
   * reservations, the case to be answered) met a log, a database or a key service that is away. The same key then answers what
   * became of it.
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
  /** What lets files into cases; without it commands name none. */
  readonly files?: Attaching;
  /** Whether a restricted store is set up beside the general one; false when absent. */
  readonly restrictedStore?: boolean;
  /** RFC 3339 UTC. */
  readonly now: () => string;
}

/** What a round came to when somebody else was faster, and another round is due. */
interface Overtaken {
  /** It was another server that was given the same command: it is in the log. */
  readonly isSent: boolean;
  readonly reference: string;
  /** Where the stream stands by what the log answered, -1 where there is none. */
  readonly revision: number;
}

const ATTEMPTS = 4;
/** Clocks of offices differ a little; beyond this a fact lies in the future. */
const SKEW_MS = 120_000;

export function createExecutor(parts: ExecutorParts): Executor {
  const { cases, registry, rulebook, keyring, files = noFiles, restrictedStore = false } = parts;

  async function execute(request: CommandRequest): Promise<Outcome> {
    const process = registry.byName(request.process);
    ensure(process, 'PROCESS_UNKNOWN', { process: request.process });
    const command = process.commands[request.command];
    ensure(command, 'COMMAND_UNKNOWN', { command: request.command });
    const input = parseInput(command, request.input);
    const run: Run = { request, process, command, input, ...identify(process, command, request, input) };
    ensure(!isReserved(run), 'ID_RESERVED');
    let isSent = false;
    let standsAt = -1;
    for (let attempt = 1; ; attempt++) {
      const round = () => attemptOnce(run, isSent || attempt > ATTEMPTS);
      // What overtook the command may have been another server that was given it too.
      const outcome: Outcome | Overtaken = attempt === 1 ? await round() : await onceSent('the command was overtaken', round);
      if (!('isSent' in outcome)) return outcome;
      isSent ||= outcome.isSent;
      // After the last attempt one look more, which finds the command there, or else has to come as far as what overtook it.
      if (attempt > ATTEMPTS) {
        if (isSent || outcome.revision < standsAt) throw new OutcomeUnknown('what another server wrote is not to be read yet');
        throw new Refused('CONFLICT', { reference: outcome.reference });
      }
      standsAt = Math.max(standsAt, outcome.revision);
    }
  }

  /**
   * One round of load, decide and append; or only a look whether the log has the command. Once it is known to, more than that could
   * refuse it on a node that lags.
   */
  async function attemptOnce(run: Run, onlyLooks: boolean): Promise<Outcome | Overtaken> {
    const { process, command, request } = run;
    const now = parts.now();
    const [loaded, { rights, refusal }, borneElsewhere] = await Promise.all([
      cases.load(process, run.id),
      rightsFor(run, now),
      isBorneElsewhere(run, parts.log, registry),
    ]);
    const inputMac = keyring.mac(
      'input',
      JSON.stringify([request.command, request.id ?? null, run.input, request.record ?? null]),
    );
    const done = loaded.history.findLastIndex((event) => event.meta.commandId === run.commandId);
    if (done >= 0) {
      ensure(loaded.history[done]?.meta.inputMac === inputMac, 'IDEMPOTENCY_KEY_REUSED');
      return answerAgain(run, loaded, rights, done);
    }
    const { reference, revision: standing } = loaded.record;
    if (onlyLooks) return { isSent: false, reference, revision: standing };
    if (refusal) throw refusal;

    const actor = permit(run, loaded, rights);
    const blocked = blockedBy(process, command, loaded.record);
    // Whoever opens a case has no rights yet in one that stands under its id: what became of that one is not told.
    if (blocked && command.from === 'new') throw new Refused(blocked, { command: command.name });
    if (borneElsewhere) throw new Refused('ALREADY_EXISTS', { command: command.name });
    const told = maySee(run, loaded, rights);
    if (request.ifMatch !== undefined && request.ifMatch !== loaded.record.revision) {
      ensure(told, 'NOT_FOUND');
      throw new Stale(loaded.record.revision, loaded.history.slice(request.ifMatch + 1));
    }
    ensure(!command.effect || request.principal.kind === 'system' || request.ifMatch !== undefined, 'IF_MATCH_REQUIRED');
    if (blocked) {
      throw new Refused(blocked, { command: command.name, ...(told ? { status: loaded.record.status, reference } : {}) });
    }

    const decision = await decide(run, loaded, actor, now, inputMac);
    if (decision.proposals.length === 0) {
      const outcome = outcomeOf(run, loaded, rights, loaded.stored.at(-1)?.position ?? 0n, told);
      return request.dryRun ? { ...outcome, would: { events: [], taken: [], reserves: [] } } : outcome;
    }

    const naming = { stream: loaded.record.stream, loaded, rights, dryRun: request.dryRun === true };
    await files.admit([run.input, request.record], naming);
    const drafts = draftEvents(keyring.mac, run, loaded, decision);
    if (request.dryRun) return wouldBe(run, loaded, rights, drafts, told);
    const sealed: RecordedEvent[] = [];
    const bytes = await parts.codec.encode(drafts.events, (event) => sealed.push(event));
    const expected = loaded.record.exists ? loaded.record.revision : 'none';
    const { stream } = loaded.record;
    const written = await appendCarefully(
      bytes,
      () => parts.log.append(stream, expected, bytes),
      () => parts.log.read(stream, loaded.record.revision + 1),
    ).catch((error: unknown) => {
      if (error instanceof RevisionConflict) return error;
      throw error;
    });
    if (process.name === 'rule') rulebook.forget();
    // With If-Match the next round answers what changed; an opening meets either its own retry or a foreign case, and a command
    // that was given twice at once what became of it.
    if (!written) return { isSent: true, reference, revision: standing };
    if (written instanceof RevisionConflict) {
      return { isSent: false, reference, revision: written.actual === 'none' ? -1 : written.actual };
    }
    keep(loaded, bytes, sealed, written);
    if (drafts.reserved.length > 0) return settleAndAnswer(run, drafts, rights, written, told);
    return outcomeOf(run, { ...loaded, record: drafts.record }, rights, written.position, told);
  }

  /**
   * The next command in the case need not read this one's event again. Of several only the last one's position is known; and where
   * they may have been there already, nobody has looked at how they are sealed and when they were recorded.
   */
  function keep(
    loaded: LoadedCase,
    [proposed, ...others]: readonly ProposedEvent[],
    [event]: readonly RecordedEvent[],
    { revision, position, wrote }: AppendResult,
  ): void {
    if (!wrote || !proposed || !event || others.length > 0) return;
    cases.wrote?.(loaded, { ...proposed, stream: loaded.record.stream, revision, position }, event);
  }

  /** The rights of who gives the command; none, and why, where there are none: what is in the log is told again all the same. */
  async function rightsFor({ request }: Run, now: string): Promise<{ readonly rights?: Rights; readonly refusal?: Refused }> {
    const { principal, record } = request;
    if (principal.kind !== 'staff') return {};
    try {
      return { rights: await parts.rights(principal.id, now, record?.onBehalfOf) };
    } catch (error) {
      if (error instanceof Refused) return { rights: withoutPosts(principal.id, now), refusal: error };
      throw error;
    }
  }

  async function decide(run: Run, loaded: LoadedCase, actor: Actor, now: string, inputMac: string): Promise<Decision> {
    const { command, process, request } = run;
    const occurredAt = request.record?.occurredAt ?? now;
    ensure(epochMs(occurredAt) <= epochMs(now) + SKEW_MS, 'IN_THE_FUTURE', { occurredAt });
    // By the moment of entry: whoever dates a step back would else choose the version it is judged by.
    const rules = await rulebook.inForce([calendarRule, ...(command.rules ?? []), ...Object.values(process.clocks ?? {})], now);
    const facts = await gather(command.facts?.(run.input, loaded.record.state, run.id, actor) ?? {});
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
      restrictedStore,
      ...(note?.onBehalfOf ? { onBehalfOf: note.onBehalfOf } : {}),
      ...(note?.channel ? { channel: note.channel } : {}),
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
    return { actor, now, inputMac, proposals, rules, occurredAt, relied: relied.filter((one) => one.stream !== '') };
  }

  async function gather(refs: FactRefs): Promise<Facts<FactRefs>> {
    const entries = await Promise.all(
      Object.entries(refs).map(async ([name, ref]) => [name, ref && (await cases.glance(streamOf(ref)))] as const),
    );
    return Object.fromEntries(entries) as Facts<FactRefs>;
  }

  /** Asks the reservation streams and tells the case; a reactor does the same when this request dies before it. */
  async function settleAndAnswer(
    run: Run,
    drafts: Drafted,
    rights: Rights | undefined,
    written: AppendResult,
    saw: boolean,
  ): Promise<Outcome> {
    // The command is written already: no refusal or outage of what follows may be told as one of it.
    const loaded = await onceSent('the command is written, and what follows it is away', async () => {
      for (const one of drafts.reserved) {
        const { stream, revision } = drafts.record;
        await settleReservation({ execute, cases }, stream, one, revision).catch(unlessRefused);
      }
      return cases.load(run.process, run.id);
    });
    return outcomeOf(run, loaded, rights, loaded.stored.at(-1)?.position ?? written.position, saw);
  }

  /** What the command would come to: nothing is written, and what must be unique is only looked up. */
  async function wouldBe(
    run: Run,
    loaded: LoadedCase,
    rights: Rights | undefined,
    drafts: Drafted,
    saw: boolean,
  ): Promise<Outcome> {
    const held = await Promise.all(drafts.reserved.map((one) => isTaken(cases, drafts.record.stream, one)));
    const taken = drafts.reserved.filter((_, index) => held[index]).map((one) => one.scope);
    const position = loaded.stored.at(-1)?.position ?? 0n;
    const outcome = outcomeOf(run, { ...loaded, record: drafts.record }, rights, position, saw);
    return {
      ...outcome,
      would: { events: drafts.events.map((one) => one.type), taken, reserves: drafts.reserved.map((one) => one.hash) },
    };
  }

  /** The answer of then, whatever happened to the case since; only what may be done next is told as of now. */
  function answerAgain(run: Run, loaded: LoadedCase, rights: Rights | undefined, done: number): Outcome {
    const { history, stored } = loaded;
    let last = done;
    while (history[last + 1]?.meta.command === 'settleReservation') last++;
    const { status, revision } = foldCase(run.process, run.id, history.slice(0, last + 1));
    const before = { ...loaded, record: foldCase(run.process, run.id, history.slice(0, done)) };
    const again = outcomeOf(run, loaded, rights, stored[last]?.position ?? 0n, maySee(run, before, rights));
    return { ...again, status: again.status === 'not_told' ? again.status : status, revision, replayed: true };
  }

  /** The answer to a command. `saw`: whether who gave it could read the case before; what became of it is then no secret. */
  function outcomeOf(run: Run, loaded: LoadedCase, rights: Rights | undefined, position: Position, saw: boolean): Outcome {
    const { record } = loaded;
    const target = targetOf(run.process, record);
    // Who may act on a case without reading it is told neither how it stands nor what could be done with it. How a general case
    // stands that the command itself opens is no news to who gave it.
    const sees = maySee(run, loaded, rights);
    const opened = run.process.store === 'general' && run.command.from === 'new' && !run.request.dryRun;
    return {
      process: run.process.name,
      id: run.id,
      reference: record.reference,
      status: saw || sees || opened ? record.status : 'not_told',
      revision: record.revision,
      position,
      actions: rights && sees ? actionsOf(run.process, record, (permission) => isAllowed(rights, permission, target)) : [],
      replayed: false,
    };
  }

  return { execute };
}

/** Passes on every error but a refusal; the reactor of reservations takes it from there. */
function unlessRefused(error: unknown): void {
  if (!(error instanceof Refused)) throw error;
}
