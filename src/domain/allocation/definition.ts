import { defineProcess } from '../kernel/process.ts';
import { board } from './board.ts';
import { events } from './events.ts';
import { labels } from './labels.ts';
import { approvalWaits, evolve, initial, releaseWaits } from './state.ts';

/** The allocation process without its commands. */
export const p = defineProcess({
  name: 'allocation',
  plural: 'allocations',
  store: 'general',
  tier: 'T1',
  events,
  initial,
  evolve,
  waitsOn: {
    none: () => [],
    requested: approvalWaits,
    refused: () => [],
    approved: releaseWaits,
    released: releaseWaits,
    closed: () => [],
  },
  ends: ['refused', 'closed'],
  about: (s) => ({ governorates: s.governorate === undefined ? [] : [s.governorate] }),
  // Money moves by a new fact, never by rewriting one.
  decisions: [
    'AllocationRequested',
    'AllocationRefused',
    'AllocationApproved',
    'AllocationReleased',
    'BatchAmountReserved',
    'BatchAmountRefused',
    'BatchAmountFreed',
    'BatchAmountSettled',
    'BatchAmountReversed',
    'AllocationReturned',
    'AllocationCarriedForward',
    'AllocationClosed',
  ],
  board,
  labels,
});
