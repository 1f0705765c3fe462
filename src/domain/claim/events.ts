import { z } from 'zod';
import { awaitedEvents } from '../docRequest/data.ts';
import { OfficeRef } from '../kernel/caseEvents.ts';
import { LocalDate, PartialDate } from '../kernel/dates.ts';
import { personal } from '../kernel/privacy.ts';
import { AreaCode } from '../places/register.ts';
import {
  Capacity,
  Cause,
  CentralReason,
  ClaimType,
  DamageCategory,
  DuplicateGround,
  Objector,
  OutOfOrder,
  Paper,
  PaymentMethod,
  PersonKind,
  PropertyKind,
  RejectionReason,
  SuspensionCause,
} from './codes.ts';
import { Loss } from './loss.ts';

/** Whole dinars. Decided and paid amounts stand in clear, so that sums survive an erasure; the story they rest on is T2. */
export const Dinars = z.int().min(1).max(1_000_000_000_000);
export const Text = z.string().trim().min(3).max(2000);
export const No = z.string().trim().min(1).max(80);
const told = personal(Text, 'T2');
const legalNo = personal(No, 'T2');

export const Heir = z.strictObject({ person: z.uuid(), weight: z.int().min(1).max(1_000_000) });
export const PlannedPaper = z.strictObject({ paper: Paper, by: LocalDate });
export const Asked = z.strictObject({ item: Paper, note: told.optional() });
export const Votes = z.strictObject({
  for: z.int().min(0).max(50),
  against: z.int().min(0).max(50),
  abstained: z.int().min(0).max(50),
});
export const Award = z.strictObject({ item: z.string().regex(/^[a-z0-9-]{1,20}$/), amountIQD: Dinars });
/** `person`: whose record it is, where a payee who inherits a second share has an id of its own. */
export const Line = z.strictObject({ payee: z.uuid(), amountIQD: Dinars, person: z.uuid().optional() });

/** One line of a property survey: quantity by unit cost gives the estimate, in dinars. */
const surveyed = { kind: PropertyKind, category: DamageCategory, quantity: z.number().positive(), unitCostIQD: Dinars };
export const SurveyItem = z.strictObject({ item: z.string().regex(/^[a-z0-9-]{1,20}$/), ...surveyed, estimateIQD: Dinars });

const central = { committeeNo: z.int().min(1).max(9), decisionNo: No };

export const events = {
  ClaimPrepared: z.strictObject({
    claimant: z.uuid(),
    claimantKind: PersonKind,
    capacity: Capacity,
    /** Whom a lawyer or legal representative acts for; the entitlement is theirs. */
    principal: z.uuid().optional(),
    principalKind: PersonKind.optional(),
    type: ClaimType,
    victims: z.array(z.uuid()).max(20),
    incident: z.strictObject({ date: PartialDate, area: AreaCode, cause: personal(Cause, 'T2') }),
    loss: personal(Loss, 'T2').optional(),
    household: z.uuid().optional(),
    /** The ministry's branch that follows the claim for the family. */
    branch: z.uuid().optional(),
  }),
  /** Who shares the entitlement, in parts of a common denominator as the inheritance deed or the joint title gives them. */
  SharesRecorded: z.strictObject({
    heirs: z.array(Heir).min(1).max(200),
    papers: z.enum(['seen', 'pending']),
    deedNo: legalNo.optional(),
  }),
  ClaimPriorityRecorded: z.strictObject({ vulnerable: z.boolean(), grounds: told }),
  ClaimFiledAtCourt: z.strictObject({
    court: z.string().trim().min(2).max(200),
    courtOffice: z.uuid().optional(),
    formNo: legalNo,
  }),
  PoliceInquiryRequested: z.strictObject({ station: z.string().trim().min(2).max(200), fileNo: legalNo.optional() }),
  PoliceInquiryCompleted: z.strictObject({ conclusion: personal(z.enum(['confirmed', 'not_confirmed', 'unclear']), 'T2') }),
  ClaimSubmitted: z.strictObject({
    subcommittee: OfficeRef,
    receiptNo: No,
    papers: z.array(Paper),
    missing: z.array(PlannedPaper),
    checklistVersion: z.string(),
  }),
  ClaimRegistered: z.strictObject({ claimNo: No, year: z.int().min(2003).max(2200), position: z.int().min(1).optional() }),
  ClaimDuplicateDetected: z.strictObject({ of: z.uuid(), ground: DuplicateGround }),
  ClaimKeptSeparate: z.strictObject({ of: z.uuid(), reason: told }),
  ClaimMerged: z.strictObject({ into: z.uuid(), reason: told }),
  ClaimMergeReversed: z.strictObject({ from: z.uuid(), reason: told }),
  ClaimScreeningBegun: z.strictObject({}),
  ClaimInformationRequested: z.strictObject({ items: z.array(Asked).min(1).max(20), dueOn: LocalDate }),
  ClaimInformationReminded: z.strictObject({ reminder: z.int().min(1), dueOn: LocalDate }),
  ClaimInformationSupplied: z.strictObject({ items: z.array(Paper).max(20), note: told.optional() }),
  ClaimLapsed: z.strictObject({ reminders: z.int().min(0) }),
  ClaimSecurityCheckRequested: z.strictObject({ clearanceSet: z.uuid().optional() }),
  ClaimSecurityCheckCompleted: z.strictObject({
    result: personal(z.enum(['passed', 'not_passed', 'pending']), 'T2'),
    done: z.boolean(),
  }),
  DamageAssessed: z.strictObject({
    items: personal(z.array(SurveyItem).min(1).max(50), 'T2'),
    assessors: z.array(z.uuid()).min(1).max(10),
    visitDate: LocalDate,
    photos: z.array(z.string().min(1).max(200)).max(100),
    gps: personal(z.strictObject({ lat: z.number().min(29).max(37.5), lon: z.number().min(38.7).max(48.8) }), 'T2').optional(),
  }),
  MedicalCommitteeReported: z.strictObject({
    reportNo: legalNo,
    percentage: personal(z.int().min(0).max(100), 'T2'),
    kind: personal(z.enum(['total_disability', 'partial_disability', 'temporary_treatment']), 'T2'),
    assessors: z.array(z.uuid()).max(10),
  }),
  MissingInquiryConcluded: z.strictObject({
    outcome: personal(z.enum(['missing_confirmed', 'found_alive', 'found_dead', 'unclear']), 'T2'),
    certificateNo: legalNo.optional(),
    assessors: z.array(z.uuid()).max(10),
  }),
  JobStudyInquiryConcluded: z.strictObject({
    outcome: personal(z.enum(['loss_confirmed', 'loss_not_confirmed', 'unclear']), 'T2'),
    months: personal(z.int().min(0).max(1200), 'T2').optional(),
    assessors: z.array(z.uuid()).max(10),
  }),
  SubcommitteeSessionScheduled: z.strictObject({ sessionNo: No, on: LocalDate }),
  SubcommitteeSessionAdjourned: z.strictObject({
    sessionNo: No,
    ground: z.enum(['no_quorum', 'papers_missing', 'party_absent', 'other']),
  }),
  SubcommitteeSessionHeld: z.strictObject({
    sessionNo: No,
    date: LocalDate,
    present: z.int().min(1).max(50),
    members: personal(z.array(z.string().min(2).max(120)).max(50), 'T1').optional(),
  }),
  ClaimRecommended: z.strictObject({
    amountIQD: Dinars,
    awards: z.array(Award).max(50),
    votes: Votes.optional(),
    legalBasis: z.string().min(2).max(200).optional(),
  }),
  ClaimRejected: z.strictObject({ reasonCode: RejectionReason, text: told.optional(), votes: Votes.optional() }),
  DecisionNotified: z.strictObject({
    deliveredOn: LocalDate,
    method: z.enum(['in_person', 'by_representative', 'at_residence', 'published']),
    language: z.enum(['ar', 'ckb', 'kmr', 'tk', 'syr', 'en']),
    contestUntil: LocalDate,
  }),
  LateObjectionAllowed: z.strictObject({ by: Objector, reason: told }),
  ObjectionFiled: z.strictObject({ by: Objector, filedOn: LocalDate, grounds: told, late: z.boolean() }),
  ContestationPeriodEnded: z.strictObject({ contestUntil: LocalDate }),
  ClaimForwardedToCentral: z.strictObject({ reasons: z.array(CentralReason).min(1), ruleVersion: z.string() }),
  ClaimFinalAtSubcommittee: z.strictObject({ amountIQD: z.int().min(0), ruleVersion: z.string() }),
  ClaimReturnedForCompletion: z.strictObject({ committeeNo: central.committeeNo, items: z.array(Asked).min(1).max(20) }),
  ObjectionDecided: z.strictObject({ outcome: z.enum(['changed', 'upheld']) }),
  ClaimRatified: z.strictObject({ ...central, amountIQD: z.int().min(0) }),
  ClaimAmended: z.strictObject({ ...central, amountIQD: Dinars, reason: told }),
  ClaimAnnulled: z.strictObject({ ...central, reason: told }),
  ClaimSentToFinance: z.strictObject({}),
  FinanceAuditPassed: z.strictObject({}),
  FinanceObjectionRaised: z.strictObject({ points: personal(z.array(Text).min(1).max(20), 'T1') }),
  FinanceObjectionAnswered: z.strictObject({ answer: personal(Text, 'T1') }),
  ClaimListedForPayment: z.strictObject({
    batch: z.uuid(),
    lines: z.array(Line).min(1),
    /** What the order of payment looks at: the day of the final decision, then vulnerability. */
    decidedOn: LocalDate,
    vulnerable: z.boolean(),
    /** Listed by hand and not by the order of payment, and why; earlier versions do not say. */
    outOfOrder: OutOfOrder.optional(),
    note: told.optional(),
  }),
  ClaimUnlisted: z.strictObject({ batch: z.uuid(), payees: z.array(z.uuid()).min(1), reason: personal(Text, 'T1') }),
  PayeeAuditCompleted: z.strictObject({ batch: z.uuid(), payee: z.uuid(), outcome: z.enum(['passed', 'held']) }),
  PaymentHeld: z.strictObject({ batch: z.uuid().optional(), payee: z.uuid(), reason: told.optional() }),
  PaymentHoldLifted: z.strictObject({ payee: z.uuid(), reason: told }),
  PaymentOrdered: z.strictObject({ batch: z.uuid(), lines: z.array(Line).min(1) }),
  PaymentMade: z.strictObject({
    /** Absent for a payment known from paper alone. */
    batch: z.uuid().optional(),
    payee: z.uuid(),
    amountIQD: Dinars,
    method: PaymentMethod,
    proof: No,
    paidOn: LocalDate,
  }),
  PaymentFailed: z.strictObject({ batch: z.uuid(), payee: z.uuid(), amountIQD: Dinars, reason: personal(Text, 'T1') }),
  PaymentReturned: z.strictObject({
    batch: z.uuid().optional(),
    payee: z.uuid(),
    amountIQD: Dinars,
    on: LocalDate,
    reason: personal(Text, 'T1'),
  }),
  /** `batch`: the list it was paid in, absent for a payment known from paper, and in earlier versions. */
  PaymentRecovered: z.strictObject({
    payee: z.uuid(),
    amountIQD: Dinars,
    reason: personal(Text, 'T1'),
    batch: z.uuid().optional(),
  }),
  /** A payee died before payment; the heirs and their parts as the inheritance deed gives them. */
  PayeeReplacementProposed: z.strictObject({ payee: z.uuid(), heirs: z.array(Heir).min(1).max(50), deedNo: legalNo }),
  PayeeReplacementDeclined: z.strictObject({ payee: z.uuid(), reason: told }),
  /** The share of one payee, to the last dinar, is now the heirs'. */
  PayeeReplaced: z.strictObject({
    payee: z.uuid(),
    by: z
      .array(z.strictObject({ payee: z.uuid(), person: z.uuid(), weight: Heir.shape.weight, amountIQD: z.int().min(0) }))
      .min(1),
  }),
  ClaimWithdrawn: z.strictObject({ by: z.enum(['claimant', 'heirs', 'representative']), reason: told.optional() }),
  ClaimSuspended: z.strictObject({ cause: SuspensionCause, note: told.optional() }),
  ClaimSuspensionLifted: z.strictObject({ note: told.optional() }),
  ClaimClosed: z.strictObject({}),
  ...awaitedEvents,
};
