import { z } from 'zod';

/** Why somebody's data is erased. No general Iraqi law on personal data was confirmed (domain.md §19.2, 15): grounds of ours. */
export const Ground = z.enum(['asked_by_person', 'consent_withdrawn', 'registered_in_error', 'court_order', 'retention_over']);
export type Ground = z.infer<typeof Ground>;

export const Requester = z.enum(['person_concerned', 'family', 'legal_representative', 'branch', 'court', 'other_authority']);

export const RefusalReason = z.enum(['legal_hold', 'identity_not_shown', 'not_entitled', 'asked_in_error', 'other']);

/** Whose data it is. */
export const Subject = z.strictObject({ kind: z.enum(['person', 'household']), id: z.uuid() });
export type Subject = z.infer<typeof Subject>;

export const CaseRef = z.strictObject({ process: z.string().regex(/^[a-z][a-zA-Z]*$/), id: z.uuid() });
export type CaseRef = z.infer<typeof CaseRef>;

/** What is sealed under keys that go, and what stays because it tells of others too. */
export const Extent = z.strictObject({
  /** Records of the persons, with those folded into them. */
  persons: z.array(z.uuid()),
  households: z.array(z.uuid()),
  /** Cases that tell of nobody else: erased whole. */
  cases: z.array(CaseRef),
  /** Cases that tell of others as well: only what is sealed under the persons' own keys goes. */
  kept: z.array(CaseRef),
  /** Files that no case but the erased ones names. */
  files: z.array(z.uuid()),
});
export type Extent = z.infer<typeof Extent>;
