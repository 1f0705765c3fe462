import { idOf } from '../kernel/envelope.ts';
import type { FollowUp } from '../kernel/followUp.ts';
import type { FoldEvent } from '../kernel/process.ts';
import type { events } from './events.ts';

/** Families that found no place, or whose convoy does not leave, are taken off its manifest and wait for another. */
export function followUps(event: FoldEvent<typeof events>): readonly FollowUp[] {
  const convoy = idOf(event.meta.stream);
  const off = (id: string, reason: string): FollowUp => ({
    process: 'movement',
    command: 'takeOffManifest',
    id,
    input: { convoy, reason },
  });
  switch (event.type) {
    case 'ConvoyHouseholdTurnedAway':
      return [off(event.data.movement, event.data.reason)];
    case 'ConvoyCancelled':
      return event.data.movements.map((one) => off(one, 'convoy_cancelled'));
    default:
      return [];
  }
}
