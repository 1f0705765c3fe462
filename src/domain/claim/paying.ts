import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { type FactRef, fact } from '../kernel/process.ts';
import { PaymentMethod } from './codes.ts';
import { notAhead, notTheSame, p } from './definition.ts';
import { duplicatesSettled } from './duplicates.ts';
import { Dinars, No, Text } from './events.ts';
import { type BatchFact, PAID_FROM } from './listing.ts';
import type { Payee } from './payees.ts';
import type { Claim, ClaimState } from './state.ts';

function payeeOf(s: ClaimState, id: string): Payee {
  const one = s.status === 'none' ? undefined : s.payees.find(({ payee }) => payee === id);
  ensure(one, 'PAYEE_UNKNOWN', { payee: id });
  return one;
}

function ordered(s: Claim, id: string): Payee & { readonly batch: string } {
  const { batch, ...one } = payeeOf(s, id);
  ensure(one.status === 'ordered' && batch !== undefined, 'PAYMENT_NOT_ORDERED', { payee: id });
  return { ...one, batch };
}

function batchOf(s: Claim, id: string): { readonly batch: FactRef<BatchFact> | undefined } {
  const batch = s.payees.find(({ payee }) => payee === id)?.batch;
  return { batch: batch === undefined ? undefined : fact<BatchFact>('paymentBatch', batch) };
}

/** The governorate accounts pay each payee, and money that comes back is written down. A payment is never corrected. */
export const paying = {
  recordPayment: p.command({
    from: ['payment_ordered', 'partly_paid'],
    permission: 'claim:pay',
    effect: 'money',
    input: z.strictObject({ payee: z.uuid(), method: PaymentMethod, proof: No, paidOn: LocalDate }),
    emits: ['PaymentMade'],
    to: ['partly_paid', 'paid'],
    facts: (c, s) => batchOf(s, c.payee),
    decide: (c, s, ctx) => {
      const { batch, amountIQD } = ordered(s, c.payee);
      duplicatesSettled(s, ctx);
      notTheSame(ctx.facts.batch?.state.orderedBy, 'PAYER_ORDERED_IT', ctx);
      notAhead(c.paidOn, ctx);
      return [{ type: 'PaymentMade', data: { batch, amountIQD, ...c } }];
    },
  }),
  recordFailedPayment: p.command({
    from: PAID_FROM,
    permission: 'claim:pay',
    effect: 'money',
    input: z.strictObject({ payee: z.uuid(), reason: Text }),
    emits: ['PaymentFailed'],
    to: PAID_FROM,
    decide: (c, s) => {
      const { batch, amountIQD } = ordered(s, c.payee);
      return [{ type: 'PaymentFailed', data: { batch, amountIQD, ...c } }];
    },
  }),
  recordReturnedTransfer: p.command({
    from: [...PAID_FROM, 'closed'],
    permission: 'claim:pay',
    effect: 'money',
    input: z.strictObject({ payee: z.uuid(), on: LocalDate, reason: Text }),
    emits: ['PaymentReturned'],
    to: PAID_FROM,
    decide: (c, s, ctx) => {
      const one = payeeOf(s, c.payee);
      ensure(one.status === 'paid' && one.amountIQD > 0, 'NOT_PAID', { payee: c.payee });
      ensure(one.recoveredIQD === undefined, 'PARTLY_RECOVERED', { payee: c.payee });
      notAhead(c.on, ctx);
      const from = one.batch === undefined ? {} : { batch: one.batch };
      return [{ type: 'PaymentReturned', data: { ...from, amountIQD: one.amountIQD, ...c } }];
    },
  }),
  recordRecovery: p.command({
    from: [...PAID_FROM, 'closed'],
    permission: 'claim:pay',
    effect: 'money',
    input: z.strictObject({ payee: z.uuid(), amountIQD: Dinars, reason: Text }),
    emits: ['PaymentRecovered'],
    to: [...PAID_FROM, 'closed'],
    decide: (c, s) => {
      const one = payeeOf(s, c.payee);
      ensure(one.status === 'paid', 'NOT_PAID', { payee: c.payee });
      const left = one.amountIQD - (one.recoveredIQD ?? 0);
      ensure(c.amountIQD <= left, 'MORE_THAN_PAID', { left });
      const from = one.batch === undefined ? {} : { batch: one.batch };
      return [{ type: 'PaymentRecovered', data: { ...from, ...c } }];
    },
  }),
};
