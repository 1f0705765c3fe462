import { z } from 'zod';
import { addDays, baghdadDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { Fitness, TravelCondition, WaivableCheck } from './codes.ts';
import { p } from './definition.ts';
import { events } from './events.ts';
import { fitnessValidity } from './policy.ts';
import { areaFacts, ensureReady, standingOf, travelFacts } from './readiness.ts';
import { isBefore, type MovementState, travellersOf } from './state.ts';
import { ensureStillHolds } from './validity.ts';

const FROM = ['checks_in_progress', 'cleared_to_depart', 'approved', 'manifested', 'on_hold'] as const;

function ensureChecks(s: MovementState): void {
  ensure(s.checks && isBefore(s), 'CHECKS_NOT_OPEN');
}

const passes = (result: z.output<typeof Fitness>): boolean => result === 'fit' || result === 'fit_with_conditions';

/** The other checks, each recorded by whoever learns of it, and what stands at their end (domain.md §2.1). */
export const checking = {
  assessFitness: p.command({
    from: FROM,
    permission: 'movement:check',
    rules: [fitnessValidity],
    input: z.strictObject({
      person: z.uuid(),
      result: Fitness,
      conditions: z.array(TravelCondition).max(5).optional(),
      medicineDays: z.int().min(0).max(365).optional(),
      validUntil: z.iso.date().optional(),
    }),
    emits: ['FitToTravelAssessed'],
    to: FROM,
    decide: (c, s, ctx) => {
      ensureChecks(s);
      ensure(travellersOf(s).includes(c.person), 'NOT_A_TRAVELLER', { person: c.person });
      ensure(c.result !== 'fit_with_conditions' || (c.conditions ?? []).length > 0, 'TRAVEL_CONDITIONS_MISSING');
      const validUntil = c.validUntil ?? addDays(baghdadDate(ctx.occurredAt), ctx.rule(fitnessValidity).value);
      const passed = passes(c.result);
      if (passed) ensureStillHolds(validUntil, ctx, 'FITNESS_RUN_OUT');
      return [{ type: 'FitToTravelAssessed', data: { ...c, validUntil, passed } }];
    },
  }),
  recordDocumentsPlan: p.command({
    from: FROM,
    permission: 'movement:check',
    input: events.DocumentsPlanRecorded,
    emits: ['DocumentsPlanRecorded'],
    to: FROM,
    decide: (c, s) => {
      ensureChecks(s);
      const stranger = c.children.find((one) => !s.minors.includes(one));
      ensure(stranger === undefined, 'NOT_A_MINOR_TRAVELLER', { person: stranger ?? '' });
      return [{ type: 'DocumentsPlanRecorded', data: c }];
    },
  }),
  recordDestinationShelter: p.command({
    from: FROM,
    permission: 'movement:check',
    input: events.DestinationShelterRecorded,
    emits: ['DestinationShelterRecorded'],
    to: FROM,
    decide: (c, s) => {
      ensureChecks(s);
      return [{ type: 'DestinationShelterRecorded', data: c }];
    },
  }),
  giveHazardInformation: p.command({
    from: FROM,
    permission: 'movement:check',
    input: events.HazardInformationGiven,
    emits: ['HazardInformationGiven'],
    to: FROM,
    decide: (c, s) => {
      ensureChecks(s);
      return [{ type: 'HazardInformationGiven', data: c }];
    },
  }),
  recordAreaConditions: p.command({
    from: FROM,
    permission: 'movement:check',
    input: events.AreaConditionsMet,
    facts: (_c, s) => areaFacts(s.destination),
    emits: ['AreaConditionsMet'],
    to: FROM,
    decide: (c, s, ctx) => {
      ensureChecks(s);
      const asked = standingOf(s.destination, ctx.facts).conditions ?? [];
      const other = c.conditions.find((one) => !asked.includes(one));
      ensure(other === undefined, 'CONDITION_NOT_ASKED', { condition: other ?? '' });
      return [{ type: 'AreaConditionsMet', data: c }];
    },
  }),
  waiveCheck: p.command({
    from: FROM,
    permission: 'movement:waive',
    input: z.strictObject({ check: WaivableCheck, of: z.uuid().optional(), reason: z.string().trim().min(3).max(1000) }),
    emits: ['MovementCheckWaived'],
    to: FROM,
    decide: (c, s) => {
      ensureChecks(s);
      const of = c.of ?? '';
      const there =
        c.check === 'clearance'
          ? s.checks?.clearances.some((one) => one.slot === of)
          : c.check === 'destination' || travellersOf(s).includes(of);
      ensure(there, 'NOTHING_TO_WAIVE');
      return [{ type: 'MovementCheckWaived', data: c }];
    },
  }),
  /** All guards true on this day; a missing plan for children's papers is a warning and never blocks (domain.md §2.3). */
  clear: p.command({
    from: ['checks_in_progress'],
    permission: 'movement:check',
    input: z.strictObject({}),
    facts: (_c, s) => travelFacts(s),
    emits: ['MovementCleared'],
    to: ['cleared_to_depart'],
    decide: (_c, s, ctx) => {
      ensureReady(s, ctx.facts, baghdadDate(ctx.occurredAt));
      const planned = s.minors.length === 0 || s.checks?.documents?.planned === true;
      return [{ type: 'MovementCleared', data: { warnings: planned ? [] : ['documents_plan_missing'] } }];
    },
  }),
};
