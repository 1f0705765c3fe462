import type { Board } from '../kernel/process.ts';
import type { ReturnGrantState } from './state.ts';

const oneIf = (so: boolean): number => (so ? 1 : 0);

/** What boards count of a return grant (domain.md §15, 32 and 33). Amounts are whole dinars. */
export const board = (s: ReturnGrantState): Board => ({
  governorate: s.subject?.governorate,
  measures: {
    checked: 1,
    approved: oneIf(s.approvedBy !== undefined),
    paid: oneIf(s.paid !== undefined),
    approvedIQD: s.approvedBy === undefined ? 0 : (s.amountIQD ?? 0),
    paidIQD: s.paid === undefined ? 0 : (s.amountIQD ?? 0),
    recoveredIQD: s.recoveredIQD,
  },
});
