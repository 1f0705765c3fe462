import { z } from 'zod';
import type { EmergencyAccessState } from '../emergencyAccess/state.ts';
import { ensure } from '../kernel/errors.ts';
import { defineProcess, fact } from '../kernel/process.ts';
import { events } from './events.ts';
import { Act, keyOfBar } from './ids.ts';
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
  decisions: ['EmergencyRequestsBarred', 'EmergencyConfirmationsBarred', 'EmergencyBarLifted'],
  labels,
});

const Barred = z.strictObject({ staff: z.uuid(), emergency: z.uuid(), act: Act.optional() });
const barred = {
  permission: 'system',
  input: Barred,
  naturalKey: keyOfBar,
  emits: ['EmergencyRequestsBarred', 'EmergencyConfirmationsBarred'],
} as const;

const barredBy = ({ act, ...data }: z.output<typeof Barred>) =>
  act === 'confirming'
    ? { type: 'EmergencyConfirmationsBarred' as const, data }
    : { type: 'EmergencyRequestsBarred' as const, data };

/**
 * What follows when an emergency access is found to be without ground: who asked for it asks for no more, and who confirmed it
 * confirms no more, each until somebody who answers for them lifts that. Nobody published it; domain.md §14 asks for two people
 * and the review.
 */
export const emergencyBar = p.withCommands({
  bar: p.command({
    ...{ from: 'new', ...barred },
    to: ['barred'],
    decide: (c) => [barredBy(c)],
  }),
  barAgain: p.command({
    // While it stands too: who lifts it was in none of what it stands for.
    ...{ from: ['barred', 'lifted'], ...barred },
    to: ['barred', 'lifted'],
    decide: (c, s) => ([...s.emergencies, ...s.lifted].includes(c.emergency) ? [] : [barredBy(c)]),
  }),
  lift: p.command({
    from: ['barred'],
    permission: 'emergencyBar:lift',
    effect: 'legal',
    input: z.strictObject({ reason: z.string().trim().min(10).max(2000) }),
    facts: (_c, s) => Object.fromEntries(s.emergencies.map((id) => [id, fact<EmergencyAccessState>('emergencyAccess', id)])),
    emits: ['EmergencyBarLifted'],
    to: ['lifted'],
    decide: (c, s, ctx) => {
      // Who asked and who confirmed would else lift each other's.
      const both = Object.values(ctx.facts).flatMap(({ state }) => [state.requestedBy, state.confirmedBy]);
      const barred = [s.staff, ...both].filter((one) => one !== undefined);
      ensure(!barred.some((one) => one === ctx.actor.id || one === ctx.onBehalfOf), 'LIFTED_BY_ANOTHER');
      return [{ type: 'EmergencyBarLifted', data: c }];
    },
  }),
});
