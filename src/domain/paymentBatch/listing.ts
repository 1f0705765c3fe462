import { z } from 'zod';
import { Dinars } from '../allocation/events.ts';
import type { AllocationState } from '../allocation/state.ts';
import { ensure } from '../kernel/errors.ts';
import { ensureAnother } from '../kernel/officers.ts';
import { fact } from '../kernel/process.ts';
import { p } from './definition.ts';
import { events, MOST_LINES, RemovalReason } from './events.ts';
import { paymentOrder } from './policy.ts';
import { byClaim, lineOf, linesIn, type PaymentBatchState, totalOf } from './state.ts';

const STARTED = ['open', 'published', 'listed', 'audited', 'ordered', 'paid', 'reconciled', 'cancelled'] as const;

/** Why a claim that listed itself cannot be taken in, if it cannot. */
function turnedAway(
  s: PaymentBatchState,
  claim: string,
  payees: readonly string[],
): 'not_open' | 'full' | 'listed_already' | undefined {
  if (s.status !== 'open') return 'not_open';
  if (payees.some((payee) => lineOf(s, { claim, payee }))) return 'listed_already';
  return s.lines.length + payees.length > MOST_LINES ? 'full' : undefined;
}

/** How a list of payees comes about, until its money is asked for (domain.md §4.4). */
export const listing = {
  open: p.command({
    from: 'new',
    permission: 'paymentBatch:list',
    input: z.strictObject({
      allocation: z.uuid(),
      batchNo: events.PaymentBatchOpened.shape.batchNo,
      subcommittee: z.uuid().optional(),
    }),
    naturalKey: (c) => `${c.allocation} ${c.batchNo}`,
    emits: ['PaymentBatchOpened'],
    to: ['open'],
    facts: (c) => ({ allocation: fact<AllocationState>('allocation', c.allocation) }),
    decide: (c, _s, ctx) => {
      const { status, governorate, fiscalYear, purpose } = ctx.facts.allocation.state;
      const known = governorate !== undefined && fiscalYear !== undefined && purpose === 'compensation';
      ensure(known && (status === 'approved' || status === 'released'), 'NOT_AN_OPEN_ALLOCATION', { allocation: c.allocation });
      return [{ type: 'PaymentBatchOpened', data: { ...c, governorate, fiscalYear } }];
    },
  }),
  fill: p.command({
    from: ['open'],
    permission: 'paymentBatch:list',
    input: z.strictObject({ upToIQD: Dinars.optional() }),
    emits: ['BatchFillRequested'],
    to: ['open'],
    rules: [paymentOrder],
    decide: (c, _s, ctx) => {
      const { key, version, value } = ctx.rule(paymentOrder);
      return [{ type: 'BatchFillRequested', data: { ...c, order: value, rule: key, version } }];
    },
  }),
  chooseClaims: p.command({
    from: ['open'],
    permission: 'system',
    input: events.BatchClaimsChosen,
    emits: ['BatchClaimsChosen'],
    to: ['open'],
    decide: (c) => [{ type: 'BatchClaimsChosen', data: c }],
  }),
  addClaim: p.command({
    from: STARTED,
    permission: 'system',
    input: events.BatchClaimAdded,
    emits: ['BatchClaimAdded', 'LateClaimTurnedAway'],
    to: STARTED,
    decide: (c, s) => {
      const payees = c.lines.map((one) => one.payee);
      const because = turnedAway(s, c.claim, payees);
      if (because === undefined) return [{ type: 'BatchClaimAdded', data: c }];
      return [{ type: 'LateClaimTurnedAway', data: { claim: c.claim, payees, because } }];
    },
  }),
  removeClaim: p.command({
    from: ['open'],
    permission: 'paymentBatch:list',
    input: z.strictObject({ claim: z.uuid(), reason: RemovalReason.exclude(['batch_cancelled']) }),
    emits: ['BatchClaimRemoved'],
    to: ['open'],
    decide: (c, s) => {
      const payees = s.lines.filter((one) => one.claim === c.claim).map((one) => one.payee);
      ensure(payees.length > 0, 'CLAIM_NOT_LISTED', { claim: c.claim });
      return [{ type: 'BatchClaimRemoved', data: { ...c, payees } }];
    },
  }),
  publish: p.command({
    from: ['open'],
    permission: 'paymentBatch:publish',
    effect: 'money',
    input: z.strictObject({}),
    emits: ['BatchListPublished'],
    to: ['published'],
    decide: (_c, s, ctx) => {
      ensureAnother(ctx, 'FOUR_EYES', ['PaymentBatchOpened']);
      ensure(s.lines.length > 0, 'NOTHING_LISTED');
      const { allocation = '' } = s;
      return [{ type: 'BatchListPublished', data: { count: s.lines.length, amountIQD: totalOf(s, 'listed'), allocation } }];
    },
  }),
  grantFunds: p.command({
    from: ['published'],
    permission: 'system',
    input: z.strictObject({}),
    emits: ['BatchFundsGranted'],
    to: ['listed'],
    decide: () => [{ type: 'BatchFundsGranted', data: {} }],
  }),
  refuseFunds: p.command({
    from: ['published'],
    permission: 'system',
    input: events.BatchFundsRefused,
    emits: ['BatchFundsRefused'],
    to: ['open'],
    decide: (c) => [{ type: 'BatchFundsRefused', data: c }],
  }),
  cancel: p.command({
    from: ['open', 'listed', 'audited'],
    permission: 'paymentBatch:publish',
    effect: 'money',
    input: z.strictObject({ reason: events.BatchCancelled.shape.reason }),
    emits: ['BatchCancelled'],
    to: ['cancelled'],
    decide: (c, s) => {
      const waiting = linesIn(s, 'listed', 'passed');
      const freedIQD = s.status === 'open' ? 0 : totalOf(s, 'listed', 'passed');
      const { allocation = '' } = s;
      return [{ type: 'BatchCancelled', data: { ...c, freedIQD, allocation, claims: byClaim(waiting) } }];
    },
  }),
};
