import { z } from 'zod';
import type { CaseRecord } from '../kernel/case.ts';
import { Uuid } from '../kernel/envelope.ts';
import { ensure } from '../kernel/errors.ts';
import { type Context, fact } from '../kernel/process.ts';
import type { ReferralState } from '../referral/state.ts';
import { GoalReason, Programme } from './codes.ts';
import { p } from './definition.ts';
import { type Goal, isClosed, type Plan, WORKED } from './state.ts';

const note = z.string().trim().min(3).max(2000).optional();
const goal = Uuid;

/** The goal that is meant: still open, and the actor's side sees to it or keeps the plan. The system acts for everybody. */
function openGoal(s: Plan, id: string, ctx: Context): Goal {
  const meant = s.goals.find((one) => one.goal === id);
  ensure(meant, 'GOAL_UNKNOWN', { goal: id });
  const { organisation } = ctx.actor;
  const owns = meant.owner.by === 'organisation' && meant.owner.organisation === organisation;
  ensure(owns || ctx.case.owner?.organisation === organisation, 'GOAL_NOT_YOURS', { goal: id });
  ensure(!isClosed(meant), 'GOAL_CLOSED', { goal: id, status: meant.status });
  return meant;
}

const ServiceInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('referral'), referral: Uuid }),
  z.strictObject({ kind: z.literal('enrolment'), programme: Programme, code: z.string().trim().min(1).max(60) }),
]);
type Linked = { readonly goal: string; readonly service: z.output<typeof ServiceInput> };

const linkFacts = ({ service }: Linked) => ({
  referral: service.kind === 'referral' ? fact<ReferralState>('referral', service.referral) : undefined,
});

/** Statuses of a referral that goes nowhere: not sent yet, taken back, or ended without help. */
const IDLE = ['none', 'draft', 'recalled', 'withdrawn_by_client', 'rejected', 'expired', 'retracted'];

/**
 * Refuses a referral that serves somebody else. One that names nobody of the register (by code alone) is never linked: the plan
 * would tell whose it is.
 */
function ensureServes(record: CaseRecord<ReferralState> | undefined, id: string, { beneficiary, goals }: Plan): void {
  ensure(record?.exists && record.state.status !== 'none' && !IDLE.includes(record.status), 'REFERRAL_UNKNOWN', { referral: id });
  const { householdId, personId } = record.state as { readonly householdId?: string; readonly personId?: string };
  const ofHousehold = beneficiary.kind !== 'host_community' && householdId === beneficiary.household;
  const ofPerson = beneficiary.kind !== 'household' && personId === beneficiary.person;
  ensure(ofHousehold || ofPerson, 'REFERRAL_OF_OTHERS', { referral: id });
  const linked = goals.some((one) => one.services.some((each) => each.kind === 'referral' && each.referral === id));
  ensure(!linked, 'SERVICE_ALREADY_LINKED', { referral: id });
}

/** The work on goals: services linked, begun, met, not met, dropped. */
export const goals = {
  linkService: p.command({
    from: WORKED,
    permission: 'reintegrationPlan:serve',
    input: z.strictObject({ goal, service: ServiceInput }),
    facts: linkFacts,
    emits: ['GoalServiceLinked'],
    to: ['active', 'review_due'],
    decide: (c, s, ctx) => {
      openGoal(s, c.goal, ctx);
      if (c.service.kind === 'referral') ensureServes(ctx.facts.referral, c.service.referral, s);
      return [{ type: 'GoalServiceLinked', data: c }];
    },
  }),
  startGoal: p.command({
    from: WORKED,
    permission: 'reintegrationPlan:serve',
    input: z.strictObject({ goal }),
    emits: ['PlanGoalStarted'],
    to: WORKED,
    decide: (c, s, ctx) => (openGoal(s, c.goal, ctx).status === 'open' ? [{ type: 'PlanGoalStarted', data: c }] : []),
  }),
  meetGoal: p.command({
    from: WORKED,
    permission: 'reintegrationPlan:serve',
    input: z.strictObject({ goal, note }),
    emits: ['PlanGoalMet'],
    to: ['active', 'review_due'],
    decide: (c, s, ctx) => {
      openGoal(s, c.goal, ctx);
      return [{ type: 'PlanGoalMet', data: c }];
    },
  }),
  missGoal: p.command({
    from: WORKED,
    permission: 'reintegrationPlan:serve',
    input: z.strictObject({ goal, reason: GoalReason, note }),
    emits: ['PlanGoalNotMet'],
    to: ['active', 'review_due'],
    decide: (c, s, ctx) => {
      openGoal(s, c.goal, ctx);
      ensure(c.reason !== 'other' || c.note, 'NOTE_MISSING');
      return [{ type: 'PlanGoalNotMet', data: c }];
    },
  }),
  /** Giving a goal up changes what was agreed with the family, so it is for who keeps the plan. */
  dropGoal: p.command({
    from: WORKED,
    permission: 'reintegrationPlan:agree',
    input: z.strictObject({ goal, reason: GoalReason, note }),
    emits: ['PlanGoalDropped'],
    to: ['active', 'review_due'],
    decide: (c, s, ctx) => {
      openGoal(s, c.goal, ctx);
      ensure(c.reason !== 'other' || c.note, 'NOTE_MISSING');
      return [{ type: 'PlanGoalDropped', data: c }];
    },
  }),
};
