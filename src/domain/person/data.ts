import { z } from 'zod';
import { ageRange, LocalDate, type PartialDate } from '../kernel/dates.ts';
import { isOpen, type Personal, personal } from '../kernel/privacy.ts';

const Part = z.string().trim().min(1).max(80);

/** A name in four parts as Iraqi papers write it: own, father's, grandfather's, family or tribal. Only the own name is never missing. */
export const FourPartName = z.strictObject({
  first: Part,
  father: Part.optional(),
  grandfather: Part.optional(),
  family: Part.optional(),
});
export type FourPartName = z.infer<typeof FourPartName>;

/** A person's name in Arabic, and as papers in other letters write it. */
export const PersonName = z.strictObject({
  ar: FourPartName,
  latin: FourPartName.optional(),
  kurdish: FourPartName.optional(),
});
export type PersonName = z.infer<typeof PersonName>;

export const Sex = z.enum(['female', 'male', 'unknown']);
export type Sex = z.infer<typeof Sex>;

/** Languages spoken: Arabic, Sorani, Kurmanji, Turkmen, Syriac, English (domain.md §0.3). */
export const Language = z.enum(['ar', 'ckb', 'kmr', 'tk', 'syr', 'en']);
export type Language = z.infer<typeof Language>;

export const Phone = z.string().trim().min(6).max(30);
export const Phones = z.array(Phone).max(5);
export const MotherName = z.string().trim().min(1).max(200);

/** Papers that are a person's own; those of a whole family are in the household. */
export const DocumentType = z.enum([
  'civil_status_id',
  'unified_national_card',
  'nationality_certificate',
  'passport',
  'birth_certificate',
  'marriage_contract',
  'divorce_deed',
  'death_certificate',
  'guardianship_deed',
  'power_of_attorney',
  'inheritance_deed',
  'lineage_proof',
  'other',
]);
export type DocumentType = z.infer<typeof DocumentType>;

/** Domain specification §1.1, identity documents. */
export const DocumentStatus = z.enum([
  'valid',
  'expired',
  'lost',
  'confiscated',
  'never_issued',
  'issued_by_non_state_group',
  'unknown',
]);
export type DocumentStatus = z.infer<typeof DocumentStatus>;

export const DocumentNumber = z.string().trim().min(1).max(60);

/**
 * `usable` says in clear whether the paper can be presented, so that counts of missing papers survive an erasure; why it
 * cannot is T2 like the number.
 */
export const documentFields = {
  number: personal(DocumentNumber, 'T2').optional(),
  issuer: z.string().max(200).optional(),
  issuedOn: LocalDate.optional(),
  expiresOn: LocalDate.optional(),
  status: personal(DocumentStatus, 'T2'),
  usable: z.boolean(),
};

/** Holds `usable` to the status, also where one of them is corrected. */
export const papersAgree = (paper: { readonly status: Personal<DocumentStatus>; readonly usable: boolean }): boolean =>
  !isOpen(paper.status) || paper.usable === (paper.status === 'valid');

/** The same as a caller gives it. */
export const documentInput = {
  number: DocumentNumber.optional(),
  issuer: z.string().max(200).optional(),
  issuedOn: LocalDate.optional(),
  expiresOn: LocalDate.optional(),
  status: DocumentStatus,
};

/** By what right somebody acts for a person. */
export const Mandate = z.enum(['parent', 'guardian', 'power_of_attorney', 'court_appointed', 'lawyer', 'company_officer']);
export type Mandate = z.infer<typeof Mandate>;

/** A part of an inheritance as a fraction of the whole, as the inheritance deed (al-qassam al-shar'i) states it. */
export const Share = z.strictObject({ numerator: z.int().min(1).max(1_000_000), denominator: z.int().min(1).max(1_000_000) });
export type Share = z.infer<typeof Share>;

export const Heir = z.strictObject({ person: z.uuid(), share: Share });
export type Heir = z.infer<typeof Heir>;

/** Whether shares add up to no more than the whole, exactly. */
export function atMostWhole(heirs: readonly Heir[]): boolean {
  let [sum, of] = [0n, 1n];
  for (const { share } of heirs) {
    sum = sum * BigInt(share.denominator) + BigInt(share.numerator) * of;
    of *= BigInt(share.denominator);
  }
  return sum <= of;
}

/** What one record may take over from another found to be the same person. */
export const PERSON_FIELDS = ['name', 'motherName', 'sex', 'birth', 'phones', 'languages'] as const;
export type PersonField = (typeof PERSON_FIELDS)[number];

/** Whether a person is under 18 on a day, taking the younger age where the birth date is not known exactly; undefined when unknown. */
export function isMinorOn(person: { readonly birth?: Personal<PartialDate> | undefined }, day: LocalDate): boolean | undefined {
  const { birth } = person;
  return birth !== undefined && isOpen(birth) ? ageRange(birth, day).atLeast < 18 : undefined;
}
