import { z } from 'zod';
import type { HouseholdState } from '../household/state.ts';
import type { CaseRecord } from '../kernel/case.ts';
import { ensure } from '../kernel/errors.ts';
import { ensureAnother, ensureAnotherThanLast } from '../kernel/officers.ts';
import { type Context, fact, type NewEvent } from '../kernel/process.ts';
import { p, returnKey } from './definition.ts';
import { DenialReason, events } from './events.ts';
import { type ReturnGrantState, STATUSES } from './state.ts';

/** A grant for the same return, also one taken over from paper, keeps this one from being approved. */
function onlyOne({ reservations }: CaseRecord<unknown>): void {
  ensure(!reservations.some((one) => one.status === 'refused'), 'GRANTED_BEFORE');
  ensure(reservations.length > 0 && reservations.every((one) => one.status === 'confirmed'), 'UNIQUENESS_NOT_CHECKED');
}

function denied(s: ReturnGrantState, reason: DenialReason): NewEvent<typeof events>[] {
  const { subject, checks } = s;
  ensure(subject && checks, 'NOT_CHECKED');
  return [{ type: 'ReturnGrantEligibilityDenied', data: { ...subject, checks, reason } }];
}

const byLetter = (ctx: Pick<Context, 'letterRef'>): void => ensure(ctx.letterRef, 'LETTER_MISSING');

/** What is decided about a grant: audit, approval, denial, objection (domain.md §4.5). */
/** Steps that put something into a grant. */
const ENTRIES = [
  'ReturnGrantEligibilityConfirmed',
  'ReturnGrantApplied',
  'ReturnGrantFileClosureVerified',
  'ReturnGrantItemRecorded',
];

export const deciding = {
  recordAudit: p.command({
    from: ['file_closure_verified'],
    permission: 'returnGrant:audit',
    input: events.ReturnGrantAudited,
    emits: ['ReturnGrantAudited', 'ReturnGrantEligibilityDenied'],
    to: ['audited', 'rejected'],
    decide: (c, s, ctx) => {
      byLetter(ctx);
      const audited = { type: 'ReturnGrantAudited', data: c } as const;
      if (c.duplicates === 'none') return [audited];
      const checks = s.checks && { ...s.checks, duplicates: 'failed' as const };
      return [audited, ...denied({ ...s, ...(checks ? { checks } : {}) }, 'paid_by_another_ministry')];
    },
  }),
  approve: p.command({
    from: ['audited'],
    permission: 'returnGrant:approve',
    effect: 'legal',
    input: z.strictObject({}),
    emits: ['ReturnGrantApproved'],
    to: ['approved'],
    facts: (_c, s) => ({ household: fact<HouseholdState>('household', s.subject?.household ?? '') }),
    decide: (_c, s, ctx) => {
      ensureAnother(ctx, 'FOUR_EYES', ENTRIES);
      onlyOne(ctx.case);
      const { household } = ctx.facts;
      ensure(household.state.status !== 'merged_into', 'HOUSEHOLD_MERGED');
      ensure(household.state.qCard !== undefined, 'CARD_MISSING');
      const { amountIQD, ruleVersion } = s;
      ensure(amountIQD !== undefined && ruleVersion !== undefined, 'NOT_CHECKED');
      return [{ type: 'ReturnGrantApproved', data: { amountIQD, ruleVersion } }];
    },
  }),
  reject: p.command({
    // Also an approved grant that turns out wrong, while no money is kept for it.
    from: ['eligibility_checked', 'applied', 'file_closure_verified', 'audited', 'approved', 'awaiting_funds', 'card_problem'],
    permission: 'returnGrant:approve',
    effect: 'legal',
    input: z.strictObject({ reason: DenialReason }),
    emits: ['ReturnGrantEligibilityDenied'],
    to: ['rejected'],
    decide: (c, s, ctx) => {
      ensureAnother(ctx, 'FOUR_EYES', ENTRIES);
      ensure(s.funding === undefined, 'ALREADY_ASKED_FOR');
      return denied(s, c.reason);
    },
  }),
  decideObjection: p.command({
    from: ['objection'],
    permission: 'returnGrant:approve',
    effect: 'legal',
    input: events.ReturnGrantObjectionDecided,
    emits: ['ReturnGrantObjectionDecided'],
    to: ['eligibility_checked', 'applied', 'closed'],
    decide: (c, _s, ctx) => {
      ensureAnotherThanLast(ctx, 'FOUR_EYES', ['ReturnGrantEligibilityDenied']);
      return [{ type: 'ReturnGrantObjectionDecided', data: c }];
    },
  }),
  holdRecovery: p.command({
    from: STATUSES,
    permission: 'system',
    input: z.strictObject({ household: z.uuid(), movement: z.uuid() }),
    // The grant of this return, whoever opened it.
    naturalKey: returnKey,
    emits: ['ReturnGrantRecoveryHeld'],
    to: STATUSES,
    decide: (c, s) => (s.recoveryHeld ? [] : [{ type: 'ReturnGrantRecoveryHeld', data: { movement: c.movement } }]),
  }),
  liftRecoveryHold: p.command({
    from: STATUSES,
    permission: 'returnGrant:approve',
    effect: 'legal',
    input: z.strictObject({ reason: z.string().min(10).max(2000) }),
    emits: ['ReturnGrantRecoveryHoldLifted'],
    to: STATUSES,
    decide: (c, s) => {
      ensure(s.recoveryHeld || s.subject?.after !== undefined, 'RECOVERY_NOT_HELD');
      return [{ type: 'ReturnGrantRecoveryHoldLifted', data: c }];
    },
  }),
  close: p.command({
    from: ['paid', 'rejected'],
    permission: 'returnGrant:approve',
    input: z.strictObject({}),
    emits: ['ReturnGrantClosed'],
    to: ['closed'],
    decide: () => [{ type: 'ReturnGrantClosed', data: {} }],
  }),
};
