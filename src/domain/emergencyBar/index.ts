import { z } from 'zod';
import { ensure } from '../kernel/errors.ts';
import { defineProcess } from '../kernel/process.ts';
import { events } from './events.ts';
import { labels } from './labels.ts';
import { about, ENDS, evolve, initial, waitsOn } from './state.ts';

const p = defineProcess({
  name: 'emergencyBar',
  plural: 'emergency-bars',
  store: 'restricted',
  tier: 'T1',
  events,
  initial,
  evolve,
  waitsOn,
  ends: ENDS,
  about,
  retracts: [],
  decisions: ['EmergencyRequestsBarred', 'EmergencyBarLifted'],
  labels,
});

const barred = {
  permission: 'system',
  input: events.EmergencyRequestsBarred,
  naturalKey: (c: { staff: string }) => c.staff,
} as const;

/**
 * What follows when an emergency access is found to be without ground: its officer asks for no more until somebody who answers for
 * them lifts that. Nobody published it; domain.md §14 asks for the review.
 */
export const emergencyBar = p.withCommands({
  bar: p.command({
    ...{ from: 'new', ...barred },
    emits: ['EmergencyRequestsBarred'],
    to: ['barred'],
    decide: (c) => [{ type: 'EmergencyRequestsBarred', data: c }],
  }),
  barAgain: p.command({
    ...{ from: ['lifted'], ...barred },
    emits: ['EmergencyRequestsBarred'],
    to: ['barred', 'lifted'],
    decide: (c, s) => (s.emergency === c.emergency ? [] : [{ type: 'EmergencyRequestsBarred', data: c }]),
  }),
  lift: p.command({
    from: ['barred'],
    permission: 'emergencyBar:lift',
    effect: 'legal',
    input: z.strictObject({ reason: z.string().trim().min(10).max(2000) }),
    emits: ['EmergencyBarLifted'],
    to: ['lifted'],
    decide: (c, s, ctx) => {
      ensure(![ctx.actor.id, ctx.onBehalfOf].includes(s.staff), 'LIFTED_BY_ANOTHER');
      return [{ type: 'EmergencyBarLifted', data: c }];
    },
  }),
});
