import type { Board } from '../kernel/process.ts';
import { type AllocationState, balanceOf } from './state.ts';

/** Where the money of an allocation is, in whole dinars (domain.md §15, 28 and 31): by purpose and governorate. */
export function board(s: AllocationState): Board {
  const { releasedIQD, reservedIQD, spentIQD, availableIQD } = balanceOf(s);
  const { requestedIQD, approvedIQD, returnedIQD } = s;
  // Money carried forward counts where it went, once.
  const heldIQD = releasedIQD - s.carriedForwardIQD;
  return {
    kind: s.purpose,
    governorate: s.governorate,
    measures: { requestedIQD, approvedIQD, releasedIQD: heldIQD, reservedIQD, spentIQD, availableIQD, returnedIQD },
  };
}
