import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';
import { personal } from '../kernel/privacy.ts';
import { Adm3 } from '../places/pcodes.ts';
import {
  AlternativeKind,
  Appellant,
  Certificate,
  HlpType,
  LegalEffect,
  Mediator,
  Outcome,
  PartyRole,
  RestitutionForm,
  SettlementForm,
  Strength,
  TenureKind,
  Urgency,
  WomenHeard,
} from './codes.ts';

const number = personal(z.string(), 'T2');
const text = personal(z.string(), 'T2');

/** A party and its part in the dispute: who stands where is T2. */
const Party = z.strictObject({ person: z.uuid(), role: personal(PartyRole, 'T2') });

export const events = {
  /** `key` is a keyed hash of deed and plot: what finds other cases and claims about the same property without naming it. */
  HLPCaseOpened: z.strictObject({
    type: HlpType,
    property: z.strictObject({ key: z.string(), deedNo: number.optional(), plot: number.optional(), adm3: Adm3 }),
    parties: z.array(Party),
    household: z.uuid().optional(),
    urgency: Urgency,
  }),
  HLPCounsellingGiven: z.strictObject({ provider: z.string(), on: LocalDate }),
  TenureEvidenceRecorded: z.strictObject({ kind: TenureKind, strength: Strength }),
  OverlapRecorded: z.strictObject({ claim: z.uuid(), compensationPaid: z.boolean() }),
  /** Whether talks may be offered at all; the grounds are nowhere stored. */
  MediationScreened: z.strictObject({ suitable: z.boolean() }),
  MediationStarted: z.strictObject({ mediator: Mediator, office: z.uuid().optional() }),
  MediationAgreementReached: z.strictObject({ termsRef: number, womenHeard: WomenHeard }),
  MediationFailed: z.strictObject({ reason: text.optional() }),
  CourtClaimFiled: z.strictObject({ court: z.string(), courtOffice: z.uuid().optional(), caseNo: number }),
  JudgmentIssued: z.strictObject({ judgmentNo: number, on: LocalDate, outcome: personal(Outcome, 'T2') }),
  AppealFiled: z.strictObject({ by: Appellant, on: LocalDate }),
  JudgmentFinal: z.strictObject({ on: LocalDate }),
  JudgmentEnforced: z.strictObject({ on: LocalDate, executionNo: number }),
  OccupantIdentified: z.strictObject({ occupant: z.uuid(), household: z.uuid().optional(), needs: text.optional() }),
  PropertyFoundVacant: z.strictObject({ on: LocalDate }),
  OccupantAlternativeOffered: z.strictObject({ occupant: z.uuid(), kind: AlternativeKind, accepted: z.boolean() }),
  PropertyRestituted: z.strictObject({ on: LocalDate, form: RestitutionForm, arrears: text.optional() }),
  SettlementRecorded: z.strictObject({ on: LocalDate, form: SettlementForm, arrears: text.optional() }),
  TitleOrOccupancyCertificateIssued: z.strictObject({
    certificate: Certificate,
    number,
    issuer: z.string(),
    legalEffect: LegalEffect,
    on: LocalDate,
  }),
  /** The reason is kept where such things are kept; here is a reference without meaning. */
  HLPCaseSuspendedForSafety: z.strictObject({ reasonRef: z.uuid() }),
  HLPCaseResumed: z.strictObject({}),
  HLPCaseWithdrawn: z.strictObject({ by: z.enum(['claimant', 'representative']) }),
  HLPCaseClosed: z.strictObject({ reason: text.optional() }),
};
