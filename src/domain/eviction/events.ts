import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';
import { personal } from '../kernel/privacy.ts';
import { Adm3 } from '../places/pcodes.ts';

const number = personal(z.string(), 'T2');
const text = personal(z.string(), 'T2');
/** Households, never people: units do not mix. */
const households = z.int();

export const Tenure = z.enum(['rented', 'hosted', 'informal_site', 'public_building', 'camp', 'own_house', 'agricultural_land']);
export const Basis = z.enum([
  'court_order',
  'administrative_order',
  'owner_demand',
  'public_works',
  'security_order',
  'no_order',
]);
export const Opinion = z.enum(['lawful', 'unlawful', 'unclear']);
export const Ground = z.enum(['order_withdrawn', 'annulled_by_authority', 'annulled_by_court', 'agreement_with_owner']);

export const events = {
  EvictionThreatReported: z.strictObject({
    adm3: Adm3,
    /** The camp, centre or settlement as an office of the directory, where it is one. */
    site: z.uuid().optional(),
    tenure: Tenure,
    households,
    /** Families on record among them. */
    linked: z.array(z.uuid()),
    expectedOn: LocalDate.optional(),
  }),
  EvictionNoticeRecorded: z.strictObject({
    by: z.string(),
    basis: Basis,
    orderNo: number.optional(),
    date: LocalDate,
    households,
  }),
  HouseholdLinked: z.strictObject({ household: z.uuid() }),
  EvictionReviewed: z.strictObject({ opinion: Opinion, advice: text.optional() }),
  EvictionPostponementRequested: z.strictObject({ on: LocalDate }),
  EvictionPostponed: z.strictObject({ until: LocalDate, by: z.string() }),
  EvictionPostponementEnded: z.strictObject({ until: LocalDate }),
  EvictionPostponementRefused: z.strictObject({ reason: text.optional() }),
  EvictionOrderAnnulled: z.strictObject({ count: households, ground: Ground }),
  EvictionOrderUpheld: z.strictObject({ date: LocalDate }),
  EvictionExecuted: z.strictObject({ on: LocalDate, force: z.boolean(), relocationOffered: z.boolean(), households }),
  EvictedHouseholdReferred: z.strictObject({ household: z.uuid(), referral: z.uuid().optional() }),
  EvictionFollowedUp: z.strictObject({ on: LocalDate, rehoused: households }),
};
