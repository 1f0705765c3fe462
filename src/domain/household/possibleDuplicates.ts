import { z } from 'zod';
import { defineRule } from '../kernel/rules.ts';
import { DEFAULT_WEIGHTS, type MatchScore, MatchWeights, matchScore, type PersonDescriptor } from './matching.ts';

/** Weights of the matching, and from which score a record is shown to an officer; defaults nobody published. */
export const matchingRule = defineRule({
  key: 'household.matching',
  schema: z.strictObject({ weights: MatchWeights, showFrom: z.int().min(0).max(100) }),
  default: { weights: DEFAULT_WEIGHTS, showFrom: 60 },
  source: '[C]',
});
export type Matching = (typeof matchingRule)['default'];

/** A record somebody may turn out to be. */
export interface KnownPerson {
  readonly id: string;
  readonly descriptor: PersonDescriptor;
}

export interface PossibleDuplicate extends MatchScore {
  readonly other: string;
}

/**
 * The records on file that may be the person asked about, likeliest first: shown before somebody is registered. Nothing
 * follows from a score by itself, not even from the same national number (domain specification §1.4, matching).
 */
export function possibleDuplicates(
  asked: PersonDescriptor,
  known: Iterable<KnownPerson>,
  { weights, showFrom }: Matching = matchingRule.default,
): PossibleDuplicate[] {
  return [...known]
    .map(({ id, descriptor }) => ({ other: id, ...matchScore(asked, descriptor, weights) }))
    .filter((one) => one.score >= showFrom)
    .sort((a, b) => b.score - a.score || (a.other < b.other ? -1 : 1));
}
