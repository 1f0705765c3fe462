import { z } from 'zod';
import { OfficeRef } from '../kernel/caseEvents.ts';
import { LocalDate, PartialDate } from '../kernel/dates.ts';
import { personal } from '../kernel/privacy.ts';
import { documentFields, papersAgree } from '../person/data.ts';
import { AreaCode } from '../places/register.ts';
import {
  Confidence,
  FamilyDocumentType,
  FileNumber,
  HeadType,
  Leg,
  Member,
  needFields,
  Origin,
  Pathway,
  Site,
  submissionFields,
} from './data.ts';

/** Why somebody joined or left a family. */
export const LifeEvent = z.enum([
  'registration',
  'birth',
  'adoption_or_guardianship',
  'marriage',
  'divorce',
  'separation',
  'reunification',
  'moved_in',
  'moved_out',
  'recorded_late',
  'recorded_in_error',
]);

/** Whether the paper was there or is still to come; a missing paper never blocks. */
export const Papers = z.enum(['seen', 'pending']);

export const Observer = z.enum(['branch', 'camp_management', 'local_authority', 'partner', 'family', 'other_government']);
export type Observer = z.infer<typeof Observer>;

export const PresenceKind = z.enum(['camp', 'origin', 'third']);
export type PresenceKind = z.infer<typeof PresenceKind>;

export const DuplicateResult = z.strictObject({
  algorithmVersion: z.string().max(120),
  result: z.enum(['clear', 'resolved', 'overridden']),
  reason: z.string().max(500).optional(),
});
export type DuplicateResult = z.infer<typeof DuplicateResult>;

export const PersonPair = z.strictObject({ survivor: z.uuid(), absorbed: z.uuid() });
export type PersonPair = z.infer<typeof PersonPair>;

/** Grounds of a split, domain specification §1.3. Sealed in the event: one of them would tell where somebody fled from. */
export const SplitGround = z.enum(['marriage', 'divorce', 'separation', 'death_of_head', 'protection']);
export type SplitGround = z.infer<typeof SplitGround>;

/** What a household newly opened stands in: a family that split after returning has returned. */
export const Standing = z.enum(['displaced', 'returned', 'locally_integrated', 'relocated', 'secondary_displaced']);

const { scopes, recipients, fields, ...consentRest } = submissionFields.consent.shape;
const consentTerms = { scopes, recipients, fields, expiresOn: LocalDate.optional() };
const reason = z.string().max(1000);

export const events = {
  HouseholdRegistered: z.strictObject({
    momdFileNo: FileNumber,
    branch: OfficeRef,
    acceptedBy: z.string(),
    duplicateCheck: DuplicateResult.optional(),
    application: z.uuid().optional(),
    splitFrom: z.uuid().optional(),
    standing: Standing.optional(),
    head: z.uuid(),
    headType: personal(HeadType, 'T2').optional(),
    focalPoint: z.uuid().optional(),
    legacyNumbers: z.array(FileNumber).optional(),
    qCard: submissionFields.qCard,
  }),
  DisplacementFileOpened: z.strictObject({ fileNo: FileNumber, branch: OfficeRef, reason: z.enum(['registration', 'split']) }),
  HouseholdMemberAdded: z.strictObject({ ...Member.shape, ground: LifeEvent, on: LocalDate.optional(), papers: Papers }),
  HouseholdMemberRemoved: z.strictObject({ person: z.uuid(), ground: LifeEvent, on: LocalDate.optional(), papers: Papers }),
  HouseholdMemberCorrected: z.strictObject({ ...Member.shape, reason }),
  HouseholdMemberDeceased: z.strictObject({ person: z.uuid(), on: personal(PartialDate, 'T1', 'person'), papers: Papers }),
  HouseholdMemberReportedMissing: z.strictObject({
    person: z.uuid(),
    since: personal(PartialDate, 'T2', 'person'),
    papers: Papers,
  }),
  HouseholdMemberReportedDetained: z.strictObject({
    person: z.uuid(),
    since: personal(PartialDate, 'T2', 'person'),
    papers: Papers,
  }),
  HouseholdMemberReunited: z.strictObject({ person: z.uuid(), on: personal(PartialDate, 'T2', 'person') }),
  HeadOfHouseholdChanged: z.strictObject({
    from: z.uuid(),
    to: z.uuid(),
    ground: z.enum(['death', 'absence', 'illness_or_age', 'divorce_or_separation', 'family_decision', 'court_order']),
    headType: personal(HeadType, 'T2').optional(),
    focalPoint: z.uuid().optional(),
    papers: Papers,
  }),
  IdentityDocumentRecorded: z
    .strictObject({ document: z.uuid(), docType: FamilyDocumentType, ...documentFields })
    .refine(papersAgree, { path: ['usable'] }),
  IdentityDocumentStatusChanged: z
    .strictObject({
      document: z.uuid(),
      docType: FamilyDocumentType.optional(),
      number: documentFields.number,
      issuedOn: documentFields.issuedOn,
      expiresOn: documentFields.expiresOn,
      status: documentFields.status,
      usable: documentFields.usable,
    })
    .refine(papersAgree, { path: ['usable'] }),
  DisplacementLegRecorded: Leg,
  SiteAssigned: Site,
  SiteLeft: z.strictObject({ until: LocalDate }),
  OriginDeclared: Origin,
  OriginCorrected: z.strictObject({ ...Origin.shape, reason }),
  InclusionNeedRecorded: z.strictObject({ need: z.uuid(), ...needFields }),
  InclusionNeedEnded: z.strictObject({ need: z.uuid(), on: LocalDate }),
  PresenceReported: z.strictObject({
    area: AreaCode,
    site: z.uuid().optional(),
    kind: PresenceKind,
    observedOn: LocalDate,
    observer: Observer,
    confidence: Confidence,
  }),
  CircularMovementPatternDetected: z.strictObject({ windowDays: z.int(), legs: z.int(), confidence: Confidence }),
  OutreachRecorded: z.strictObject({
    on: LocalDate,
    outcome: z.enum(['spoke_with_family', 'family_not_found', 'family_declined']),
  }),
  UnregisteredReturnReported: z.strictObject({
    area: AreaCode,
    since: PartialDate.optional(),
    observer: Observer,
    organisation: z.string().optional(),
    observedOn: LocalDate,
  }),
  ReturnRecognised: z.strictObject({
    area: AreaCode,
    since: PartialDate,
    method: z.enum(['visit', 'call', 'two_independent_reports']),
  }),
  UnregisteredReturnDismissed: z.strictObject({ method: z.enum(['visit', 'call']), reason }),
  PathwayPreferenceRecorded: z.strictObject({ pathway: Pathway, area: AreaCode.optional(), statedBy: z.uuid() }),
  HouseholdDepartureBegun: z.strictObject({ movement: z.uuid() }),
  HouseholdDepartureCancelled: z.strictObject({ movement: z.uuid() }),
  PathwayAchieved: z.strictObject({
    pathway: Pathway,
    area: AreaCode,
    basis: z.enum(['arrival_confirmed', 'integration_approved', 'relocation_approved']),
    movement: z.uuid().optional(),
  }),
  FileHoldPlaced: z.strictObject({ hold: z.uuid() }),
  FileHoldLifted: z.strictObject({ hold: z.uuid() }),
  DisplacementFileClosed: z.strictObject({
    fileNo: FileNumber,
    reason: z.enum(['solution_reached', 'family_request', 'left_the_country']),
    word: z.enum(['asked', 'confirmed']),
    wordOf: z.uuid(),
    wordOn: LocalDate,
    requestDocs: z.array(z.string()),
  }),
  DisplacementFileReopened: z.strictObject({ fileNo: FileNumber, ground: z.enum(['failed_return', 'secondary_displacement']) }),
  DisplacementFileTransferred: z.strictObject({
    branchFrom: OfficeRef,
    branchTo: OfficeRef,
    fileNo: FileNumber,
    reason,
    requestDocs: z.array(z.string()),
  }),
  FileNumberAssigned: z.strictObject({ fileNo: FileNumber }),
  HouseholdVoided: z.strictObject({ reason }),
  HouseholdSplit: z.strictObject({
    into: z.uuid(),
    fileNo: FileNumber,
    members: z.array(Member),
    newHead: z.uuid(),
    headType: personal(HeadType, 'T2').optional(),
    focalPoint: z.uuid().optional(),
    remainingHead: z.uuid().optional(),
    ground: personal(SplitGround, 'T2'),
    agreedBy: z.array(z.uuid()),
  }),
  /** On the household that stays. `taken` are the values chosen from the other one, field by field. */
  HouseholdsMerged: z.strictObject({
    absorbed: z.uuid(),
    duplicate: z.uuid(),
    fileNo: FileNumber.optional(),
    members: z.array(Member),
    persons: z.array(PersonPair),
    taken: z.strictObject({
      head: z.uuid().optional(),
      origin: Origin.optional(),
      place: Site.optional(),
      preference: Pathway.optional(),
    }),
  }),
  /** On the household that is folded into another. */
  HouseholdAbsorbed: z.strictObject({ into: z.uuid(), duplicate: z.uuid() }),
  /** On both. `members` are who belongs to this household again. */
  HouseholdMergeReversed: z.strictObject({ duplicate: z.uuid(), members: z.array(z.uuid()) }),
  ConsentGiven: z.strictObject({ consent: z.uuid(), ...consentTerms, ...consentRest }),
  ConsentNarrowed: z.strictObject({ consent: z.uuid(), ...consentTerms }),
  ConsentWithdrawn: z.strictObject({ consent: z.uuid(), by: z.uuid() }),
};
