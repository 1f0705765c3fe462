import { z } from 'zod';
import { defineProcess } from '../kernel/process.ts';
import { events } from './events.ts';
import { labels } from './labels.ts';
import { answerWindow, escalationShares, reviewWindow } from './policy.ts';
import { about, ENDS, evolve, initial, timers, waitsOn } from './state.ts';

/** A security clearance without its commands (domain.md §3.1). */
export const p = defineProcess({
  name: 'clearance',
  plural: 'clearances',
  store: 'restricted',
  tier: 'T3',
  // A movement learns that a slot is cleared or blocked: neither why, nor by whom, nor from which letter.
  crosses: {
    process: 'movement',
    command: 'noteClearance',
    fields: z.strictObject({ slot: z.uuid(), outcome: z.enum(['cleared', 'blocked']), validUntil: z.iso.date().optional() }),
  },
  events,
  initial,
  evolve,
  waitsOn,
  ends: ENDS,
  timers,
  about,
  keptFromParties: ['asks'],
  // The names of these say what an actor answered.
  discreet: {
    ClearanceGranted: 'T3',
    ClearanceGrantedWithConditions: 'T3',
    ClearanceRefused: 'T3',
    ClearanceUpheld: 'T3',
    ClearanceReversed: 'T3',
    ClearanceRevoked: 'T3',
    ClearanceExpired: 'T3',
  },
  clocks: { answer: answerWindow, review: reviewWindow },
  escalation: {
    rule: escalationShares,
    levels: [
      { party: 'headOfBranch', role: 'headOfBranch' },
      { party: 'reintegrationCommittee', role: 'reintegrationCommittee' },
    ],
    event: 'ClearanceOverdue',
  },
  retracts: [],
  decisions: [
    'ClearanceRequirementsDetermined',
    'ClearanceRequested',
    'ClearanceReceivedByActor',
    'ClearanceUnderCheck',
    'ClearanceMoreInformationRequested',
    'ClearanceRequestWithdrawn',
    'ClearanceReminderDue',
    'ClearanceReminderSent',
    'ClearanceGranted',
    'ClearanceGrantedWithConditions',
    'ClearanceRefused',
    'ClearanceOverdue',
    'ClearanceReviewRequested',
    'ClearanceUpheld',
    'ClearanceReversed',
    'ClearanceRevoked',
    'ClearanceExpired',
  ],
  labels,
});
