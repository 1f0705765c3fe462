import { z } from 'zod';
import { ensure } from '../kernel/errors.ts';
import { p } from './definition.ts';
import { Dinars, DinarsOrNone, PayingProcess } from './events.ts';
import { type AllocationState, amountOf, balanceOf } from './state.ts';

const ANY = ['requested', 'refused', 'approved', 'released', 'closed'] as const;
const forBatch = { batch: z.uuid(), amountIQD: Dinars };

/** Nothing is freed or settled twice: what leaves a reservation must be in it. */
function within(s: AllocationState, batch: string, amountIQD: number): void {
  const { reservedIQD } = amountOf(s, batch);
  ensure(amountIQD <= reservedIQD, 'MORE_THAN_RESERVED', { batch, reservedIQD });
}

/**
 * What batches and grants ask of the allocation. This stream alone decides whether the amount of a batch is there, so that
 * what is reserved and spent never exceeds what was released (domain.md §4.4, invariant).
 */
export const keeping = {
  reserveForBatch: p.command({
    from: ANY,
    permission: 'system',
    input: z.strictObject({ ...forBatch, process: PayingProcess.default('paymentBatch') }),
    emits: ['BatchAmountReserved', 'BatchAmountRefused'],
    to: ANY,
    decide: (c, s) => {
      const availableIQD = s.status === 'released' ? balanceOf(s).availableIQD : 0;
      return c.amountIQD <= availableIQD
        ? [{ type: 'BatchAmountReserved', data: c }]
        : [{ type: 'BatchAmountRefused', data: { ...c, availableIQD } }];
    },
  }),
  freeForBatch: p.command({
    from: ANY,
    permission: 'system',
    input: z.strictObject(forBatch),
    emits: ['BatchAmountFreed'],
    to: ANY,
    decide: (c, s) => {
      within(s, c.batch, c.amountIQD);
      return [{ type: 'BatchAmountFreed', data: c }];
    },
  }),
  settleBatch: p.command({
    from: ANY,
    permission: 'system',
    input: z.strictObject({ batch: z.uuid(), paidIQD: DinarsOrNone }),
    emits: ['BatchAmountSettled'],
    to: ANY,
    decide: (c, s) => {
      within(s, c.batch, c.paidIQD);
      const freedIQD = amountOf(s, c.batch).reservedIQD - c.paidIQD;
      return [{ type: 'BatchAmountSettled', data: { ...c, freedIQD } }];
    },
  }),
  reverseForBatch: p.command({
    from: ANY,
    permission: 'system',
    input: z.strictObject(forBatch),
    emits: ['BatchAmountReversed'],
    to: ANY,
    decide: (c, s) => {
      const { settled, paidIQD, reservedIQD, reversedIQD } = amountOf(s, c.batch);
      const mostIQD = (settled ? paidIQD : reservedIQD) - reversedIQD;
      ensure(c.amountIQD <= mostIQD, 'MORE_THAN_PAID', { batch: c.batch, mostIQD });
      return [{ type: 'BatchAmountReversed', data: c }];
    },
  }),
};
