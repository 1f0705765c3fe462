import type { Board } from '../kernel/process.ts';
import type { HouseholdState } from './state.ts';

const oneIf = (so: boolean): number => (so ? 1 : 0);

/**
 * What boards count of a household (domain.md §15, 1, 4 and 7): by the district of origin and where it is registered. A pathway
 * once reached stays counted, whatever became of it; the status says where the family stands.
 */
export const board = (s: HouseholdState): Board => ({
  area: s.origin?.adm2 ?? s.origin?.adm1,
  governorate: s.branch?.governorate,
  measures: {
    households: oneIf(s.status !== 'merged_into' && s.status !== 'void'),
    persons: s.status === 'merged_into' || s.status === 'void' ? 0 : s.members.filter(({ deceased }) => !deceased).length,
    returned: oneIf(s.achieved?.pathway === 'return'),
    locallyIntegrated: oneIf(s.achieved?.pathway === 'local_integration'),
    relocated: oneIf(s.achieved?.pathway === 'relocation'),
    unregisteredReturns: s.returnReports.length,
  },
});
