import { z } from 'zod';
import type { ConvoyState } from '../convoy/state.ts';
import { addDays, baghdadDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { fact } from '../kernel/process.ts';
import { AreaCode } from '../places/register.ts';
import { TurnedBackBy, TurnedBackReason } from './codes.ts';
import { p } from './definition.ts';
import { Escort, events, Seat } from './events.ts';
import { placeFields } from './informing.ts';
import { noShowRelease } from './policy.ts';
import { ensureReady, travelFacts } from './readiness.ts';
import { leavingOf, type MovementState, travellersOf, whoseIs } from './state.ts';

/** Everybody has a seat of their own, and every minor somebody grown who travels along. */
function ensureSeated(
  s: MovementState,
  c: { readonly seats: readonly z.output<typeof Seat>[]; readonly escorts: readonly z.output<typeof Escort>[] },
): void {
  const travellers = travellersOf(s);
  const seated = c.seats.map((one) => one.person);
  const complete = seated.length === travellers.length && travellers.every((one) => seated.includes(one));
  ensure(complete, 'MANIFEST_INCOMPLETE', { travellers: travellers.length, seats: seated.length });
  ensure(new Set(c.seats.map((one) => one.seat)).size === c.seats.length, 'SEAT_TWICE');
  const alone = s.minors.find((minor) => !c.escorts.some((one) => one.minor === minor && s.adults.includes(one.escort)));
  ensure(alone === undefined, 'ESCORT_MISSING', { person: alone ?? '' });
}

const seatsLeft = (convoy: ConvoyState, vehicle: string): number =>
  (convoy.vehicles.find((one) => one.vehicle === vehicle)?.seats ?? 0) -
  convoy.households.filter((one) => one.vehicle === vehicle).reduce((sum, one) => sum + one.persons, 0);

/** From the seat to the road (domain.md §2.3). */
export const departing = {
  addToManifest: p.command({
    from: ['approved', 'manifested', 'no_show'],
    permission: 'movement:manifest',
    input: z.strictObject({
      convoy: z.uuid(),
      vehicle: z.uuid(),
      seats: z.array(Seat).min(1).max(60),
      escorts: z.array(Escort).max(60),
    }),
    facts: (c, s) => ({ ...travelFacts(s), convoy: fact<ConvoyState>('convoy', c.convoy) }),
    emits: ['HouseholdManifested'],
    to: ['manifested'],
    decide: (c, s, ctx) => {
      const { state: convoy } = ctx.facts.convoy;
      const former = s.manifest?.convoy;
      ensure(former !== c.convoy, 'ALREADY_ON_THIS_CONVOY');
      ensure(s.pathway !== 'local_integration', 'NO_TRAVEL_FOR_INTEGRATION');
      ensure(convoy.status === 'planned', 'CONVOY_NOT_OPEN', { status: convoy.status });
      // The manifest names the convoy, which would tell where the family goes.
      ensure(!s.shielded || convoy.shielded, 'CONVOY_NOT_SHIELDED');
      ensure(
        convoy.vehicles.some((one) => one.vehicle === c.vehicle),
        'VEHICLE_UNKNOWN',
      );
      const date = convoy.date ?? '';
      ensure(s.approval && date <= s.approval.until, 'LETTER_ENDS_BEFORE', { until: s.approval?.until ?? '', date });
      ensureReady(s, ctx.facts, date);
      ensureSeated(s, c);
      ensure(c.seats.length <= seatsLeft(convoy, c.vehicle), 'VEHICLE_FULL', { left: seatsLeft(convoy, c.vehicle) });
      const booked = { ...c, date, persons: c.seats.length, ...(former === undefined ? {} : { former }) };
      return [{ type: 'HouseholdManifested', data: booked }];
    },
  }),
  /** The convoy has no place for the family, has left without it or does not leave. */
  takeOffManifest: p.command({
    from: 'open',
    permission: 'system',
    input: events.HouseholdTakenOffManifest,
    emits: ['HouseholdTakenOffManifest'],
    to: ['approved', 'on_hold'],
    decide: (c, s) =>
      s.stage === 'manifested' && s.manifest?.convoy === c.convoy ? [{ type: 'HouseholdTakenOffManifest', data: c }] : [],
  }),
  /** At the gate: heads are counted and every adult is asked once more. A no is enough. */
  depart: p.command({
    from: ['manifested'],
    permission: 'movement:depart',
    input: z.strictObject({
      present: z.array(z.uuid()).min(1).max(60),
      asked: z.array(z.strictObject({ person: z.uuid(), yes: z.boolean() })).max(60),
    }),
    facts: (_c, s) => travelFacts(s),
    emits: ['HouseholdDeparted', 'DepartureDeclinedAtGate'],
    to: ['departed', 'counselled'],
    decide: (c, s, ctx) => {
      ensure(s.manifest, 'MANIFEST_INCOMPLETE');
      const listed = s.manifest.seats.map((one) => one.person);
      const same = listed.length === c.present.length && listed.every((one) => c.present.includes(one));
      ensure(same, 'HEAD_COUNT_DIFFERS', { listed: listed.length, present: c.present.length });
      const unasked = s.adults.find((one) => !c.asked.some((other) => other.person === one));
      ensure(unasked === undefined, 'ADULT_NOT_ASKED_AGAIN', { person: unasked ?? '' });
      const declined = c.asked.filter((one) => !one.yes).map((one) => one.person);
      if (declined.length > 0) return [{ type: 'DepartureDeclinedAtGate', data: { declined, ...leavingOf(s) } }];
      const day = baghdadDate(ctx.occurredAt);
      ensure(s.approval && s.approval.until >= day, 'LETTER_ENDS_BEFORE', { until: s.approval?.until ?? '', date: day });
      ensureReady(s, ctx.facts, day);
      return [{ type: 'HouseholdDeparted', data: { convoy: s.manifest.convoy, persons: c.present.length } }];
    },
  }),
  recordNoShow: p.command({
    from: ['manifested'],
    permission: 'movement:depart',
    rules: [noShowRelease],
    input: z.strictObject({}),
    emits: ['DepartureNoShow'],
    to: ['no_show'],
    decide: (_c, s, ctx) => {
      const day = baghdadDate(ctx.occurredAt);
      ensure(s.manifest && day >= s.manifest.date, 'CONVOY_NOT_DUE', { date: s.manifest?.date ?? '' });
      const releaseOn = addDays(day, ctx.rule(noShowRelease).value);
      return [{ type: 'DepartureNoShow', data: { convoy: s.manifest.convoy, releaseOn } }];
    },
  }),
  releaseNoShow: p.command({
    from: ['no_show'],
    permission: 'system',
    input: z.strictObject({}),
    emits: ['DepartureNoShowReleased'],
    to: ['cleared_to_depart'],
    decide: (_c, s, ctx) => {
      const due = s.noShowUntil !== undefined && s.noShowUntil < baghdadDate(ctx.now);
      return due ? [{ type: 'DepartureNoShowReleased', data: leavingOf(s) }] : [];
    },
  }),
  reportTurnedBack: p.command({
    from: ['departed'],
    permission: 'movement:depart',
    input: z.strictObject({
      place: z.string().trim().min(2).max(200),
      actorType: TurnedBackBy,
      reasonCode: TurnedBackReason,
      safeNow: z.boolean(),
    }),
    emits: ['HouseholdTurnedBack'],
    to: ['turned_back'],
    decide: (c, s) => [{ type: 'HouseholdTurnedBack', data: { household: whoseIs(s), ...c } }],
  }),
  /** A family that settles where it is arrives without having left. */
  reportArrival: p.command({
    from: ['departed', 'approved'],
    permission: 'movement:depart',
    input: z.strictObject({ area: AreaCode, village: z.uuid().optional() }),
    emits: ['HouseholdArrived'],
    to: ['arrived'],
    decide: (c, s) => {
      ensure(s.stage === 'departed' || s.pathway === 'local_integration', 'NOT_DEPARTED');
      return [{ type: 'HouseholdArrived', data: placeFields(c.area, c.village, s.shielded) }];
    },
  }),
};
