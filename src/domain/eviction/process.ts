import { defineProcess } from '../kernel/process.ts';
import { board } from './board.ts';
import { events } from './events.ts';
import { labels } from './labels.ts';
import { escalationRule, intakeWindow } from './policy.ts';
import { about, ENDS, evolve, initial, timers, waitsOn } from './state.ts';

/** A threatened or carried out eviction, without its commands (domain.md §6.2). */
export const p = defineProcess({
  name: 'eviction',
  plural: 'evictions',
  store: 'general',
  tier: 'T2',
  events,
  initial,
  evolve,
  waitsOn,
  ends: ENDS,
  timers,
  about,
  board,
  clocks: { intake: intakeWindow },
  retracts: ['threat_reported', 'notice_recorded'],
  decisions: [
    'EvictionPostponed',
    'EvictionPostponementRefused',
    'EvictionOrderAnnulled',
    'EvictionOrderUpheld',
    'EvictionExecuted',
  ],
  escalation: { rule: escalationRule, levels: [{ party: 'governorate', role: 'governorate' }] },
  labels,
});
