import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';
import { personal } from '../kernel/privacy.ts';
import { Adm3 } from '../places/pcodes.ts';
import { DiscontinueReason, Domain, GoalReason, Programme, Scores } from './codes.ts';

/**
 * Whom a plan is for: a household, one of its members, or a resident of the host community, who is no displaced household
 * (domain.md §7: plans allow host-community members as beneficiaries).
 */
export const Beneficiary = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('household'), household: z.uuid() }),
  z.strictObject({ kind: z.literal('member'), household: z.uuid(), person: z.uuid() }),
  z.strictObject({ kind: z.literal('host_community'), person: z.uuid(), area: Adm3 }),
]);
export type Beneficiary = z.infer<typeof Beneficiary>;

/** Who sees to a goal: the family itself, or an organisation that takes part in the plan from then on. */
export const Owner = z.discriminatedUnion('by', [
  z.strictObject({ by: z.literal('family') }),
  z.strictObject({ by: z.literal('organisation'), organisation: z.uuid() }),
]);
export type Owner = z.infer<typeof Owner>;

/** A consent recorded with the household, or one on paper with what it covers. */
export const Consent = z.discriminatedUnion('basis', [
  z.strictObject({ basis: z.literal('recorded'), consent: z.uuid() }),
  z.strictObject({
    basis: z.literal('form'),
    ref: personal(z.string(), 'T1'),
    givenOn: LocalDate,
    recipients: z.array(z.uuid()),
  }),
]);

const Goal = z.strictObject({
  goal: z.uuid(),
  domain: Domain,
  owner: Owner,
  due: LocalDate,
  /** What is to be reached, in words of the plan; for mental health and psychosocial support there are none. */
  what: personal(z.string(), 'T1').optional(),
});

/** A service that serves a goal: a referral of this system, or an enrolment known by the programme's own code. */
export const Service = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('referral'), referral: z.uuid() }),
  z.strictObject({
    kind: z.literal('enrolment'),
    programme: personal(Programme, 'T2'),
    code: personal(z.string(), 'T1'),
  }),
]);

const Round = z.strictObject({ round: z.int(), due: LocalDate });
const goal = z.uuid();
const note = personal(z.string(), 'T2').optional();

/** Names from domain.md §7.1 and §13.4; those it does not name stand beside them in its manner. */
export const events = {
  /** `branch` is the office that keeps the household's file. */
  ReintegrationPlanProposed: z.strictObject({ beneficiary: Beneficiary, branch: z.uuid().optional() }),
  ReintegrationAssessmentDone: z.strictObject({ scores: personal(Scores, 'T2') }),
  /** `reviews` are the rounds of the rule in force on that day. */
  ReintegrationPlanAgreed: z.strictObject({ goals: z.array(Goal), consent: Consent, reviews: z.array(Round) }),
  GoalServiceLinked: z.strictObject({ goal, service: Service }),
  PlanGoalStarted: z.strictObject({ goal }),
  PlanGoalMet: z.strictObject({ goal, note }),
  PlanGoalNotMet: z.strictObject({ goal, reason: GoalReason, note }),
  PlanGoalDropped: z.strictObject({ goal, reason: GoalReason, note }),
  PlanReviewDue: z.strictObject({ round: z.int() }),
  PlanReviewBroughtForward: z.strictObject({ cause: z.enum(['return_failed']), movement: z.uuid() }),
  /** With goals agreed at the review, and the consent that covers them. */
  PlanReviewed: z.strictObject({
    round: z.int(),
    scores: personal(Scores, 'T2'),
    goals: z.array(Goal),
    consent: Consent.optional(),
    note,
  }),
  /** `part`: some goal was not met. */
  PlanAchieved: z.strictObject({ extent: z.enum(['full', 'part']), note }),
  PlanDiscontinued: z.strictObject({ reason: DiscontinueReason, note }),
};
