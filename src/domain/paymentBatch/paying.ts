import { z } from 'zod';
import { Dinars } from '../allocation/events.ts';
import { ensure } from '../kernel/errors.ts';
import { ensureAnother } from '../kernel/officers.ts';
import type { NewEvent } from '../kernel/process.ts';
import { p } from './definition.ts';
import { events, HeldReason, Line, MOST_LINES } from './events.ts';
import { byClaim, lineOf, linesIn, type PaymentBatchState, recoveredOf, totalOf } from './state.ts';

const auditInput = z.strictObject({
  passed: z.array(Line).max(MOST_LINES),
  held: z.array(z.strictObject({ ...Line.shape, reason: HeldReason })).max(MOST_LINES),
});

/** An audit says of every payee of the list, once, whether they passed. */
function wholeList(s: PaymentBatchState, answers: readonly Line[]): void {
  const keys = new Set(answers.map((one) => `${one.claim} ${one.payee}`));
  ensure(keys.size === answers.length, 'LINE_TWICE');
  for (const one of answers) ensure(lineOf(s, one), 'LINE_UNKNOWN', { claim: one.claim });
  ensure(answers.length === s.lines.length, 'AUDIT_INCOMPLETE', { missing: s.lines.length - answers.length });
}

const amountsOf = (s: PaymentBatchState, lines: readonly Line[]): number =>
  lines.reduce((total, one) => total + (lineOf(s, one)?.amountIQD ?? 0), 0);

type Settled = Extract<NewEvent<typeof events>, { type: 'BatchLineSettled' }>;

/** The last line to be settled makes the batch paid, whatever became of each. */
function settled(s: PaymentBatchState, event: Settled): NewEvent<typeof events>[] {
  const { claim, payee, outcome } = event.data;
  const lines = s.lines.map((one) => (one.claim === claim && one.payee === payee ? { ...one, status: outcome } : one));
  const after = { ...s, lines };
  if (s.status !== 'ordered' || linesIn(after, 'ordered').length > 0) return [event];
  const paid = linesIn(after, 'paid');
  return [event, { type: 'BatchPaid', data: { count: paid.length, amountIQD: totalOf(after, 'paid') } }];
}

/** How a list that has its money is audited, ordered, paid and reconciled (domain.md §4.2, §4.4). */
export const paying = {
  recordAudit: p.command({
    from: ['listed'],
    permission: 'paymentBatch:audit',
    effect: 'money',
    input: auditInput,
    emits: ['BatchAudited'],
    to: ['audited'],
    decide: (c, s, ctx) => {
      ensure(ctx.letterRef, 'LETTER_MISSING');
      wholeList(s, [...c.passed, ...c.held]);
      const { allocation = '' } = s;
      const [passedIQD, heldIQD] = [amountsOf(s, c.passed), amountsOf(s, c.held)];
      return [{ type: 'BatchAudited', data: { ...c, passedIQD, heldIQD, allocation } }];
    },
  }),
  order: p.command({
    from: ['audited'],
    permission: 'paymentBatch:order',
    effect: 'money',
    input: z.strictObject({}),
    emits: ['BatchOrdered'],
    to: ['ordered'],
    decide: (_c, s, ctx) => {
      ensureAnother(ctx, 'FOUR_EYES', ['BatchListPublished']);
      const passed = linesIn(s, 'passed');
      ensure(passed.length > 0, 'NOTHING_TO_ORDER');
      const data = { count: passed.length, amountIQD: totalOf(s, 'passed'), claims: byClaim(passed) };
      return [{ type: 'BatchOrdered', data }];
    },
  }),
  settleLine: p.command({
    from: ['ordered', 'paid'],
    permission: 'system',
    input: events.BatchLineSettled,
    emits: ['BatchLineSettled', 'BatchPaid'],
    to: ['ordered', 'paid'],
    decide: (c, s) => {
      const line = lineOf(s, c);
      ensure(line?.status === 'ordered', 'LINE_NOT_ORDERED', { claim: c.claim });
      ensure(c.amountIQD === line.amountIQD, 'AMOUNT_DIFFERS', { listedIQD: line.amountIQD });
      return settled(s, { type: 'BatchLineSettled', data: c });
    },
  }),
  reverseLine: p.command({
    from: ['ordered', 'paid', 'reconciled'],
    permission: 'system',
    input: z.strictObject({ ...Line.shape, amountIQD: Dinars }),
    emits: ['BatchLineReversed'],
    to: ['ordered', 'paid', 'reconciled'],
    decide: (c, s) => {
      const line = lineOf(s, c);
      ensure(line?.status === 'paid', 'LINE_NOT_PAID', { claim: c.claim });
      ensure(c.amountIQD === line.amountIQD, 'AMOUNT_DIFFERS', { listedIQD: line.amountIQD });
      const freedIn = s.status === 'reconciled' ? s.allocation : undefined;
      return [{ type: 'BatchLineReversed', data: { ...c, freedIn } }];
    },
  }),
  recoverLine: p.command({
    from: ['ordered', 'paid', 'reconciled'],
    permission: 'system',
    input: z.strictObject({ ...Line.shape, amountIQD: Dinars }),
    emits: ['BatchLineRecovered'],
    to: ['ordered', 'paid', 'reconciled'],
    decide: (c, s) => {
      const line = lineOf(s, c);
      ensure(line?.status === 'paid', 'LINE_NOT_PAID', { claim: c.claim });
      const mostIQD = line.amountIQD - (line.recoveredIQD ?? 0);
      ensure(c.amountIQD <= mostIQD, 'MORE_THAN_PAID', { mostIQD });
      const freedIn = s.status === 'reconciled' ? s.allocation : undefined;
      return [{ type: 'BatchLineRecovered', data: { ...c, freedIn } }];
    },
  }),
  reconcile: p.command({
    from: ['paid'],
    permission: 'paymentBatch:reconcile',
    effect: 'money',
    input: z.strictObject({}),
    emits: ['BatchReconciled'],
    to: ['reconciled'],
    decide: (_c, s, ctx) => {
      ensureAnother(ctx, 'FOUR_EYES', ['PaymentBatchOpened', 'BatchListPublished']);
      ensure(ctx.letterRef, 'LETTER_MISSING');
      const { allocation = '' } = s;
      const recoveredIQD = recoveredOf(s);
      const data = {
        count: linesIn(s, 'paid').length,
        listedIQD: totalOf(s, 'paid', 'failed', 'returned') + recoveredIQD,
        paidIQD: totalOf(s, 'paid'),
        failedIQD: totalOf(s, 'failed'),
        returnedIQD: totalOf(s, 'returned'),
        recoveredIQD,
        allocation,
      };
      return [{ type: 'BatchReconciled', data }];
    },
  }),
};
