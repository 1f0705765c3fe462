import type { Board } from '../kernel/process.ts';
import { governorateOf } from '../places/pcodes.ts';
import { type MovementState, travellersOf } from './state.ts';

/**
 * What boards count of a movement (domain.md §15, 8–14 and 17): by pathway and destination. A family under threat is counted
 * without where it goes. Arrivals stay counted when the return fails later.
 */
export function board(s: MovementState): Board {
  const area = s.shielded ? undefined : (s.arrivedIn?.area ?? s.destination.area);
  const one = (so: boolean) => (so ? 1 : 0);
  return {
    kind: s.pathway,
    ...(area === undefined ? {} : { area, governorate: governorateOf(area) }),
    measures: {
      intended: 1,
      persons: travellersOf(s).length,
      onHold: one(s.holds.length > 0),
      departed: one(s.departedAt !== undefined),
      arrived: one(s.arrivedAt !== undefined),
      arrivalConfirmed: one(s.confirmedAt !== undefined),
      roundsDue: s.rounds.filter(({ status }) => status !== 'planned').length,
      roundsCompleted: s.rounds.filter(({ status }) => status === 'completed').length,
      failed: one(s.failedAt !== undefined),
      sustained: one(s.status === 'sustained'),
    },
  };
}
