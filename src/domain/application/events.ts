import { z } from 'zod';
import { FileNumber, submissionFields } from '../household/data.ts';
import { DuplicateResult } from '../household/events.ts';
import { OfficeRef } from '../kernel/caseEvents.ts';
import { LocalDate } from '../kernel/dates.ts';
import { personal } from '../kernel/privacy.ts';

/** By what right the applicant speaks for the family. */
export const Capacity = z.enum(['adult_member', 'representative', 'child_head']);

/** What a family may be asked for. None of it blocks: an unanswered request goes back to the officer. */
export const RequestedItem = z.enum([
  'identity_papers',
  'proof_of_displacement',
  'family_composition',
  'area_of_origin',
  'current_address',
  'coming_in_person',
  'other',
]);

/** Somebody on record who may be the same person as a member, as the matching found it. */
export const Finding = z.strictObject({
  person: z.uuid(),
  other: z.uuid(),
  score: z.int().min(0).max(100),
  /** The duplicate case opened for the pair. */
  duplicate: z.uuid().optional(),
});
export type Finding = z.infer<typeof Finding>;

export const RejectionReason = z.enum([
  'not_displaced',
  'already_registered',
  'outside_mandate',
  'statements_not_true',
  'registered_elsewhere',
  'other',
]);
export const WithdrawalReason = z.enum(['family_request', 'family_not_found', 'entered_in_error']);

const text = personal(z.string().max(2000), 'T1');

export const events = {
  RegistrationStarted: z.strictObject({
    applicant: z.uuid(),
    capacity: Capacity,
    focalPoint: z.uuid().optional(),
    /** The ministry's branch that decides. */
    branch: OfficeRef,
  }),
  ProtectionFocalPointNamed: z.strictObject({ focalPoint: z.uuid() }),
  RegistrationSubmitted: z.strictObject(submissionFields),
  RegistrationAmended: z.strictObject({ ...submissionFields, reason: z.string() }),
  RegistrationVerificationStarted: z.strictObject({}),
  RegistrationInformationRequested: z.strictObject({ items: z.array(RequestedItem), text: text.optional(), dueOn: LocalDate }),
  RegistrationInformationSupplied: z.strictObject({ items: z.array(RequestedItem), text: text.optional() }),
  RegistrationInformationRequestExpired: z.strictObject({ dueOn: LocalDate }),
  DuplicateCheckRecorded: z.strictObject({ algorithmVersion: z.string().max(120), findings: z.array(Finding) }),
  RegistrationAccepted: z.strictObject({ household: z.uuid(), fileNo: FileNumber, duplicateCheck: DuplicateResult }),
  RegistrationRejected: z.strictObject({
    reasonCode: RejectionReason,
    text: text.optional(),
    noticeRef: z.string().max(200),
    objectionRouteTold: z.literal(true),
  }),
  RegistrationWithdrawn: z.strictObject({ reasonCode: WithdrawalReason, text: text.optional() }),
};
