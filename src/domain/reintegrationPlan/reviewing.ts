import { z } from 'zod';
import { baghdadDate, type LocalDate } from '../kernel/dates.ts';
import { Uuid } from '../kernel/envelope.ts';
import { ensure } from '../kernel/errors.ts';
import { agreementFacts, ConsentInput, ensureConsented, GoalInput, goalsAgreed } from './agreement.ts';
import { DiscontinueReason, Scores } from './codes.ts';
import { p } from './definition.ts';
import { isClosed, OPEN, type Plan, WORKED } from './state.ts';

const note = z.string().trim().min(3).max(2000).optional();

/** The round a review on a day is: the last whose day has come, else the next, else one more than planned. */
function roundOn(s: Plan, day: LocalDate): number {
  const come = s.reviews.filter((one) => one.due <= day).at(-1);
  return (come ?? s.reviews[0])?.round ?? s.round + 1;
}

/** Reviews, and the ends of a plan. */
export const reviewing = {
  makeReviewDue: p.command({
    from: ['agreed', 'active'],
    permission: 'system',
    input: z.strictObject({}),
    emits: ['PlanReviewDue'],
    to: ['agreed', 'active', 'review_due'],
    decide: (_, s, ctx) => {
      const [next] = s.reviews;
      return next && next.due <= baghdadDate(ctx.now) ? [{ type: 'PlanReviewDue', data: { round: next.round } }] : [];
    },
  }),
  /** After a failed return (domain.md §11). A plan that nobody agreed to yet is assessed soon anyway. */
  bringReviewForward: p.command({
    from: OPEN,
    permission: 'system',
    input: z.strictObject({ cause: z.enum(['return_failed']), movement: Uuid }),
    emits: ['PlanReviewBroughtForward'],
    to: OPEN,
    decide: (c, s) => (s.status === 'agreed' || s.status === 'active' ? [{ type: 'PlanReviewBroughtForward', data: c }] : []),
  }),
  /** Scores at least what the plan is still working on; new goals need a consent that covers them. */
  review: p.command({
    from: WORKED,
    permission: 'reintegrationPlan:review',
    input: z.strictObject({
      scores: Scores,
      goals: z.array(GoalInput).max(40).optional(),
      consent: ConsentInput.optional(),
      note,
    }),
    facts: (c, s) => agreementFacts(c.goals ?? [], s),
    emits: ['PlanReviewed'],
    to: ['active'],
    decide: (c, s, ctx) => {
      const { goals: added = [], consent, scores } = c;
      const domains = [...new Set([...s.goals.filter((one) => !isClosed(one)), ...added].map((one) => one.domain))];
      const missing = domains.filter((one) => scores[one] === undefined);
      ensure(missing.length === 0, 'REVIEW_INCOMPLETE', { domains: missing.join(', ') });
      ensure(added.length === 0 || consent, 'CONSENT_MISSING');
      if (consent) ensureConsented(consent, added, s, ctx);
      const goals = goalsAgreed(added, ctx);
      const round = roundOn(s, baghdadDate(ctx.occurredAt));
      return [{ type: 'PlanReviewed', data: { round, scores, goals, consent, note: c.note } }];
    },
  }),
  /** Achieved when every goal was met or dropped, in part when some was not met; at least one was met. */
  conclude: p.command({
    from: WORKED,
    permission: 'reintegrationPlan:conclude',
    effect: 'legal',
    input: z.strictObject({ note }),
    emits: ['PlanAchieved'],
    to: ['achieved', 'partly_achieved'],
    decide: (c, s) => {
      const open = s.goals.filter((one) => !isClosed(one));
      ensure(open.length === 0, 'GOALS_STILL_OPEN', { goals: open.length });
      ensure(
        s.goals.some((one) => one.status === 'met'),
        'NO_GOAL_MET',
      );
      const extent = s.goals.some((one) => one.status === 'not_met') ? 'part' : 'full';
      return [{ type: 'PlanAchieved', data: { extent, ...c } }];
    },
  }),
  discontinue: p.command({
    from: OPEN,
    permission: 'reintegrationPlan:conclude',
    effect: 'legal',
    input: z.strictObject({ reason: DiscontinueReason, note }),
    emits: ['PlanDiscontinued'],
    to: ['discontinued'],
    decide: (c) => {
      ensure(c.reason !== 'other' || c.note, 'NOTE_MISSING');
      return [{ type: 'PlanDiscontinued', data: c }];
    },
  }),
};
