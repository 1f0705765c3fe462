import { z } from 'zod';
import { Instant, LocalDate } from '../kernel/dates.ts';
import { personal } from '../kernel/privacy.ts';
import {
  Acting,
  AdviceCode,
  Block,
  CounsellingMode,
  CourtClaim,
  DocType,
  EscalatedTo,
  EvidenceKind,
  JudgmentOutcome,
  LetterKind,
  NeedReason,
  PowerScope,
  RejectReason,
  UnresolvedReason,
  UsedFor,
  WaiverBasis,
} from './codes.ts';

const text = personal(z.string(), 'T2');
const number = personal(z.string(), 'T2');
/** Whose paper it would have been, and the cases that waited for it; requests that ended in earlier versions do not say. */
const unmet = { holder: z.uuid().optional(), docType: DocType.optional(), blocked: z.array(Block).optional() };

export const events = {
  /** `holder` is the person, or for a family's paper the household. */
  DocumentNeedIdentified: z.strictObject({
    holder: z.uuid(),
    docType: DocType,
    person: z.uuid().optional(),
    household: z.uuid().optional(),
    reason: personal(NeedReason, 'T2'),
    /** Last day on which the office registers without a court. It tells the day of a birth or a death. */
    registerBy: personal(LocalDate, 'T1').optional(),
    late: z.boolean(),
  }),
  /** `holder` and `docType`, absent in earlier versions, tell the case which paper it waits for. */
  BlockedCaseLinked: z.strictObject({
    ...Block.shape,
    ready: z.boolean(),
    holder: z.uuid().optional(),
    docType: DocType.optional(),
  }),
  BlockedCaseResumed: Block,
  ServiceEligibilityConfirmed: z.strictObject({ provider: z.uuid() }),
  LegalCounsellingGiven: z.strictObject({
    provider: z.string(),
    by: z.enum(['lawyer', 'paralegal']),
    mode: CounsellingMode,
    minutes: z.int(),
    advice: z.array(AdviceCode),
  }),
  DocumentRequestAuthorised: z.strictObject({ acting: Acting, guardian: z.uuid().optional() }),
  PowerOfAttorneyGranted: z.strictObject({
    attorneyRef: z.uuid(),
    notaryNo: number,
    scope: PowerScope,
    until: LocalDate.optional(),
  }),
  PowerOfAttorneyRevoked: z.strictObject({ attorneyRef: z.uuid(), reason: text.optional() }),
  DocumentEvidenceRecorded: z.strictObject({ kind: EvidenceKind }),
  SupportingLetterRecorded: z.strictObject({ kind: LetterKind, on: LocalDate }),
  EscortProvided: z.strictObject({ to: z.uuid(), on: LocalDate }),
  PrerequisiteLinked: z.strictObject({ holder: z.uuid(), docType: DocType, request: z.uuid(), met: z.boolean() }),
  AwaitingPrerequisite: z.strictObject({
    holder: z.uuid(),
    docType: DocType,
    request: z.uuid(),
    household: z.uuid().optional(),
  }),
  PrerequisiteMet: z.strictObject({ request: z.uuid() }),
  CourtCaseOpened: z.strictObject({
    court: z.string(),
    courtOffice: z.uuid().optional(),
    caseNo: number,
    claimType: personal(CourtClaim, 'T2'),
    nextDate: LocalDate.optional(),
  }),
  HearingHeld: z.strictObject({ on: LocalDate, nextDate: LocalDate.optional() }),
  JudgmentIssued: z.strictObject({ on: LocalDate, outcome: personal(JudgmentOutcome, 'T2'), judgmentNo: number }),
  JudgmentAppealed: z.strictObject({ by: z.enum(['applicant', 'prosecutor', 'other_party']), nextDate: LocalDate.optional() }),
  JudgmentFinal: z.strictObject({ on: LocalDate }),
  /** The content of a test is kept with the laboratory and the court; here are references without meaning. */
  LineageTestOrdered: z.strictObject({ orderRef: z.uuid(), labRef: z.uuid() }),
  LineageTestResultReceived: z.strictObject({ outcomeRef: z.uuid() }),
  LineageTestWaived: z.strictObject({ waiverBasis: WaiverBasis }),
  DocSecurityCheckRequested: z.strictObject({ clearanceId: z.uuid().optional() }),
  DocSecurityCheckCleared: z.strictObject({ clearanceId: z.uuid().optional() }),
  DocSecurityCheckBlocked: z.strictObject({ clearanceId: z.uuid().optional() }),
  ParentRecordFoundMissing: z.strictObject({}),
  ParentRecordCompleted: z.strictObject({}),
  DocumentApplicationFiled: z.strictObject({ office: z.uuid(), applicationNo: number }),
  AppointmentBooked: z.strictObject({ slot: Instant }),
  BiometricsTaken: z.strictObject({}),
  DocumentProductionStarted: z.strictObject({}),
  DocumentIssued: z.strictObject({ number, issuedOn: LocalDate, expiresOn: LocalDate.optional() }),
  DocumentRejected: z.strictObject({ reason: personal(RejectReason, 'T2'), text: text.optional() }),
  /** `resumes` are the cases that waited for the paper. */
  DocumentDelivered: z.strictObject({
    holder: z.uuid(),
    docType: DocType,
    receivedBy: z.uuid(),
    on: LocalDate,
    resumes: z.array(Block),
  }),
  DocumentVerifiedInUse: z.strictObject({ usedFor: UsedFor, on: LocalDate }),
  DocumentBlockEscalated: z.strictObject({ to: EscalatedTo, reason: text }),
  DocumentRequestWithdrawn: z.strictObject({ by: z.enum(['applicant', 'guardian', 'representative']), ...unmet }),
  DocumentRequestClosedUnresolved: z.strictObject({ reason: personal(UnresolvedReason, 'T2'), ...unmet }),
};
