import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';
import { Uuid } from '../kernel/envelope.ts';
import { Pcode } from '../places/pcodes.ts';
import { Accessibility, AgeBand, Cost, Language, Need, Sensitivity, Sex, StaffSex } from './codes.ts';

/** Whether a service takes people now. `places`: how many more, where the provider counts them. */
export const Capacity = z
  .strictObject({ level: z.enum(['open', 'limited', 'full']), places: z.int().min(0).max(100_000).optional() })
  .refine((one) => one.level === 'full' || one.places !== 0, { error: 'no places left is full', path: ['level'] });
export type Capacity = z.infer<typeof Capacity>;

/** Who a service is for; what is left out does not matter to it. `terms` are further conditions in words. */
export const Eligibility = z.strictObject({
  sex: z.array(Sex).min(1).optional(),
  ageBands: z.array(AgeBand).min(1).optional(),
  terms: z.string().max(1000).optional(),
});
export type Eligibility = z.infer<typeof Eligibility>;

/** What a provider says of a service; `areas` are P-codes of governorates, districts or sub-districts. */
export const ServiceTerms = z.strictObject({
  needs: z.array(Need).min(1).max(20),
  areas: z.array(Pcode).min(1).max(400),
  eligibility: Eligibility,
  hours: z.string().min(1).max(200),
  cost: Cost,
  staffSex: StaffSex,
  accessibility: z.array(Accessibility),
  languages: z.array(Language).min(1),
  capacity: Capacity,
});
export type ServiceTerms = z.infer<typeof ServiceTerms>;

export const events = {
  /** `phone` is the organisation's own number, never a person's: sensitive referrals begin with a call. */
  ProviderRegistered: z.strictObject({ organisation: z.string(), phone: z.string().max(40) }),
  ServiceAdded: ServiceTerms.extend({ service: z.string(), sensitive: Sensitivity.optional() }),
  CapacityChanged: z.strictObject({ service: z.string(), capacity: Capacity }),
  ServicePaused: z.strictObject({ service: z.string(), reason: z.string(), until: LocalDate.optional() }),
  ServiceResumed: z.strictObject({ service: z.string() }),
  ServiceEnded: z.strictObject({ service: z.string(), reason: z.string() }),
  FocalPointAppointed: z.strictObject({ staff: z.string() }),
  FocalPointReplaced: z.strictObject({ staff: z.string(), by: z.string() }),
  DirectoryEntryConfirmed: z.strictObject({}),
};

/** Id of a service within its provider. */
export const ServiceId = Uuid;
