import type { Board } from '../kernel/process.ts';
import { governorateOf } from '../places/pcodes.ts';
import type { EvictionState } from './state.ts';

/** What boards count of a threatened eviction, in households (domain.md §15, 39). */
export const board = (s: EvictionState): Board => ({
  ...(s.adm3 === undefined ? {} : { area: s.adm3, governorate: governorateOf(s.adm3) }),
  measures: {
    notices: s.notice === undefined ? 0 : 1,
    households: s.households,
    annulledHouseholds: s.annulled,
    postponed: s.status === 'postponed' ? 1 : 0,
    executed: s.executed === undefined ? 0 : 1,
    referred: s.referred.length,
  },
});
