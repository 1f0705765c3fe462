import { z } from 'zod';
import { FamilyDocumentType } from '../household/data.ts';
import { type DocumentStatus, DocumentType } from '../person/data.ts';

/** Papers of one person that can be asked for (domain.md §5, table of what is known). */
export const PersonalPaper = z.enum([
  'marriage_contract',
  'divorce_deed',
  'birth_certificate',
  'civil_record',
  'civil_status_id',
  'unified_national_card',
  'nationality_certificate',
  'passport',
  'death_certificate',
  'missing_person_certificate',
  'guardianship_deed',
  'inheritance_deed',
  'lineage_proof',
]);

/** Papers of a family as a whole; the residence card is only issued in the name of its head (P-SIMA-R). */
export const FamilyPaper = z.enum(['residence_card', 'housing_confirmation_letter', 'ration_card']);
export const DocType = z.enum([...PersonalPaper.options, ...FamilyPaper.options]);
export type DocType = z.infer<typeof DocType>;

export const isFamilyPaper = (docType: DocType): boolean => FamilyPaper.safeParse(docType).success;

/** What a register of papers calls it; undefined where no register keeps such a paper. */
export const asKept = (docType: DocType): 'person' | 'household' | undefined =>
  isFamilyPaper(docType) && FamilyDocumentType.safeParse(docType).success
    ? 'household'
    : DocumentType.safeParse(docType).success
      ? 'person'
      : undefined;

/** Why there is no paper to present. T2: it is never printed on a case sheet (domain.md §5, privacy). */
export const NeedReason = z.enum(['never_issued', 'lost', 'expired', 'correction']);
export type NeedReason = z.infer<typeof NeedReason>;

/** Where a birth or a death happened: the legal deadline depends on it. */
export const VitalPlace = z.enum(['facility', 'home', 'abroad']);
export type VitalPlace = z.infer<typeof VitalPlace>;

export const CounsellingMode = z.enum(['in_person', 'phone', 'group_session', 'mobile_team']);
export const AdviceCode = z.enum(['rights', 'procedure', 'evidence_needed', 'court_route', 'fees', 'risks', 'other_service']);
export const Acting = z.enum(['applicant', 'guardian', 'lawyer']);
export type Acting = z.infer<typeof Acting>;
export const PowerScope = z.enum(['court', 'civil_affairs', 'collection', 'all_steps']);

/** What is brought together for the court or the office. */
export const EvidenceKind = z.enum([
  'hospital_or_midwife_paper',
  'witness_statement',
  'old_document',
  'copy_of_record',
  'photographs',
  'family_record',
  'pledge',
  'police_report',
]);
/** Letters of the local authority: mukhtar, mayor, sub-district director. */
export const LetterKind = z.enum(['mukhtar_letter', 'mayor_stamp', 'support_letter']);
export type LetterKind = z.infer<typeof LetterKind>;

/** Claim types of the court room (domain.md §5.1). */
export const CourtClaim = z.enum([
  'marriage_proof',
  'lineage',
  'birth',
  'death',
  'missing',
  'guardianship',
  'custody',
  'correction',
]);
export const JudgmentOutcome = z.enum(['granted', 'granted_in_part', 'dismissed']);
export type JudgmentOutcome = z.infer<typeof JudgmentOutcome>;
export const WaiverBasis = z.enum(['court_did_not_ask', 'other_proof_accepted', 'practice_after_advocacy']);

export const RejectReason = z.enum([
  'evidence_insufficient',
  'wrong_office',
  'record_not_found',
  'data_conflict',
  'legal_bar',
  'other',
]);
export const EscalatedTo = z.enum(['civil_affairs_directorate', 'reintegration_committee', 'governorate', 'national_advocacy']);
export const UsedFor = z.enum(['school', 'health', 'ration', 'social_protection', 'grant', 'claim', 'movement', 'bank', 'other']);
export const UnresolvedReason = z.enum([
  'not_reached',
  'no_legal_way',
  'record_does_not_exist',
  'left_the_country',
  'died',
  'other',
]);

/** Cases of other processes that cannot go on without the paper. */
export const BlockedProcess = z.enum([
  'docRequest',
  'claim',
  'movement',
  'returnGrant',
  'reintegrationPlan',
  'hlpCase',
  'referral',
]);
export const Block = z.strictObject({ process: BlockedProcess, id: z.uuid() });
export type Block = z.infer<typeof Block>;

/** Why a paper of this status has to be asked for; undefined where it can be presented or nobody knows. */
export function reasonOf(status: DocumentStatus): NeedReason | undefined {
  switch (status) {
    case 'expired':
      return 'expired';
    case 'lost':
    case 'confiscated':
      return 'lost';
    // What a group issued, the state never did. That it was a group stays in the register of papers.
    case 'never_issued':
    case 'issued_by_non_state_group':
      return 'never_issued';
    case 'valid':
    case 'unknown':
      return undefined;
  }
}
