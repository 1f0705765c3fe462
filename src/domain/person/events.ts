import { z } from 'zod';
import { LocalDate, PartialDate } from '../kernel/dates.ts';
import { personal } from '../kernel/privacy.ts';
import {
  DocumentNumber,
  DocumentStatus,
  DocumentType,
  documentFields,
  Heir,
  Language,
  Mandate,
  MotherName,
  PersonName,
  Phones,
  papersAgree,
  Sex,
} from './data.ts';

const details = {
  name: personal(PersonName, 'T1').optional(),
  motherName: personal(MotherName, 'T1').optional(),
  sex: Sex.optional(),
  birth: personal(PartialDate, 'T1').optional(),
  phones: personal(Phones, 'T1').optional(),
  languages: z.array(Language).optional(),
};

export const events = {
  PersonRegistered: z.strictObject({ ...details, name: personal(PersonName, 'T1'), sex: Sex }),
  LegalPersonRegistered: z.strictObject({
    legalName: personal(z.string().trim().min(2).max(200), 'T1'),
    registrationNumber: personal(DocumentNumber, 'T2').optional(),
    phones: personal(Phones, 'T1').optional(),
  }),
  PersonDetailsUpdated: z.strictObject({ ...details, ground: z.enum(['supplied_later', 'changed', 'official_ruling']) }),
  IdentityDocumentRecorded: z
    .strictObject({ document: z.uuid(), docType: DocumentType, ...documentFields })
    .refine(papersAgree, { path: ['usable'] }),
  IdentityDocumentStatusChanged: z
    .strictObject({
      document: z.uuid(),
      docType: DocumentType.optional(),
      number: personal(DocumentNumber, 'T2').optional(),
      issuedOn: LocalDate.optional(),
      expiresOn: LocalDate.optional(),
      status: personal(DocumentStatus, 'T2'),
      usable: z.boolean(),
    })
    .refine(papersAgree, { path: ['usable'] }),
  RepresentativeAppointed: z.strictObject({
    representation: z.uuid(),
    representative: z.uuid(),
    mandate: Mandate,
    until: LocalDate.optional(),
  }),
  RepresentationEnded: z.strictObject({ representation: z.uuid(), reason: z.string() }),
  PersonReportedMissing: z.strictObject({
    since: personal(PartialDate, 'T2'),
    account: personal(z.string().max(2000), 'T2').optional(),
  }),
  PersonReportedDetained: z.strictObject({
    since: personal(PartialDate, 'T2'),
    account: personal(z.string().max(2000), 'T2').optional(),
  }),
  PersonReunited: z.strictObject({ on: personal(PartialDate, 'T2') }),
  DeathRecorded: z.strictObject({ on: personal(PartialDate, 'T1'), papers: z.enum(['seen', 'pending']) }),
  HeirsRecorded: z.strictObject({ heirs: z.array(Heir) }),
  HouseholdJoined: z.strictObject({ household: z.uuid() }),
  HouseholdLeft: z.strictObject({ household: z.uuid() }),
  /** On the record that stays. `taken` are the values chosen from the other record, field by field. */
  PersonsMerged: z.strictObject({ absorbed: z.uuid(), duplicate: z.uuid(), taken: z.strictObject(details) }),
  /** On the record that is folded into another. */
  PersonAbsorbed: z.strictObject({ into: z.uuid(), duplicate: z.uuid() }),
  PersonMergeReversed: z.strictObject({ duplicate: z.uuid() }),
};
