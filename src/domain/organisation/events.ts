import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';

/** What an organisation is, as far as the processes tell them apart. */
export const OrganisationKind = z.enum([
  'ministry',
  'branch_directorate',
  'committee',
  'court',
  'security_actor',
  'public_directorate',
  'local_authority',
  'krg_office',
  'un_agency',
  'ngo',
  'legal_partner',
  'provider',
]);
export type OrganisationKind = z.infer<typeof OrganisationKind>;

/** The name of an organisation or office. Sorani where the organisation itself uses one; it is never translated here. */
export const Names = z.strictObject({
  ar: z.string().min(2).max(200),
  en: z.string().min(2).max(200),
  ckb: z.string().min(2).max(200).optional(),
});
export type Names = z.infer<typeof Names>;

export const events = {
  /** `synthetic`: made up for a demonstration or a test; never counted with real ones. */
  OrganisationRegistered: z.strictObject({
    kind: OrganisationKind,
    names: Names,
    from: LocalDate,
    synthetic: z.boolean().optional(),
  }),
  OrganisationRenamed: z.strictObject({ names: Names, from: LocalDate }),
  OrganisationEnded: z.strictObject({ until: LocalDate, reason: z.string() }),
};
