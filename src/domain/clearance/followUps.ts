import type { FollowUp } from '../kernel/followUp.ts';
import type { Event } from './state.ts';

/** The movement has gone on without this slot: nobody waits for the answer any more. */
const LATE = ['WRONG_STATE', 'CHECKS_NOT_OPEN', 'SLOT_UNKNOWN', 'NOT_FOUND'];

/** The one thing that leaves the restricted store: that a movement's slot is cleared until a day, or blocked (domain.md §3.1). */
export function followUps(event: Event): readonly FollowUp[] {
  if (!('asks' in event.data) || !event.data.asks) return [];
  const { movement, slot } = event.data.asks;
  const tell = (outcome: { readonly outcome: 'cleared'; readonly validUntil: string } | { readonly outcome: 'blocked' }) => [
    { process: 'movement', command: 'noteClearance', id: movement, input: { slot, ...outcome }, unless: LATE },
  ];
  switch (event.type) {
    case 'ClearanceGranted':
    case 'ClearanceGrantedWithConditions':
    case 'ClearanceReversed':
      return tell({ outcome: 'cleared', validUntil: event.data.validUntil });
    case 'ClearanceRefused':
    case 'ClearanceUpheld':
    case 'ClearanceRevoked':
      return tell({ outcome: 'blocked' });
    // The movement was told the last day, and counts it by itself.
    default:
      return [];
  }
}
