import { z } from 'zod';
import { Instant, LocalDate } from '../kernel/dates.ts';
import { personal } from '../kernel/privacy.ts';
import { Need, SENSITIVITIES } from '../provider/codes.ts';
import { Client, ClientField, Payload, sealedContact, Urgency } from './payload.ts';

export const RejectReason = z.enum([
  'not_eligible',
  'out_of_area',
  'no_capacity',
  'no_funding',
  'duplicate',
  'service_ended',
  'unsafe',
]);
export const Alternative = z.enum(['provider', 'referral_desk', 'none_known']);
export const Outcome = z.enum(['delivered', 'partly', 'not_delivered']);
export const ShortfallReason = z.enum([
  'client_not_reached',
  'client_declined',
  'client_moved',
  'not_eligible_after_all',
  'resources_ended',
  'access_or_safety',
  'other',
]);
export const Missing = z.enum([...ClientField.options, 'documents', 'consent', 'other']);
export const Guardian = z.enum(['mother', 'father', 'legal_guardian', 'caregiver']);
export const Answer = z.enum(['given', 'not_reached', 'declined']);

/** A consent on paper, recorded in the referral itself: its number, who gave it, and what it covers. */
export const ConsentForm = z.strictObject({
  ref: z.string().min(1).max(200),
  givenOn: LocalDate,
  givenBy: z.enum(['client', 'guardian', 'representative']),
  recipients: z.array(z.uuid()).min(1).max(20),
  fields: z.array(ClientField).max(20),
});

/** A draft. A sensitive need is never named in it, nor a client beside one. */
const Drafted = z
  .strictObject({
    to: z.string(),
    providerId: z.string(),
    serviceId: z.string(),
    needCode: Need.exclude([...SENSITIVITIES]),
    urgency: Urgency,
    contact: sealedContact,
    client: Client,
    householdId: z.string().optional(),
    personId: z.string().optional(),
  })
  .refine(
    (one) =>
      one.needCode !== 'specialised_support' ||
      (one.client.kind === 'code' && one.householdId === undefined && one.personId === undefined),
    { error: 'specialised support is asked for by code alone', path: ['client'] },
  );

const note = personal(z.string(), 'T2').optional();
/** Organisations that hold a payload and are told to delete it. */
const toDelete = z.array(z.string());
const late = z.strictObject({ wait: z.string(), due: Instant });

export const events = {
  ReferralDrafted: Drafted,
  ReferralDraftUpdated: Drafted,
  /** The payload is what was sent, for good; `expiresAfter` is the multiple of each window after which the referral expires. */
  ReferralSent: z.strictObject({
    to: z.string(),
    providerId: z.string(),
    payload: Payload,
    payloadHash: z.string(),
    basis: z.enum(['recorded', 'form', 'life_saving']),
    consentRef: z.string().optional(),
    consentForm: ConsentForm.optional(),
    exceptionReason: personal(z.string(), 'T2').optional(),
    guardian: personal(Guardian, 'T2').optional(),
    bestInterestRef: z.string().optional(),
    expiresAfter: z.number(),
  }),
  ReferralReceived: z.strictObject({}),
  ReferralReturned: z.strictObject({ missing: z.array(Missing), note }),
  ReferralAccepted: z.strictObject({ owner: z.string(), plannedDate: LocalDate }),
  ReferralRejected: z.strictObject({
    reasonCode: RejectReason,
    alternative: Alternative,
    alternativeProviderId: z.string().optional(),
    note,
  }),
  ReferralStarted: z.strictObject({ contactedOn: LocalDate, note }),
  ReferralProgressRecorded: z.strictObject({ note: personal(z.string(), 'T2') }),
  ReferralCompleted: z.strictObject({ outcome: Outcome, reasonCode: ShortfallReason.optional(), note }),
  ReferralFeedbackReceived: z.strictObject({
    of: z.enum(['client', 'receiver']),
    answer: Answer,
    satisfied: z.boolean().optional(),
    received: z.boolean().optional(),
    comment: note,
  }),
  ReferralClosed: z.strictObject({ note }),
  ReferralWithdrawn: z.strictObject({ by: z.enum(['client', 'guardian', 'representative']), toDelete }),
  ReferralRecalled: z.strictObject({ reason: z.string(), toDelete }),
  ReferralDeletionConfirmed: z.strictObject({ organisation: z.string() }),
  ReferralOverdue: late,
  ReferralEscalated: late.extend({ level: z.int() }),
  ReferralExpired: late,
};
