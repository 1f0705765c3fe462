import { z } from 'zod';

/** What an assessment looks at and a goal is about (domain.md §7.1). */
export const Domain = z.enum([
  'safety',
  'documents',
  'shelter',
  'livelihood',
  'health',
  'mhpss',
  'education',
  'social_ties',
  'hlp',
  'income',
]);
export type Domain = z.infer<typeof Domain>;

/**
 * How far each domain is from a lasting solution, 1 (no solution in sight) to 5 (solved). The eight IASC criteria are named by
 * domain.md §7.1 as the frame; the scale of five is a default nobody published.
 */
export const Scores = z.partialRecord(Domain, z.int().min(1).max(5));
export type Scores = z.infer<typeof Scores>;

/** Programmes somebody of the family can be enrolled in (domain.md §7.2). */
export const Programme = z.enum([
  'individual_livelihood',
  'enterprise_fund',
  'public_works',
  'mhpss',
  'education',
  'health',
  'social_safety_net',
  'cash',
  'vocational',
  'victim_assistance',
]);
export type Programme = z.infer<typeof Programme>;

/** Why a goal is given up, or was not reached. */
export const GoalReason = z.enum([
  'no_longer_needed',
  'family_changed_its_mind',
  'no_service',
  'no_funding',
  'not_eligible',
  'moved_away',
  'access_or_safety',
  'other',
]);
export type GoalReason = z.infer<typeof GoalReason>;

export const DiscontinueReason = z.enum([
  'consent_withdrawn',
  'moved_away',
  'displaced_again',
  'not_reached',
  'no_longer_needed',
  'deceased',
  'opened_in_error',
  'other',
]);
export type DiscontinueReason = z.infer<typeof DiscontinueReason>;
