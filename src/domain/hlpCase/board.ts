import type { Board } from '../kernel/process.ts';
import { governorateOf } from '../places/pcodes.ts';
import { COURT, type HlpCaseState, SETTLED } from './state.ts';

const oneIf = (so: boolean): number => (so ? 1 : 0);
const isIn = (statuses: readonly string[], { status, was }: HlpCaseState): boolean =>
  statuses.includes(status) || (was !== undefined && statuses.includes(was));

/** The register of house, land and property cases (domain.md §15, 40): by type, governorate and sub-district, never by plot. */
export const board = (s: HlpCaseState): Board => ({
  kind: s.type,
  ...(s.property ? { area: s.property.adm3, governorate: governorateOf(s.property.adm3) } : {}),
  body: s.courtOffice ?? s.mediationOffice,
  measures: {
    opened: 1,
    inCourt: oneIf(isIn(COURT, s)),
    settled: oneIf(isIn(SETTLED, s) || s.status === 'closed'),
    suspended: oneIf(s.status === 'suspended_for_safety'),
    occupied: oneIf(!s.vacant && s.occupants.length > 0),
    certified: oneIf(s.certificate !== undefined),
    overlapsPaidClaim: oneIf(s.overlaps.length > 0),
  },
});
