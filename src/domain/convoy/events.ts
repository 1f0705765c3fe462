import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';
import { LetterRef } from '../kernel/envelope.ts';
import { personal } from '../kernel/privacy.ts';
import { AreaCode } from '../places/register.ts';

export const VehicleKind = z.enum(['bus', 'minibus', 'car', 'ambulance', 'luggage_truck']);

/** A vehicle and the seats for travellers in it; a luggage truck has none. */
export const Vehicle = z.strictObject({ vehicle: z.uuid(), kind: VehicleKind, seats: z.int().min(0).max(80) });
export type Vehicle = z.infer<typeof Vehicle>;

/** A place on the way. For a convoy under threat `area` is the governorate, and the place itself is sealed. */
const place = { area: AreaCode, exactArea: personal(AreaCode, 'T2').optional() };

/** A checkpoint on the way, by the area it stands in. */
export const Checkpoint = z.strictObject({ area: AreaCode, letterRef: LetterRef.optional() });

/** A household's place: how many of it travel in which vehicle. Who they are stands in its movement. */
const listed = { movement: z.uuid(), vehicle: z.uuid(), persons: z.int().min(1).max(60) };

export const events = {
  ConvoyPlanned: z.strictObject({
    date: LocalDate,
    from: AreaCode,
    to: AreaCode,
    route: z.array(AreaCode).max(30),
    /** With a family that flees from a threat: `to` is the governorate, and where the convoy goes and which way is sealed. */
    shielded: z.literal(true).optional(),
    exactTo: personal(AreaCode, 'T2').optional(),
    exactRoute: personal(z.array(AreaCode), 'T2').optional(),
    vehicles: z.array(Vehicle).max(60),
    /** Who is called when something happens on the way: an office, not a person. */
    focalOffice: z.uuid(),
  }),
  ConvoyVehicleAdded: Vehicle,
  ConvoyCheckpointNotified: z.strictObject({ ...place, letterRef: LetterRef.optional() }),
  ConvoyHouseholdListed: z.strictObject(listed),
  ConvoyHouseholdTurnedAway: z.strictObject({ movement: z.uuid(), reason: z.enum(['convoy_full', 'convoy_left']) }),
  ConvoyHouseholdUnlisted: z.strictObject({ movement: z.uuid() }),
  ConvoyDeparted: z.strictObject({
    vehicles: z.array(z.uuid()),
    route: z.array(AreaCode),
    households: z.array(z.uuid()),
    persons: z.int(),
    checkpointsNotified: z.array(AreaCode),
  }),
  ConvoyHandedOver: z.strictObject({ ...place, to: z.enum(['federal_authorities', 'krg_authorities', 'partner']) }),
  ConvoyArrived: z.strictObject(place),
  ConvoyCancelled: z.strictObject({
    reason: z.enum(['security', 'weather', 'vehicles', 'too_few_households', 'authorities']),
    movements: z.array(z.uuid()),
  }),
};
