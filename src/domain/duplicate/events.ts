import { z } from 'zod';
import { PersonPair } from '../household/events.ts';
import { OfficeRef } from '../kernel/caseEvents.ts';
import { LocalDate } from '../kernel/dates.ts';
import { personal } from '../kernel/privacy.ts';

/** What may be one and the same: two families, or two persons (a person may belong to no family). */
export const Subject = z.enum(['household', 'person']);
export type Subject = z.infer<typeof Subject>;

/** Who decided: headquarters, the branches of both records, or the one branch that keeps both. */
export const DecidedBy = z.enum(['headquarters', 'both_branches', 'one_branch']);

const merge = {
  survivor: z.uuid(),
  absorbed: z.uuid(),
  /** For every field that differs, the candidate whose value stays. */
  fields: z.record(z.string(), z.uuid()),
  /** In a merge of families: the persons found to be one. */
  persons: z.array(PersonPair),
  benefitsDiffer: z.boolean(),
  familyHeardOn: LocalDate.optional(),
};
const reason = personal(z.string().max(2000), 'T1');

export const Resolution = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('merge'), ...merge }),
  z.strictObject({ kind: z.literal('keep_separate') }),
]);
export type Resolution = z.infer<typeof Resolution>;

export const events = {
  DuplicateDetected: z.strictObject({
    subject: Subject,
    candidates: z.array(z.uuid()),
    branches: z.array(OfficeRef),
    matchFields: z.array(z.string()),
    score: z.int(),
    algorithmVersion: z.string(),
    suspicion: reason.optional(),
  }),
  DuplicateReviewStarted: z.strictObject({}),
  DuplicateResolutionProposed: z.strictObject({ office: z.string(), resolution: Resolution }),
  HouseholdsMerged: z.strictObject({ ...merge, decidedBy: DecidedBy }),
  PersonsMerged: z.strictObject({ ...merge, decidedBy: DecidedBy }),
  DuplicateRejected: z.strictObject({ reason, decidedBy: DecidedBy }),
  DuplicateEscalated: z.strictObject({ ground: z.enum(['branches_disagree', 'asked_by_branch']) }),
  HouseholdMergeReversed: z.strictObject({ survivor: z.uuid(), absorbed: z.uuid(), persons: z.array(PersonPair), reason }),
  PersonMergeReversed: z.strictObject({ survivor: z.uuid(), absorbed: z.uuid(), reason }),
};
