import type { Board } from '../kernel/process.ts';
import { linesIn, type PaymentBatchState, recoveredOf, totalOf } from './state.ts';

/** What boards count of a batch: payees and whole dinars, by governorate and sub-committee. */
export const board = (s: PaymentBatchState): Board => ({
  governorate: s.governorate,
  body: s.subcommittee,
  measures: {
    payees: s.lines.length,
    held: linesIn(s, 'held').length,
    failed: linesIn(s, 'failed', 'returned').length,
    paid: linesIn(s, 'paid').length,
    outOfOrder: s.lines.filter((one) => one.outOfOrder !== undefined).length,
    listedIQD: totalOf(s, 'listed', 'passed', 'ordered', 'paid'),
    paidIQD: totalOf(s, 'paid'),
    recoveredIQD: recoveredOf(s),
  },
});
