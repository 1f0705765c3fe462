import { z } from 'zod';
import { Dinars, DinarsOrNone } from '../allocation/events.ts';
import { awaitedEvents } from '../docRequest/data.ts';
import { LocalDate } from '../kernel/dates.ts';
import { personal } from '../kernel/privacy.ts';
import { Adm1 } from '../places/pcodes.ts';

export const Check = z.enum(['passed', 'failed', 'pending']);
export type Check = z.infer<typeof Check>;

/** The conditions of the grant, domain.md §4.5 (P-SIMA-RG). */
export const Checks = z.strictObject({
  registered: Check,
  returnRegistered: Check,
  fileClosed: Check,
  card: Check,
  duplicates: Check,
});
export type Checks = z.infer<typeof Checks>;

export const DenialReason = z.enum([
  'not_registered',
  'return_not_registered',
  'counted_with_family',
  'paid_by_another_ministry',
  'granted_before',
  'file_not_closed',
  'other',
]);
export type DenialReason = z.infer<typeof DenialReason>;

/** Other packages announced with the grant [U in domain.md §4.5]; each has a status of its own. */
export const PackageItem = z.enum(['stove', 'fridge', 'television', 'social_welfare', 'loan', 'job', 'land_plot']);
export type PackageItem = z.infer<typeof PackageItem>;

export const FailureReason = z.enum([
  'card_missing',
  'card_blocked',
  'card_of_another',
  'holder_absent',
  'holder_deceased',
  'other',
]);

/** One return of one household. */
const ofReturn = {
  household: z.uuid(),
  movement: z.uuid().optional(),
  returnDate: LocalDate,
  /** Where the family returned to; a place under threat is told to nobody nearer than this. */
  governorate: Adm1,
  /** The grant for the same return that was retracted as a wrong file, and in whose place this one is. */
  after: z.uuid().optional(),
};
export const returnShape = ofReturn;

/** Facts of a return grant (domain.md §4.5, §13.2), amounts in whole dinars. */
export const events = {
  ReturnGrantEligibilityConfirmed: z.strictObject({ ...ofReturn, checks: Checks }),
  ReturnGrantEligibilityDenied: z.strictObject({ ...ofReturn, checks: Checks, reason: DenialReason }),
  ReturnGrantApplied: z.strictObject({
    household: z.uuid(),
    returnDate: LocalDate,
    amountIQD: Dinars,
    rule: z.string(),
    ruleVersion: z.string(),
    packageItems: z.array(PackageItem).max(10),
  }),
  ReturnGrantFileClosureVerified: z.strictObject({}),
  ReturnGrantAudited: z.strictObject({ duplicates: z.enum(['none', 'found']) }),
  ReturnGrantApproved: z.strictObject({ amountIQD: Dinars, ruleVersion: z.string() }),
  ReturnGrantFundsRequested: z.strictObject({ allocation: z.uuid(), batchNo: z.int().min(1), amountIQD: Dinars }),
  ReturnGrantFundsRefused: z.strictObject({ availableIQD: DinarsOrNone }),
  ReturnGrantBatchListed: z.strictObject({ allocation: z.uuid(), batchNo: z.int().min(1), amountIQD: Dinars }),
  ReturnGrantPaid: z.strictObject({
    household: z.uuid(),
    allocation: z.uuid(),
    batchNo: z.int().min(1),
    amountIQD: Dinars,
    cardRef: personal(z.string().min(1).max(60), 'T2', 'household').optional(),
    paidOn: LocalDate,
  }),
  ReturnGrantPaymentFailed: z.strictObject({ reason: FailureReason, allocation: z.uuid(), amountIQD: Dinars }),
  /** The return failed: the entitlement stays, and nothing is asked back while this holds (domain.md §11). */
  ReturnGrantRecoveryHeld: z.strictObject({ movement: z.uuid() }),
  ReturnGrantRecoveryHoldLifted: z.strictObject({ reason: personal(z.string(), 'T2') }),
  ReturnGrantRecovered: z.strictObject({
    amountIQD: Dinars,
    allocation: z.uuid(),
    reason: z.enum(['paid_twice', 'paid_in_error', 'given_back', 'other']),
  }),
  ReturnGrantItemRecorded: z.strictObject({ item: PackageItem, status: z.enum(['promised', 'delivered', 'not_available']) }),
  ReturnGrantObjectionFiled: z.strictObject({ grounds: personal(z.string(), 'T2') }),
  ReturnGrantObjectionDecided: z.strictObject({ outcome: z.enum(['denial_stands', 'denial_lifted']) }),
  ReturnGrantClosed: z.strictObject({}),
  ...awaitedEvents,
} as const;
