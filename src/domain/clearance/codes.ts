import { z } from 'zod';

/** What a clearance is asked for (domain.md §3.1). */
export const Purpose = z.enum([
  'return',
  'documents',
  'compensation_claim',
  'compensation_payment',
  'residence',
  'travel',
  'employment_programme',
]);
export type Purpose = z.infer<typeof Purpose>;

/** On what a review is asked for; a likeness of names has a track of its own. */
export const ReviewGround = z.enum(['name_similarity', 'new_evidence', 'wrong_person']);
export type ReviewGround = z.infer<typeof ReviewGround>;
