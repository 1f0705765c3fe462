import { z } from 'zod';
import { baghdadDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { defineProcess } from '../kernel/process.ts';
import { governorateOf } from '../places/pcodes.ts';
import { AreaCode } from '../places/register.ts';
import { areaLine } from '../places/standing.ts';
import { Checkpoint, events, VehicleKind } from './events.ts';
import { labels } from './labels.ts';
import { type ConvoyState, evolve, initial } from './state.ts';

const p = defineProcess({
  name: 'convoy',
  plural: 'convoys',
  store: 'general',
  tier: 'T1',
  events,
  initial,
  evolve,
  waitsOn: {
    none: () => [],
    planned: () => [{ key: 'depart', party: 'convoyLead' }],
    departed: () => [{ key: 'reportArrival', party: 'convoyLead' }],
    arrived: () => [],
    cancelled: () => [],
  },
  ends: ['arrived', 'cancelled'],
  about: (s) => ({
    offices: s.focalOffice === undefined ? [] : [s.focalOffice],
    // Those where a shielded family arrives learn of it from nobody but the branch that receives it.
    governorates: [
      ...new Set([s.from, s.shielded ? undefined : s.to].flatMap((one) => (one === undefined ? [] : (governorateOf(one) ?? [])))),
    ],
  }),
  decisions: ['ConvoyDeparted', 'ConvoyArrived', 'ConvoyCancelled', 'ConvoyHouseholdListed', 'ConvoyHouseholdTurnedAway'],
  papers: { manifest: { from: ['planned', 'departed'], label: { en: 'Manifest', ar: 'قائمة المسافرين' } } },
  labels,
});

/** A place as it is written: under threat only the governorate stands open, as for a movement. */
const placeOn = ({ shielded }: ConvoyState, area: string) => (shielded ? { area: openly(area), exactArea: area } : { area });
const openly = (area: string): string => areaLine(area).at(-1) ?? area;

const VehicleInput = z.strictObject({ kind: VehicleKind, seats: z.int().min(0).max(80) });

/** Vehicles on one day along one way, with the households that travel in them (domain.md §2.2). */
export const convoy = p.withCommands({
  plan: p.command({
    from: 'new',
    permission: 'convoy:plan',
    input: events.ConvoyPlanned.omit({ exactTo: true, exactRoute: true }).extend({
      vehicles: z.array(VehicleInput).min(1).max(60),
    }),
    emits: ['ConvoyPlanned'],
    to: ['planned'],
    decide: (c, _s, ctx) => {
      ensure(c.date >= baghdadDate(ctx.occurredAt), 'DATE_PASSED', { date: c.date });
      const vehicles = c.vehicles.map((one, index) => ({ vehicle: ctx.newId(`vehicle ${index}`), ...one }));
      const { to, route } = c;
      const sealed = c.shielded ? { to: openly(to), exactTo: to, route: [], exactRoute: route } : {};
      return [{ type: 'ConvoyPlanned', data: { ...c, ...sealed, vehicles } }];
    },
  }),
  addVehicle: p.command({
    from: ['planned'],
    permission: 'convoy:plan',
    input: VehicleInput,
    emits: ['ConvoyVehicleAdded'],
    to: ['planned'],
    decide: (c, _s, ctx) => [{ type: 'ConvoyVehicleAdded', data: { vehicle: ctx.newId('vehicle'), ...c } }],
  }),
  notifyCheckpoint: p.command({
    from: ['planned'],
    permission: 'convoy:plan',
    input: Checkpoint,
    emits: ['ConvoyCheckpointNotified'],
    to: ['planned'],
    decide: (c, s) => {
      ensure(!s.checkpoints.includes(c.area), 'ALREADY_NOTIFIED', { area: c.area });
      return [{ type: 'ConvoyCheckpointNotified', data: { ...c, ...placeOn(s, c.area) } }];
    },
  }),
  /** The convoy alone decides who fits: two families may have been given the last seats at once. */
  listHousehold: p.command({
    from: ['planned', 'departed', 'arrived', 'cancelled'],
    permission: 'system',
    input: events.ConvoyHouseholdListed,
    emits: ['ConvoyHouseholdListed', 'ConvoyHouseholdTurnedAway'],
    to: ['planned', 'departed', 'arrived', 'cancelled'],
    decide: (c, s) => {
      const { movement } = c;
      if (s.status !== 'planned') return [{ type: 'ConvoyHouseholdTurnedAway', data: { movement, reason: 'convoy_left' } }];
      const others = s.households.filter((one) => one.vehicle === c.vehicle && one.movement !== movement);
      const taken = others.reduce((sum, one) => sum + one.persons, 0);
      const seats = s.vehicles.find((one) => one.vehicle === c.vehicle)?.seats ?? 0;
      return taken + c.persons <= seats
        ? [{ type: 'ConvoyHouseholdListed', data: c }]
        : [{ type: 'ConvoyHouseholdTurnedAway', data: { movement, reason: 'convoy_full' } }];
    },
  }),
  unlistHousehold: p.command({
    from: ['planned', 'departed', 'arrived', 'cancelled'],
    permission: 'system',
    input: events.ConvoyHouseholdUnlisted,
    emits: ['ConvoyHouseholdUnlisted'],
    to: ['planned', 'departed', 'arrived', 'cancelled'],
    decide: (c, s) => {
      const listed = s.status === 'planned' && s.households.some((one) => one.movement === c.movement);
      return listed ? [{ type: 'ConvoyHouseholdUnlisted', data: c }] : [];
    },
  }),
  depart: p.command({
    from: ['planned'],
    permission: 'convoy:run',
    input: z.strictObject({}),
    emits: ['ConvoyDeparted'],
    to: ['departed'],
    decide: (_c, s, ctx) => {
      ensure(baghdadDate(ctx.occurredAt) >= (s.date ?? ''), 'BEFORE_ITS_DATE', { date: s.date ?? '' });
      ensure(s.households.length > 0, 'NOBODY_LISTED');
      ensure(s.checkpoints.length > 0, 'CHECKPOINTS_NOT_NOTIFIED');
      const { route, vehicles, households, checkpoints } = s;
      const data = {
        vehicles: vehicles.map((one) => one.vehicle),
        route: s.shielded ? [] : [...route],
        households: households.map((one) => one.movement),
        persons: households.reduce((sum, one) => sum + one.persons, 0),
        checkpointsNotified: s.shielded ? [...new Set(checkpoints.map(openly))] : [...checkpoints],
      };
      return [{ type: 'ConvoyDeparted', data }];
    },
  }),
  handOver: p.command({
    from: ['departed'],
    permission: 'convoy:run',
    input: events.ConvoyHandedOver.omit({ exactArea: true }),
    emits: ['ConvoyHandedOver'],
    to: ['departed'],
    decide: (c, s) => [{ type: 'ConvoyHandedOver', data: { ...c, ...placeOn(s, c.area) } }],
  }),
  reportArrival: p.command({
    from: ['departed'],
    permission: 'convoy:run',
    input: z.strictObject({ area: AreaCode }),
    emits: ['ConvoyArrived'],
    to: ['arrived'],
    decide: (c, s) => [{ type: 'ConvoyArrived', data: placeOn(s, c.area) }],
  }),
  cancel: p.command({
    from: ['planned'],
    permission: 'convoy:plan',
    input: z.strictObject({ reason: events.ConvoyCancelled.shape.reason }),
    emits: ['ConvoyCancelled'],
    to: ['cancelled'],
    decide: (c, s) => {
      const movements = s.households.map((one) => one.movement);
      return [{ type: 'ConvoyCancelled', data: { reason: c.reason, movements } }];
    },
  }),
});
