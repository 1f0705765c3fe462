import { z } from 'zod';
import type { CaseRecord } from '../kernel/case.ts';
import { ensure } from '../kernel/errors.ts';
import { type Context, fact } from '../kernel/process.ts';
import { OutOfOrder } from './codes.ts';
import { p } from './definition.ts';
import { duplicatesSettled, suspected } from './duplicates.ts';
import { Text } from './events.ts';
import { isDue, type Payee, sharesShown } from './payees.ts';
import { PAYING } from './stages.ts';
import type { Claim } from './state.ts';

/** What a claim needs to know of a payment batch. */
export interface BatchFact {
  readonly status: string;
  readonly governorate?: string | undefined;
  readonly subcommittee?: string | undefined;
  readonly orderedBy?: string | undefined;
}

export const PAID_FROM = [...PAYING, 'suspended'] as const;

const lineOf = ({ payee, amountIQD, person }: Payee) => ({
  payee,
  amountIQD,
  ...(person === undefined || person === payee ? {} : { person }),
});

/** The payees of a batch among those named, in a status; what the batch says twice finds nothing left to do. */
const inBatch = (s: Claim, batch: string, named: readonly string[], ...status: readonly Payee['status'][]): readonly Payee[] =>
  s.payees.filter((one) => one.batch === batch && named.includes(one.payee) && status.includes(one.status));

/** Who is put on the list: those named, or everybody who is due. A failed payment is listed again only by name. */
function wanted(s: Claim, named: readonly string[] | undefined): readonly Payee[] {
  if (named === undefined) return s.payees.filter(isDue);
  return named.map((id) => {
    const one = s.payees.find(({ payee }) => payee === id);
    ensure(one, 'PAYEE_UNKNOWN', { payee: id });
    ensure(isDue(one) || one.status === 'failed', 'PAYEE_NOT_DUE', { payee: id, status: one.status });
    return one;
  });
}

/** Whoever lists by hand goes past the order of payment, which only the filling of a batch keeps, and says why. */
function byHand(
  c: { readonly outOfOrder?: z.output<typeof OutOfOrder> | undefined; readonly note?: string | undefined },
  { actor }: Pick<Context, 'actor'>,
): void {
  ensure(c.outOfOrder !== undefined || actor.post === 'system', 'OUT_OF_ORDER_UNEXPLAINED');
  ensure(c.outOfOrder !== 'other' || c.note !== undefined, 'REASON_NEEDS_WORDS');
}

/** Whether nothing in the claim itself keeps its payees from being listed. */
export const mayBeListed = (s: Claim, record: CaseRecord<unknown>): boolean =>
  suspected(s, record).length === 0 && sharesShown(s);

/** Only the claim decides in which batch a payee is listed, so it is never in two. */
export const listing = {
  listForPayment: p.command({
    from: ['awaiting_allocation', 'payment_failed', 'batch_listed', 'payee_audit', 'payment_ordered', 'partly_paid'],
    permission: 'claim:list',
    input: z.strictObject({
      batch: z.uuid(),
      payees: z.array(z.uuid()).min(1).max(200).optional(),
      outOfOrder: OutOfOrder.optional(),
      note: Text.optional(),
    }),
    emits: ['ClaimListedForPayment'],
    to: ['batch_listed', 'payee_audit', 'payment_ordered', 'partly_paid'],
    facts: (c) => ({ batch: fact<BatchFact>('paymentBatch', c.batch) }),
    decide: (c, s, ctx) => {
      const { batch } = ctx.facts;
      ensure(batch.exists && !batch.retracted && batch.state.status === 'open', 'BATCH_NOT_OPEN');
      ensure(batch.state.governorate === s.subcommittee?.governorate, 'BATCH_OF_ANOTHER_GOVERNORATE');
      const { subcommittee } = batch.state;
      ensure(subcommittee === undefined || subcommittee === s.subcommittee?.office, 'BATCH_OF_ANOTHER_SUBCOMMITTEE');
      duplicatesSettled(s, ctx);
      ensure(sharesShown(s), 'HEIR_SHARES_MISSING');
      byHand(c, ctx);
      const payees = wanted(s, c.payees);
      ensure(payees.length > 0, 'NOTHING_DUE');
      const lines = [...new Set(payees)].map(lineOf);
      const decidedOn = s.final?.on ?? '';
      const { batch: into, outOfOrder, note } = c;
      const data = { batch: into, lines, decidedOn, vulnerable: s.vulnerable, outOfOrder, note };
      return [{ type: 'ClaimListedForPayment', data }];
    },
  }),
  unlist: p.command({
    from: PAID_FROM,
    permission: 'system',
    input: z.strictObject({ batch: z.uuid(), payees: z.array(z.uuid()).min(1), reason: Text }),
    emits: ['ClaimUnlisted'],
    to: PAID_FROM,
    decide: (c, s) => {
      const payees = inBatch(s, c.batch, c.payees, 'listed', 'audited').map((one) => one.payee);
      return payees.length === 0 ? [] : [{ type: 'ClaimUnlisted', data: { batch: c.batch, payees, reason: c.reason } }];
    },
  }),
  recordPayeeAudit: p.command({
    from: PAID_FROM,
    permission: 'system',
    input: z.strictObject({ batch: z.uuid(), payee: z.uuid(), outcome: z.enum(['passed', 'held']), reason: Text.optional() }),
    emits: ['PayeeAuditCompleted', 'PaymentHeld'],
    to: PAID_FROM,
    decide: (c, s) => {
      const { batch, payee, outcome, reason } = c;
      if (inBatch(s, batch, [payee], 'listed').length === 0) return [];
      const audited = { type: 'PayeeAuditCompleted' as const, data: { batch, payee, outcome } };
      return outcome === 'passed' ? [audited] : [audited, { type: 'PaymentHeld', data: { batch, payee, reason } }];
    },
  }),
  /** An order for a claim that was suspended meanwhile comes back as failed, so that the batch is not left waiting for it. */
  orderPayment: p.command({
    from: PAID_FROM,
    permission: 'system',
    input: z.strictObject({ batch: z.uuid(), payees: z.array(z.uuid()).min(1) }),
    emits: ['PaymentOrdered', 'PaymentFailed'],
    to: PAID_FROM,
    decide: (c, s) => {
      const lines = inBatch(s, c.batch, c.payees, 'audited').map(lineOf);
      if (lines.length === 0) return [];
      if (s.status !== 'suspended') return [{ type: 'PaymentOrdered', data: { batch: c.batch, lines } }];
      const reason = 'the claim is suspended';
      return lines.map(({ payee, amountIQD }) => ({
        type: 'PaymentFailed' as const,
        data: { batch: c.batch, payee, amountIQD, reason },
      }));
    },
  }),
  liftHold: p.command({
    from: PAID_FROM,
    permission: 'claim:liftHold',
    effect: 'money',
    input: z.strictObject({ payee: z.uuid(), reason: Text }),
    emits: ['PaymentHoldLifted'],
    to: PAID_FROM,
    decide: (c, s) => {
      const held = s.payees.find((one) => one.payee === c.payee);
      ensure(held, 'PAYEE_UNKNOWN', { payee: c.payee });
      ensure(held.status === 'held', 'PAYEE_NOT_HELD', { payee: c.payee });
      ensure(held.replacement === undefined, 'REPLACEMENT_PENDING', { payee: c.payee });
      return [{ type: 'PaymentHoldLifted', data: c }];
    },
  }),
};
