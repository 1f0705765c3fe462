import { z } from 'zod';
import { Dinars } from '../allocation/events.ts';
import type { AllocationState } from '../allocation/state.ts';
import type { HouseholdState } from '../household/state.ts';
import { baghdadDate, LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { ensureAnother } from '../kernel/officers.ts';
import { fact } from '../kernel/process.ts';
import type { MovementState } from '../movement/state.ts';
import { p } from './definition.ts';
import { events, FailureReason } from './events.ts';
import type { ReturnGrantState } from './state.ts';

/** The money of this grant, which is there in the states it is asked for in. */
function fundingOf(s: ReturnGrantState): NonNullable<ReturnGrantState['funding']> {
  ensure(s.funding, 'NOT_FUNDED');
  return s.funding;
}

/** How an approved grant becomes money: only where an allocation has it (domain.md §0.2, rule 9). */
export const paying = {
  listForPayment: p.command({
    from: ['approved', 'awaiting_funds', 'card_problem'],
    permission: 'returnGrant:pay',
    effect: 'money',
    input: z.strictObject({ allocation: z.uuid(), batchNo: events.ReturnGrantBatchListed.shape.batchNo }),
    emits: ['ReturnGrantFundsRequested'],
    to: ['awaiting_funds'],
    facts: (c, s) => ({
      allocation: fact<AllocationState>('allocation', c.allocation),
      household: fact<HouseholdState>('household', s.subject?.household ?? ''),
    }),
    decide: (c, s, ctx) => {
      ensure(s.funding === undefined, 'ALREADY_ASKED_FOR');
      ensure(ctx.facts.household.state.status !== 'merged_into', 'HOUSEHOLD_MERGED');
      const { status, purpose, governorate } = ctx.facts.allocation.state;
      const open = (status === 'approved' || status === 'released') && purpose === 'return_grant';
      ensure(open, 'NOT_AN_OPEN_ALLOCATION', { allocation: c.allocation });
      ensure(governorate === s.subject?.governorate, 'OF_ANOTHER_GOVERNORATE', { allocation: c.allocation });
      return [{ type: 'ReturnGrantFundsRequested', data: { ...c, amountIQD: s.amountIQD ?? 0 } }];
    },
  }),
  grantFunds: p.command({
    from: ['awaiting_funds'],
    permission: 'system',
    input: z.strictObject({}),
    emits: ['ReturnGrantBatchListed'],
    to: ['batch_listed'],
    decide: (_c, s) => {
      const { answered: _, ...data } = fundingOf(s);
      return [{ type: 'ReturnGrantBatchListed', data }];
    },
  }),
  refuseFunds: p.command({
    from: ['awaiting_funds'],
    permission: 'system',
    input: events.ReturnGrantFundsRefused,
    emits: ['ReturnGrantFundsRefused'],
    to: ['awaiting_funds'],
    decide: (c) => [{ type: 'ReturnGrantFundsRefused', data: c }],
  }),
  recordPayment: p.command({
    from: ['batch_listed'],
    permission: 'returnGrant:pay',
    effect: 'money',
    input: z.strictObject({ cardRef: z.string().min(1).max(60).optional(), paidOn: LocalDate }),
    emits: ['ReturnGrantPaid'],
    to: ['paid'],
    decide: (c, s, ctx) => {
      ensureAnother(ctx, 'FOUR_EYES', ['ReturnGrantApproved']);
      ensure(c.paidOn <= baghdadDate(ctx.now), 'DATE_IN_THE_FUTURE', { date: c.paidOn });
      const { answered: _, ...funding } = fundingOf(s);
      return [{ type: 'ReturnGrantPaid', data: { ...c, ...funding, household: s.subject?.household ?? '' } }];
    },
  }),
  recordFailedPayment: p.command({
    from: ['batch_listed'],
    permission: 'returnGrant:pay',
    effect: 'money',
    input: z.strictObject({ reason: FailureReason }),
    emits: ['ReturnGrantPaymentFailed'],
    to: ['card_problem'],
    decide: (c, s) => {
      const { allocation, amountIQD } = fundingOf(s);
      return [{ type: 'ReturnGrantPaymentFailed', data: { ...c, allocation, amountIQD } }];
    },
  }),
  recover: p.command({
    from: ['paid'],
    permission: 'returnGrant:pay',
    effect: 'money',
    input: z.strictObject({ amountIQD: Dinars, reason: events.ReturnGrantRecovered.shape.reason }),
    emits: ['ReturnGrantRecovered'],
    to: ['paid'],
    // The hold finds a grant by its return; one in the place of a retracted grant looks at the movement itself.
    facts: (_c, s) => {
      const { after, movement } = s.subject ?? {};
      return { failing: after && movement ? fact<MovementState>('movement', movement) : undefined };
    },
    decide: (c, s, ctx) => {
      ensure(ctx.letterRef, 'LETTER_MISSING');
      const failed = ctx.facts.failing?.state.failedAt !== undefined;
      ensure(!s.recoveryHeld && (!failed || s.holdLifted), 'RECOVERY_HELD');
      const { amountIQD = 0, allocation = '' } = s.paid ?? {};
      const mostIQD = amountIQD - s.recoveredIQD;
      ensure(c.amountIQD <= mostIQD, 'MORE_THAN_PAID', { mostIQD });
      return [{ type: 'ReturnGrantRecovered', data: { ...c, allocation } }];
    },
  }),
};
