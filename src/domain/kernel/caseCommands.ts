import { z } from 'zod';
import { type StaffState, worksIn } from '../access/membership.ts';
import { type CaseRecord, type OpenWait, withCorrections } from './case.ts';
import { type CaseEventData, type CaseEventName, caseEvents, OfficeRef, Reader } from './caseEvents.ts';
import { baghdadDate, epochMs, Instant, instantOf, LocalDate } from './dates.ts';
import { Evidence, LetterRef } from './envelope.ts';
import { ensure, Refused } from './errors.ts';
import {
  type Command,
  type Context,
  type FactRefs,
  fact,
  type Holder,
  type Process,
  type ProposedFact,
  type Stated,
} from './process.ts';

interface KernelSpec<I extends z.ZodObject, X extends FactRefs> {
  /** The verb of the permission, `<process>:<verb>`. */
  readonly verb: string;
  readonly from: 'open' | 'any' | 'reopenable' | 'retractable' | 'new';
  readonly input: I;
  readonly emits: readonly CaseEventName[];
  readonly system?: boolean;
  /** A decision about what somebody else wrote names the revision that was looked at. */
  readonly effect?: 'legal';
  idle?(record: CaseRecord<unknown>): string | undefined;
  facts?(input: z.output<I>): X;
  decide(input: z.output<I>, ctx: Context<X>, process: Process): readonly ProposedFact[];
}

/** A row of the table below once its input type is forgotten; `execute` parses the input before `decide` sees it. */
interface AnyKernelSpec extends Omit<KernelSpec<z.ZodObject, FactRefs>, 'facts' | 'decide'> {
  facts?(input: unknown): FactRefs;
  decide(input: unknown, ctx: Context, process: Process): readonly ProposedFact[];
}

const event = <K extends CaseEventName>(type: K, data: CaseEventData<K>): ProposedFact => ({ type, data });

const reason = z.string().min(3).max(2000);
const wait = z.string().max(120).optional();

/** The wait a person means: the one named, else the only one held by the person's office or organisation. */
function waitMeant(ctx: Context, key: string | undefined): OpenWait {
  const mine = ctx.case.waits.filter((one) => (key === undefined ? isHeldBy(one.holder, ctx) : one.key === key));
  ensure(mine.length > 0, key === undefined ? 'NOTHING_WAITS_ON_YOU' : 'WAIT_UNKNOWN', { wait: key ?? '' });
  ensure(mine.length === 1, 'WAIT_AMBIGUOUS', { waits: mine.map((one) => one.key).join(', ') });
  const [one] = mine;
  ensure(one && isHeldBy(one.holder, ctx), 'WAIT_NOT_YOURS', { wait: one?.key ?? '' });
  return one;
}

/** Whether the actor's post holds this wait; no holder means the office that owns the case. The system acts for any role. */
function isHeldBy(holder: Holder | undefined, ctx: Context): boolean {
  const { owner } = ctx.case;
  const where = holder ?? owner;
  if (!where) return true;
  if (where.office !== undefined) return where.office === ctx.actor.office;
  if (where.organisation !== undefined) return where.organisation === ctx.actor.organisation;
  return (
    (holder?.role === undefined || holder.role === ctx.actor.post || ctx.actor.post === 'system') &&
    (where.governorate ?? ctx.actor.governorate) === ctx.actor.governorate
  );
}

function spec<I extends z.ZodObject, X extends FactRefs = Record<never, never>>(one: KernelSpec<I, X>): AnyKernelSpec {
  return one;
}

/** The entry a correction means, as corrected so far: a recorded domain event that is no decision. */
function entryMeant(ctx: Context, process: Process, revision: number) {
  const entry = withCorrections(ctx.history)[revision];
  ensure(entry, 'REVISION_UNKNOWN', { revision });
  const shape = process.events[entry.type];
  ensure(shape, 'NOT_CORRECTABLE', { event: entry.type });
  ensure(!process.decisions?.includes(entry.type), 'DECISION_NOT_CORRECTABLE', { event: entry.type });
  return { entry, shape };
}

function correctedData(ctx: Context, process: Process, revision: number, fields: Readonly<Record<string, unknown>>) {
  const { entry, shape } = entryMeant(ctx, process, revision);
  const unknown = Object.keys(fields).filter((name) => !(name in shape.shape));
  ensure(unknown.length === 0, 'FIELD_UNKNOWN', { fields: unknown.join(', ') });
  const parsed = shape.safeParse({ ...(entry.data as Record<string, unknown>), ...fields });
  if (!parsed.success)
    throw new Refused('CORRECTION_INVALID', { fields: parsed.error.issues.map((one) => one.path.join('.')).join(', ') });
  return { entry, after: parsed.data };
}

/**
 * Whether an event may be recorded after these: in a status some command that emits it may be given in, or beside the others
 * with which a command opens a case.
 */
function mayFollow(process: Process, status: string, type: string, before: readonly string[]): boolean {
  return Object.values(process.commands).some((command) => {
    if (command.kernel || !command.emits.includes(type)) return false;
    if (command.from === 'new') return before.every((one) => command.emits.includes(one)) && !before.includes(type);
    if (command.from === 'open') return status !== process.initial.status && !process.ends.includes(status);
    return command.from.includes(status);
  });
}

const adoptedFact = z.strictObject({
  type: z.string(),
  data: z.record(z.string(), z.unknown()),
  occurredAt: Instant,
  letterRef: LetterRef.optional(),
  evidence: z.array(Evidence).max(20).optional(),
});

function adoptedFacts(process: Process, facts: readonly z.output<typeof adoptedFact>[], ctx: Context): readonly ProposedFact[] {
  let state: Stated = process.initial;
  let last = '';
  const types = facts.map((one) => one.type);
  return facts.map((one, index) => {
    const shape = process.events[one.type];
    ensure(shape, 'FACT_UNKNOWN', { type: one.type, index });
    ensure(one.letterRef !== undefined || (one.evidence?.length ?? 0) > 0, 'FACT_WITHOUT_LETTER', { type: one.type, index });
    ensure(one.occurredAt >= last, 'FACTS_OUT_OF_ORDER', { type: one.type, index });
    ensure(one.occurredAt <= ctx.now, 'IN_THE_FUTURE', { index });
    ensure(mayFollow(process, state.status, one.type, types.slice(0, index)), 'FACT_OUT_OF_PLACE', {
      type: one.type,
      status: state.status,
      index,
    });
    const parsed = shape.safeParse(one.data);
    if (!parsed.success) {
      throw new Refused('FACT_INVALID', {
        type: one.type,
        index,
        fields: parsed.error.issues.map((issue) => issue.path.join('.')).join(', '),
      });
    }
    last = one.occurredAt;
    const noted = {
      occurredAt: one.occurredAt,
      ...(one.letterRef ? { letterRef: one.letterRef } : {}),
      ...(one.evidence ? { evidence: one.evidence } : {}),
    };
    const meta = {
      ...ctx.history[0]?.meta,
      occurredAt: one.occurredAt,
      recordedAt: ctx.now,
      actor: ctx.actor,
      revision: index + 1,
    };
    state = process.evolve(state, { type: one.type, data: parsed.data, meta: meta as never });
    return { type: one.type, data: parsed.data, noted };
  });
}

const nothingWaits = (record: CaseRecord<unknown>) => (record.waits.length > 0 ? undefined : 'NOTHING_WAITS_ON_YOU');

/** A share opens more than some posts may open themselves, so nobody gives one to oneself or to the own side. */
function isOwnSide({ kind, id }: Reader, { actor, onBehalfOf }: Context): boolean {
  const own = { staff: [actor.id, onBehalfOf], office: [actor.office], organisation: [actor.organisation] };
  return own[kind].includes(id);
}

const table: Readonly<Record<string, AnyKernelSpec>> = {
  take: spec({
    verb: 'work',
    from: 'open',
    idle: nothingWaits,
    input: z.strictObject({ wait }),
    emits: ['CaseTaken'],
    decide: (c, ctx) => {
      const one = waitMeant(ctx, c.wait);
      if (one.assignee === ctx.actor.id) return [];
      ensure(one.assignee === undefined, 'ALREADY_TAKEN', { by: one.assignee ?? '' });
      return [event('CaseTaken', { wait: one.key, staff: ctx.actor.id })];
    },
  }),
  assign: spec({
    verb: 'assign',
    from: 'open',
    idle: nothingWaits,
    input: z.strictObject({ staff: z.uuid(), wait }),
    emits: ['CaseAssigned'],
    facts: (c) => ({ colleague: fact<StaffState>('staff', c.staff) }),
    decide: (c, ctx) => {
      const one = waitMeant(ctx, c.wait);
      if (one.assignee === c.staff) return [];
      const { office } = ctx.actor;
      ensure(office && worksIn(ctx.facts.colleague.state, office, baghdadDate(ctx.now)), 'NOT_A_COLLEAGUE', { staff: c.staff });
      return [event('CaseAssigned', { wait: one.key, staff: c.staff })];
    },
  }),
  release: spec({
    verb: 'work',
    from: 'open',
    idle: nothingWaits,
    input: z.strictObject({ wait, reason: reason.optional() }),
    emits: ['CaseReleased'],
    decide: (c, ctx) => {
      const one = waitMeant(ctx, c.wait);
      if (one.assignee === undefined) return [];
      ensure(one.assignee === ctx.actor.id || one.assignee === ctx.onBehalfOf, 'NOT_TAKEN_BY_YOU', { by: one.assignee });
      return [event('CaseReleased', { wait: one.key, ...(c.reason ? { reason: c.reason } : {}) })];
    },
  }),
  note: spec({
    verb: 'work',
    from: 'any',
    input: z.strictObject({ text: z.string().min(1).max(10_000) }),
    emits: ['NoteAdded'],
    decide: (c) => [event('NoteAdded', { text: c.text })],
  }),
  attach: spec({
    verb: 'work',
    from: 'any',
    input: z.strictObject({ document: Evidence }),
    emits: ['DocumentAttached'],
    decide: (c) => [event('DocumentAttached', { document: c.document })],
  }),
  share: spec({
    verb: 'share',
    from: 'any',
    input: z.strictObject({ reader: Reader, purpose: reason, until: LocalDate }),
    emits: ['CaseShared'],
    decide: (c, ctx) => {
      ensure(!isOwnSide(c.reader, ctx), 'SHARED_WITH_ONESELF');
      ensure(c.until >= baghdadDate(ctx.now), 'UNTIL_IN_THE_PAST', { until: c.until });
      return [event('CaseShared', c)];
    },
  }),
  unshare: spec({
    verb: 'share',
    from: 'any',
    idle: (record) => (record.shares.length > 0 ? undefined : 'NOT_SHARED'),
    input: z.strictObject({ reader: Reader }),
    emits: ['CaseUnshared'],
    decide: (c, ctx) => {
      const shared = ctx.case.shares.some((one) => one.reader.kind === c.reader.kind && one.reader.id === c.reader.id);
      return shared ? [event('CaseUnshared', c)] : [];
    },
  }),
  offerTransfer: spec({
    verb: 'transfer',
    from: 'open',
    input: z.strictObject({ to: OfficeRef.extend({ office: z.uuid(), organisation: z.uuid() }), reason }),
    emits: ['TransferOffered'],
    facts: (c) => ({ office: fact<{ status: string; organisation?: string; governorate?: string }>('office', c.to.office) }),
    decide: (c, ctx) => {
      const { office } = ctx.facts;
      ensure(office.exists && office.state.status === 'open', 'OFFICE_UNKNOWN', { office: c.to.office });
      ensure(office.state.organisation === c.to.organisation, 'OFFICE_NOT_OF_ORGANISATION', { office: c.to.office });
      ensure(ctx.case.transfer === undefined, 'TRANSFER_PENDING');
      ensure(ctx.case.owner?.office !== c.to.office, 'ALREADY_OWNER');
      const { governorate } = office.state;
      const to = { organisation: c.to.organisation, office: c.to.office, ...(governorate === undefined ? {} : { governorate }) };
      return [event('TransferOffered', { to, reason: c.reason })];
    },
  }),
  acceptTransfer: spec({
    verb: 'transfer',
    from: 'open',
    idle: (record) => (record.transfer ? undefined : 'NO_TRANSFER'),
    input: z.strictObject({}),
    emits: ['TransferAccepted'],
    decide: (_, ctx) => {
      const { transfer } = ctx.case;
      ensure(transfer, 'NO_TRANSFER');
      ensure(transfer.to.office === ctx.actor.office, 'TRANSFER_NOT_TO_YOU');
      return [event('TransferAccepted', { to: transfer.to })];
    },
  }),
  declineTransfer: spec({
    verb: 'transfer',
    from: 'open',
    idle: (record) => (record.transfer ? undefined : 'NO_TRANSFER'),
    input: z.strictObject({ reason }),
    emits: ['TransferDeclined'],
    decide: (c, ctx) => {
      const { transfer } = ctx.case;
      ensure(transfer, 'NO_TRANSFER');
      ensure(transfer.to.office === ctx.actor.office || transfer.by === ctx.actor.id, 'TRANSFER_NOT_TO_YOU');
      return [event('TransferDeclined', { reason: c.reason })];
    },
  }),
  correct: spec({
    verb: 'correct',
    from: 'any',
    input: z.strictObject({ revision: z.int().min(0), fields: z.record(z.string(), z.unknown()), reason }),
    emits: ['CaseCorrected', 'CorrectionProposed'],
    decide: (c, ctx, process) => {
      const { entry, after } = correctedData(ctx, process, c.revision, c.fields);
      ensure(!ctx.case.corrections.some((one) => one.of === c.revision), 'CORRECTION_PENDING', { revision: c.revision });
      const ownEntry = entry.meta.actor.id === ctx.actor.id;
      const others = ctx.history.slice(c.revision + 1).filter((later) => later.meta.actor.id !== ctx.actor.id);
      const actedUpon = others.some((later) => later.meta.actor.post !== 'system');
      const data = { of: c.revision, type: entry.type, fields: Object.keys(c.fields), after, reason: c.reason };
      return [event(ownEntry && !actedUpon ? 'CaseCorrected' : 'CorrectionProposed', data)];
    },
  }),
  confirmCorrection: spec({
    verb: 'correct',
    from: 'any',
    idle: (record) => (record.corrections.length > 0 ? undefined : 'NO_CORRECTION_PENDING'),
    effect: 'legal',
    input: z.strictObject({ revision: z.int().min(0) }),
    emits: ['CaseCorrected'],
    decide: (c, ctx) => {
      const proposed = correctionMeant(ctx, c.revision);
      ensure(proposed.meta.actor.id !== ctx.actor.id, 'SECOND_OFFICER_NEEDED');
      return [event('CaseCorrected', proposed.data)];
    },
  }),
  declineCorrection: spec({
    verb: 'correct',
    from: 'any',
    idle: (record) => (record.corrections.length > 0 ? undefined : 'NO_CORRECTION_PENDING'),
    input: z.strictObject({ revision: z.int().min(0), reason }),
    emits: ['CorrectionDeclined'],
    decide: (c, ctx) => {
      correctionMeant(ctx, c.revision);
      return [event('CorrectionDeclined', { of: c.revision, reason: c.reason })];
    },
  }),
  retract: spec({
    verb: 'retract',
    from: 'retractable',
    input: z.strictObject({ reason }),
    emits: ['CaseRetracted'],
    decide: (c) => [event('CaseRetracted', { reason: c.reason })],
  }),
  reopen: spec({
    verb: 'reopen',
    from: 'reopenable',
    input: z.strictObject({ reason }),
    emits: ['CaseReopened'],
    decide: (c) => [event('CaseReopened', { reason: c.reason })],
  }),
  adopt: spec({
    verb: 'adopt',
    from: 'new',
    input: z.strictObject({
      source: z.string().min(3).max(200),
      fileNo: z.string().max(80).optional(),
      facts: z.array(adoptedFact).min(1).max(200),
    }),
    emits: ['CaseAdopted'],
    decide: (c, ctx, process) => [
      event('CaseAdopted', { source: c.source, facts: c.facts.length, ...(c.fileNo ? { fileNo: c.fileNo } : {}) }),
      ...adoptedFacts(process, c.facts, ctx),
    ],
  }),
  confirmAdoption: spec({
    verb: 'adopt',
    from: 'any',
    idle: (record) => (record.adoption?.confirmed === false ? undefined : 'NO_ADOPTION_PENDING'),
    effect: 'legal',
    input: z.strictObject({}),
    emits: ['AdoptionConfirmed'],
    decide: (_, ctx) => {
      const { adoption } = ctx.case;
      ensure(adoption && !adoption.confirmed, 'NO_ADOPTION_PENDING');
      ensure(adoption.by !== ctx.actor.id, 'SECOND_OFFICER_NEEDED');
      return [event('AdoptionConfirmed', {})];
    },
  }),
  declineAdoption: spec({
    verb: 'adopt',
    from: 'any',
    idle: (record) => (record.adoption?.confirmed === false ? undefined : 'NO_ADOPTION_PENDING'),
    input: z.strictObject({ reason }),
    emits: ['AdoptionDeclined'],
    decide: (c, ctx) => {
      ensure(ctx.case.adoption && !ctx.case.adoption.confirmed, 'NO_ADOPTION_PENDING');
      return [event('AdoptionDeclined', { reason: c.reason })];
    },
  }),
  pauseClock: spec({
    verb: 'pause',
    from: 'open',
    idle: (record) => (record.waits.some((one) => one.due !== undefined && !one.paused) ? undefined : 'NO_CLOCK'),
    input: z.strictObject({ wait, reason }),
    emits: ['ClockPaused'],
    decide: (c, ctx) => {
      const one = waitMeant(ctx, c.wait);
      ensure(one.due !== undefined, 'NO_CLOCK', { wait: one.key });
      ensure(one.by !== 'emergency', 'EMERGENCY_CLOCK_NEVER_STOPS');
      ensure(!one.paused, 'CLOCK_ALREADY_PAUSED', { wait: one.key });
      return [event('ClockPaused', { wait: one.key, reason: c.reason })];
    },
  }),
  resumeClock: spec({
    verb: 'pause',
    from: 'open',
    idle: (record) => (record.waits.some((one) => one.paused) ? undefined : 'CLOCK_NOT_PAUSED'),
    input: z.strictObject({ wait }),
    emits: ['ClockResumed'],
    decide: (c, ctx) => {
      const one = waitMeant(ctx, c.wait);
      ensure(one.paused && one.due !== undefined, 'CLOCK_NOT_PAUSED', { wait: one.key });
      const stood = Math.max(0, epochMs(ctx.now) - epochMs(one.paused.at));
      return [event('ClockResumed', { wait: one.key, due: instantOf(epochMs(one.due) + stood) })];
    },
  }),
  escalate: spec({
    verb: 'system',
    system: true,
    from: 'open',
    input: escalationInput(),
    emits: ['WaitEscalated'],
    decide: (c, ctx) =>
      escalationIsNews(ctx.case, c) ? [event('WaitEscalated', { wait: c.wait, level: c.level, due: c.due })] : [],
  }),
  settleReservation: spec({
    verb: 'system',
    system: true,
    from: 'any',
    input: z.strictObject({
      scope: z.string(),
      hash: z.string(),
      outcome: z.enum(['confirmed', 'refused']),
      heldBy: z.string().optional(),
    }),
    emits: ['ReservationConfirmed', 'ReservationRefused'],
    decide: (c, ctx) => {
      const open = ctx.case.reservations.find((one) => one.scope === c.scope && one.hash === c.hash);
      if (open?.status !== 'requested') return [];
      return c.outcome === 'confirmed'
        ? [event('ReservationConfirmed', { scope: c.scope, hash: c.hash })]
        : [event('ReservationRefused', { scope: c.scope, hash: c.hash, heldBy: c.heldBy ?? '' })];
    },
  }),
};

function correctionMeant(ctx: Context, revision: number) {
  const pending = ctx.case.corrections.find((one) => one.of === revision);
  const proposed = pending && ctx.history[pending.revision];
  ensure(proposed, 'NO_CORRECTION_PENDING', { revision });
  return { meta: proposed.meta, data: caseEvents.CorrectionProposed.parse(proposed.data) };
}

/** Input of every `escalate` command: the wait, the level reached, and the due time that was missed. */
export function escalationInput() {
  return z.strictObject({ wait: z.string(), level: z.int().min(1).max(9), due: Instant });
}

/** Whether an escalation still holds: the wait is open, unpaused, and has not reached this level. */
export function escalationIsNews(
  record: CaseRecord<unknown>,
  c: { readonly wait: string; readonly level: number; readonly due: string },
): boolean {
  const one = record.waits.find((open) => open.key === c.wait);
  return one !== undefined && !one.paused && one.level < c.level && one.due === c.due;
}

/** What the kernel's commands need to know of a process before it is complete. */
type Begun = Pick<Process, 'name' | 'initial' | 'statuses' | 'reopens' | 'retracts'>;

/**
 * The commands every process has from the kernel, with the process's name in their permissions. `complete` answers the
 * finished process: `adopt` and `correct` read its events and commands when they are given.
 */
export function kernelCommands(begun: Begun, complete: () => Process): Readonly<Record<string, Command>> {
  return Object.fromEntries(
    Object.entries(table).map(([name, one]): [string, Command] => [
      name,
      {
        name,
        kernel: true,
        from: fromOf(one.from, begun),
        permission: one.system ? 'system' : `${begun.name}:${one.verb}`,
        input: one.input,
        emits: one.emits,
        to: [],
        ...(one.effect ? { effect: one.effect } : {}),
        ...(one.idle ? { idle: one.idle } : {}),
        ...(one.facts ? { facts: (input: unknown) => one.facts?.(input) ?? {} } : {}),
        decide: (input: unknown, _state: Stated, ctx: Context) => one.decide(input, ctx, complete()),
      },
    ]),
  );
}

function fromOf(from: AnyKernelSpec['from'], begun: Begun): Command['from'] {
  switch (from) {
    case 'new':
    case 'open':
      return from;
    case 'any':
      return begun.statuses.filter((one) => one !== begun.initial.status);
    case 'reopenable':
      return begun.reopens?.from ?? [];
    case 'retractable':
      return begun.retracts ?? begun.statuses.filter((one) => one !== begun.initial.status);
  }
}
