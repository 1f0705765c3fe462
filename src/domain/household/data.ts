import { z } from 'zod';
import { ageRange, LocalDate, PartialDate } from '../kernel/dates.ts';
import { opened, personal } from '../kernel/privacy.ts';
import { DocumentNumber, documentFields, documentInput, isMinorOn, Language } from '../person/data.ts';
import type { PersonState } from '../person/state.ts';
import { Adm1, Adm2, Adm3, within } from '../places/pcodes.ts';
import { AreaCode } from '../places/register.ts';

/** Data of the household aggregate, domain specification §1.1. What a caller gives is `…Input`; the event seals what is personal. */

export const Relation = z.enum([
  'head',
  'spouse',
  'son',
  'daughter',
  'father',
  'mother',
  'brother',
  'sister',
  'grandchild',
  'grandparent',
  'in_law',
  'other_relative',
  'foster_child',
  'not_related',
]);
export type Relation = z.infer<typeof Relation>;

export const RoleFlag = z.enum(['breadwinner', 'caregiver', 'contact_person']);

/** A person's place in a household. Who the person is stands in the person's own stream. */
export const Member = z.strictObject({ person: z.uuid(), relation: Relation, roles: z.array(RoleFlag).max(3).optional() });
export type Member = z.infer<typeof Member>;

export const HeadType = z.enum(['male', 'female', 'child_headed', 'elderly_headed']);
export type HeadType = z.infer<typeof HeadType>;

/** Displacement waves of IOM DTM, with the analyst's additions for what lies before, after and outside them. */
export const Wave = z.enum([
  'pre_2014',
  'pre_jun_2014',
  'jun_jul_2014',
  'aug_2014',
  'post_sep_2014',
  'post_apr_2015',
  'post_mar_2016',
  'post_2017_secondary',
  'environmental',
  'from_abroad',
]);

export const Cause = z.enum(['conflict', 'camp_closure', 'failed_return', 'disaster_or_water_scarcity', 'eviction']);

/** One move of the displacement history. A move from or to abroad leaves that area out. */
export const Leg = z.strictObject({
  from: AreaCode.optional(),
  to: AreaCode.optional(),
  on: PartialDate,
  wave: Wave,
  cause: Cause,
  source: z.enum(['family', 'branch_file', 'camp_list', 'local_authority', 'partner']),
});
export type Leg = z.infer<typeof Leg>;

export const SiteType = z.enum(['camp', 'informal_site', 'rented', 'hosted', 'critical_shelter', 'own_house', 'centre']);

/** Shelter categories of IOM DTM. */
export const Shelter = z.enum([
  'camp',
  'informal_settlement',
  'place_of_worship',
  'school',
  'unfinished_or_abandoned',
  'other_collective',
  'host_family',
  'rent',
  'hotel',
  'own_house',
  'unknown',
]);

/** Where a household lives: open data stops at the sub-district; the village is T2 because areas may be contested or closed. */
export const SiteInput = z.strictObject({
  siteType: SiteType,
  /** The camp or centre as an office of the directory. */
  site: z.uuid().optional(),
  shelter: Shelter,
  area: AreaCode,
  village: z.uuid().optional(),
  since: LocalDate.optional(),
});
export const Site = SiteInput.extend({ village: personal(z.uuid(), 'T2').optional() });
export type Site = z.infer<typeof Site>;

/** Where a household comes from, at least the governorate, and in the family's own words. */
export const OriginInput = z.strictObject({
  adm1: Adm1,
  adm2: Adm2.optional(),
  adm3: Adm3.optional(),
  village: z.uuid().optional(),
  declaredText: z.string().trim().max(500).optional(),
});
export const Origin = OriginInput.extend({
  village: personal(z.uuid(), 'T2').optional(),
  declaredText: personal(z.string().trim().max(500), 'T1').optional(),
});
export type Origin = z.infer<typeof Origin>;

/** Whether the parts of an origin lie in one another. */
export const isOnePlace = ({ adm1, adm2, adm3 }: Pick<Origin, 'adm1' | 'adm2' | 'adm3'>): boolean =>
  (adm2 === undefined || within(adm2, adm1)) && (adm3 === undefined || within(adm3, adm2 ?? adm1));

/** Washington Group short set, and the other needs of §1.1. Survivor-service needs are T3 and not kept here. */
export const NeedType = z.enum([
  'seeing',
  'hearing',
  'walking',
  'remembering',
  'self_care',
  'communicating',
  'chronic_illness',
  'pregnant_or_lactating',
  'unaccompanied_child',
  'older_person_alone',
  'single_carer',
]);
export const Severity = z.enum(['some', 'a_lot', 'cannot_do_at_all']);

export const NeedInput = z.strictObject({ person: z.uuid(), needType: NeedType, severity: Severity.optional() });
export type NeedInput = z.infer<typeof NeedInput>;
export const needFields = {
  person: z.uuid(),
  needType: personal(NeedType, 'T2', 'person'),
  severity: personal(Severity, 'T2', 'person').optional(),
};

/** Papers of a family as a whole. */
export const FamilyDocumentType = z.enum([
  'ration_card',
  'residence_card',
  'housing_confirmation_letter',
  'displacement_letter',
  'mukhtar_letter',
  'camp_list_entry',
  'other',
]);
export const FamilyDocumentInput = z.strictObject({ docType: FamilyDocumentType, ...documentInput });
export const FamilyDocument = z.strictObject({ docType: FamilyDocumentType, ...documentFields });

/** What a family agrees its data may be used for. A design default; the ministry has published no list. */
export const ConsentScope = z.enum([
  'registration',
  'referral',
  'assistance',
  'movement',
  'clearance',
  'compensation',
  'documentation',
  'follow_up',
]);
export type ConsentScope = z.infer<typeof ConsentScope>;

/** Names of the fields of a payload a consent covers, as the receiving process names them. */
export const CoveredField = z.string().regex(/^[a-z][A-Za-z0-9_.]{0,59}$/);

export const ConsentInput = z.strictObject({
  scopes: z.array(ConsentScope).min(1).max(20),
  /** Organisations that may receive the data; the ministry itself needs none. */
  recipients: z.array(z.uuid()).max(50),
  fields: z.array(CoveredField).max(100),
  expiresOn: LocalDate.optional(),
  givenBy: z.uuid(),
  means: z.enum(['signature', 'thumbprint', 'spoken_before_witness']),
  language: Language,
  explainedBy: z.string().trim().min(2).max(120),
});
export type ConsentInput = z.infer<typeof ConsentInput>;

export const Confidence = z.enum(['low', 'medium', 'high']);

export const Pathway = z.enum(['return', 'local_integration', 'relocation']);
export type Pathway = z.infer<typeof Pathway>;

export const FileNumber = z.string().trim().min(1).max(40);

/** Everything a family declares when it registers. */
export const SubmissionInput = z.strictObject({
  members: z.array(Member).min(1).max(60),
  head: z.uuid(),
  origin: OriginInput,
  legs: z.array(Leg).max(30),
  place: SiteInput,
  documents: z.array(FamilyDocumentInput).max(20).optional(),
  needs: z.array(NeedInput).max(60).optional(),
  consent: ConsentInput,
  legacyNumbers: z.array(FileNumber).max(10).optional(),
  qCard: DocumentNumber.optional(),
});
export type SubmissionInput = z.infer<typeof SubmissionInput>;

export const submissionFields = {
  members: z.array(Member),
  head: z.uuid(),
  headType: personal(HeadType, 'T2').optional(),
  origin: Origin,
  legs: z.array(Leg),
  place: Site,
  documents: z.array(FamilyDocument),
  needs: z.array(z.strictObject(needFields)),
  consent: z.strictObject({
    ...ConsentInput.shape,
    scopes: z.array(ConsentScope),
    recipients: z.array(z.uuid()),
    fields: z.array(CoveredField),
    explainedBy: personal(z.string(), 'T1'),
  }),
  legacyNumbers: z.array(FileNumber),
  qCard: personal(DocumentNumber, 'T1').optional(),
};
const Submission = z.strictObject(submissionFields);
export type Submission = z.infer<typeof Submission>;

/** From this age a head counts as elderly. [C] */
const ELDERLY_FROM = 60;

/** What kind of head a person makes on a day; undefined where sex or age is not known. T2: it says who heads a family alone. */
export function headTypeOf(person: Pick<PersonState, 'sex' | 'birth'>, day: LocalDate): HeadType | undefined {
  if (isMinorOn(person, day)) return 'child_headed';
  if (person.sex === 'female') return 'female';
  const birth = opened(person.birth, undefined);
  if (birth && ageRange(birth, day).atLeast >= ELDERLY_FROM) return 'elderly_headed';
  return person.sex === 'male' ? 'male' : undefined;
}
