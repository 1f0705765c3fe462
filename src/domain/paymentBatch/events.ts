import { z } from 'zod';
import { Dinars, DinarsOrNone } from '../allocation/events.ts';
import { OutOfOrder } from '../claim/codes.ts';
import { LocalDate } from '../kernel/dates.ts';
import { Adm1 } from '../places/pcodes.ts';

/** A batch larger than this would not fit an event; a second one is opened. A bound of ours, not of any source. */
export const MOST_LINES = 1_000;

export const Line = z.strictObject({ claim: z.uuid(), payee: z.uuid() });
export type Line = z.infer<typeof Line>;

/** Why a payee is held at the audit: its outcome, never its content (domain.md §0.4, T3). */
export const HeldReason = z.enum([
  'audit_not_passed',
  'identity_not_shown',
  'heirs_document_missing',
  'paid_before',
  'payee_deceased',
  'other',
]);
export type HeldReason = z.infer<typeof HeldReason>;

export const RemovalReason = z.enum([
  'wrong_amount',
  'heir_dispute',
  'out_of_order',
  'asked_by_claimant',
  'batch_cancelled',
  'other',
]);
export type RemovalReason = z.infer<typeof RemovalReason>;

/** What claims awaiting money are lined up by. */
export const OrderKey = z.enum(['ratification_date', 'vulnerability']);
export type OrderKey = z.infer<typeof OrderKey>;

/** The payees of one claim. */
const ofClaim = { claim: z.uuid(), payees: z.array(z.uuid()).min(1).max(MOST_LINES) };
const count = z.int().min(0);

/** Facts of a payment batch (domain.md §4.4, §13.2), amounts in whole dinars. */
export const events = {
  PaymentBatchOpened: z.strictObject({
    batchNo: z.int().min(1).max(99_999),
    allocation: z.uuid(),
    governorate: Adm1,
    fiscalYear: z.int(),
    subcommittee: z.uuid().optional(),
  }),
  BatchFillRequested: z.strictObject({
    order: z.array(OrderKey).min(1).max(2),
    rule: z.string(),
    version: z.string(),
    upToIQD: Dinars.optional(),
  }),
  /** Who comes next in that order, as it stood when it was asked for. */
  BatchClaimsChosen: z.strictObject({
    claims: z
      .array(z.strictObject({ claim: z.uuid(), decidedOn: LocalDate, vulnerable: z.boolean(), dueIQD: Dinars }))
      .max(MOST_LINES),
  }),
  /** What the order of payment looks at, so that a claim paid before one that was due earlier stays visible. */
  BatchClaimAdded: z.strictObject({
    claim: z.uuid(),
    lines: z
      .array(z.strictObject({ payee: z.uuid(), amountIQD: Dinars, person: z.uuid().optional() }))
      .min(1)
      .max(MOST_LINES),
    decidedOn: LocalDate.optional(),
    vulnerable: z.boolean().optional(),
    /** Listed by hand, past the order of payment, and why. */
    outOfOrder: OutOfOrder.optional(),
  }),
  LateClaimTurnedAway: z.strictObject({ ...ofClaim, because: z.enum(['not_open', 'full', 'listed_already']) }),
  BatchClaimRemoved: z.strictObject({ ...ofClaim, reason: RemovalReason }),
  BatchListPublished: z.strictObject({ count, amountIQD: Dinars, allocation: z.uuid() }),
  BatchFundsGranted: z.strictObject({}),
  BatchFundsRefused: z.strictObject({ availableIQD: DinarsOrNone }),
  BatchAudited: z.strictObject({
    passed: z.array(Line).max(MOST_LINES),
    held: z.array(z.strictObject({ ...Line.shape, reason: HeldReason })).max(MOST_LINES),
    passedIQD: DinarsOrNone,
    heldIQD: DinarsOrNone,
    allocation: z.uuid(),
  }),
  BatchOrdered: z.strictObject({ count, amountIQD: Dinars, claims: z.array(z.strictObject(ofClaim)).max(MOST_LINES) }),
  BatchLineSettled: z.strictObject({ ...Line.shape, outcome: z.enum(['paid', 'failed']), amountIQD: Dinars }),
  /** A transfer that came back; after the reconciliation its money is free again in the allocation. */
  BatchLineReversed: z.strictObject({ ...Line.shape, amountIQD: Dinars, freedIn: z.uuid().optional() }),
  /** A payment asked back and received; after the reconciliation its money is free again in the allocation. */
  BatchLineRecovered: z.strictObject({ ...Line.shape, amountIQD: Dinars, freedIn: z.uuid().optional() }),
  BatchPaid: z.strictObject({ count, amountIQD: DinarsOrNone }),
  BatchReconciled: z.strictObject({
    count,
    listedIQD: DinarsOrNone,
    paidIQD: DinarsOrNone,
    failedIQD: DinarsOrNone,
    returnedIQD: DinarsOrNone,
    /** Of what was paid; absent in earlier versions. */
    recoveredIQD: DinarsOrNone.optional(),
    allocation: z.uuid(),
  }),
  BatchCancelled: z.strictObject({
    reason: z.enum(['no_money', 'wrong_list', 'all_held', 'other']),
    freedIQD: DinarsOrNone,
    allocation: z.uuid(),
    claims: z.array(z.strictObject(ofClaim)).max(MOST_LINES),
  }),
} as const;
