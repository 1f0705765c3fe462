import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';
import { LetterRef } from '../kernel/envelope.ts';
import { Quantity } from '../kernel/quantity.ts';
import { AreaCode } from '../places/register.ts';

/** How an area is named: its P-code, a provisional code, or the id of a village of our own register. */
export const AreaKey = z.union([AreaCode, z.uuid()]);

/** Why (domain.md §3.3). */
export const ReasonCategory = z.enum(['political', 'military', 'capacity', 'procedure', 'incident']);

/** At which level it was decided (domain.md §3.3). */
export const DecisionLevel = z.enum(['local', 'governorate', 'federal', 'pm_office']);
export type DecisionLevel = z.infer<typeof DecisionLevel>;

/** What a conditional opening may ask for; a code list, so that nothing said about people can stand here. Nobody published one. */
export const Condition = z.enum([
  'security_clearance',
  'sponsorship',
  'local_committee_consent',
  'hazard_clearance',
  'habitable_housing',
  'return_in_groups',
  'escorted_travel',
  'set_in_letter',
]);
export type Condition = z.infer<typeof Condition>;

/** A status that may be proposed to who decides. */
export const Proposal = z.enum(['open', 'conditional', 'suspended', 'closed', 'military_zone']);

/** How many the decision is reckoned to touch. */
export const Affected = Quantity.refine((one) => ['household', 'individual'].includes(one.unit), {
  error: 'must count households or individuals',
  path: ['unit'],
});

/** What every decision about an area carries (domain.md §13.1). */
export const decision = {
  decisionLevel: DecisionLevel,
  letterRef: LetterRef,
  effectiveFrom: LocalDate,
};
