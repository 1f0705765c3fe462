import { z } from 'zod';
import { addDays, baghdadDate, type LocalDate } from '../kernel/dates.ts';
import { LetterRef } from '../kernel/envelope.ts';
import { ensure } from '../kernel/errors.ts';
import { ensureAnotherThanLast } from '../kernel/officers.ts';
import { type Context, defineProcess, type Wait } from '../kernel/process.ts';
import { governorateOf, levelOf, parentOf } from '../places/pcodes.ts';
import { AreaCode } from '../places/register.ts';
import { Affected, AreaKey, Condition, DecisionLevel, Proposal, ReasonCategory } from './data.ts';
import { events } from './events.ts';
import { labels } from './labels.ts';
import { reviewWindow } from './policy.ts';
import { type AreaState, evolve, initial } from './state.ts';

const keeper = { role: 'branchesAffairs' };

/** A review falls due once per decision, so its key names the day. */
function waits(state: AreaState): readonly Wait[] {
  const { proposal, reviewDue } = state;
  return [
    ...(reviewDue === undefined
      ? []
      : [{ key: `review:${reviewDue}`, party: 'registerKeeper', holder: keeper, clock: 'review' }]),
    ...(proposal ? [{ key: 'answerProposal', party: 'registerKeeper', holder: keeper }] : []),
  ];
}

const p = defineProcess({
  name: 'area',
  plural: 'areas',
  store: 'general',
  tier: 'T0',
  events,
  initial,
  evolve,
  waitsOn: { unknown: waits, open: waits, conditional: waits, suspended: waits, closed: waits, military_zone: waits },
  ends: [],
  about: (s) => ({ governorates: s.governorate === undefined ? [] : [s.governorate] }),
  clocks: { review: reviewWindow },
  decisions: Object.keys(events).filter((one): one is Exclude<keyof typeof events, 'AreaRegistered'> => one !== 'AreaRegistered'),
  labels,
});

/** What whoever records a decision says of it; the letter is the proof (domain.md §0.2, rule 10). */
const told = {
  decisionLevel: DecisionLevel,
  letterRef: LetterRef,
  /** The day of recording when absent. A decision is recorded once it holds, so the day is not ahead. */
  effectiveFrom: z.iso.date().optional(),
};

type Told = {
  readonly decisionLevel: DecisionLevel;
  readonly letterRef: LetterRef;
  readonly effectiveFrom?: LocalDate | undefined;
};

/** While a proposal is open, who made it decides neither on it nor past it (domain.md §14, entry ≠ approval). */
function ensureNotProposer(s: AreaState, ctx: Pick<Context, 'actor' | 'onBehalfOf' | 'history'>): void {
  if (s.proposal) ensureAnotherThanLast(ctx, 'SECOND_OFFICER_NEEDED', ['AreaStatusProposed']);
}

/** The decision as it is written. A governorate decides what is decided in governorates, for its own areas (domain.md §14). */
function decisionOf(c: Told, s: AreaState, ctx: Pick<Context, 'actor' | 'onBehalfOf' | 'history' | 'occurredAt' | 'now'>) {
  ensureNotProposer(s, ctx);
  const effectiveFrom = c.effectiveFrom ?? baghdadDate(ctx.occurredAt);
  ensure(effectiveFrom <= baghdadDate(ctx.now), 'EFFECTIVE_DAY_AHEAD', { effectiveFrom });
  ensure(s.since === undefined || effectiveFrom >= s.since, 'BEFORE_DECISION_IN_FORCE', { since: s.since ?? '' });
  const local = ['local', 'governorate'].includes(c.decisionLevel);
  ensure(local || ctx.actor.post !== 'governorate', 'ABOVE_GOVERNORATE', { level: c.decisionLevel });
  return { decisionLevel: c.decisionLevel, letterRef: c.letterRef, effectiveFrom };
}

const reviewFrom = (day: LocalDate, ctx: Pick<Context, 'rule'>): LocalDate =>
  addDays(day, ctx.rule(reviewWindow).value['*'].days);

const SHUTTABLE = ['unknown', 'open', 'conditional', 'suspended'] as const;

/** An area and the one life of it that movements need: may people go back (domain.md §3.3). */
export const area = p.withCommands({
  register: p.command({
    from: 'new',
    permission: 'area:register',
    naturalKey: (c) => c.area,
    /** A village says in which sub-district it lies; P-codes and provisional codes know it themselves. */
    input: z.strictObject({ area: AreaKey, parent: AreaCode.optional() }),
    emits: ['AreaRegistered'],
    to: ['unknown'],
    decide: (c, _s, ctx) => {
      const village = z.uuid().safeParse(c.area).success;
      ensure(!village || c.parent !== undefined, 'PARENT_MISSING');
      const parent = village ? c.parent : (parentOf(c.area) ?? provisionalParent(c.area));
      const level = village ? 4 : (levelOf(c.area) ?? (levelOf(parent ?? '') ?? 0) + 1);
      const governorate = governorateOf(parent ?? c.area) ?? c.area.slice(0, 5);
      ensure(ctx.actor.post !== 'governorate' || ctx.actor.governorate === governorate, 'ANOTHER_GOVERNORATE');
      const pcodeStatus = levelOf(c.area) === undefined ? 'provisional' : 'confirmed';
      const lies = parent === undefined ? {} : { parent };
      return [{ type: 'AreaRegistered', data: { area: c.area, level, ...lies, governorate, pcodeStatus } }];
    },
  }),
  open: p.command({
    from: ['unknown', 'conditional'],
    permission: 'area:decide',
    effect: 'legal',
    input: z.strictObject(told),
    emits: ['ReturnAuthorisationOpened'],
    to: ['open'],
    decide: (c, s, ctx) => [{ type: 'ReturnAuthorisationOpened', data: decisionOf(c, s, ctx) }],
  }),
  makeConditional: p.command({
    from: ['unknown', 'open', 'conditional'],
    permission: 'area:decide',
    effect: 'legal',
    rules: [reviewWindow],
    input: z.strictObject({ ...told, conditions: z.array(Condition).min(1).max(8) }),
    emits: ['ReturnAuthorisationMadeConditional'],
    to: ['conditional'],
    decide: (c, s, ctx) => {
      const decision = decisionOf(c, s, ctx);
      const reviewDue = reviewFrom(decision.effectiveFrom, ctx);
      return [{ type: 'ReturnAuthorisationMadeConditional', data: { ...decision, conditions: c.conditions, reviewDue } }];
    },
  }),
  suspend: p.command({
    from: ['unknown', 'open', 'conditional'],
    permission: 'area:decide',
    effect: 'legal',
    rules: [reviewWindow],
    input: z.strictObject({
      ...told,
      scope: z.enum(['all', 'group']),
      reasonCategory: ReasonCategory,
      until: z.iso.date().optional(),
      affected: Affected.optional(),
    }),
    emits: ['ReturnAuthorisationSuspended'],
    to: ['suspended'],
    decide: (c, s, ctx) => {
      const decision = decisionOf(c, s, ctx);
      const { scope, reasonCategory, until, affected } = c;
      ensure(until === undefined || until >= decision.effectiveFrom, 'ENDS_BEFORE_IT_BEGINS');
      const reviewDue = reviewFrom(decision.effectiveFrom, ctx);
      const data = { ...decision, scope, reasonCategory, reviewDue, until, affected };
      return [{ type: 'ReturnAuthorisationSuspended', data }];
    },
  }),
  resume: p.command({
    from: ['suspended'],
    permission: 'area:decide',
    effect: 'legal',
    input: z.strictObject(told),
    emits: ['ReturnAuthorisationResumed'],
    to: ['unknown', 'open', 'conditional'],
    decide: (c, s, ctx) => [{ type: 'ReturnAuthorisationResumed', data: decisionOf(c, s, ctx) }],
  }),
  declareClosed: p.command({
    from: SHUTTABLE,
    permission: 'area:decide',
    effect: 'legal',
    rules: [reviewWindow],
    input: z.strictObject({ ...told, reasonCategory: ReasonCategory, affected: Affected.optional() }),
    emits: ['AreaDeclaredClosed'],
    to: ['closed'],
    decide: (c, s, ctx) => {
      const decision = decisionOf(c, s, ctx);
      const reviewDue = reviewFrom(decision.effectiveFrom, ctx);
      const { reasonCategory, affected } = c;
      return [{ type: 'AreaDeclaredClosed', data: { ...decision, reasonCategory, reviewDue, affected } }];
    },
  }),
  reopen: p.command({
    from: ['closed'],
    permission: 'area:decide',
    effect: 'legal',
    input: z.strictObject(told),
    emits: ['AreaReopened'],
    to: ['open'],
    decide: (c, s, ctx) => [{ type: 'AreaReopened', data: decisionOf(c, s, ctx) }],
  }),
  designateMilitaryZone: p.command({
    from: [...SHUTTABLE, 'closed'],
    permission: 'area:decide',
    effect: 'legal',
    rules: [reviewWindow],
    input: z.strictObject({ ...told, affected: Affected.optional() }),
    emits: ['AreaDesignatedMilitaryZone'],
    to: ['military_zone'],
    decide: (c, s, ctx) => {
      const decision = decisionOf(c, s, ctx);
      const reviewDue = reviewFrom(decision.effectiveFrom, ctx);
      return [{ type: 'AreaDesignatedMilitaryZone', data: { ...decision, reviewDue, affected: c.affected } }];
    },
  }),
  liftMilitaryZone: p.command({
    from: ['military_zone'],
    permission: 'area:decide',
    effect: 'legal',
    input: z.strictObject(told),
    emits: ['AreaMilitaryZoneLifted'],
    to: ['unknown', 'open', 'conditional'],
    decide: (c, s, ctx) => [{ type: 'AreaMilitaryZoneLifted', data: decisionOf(c, s, ctx) }],
  }),
  propose: p.command({
    from: 'open',
    permission: 'area:propose',
    input: z.strictObject({
      status: Proposal,
      reasonCategory: ReasonCategory.optional(),
      letterRef: LetterRef.optional(),
    }),
    emits: ['AreaStatusProposed'],
    to: ['unknown', 'open', 'conditional', 'suspended', 'closed', 'military_zone'],
    decide: (c, s) => {
      ensure(s.proposal === undefined, 'PROPOSAL_OPEN');
      ensure(s.status !== c.status, 'ALREADY_SO');
      return [{ type: 'AreaStatusProposed', data: c }];
    },
  }),
  answerProposal: p.command({
    from: 'open',
    permission: 'area:decide',
    input: z.strictObject({ answer: events.AreaProposalAnswered.shape.answer }),
    emits: ['AreaProposalAnswered'],
    to: ['unknown', 'open', 'conditional', 'suspended', 'closed', 'military_zone'],
    decide: (c, s, ctx) => {
      ensure(s.proposal, 'NOTHING_PROPOSED');
      ensureNotProposer(s, ctx);
      return [{ type: 'AreaProposalAnswered', data: c }];
    },
  }),
  /** The decision stands; it is looked at again after another period. */
  review: p.command({
    from: ['conditional', 'suspended', 'closed', 'military_zone'],
    permission: 'area:decide',
    rules: [reviewWindow],
    input: z.strictObject({ decisionLevel: DecisionLevel, letterRef: LetterRef.optional() }),
    emits: ['AreaStatusReviewed'],
    to: ['conditional', 'suspended', 'closed', 'military_zone'],
    decide: (c, s, ctx) => {
      const reviewDue = reviewFrom(baghdadDate(ctx.occurredAt), ctx);
      ensure(reviewDue !== s.reviewDue, 'REVIEWED_TODAY');
      return [{ type: 'AreaStatusReviewed', data: { ...c, reviewDue } }];
    },
  }),
});

/** The P-code a provisional code begins with: where it lies. */
const provisionalParent = (code: string): string | undefined => (levelOf(code) ? undefined : code.replace(/P\d{2}$/, ''));
