import { z } from 'zod';
import { baghdadDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { ensureAnother } from '../kernel/officers.ts';
import type { Context } from '../kernel/process.ts';
import { Paper } from './codes.ts';
import { afterTheDecision, p } from './definition.ts';
import { duplicatesSettled } from './duplicates.ts';
import { Dinars, No, Text } from './events.ts';
import { committeesOn, committeesRule } from './policy.ts';
import type { Claim } from './state.ts';

const committeeNo = z.int().min(1).max(9);
const Named = { committeeNo, decisionNo: No };

/** One of the committees that sit that day, by other hands than those that decided before. */
function sits(no: number, s: Claim, ctx: Pick<Context, 'actor' | 'onBehalfOf' | 'history' | 'occurredAt' | 'rule'>): void {
  ensureAnother(ctx, 'DECIDED_BELOW', ['ClaimRecommended', 'ClaimRejected']);
  const count = committeesOn(ctx.rule(committeesRule).value, baghdadDate(ctx.occurredAt));
  ensure(no <= count, 'NO_SUCH_COMMITTEE', { committee: no, sitting: count });
  afterTheDecision(s.decision?.on, ctx);
}

/** Objections to the recommendation are decided with it (P-NABAA). */
const objectionsDecided = (s: Claim, outcome: 'changed' | 'upheld') =>
  s.objections.some((one) => one.outcome === undefined) ? [{ type: 'ObjectionDecided' as const, data: { outcome } }] : [];

/** The Central Committee ratifies, amends, annuls, or returns for completion (P-NABAA). */
export const central = {
  ratify: p.command({
    from: ['central_review'],
    permission: 'claim:ratify',
    effect: 'legal',
    input: z.strictObject(Named),
    emits: ['ObjectionDecided', 'ClaimRatified'],
    to: ['ratified', 'finally_rejected'],
    rules: [committeesRule],
    decide: (c, s, ctx) => {
      sits(c.committeeNo, s, ctx);
      duplicatesSettled(s, ctx);
      // A paper file may not carry it; its amount is then set by amending.
      ensure(s.decision, 'RECOMMENDATION_MISSING');
      return [...objectionsDecided(s, 'upheld'), { type: 'ClaimRatified', data: { ...c, amountIQD: s.decision.amountIQD } }];
    },
  }),
  amend: p.command({
    from: ['central_review'],
    permission: 'claim:ratify',
    effect: 'legal',
    input: z.strictObject({ ...Named, amountIQD: Dinars, reason: Text }),
    emits: ['ObjectionDecided', 'ClaimAmended'],
    to: ['amended'],
    rules: [committeesRule],
    decide: (c, s, ctx) => {
      sits(c.committeeNo, s, ctx);
      duplicatesSettled(s, ctx);
      ensure(c.amountIQD !== s.decision?.amountIQD, 'NOTHING_AMENDED');
      return [...objectionsDecided(s, 'changed'), { type: 'ClaimAmended', data: c }];
    },
  }),
  annul: p.command({
    from: ['central_review'],
    permission: 'claim:ratify',
    effect: 'legal',
    input: z.strictObject({ ...Named, reason: Text }),
    emits: ['ObjectionDecided', 'ClaimAnnulled'],
    to: ['annulled'],
    rules: [committeesRule],
    decide: (c, s, ctx) => {
      sits(c.committeeNo, s, ctx);
      return [...objectionsDecided(s, 'changed'), { type: 'ClaimAnnulled', data: c }];
    },
  }),
  returnForCompletion: p.command({
    from: ['central_review'],
    permission: 'claim:ratify',
    effect: 'legal',
    input: z.strictObject({
      committeeNo,
      items: z
        .array(z.strictObject({ item: Paper, note: Text.optional() }))
        .min(1)
        .max(20),
    }),
    emits: ['ClaimReturnedForCompletion'],
    to: ['returned_to_subcommittee'],
    rules: [committeesRule],
    decide: (c, s, ctx) => {
      sits(c.committeeNo, s, ctx);
      return [{ type: 'ClaimReturnedForCompletion', data: c }];
    },
  }),
};
