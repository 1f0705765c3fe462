import type { Tier } from '../../domain/kernel/privacy.ts';

/** The tiers whose opening is on record; T1 is everyday work (domain.md §0.4). */
export type RecordedTier = Extract<Tier, 'T2' | 'T3'>;

/** A post the reader held when they looked. */
export interface AccessPost {
  readonly role: string;
  readonly organisation: string;
  readonly office?: string;
}

/**
 * Who looked at what, or was not let: one entry an answer, whatever the number of cases on its page. Ids and codes alone; never a
 * personal value, a query or an address.
 */
export interface AccessEntry {
  /** RFC 3339 UTC, milliseconds. */
  readonly at: string;
  /** As in the answer's `request-id` and in problems. */
  readonly requestId: string;
  /** Staff id. */
  readonly staff: string;
  /** Every post held then; empty for who is not enrolled. */
  readonly posts: readonly AccessPost[];
  /** The colleague on leave somebody read for. */
  readonly onBehalfOf?: string;
  /** Method and pattern, such as `GET /v1/households/:id`. */
  readonly route: string;
  /** Streams of the cases opened or asked for. */
  readonly cases: readonly string[];
  /** The offices those cases belonged to then. */
  readonly owners: readonly string[];
  /** The highest tier that was opened. */
  readonly tier?: RecordedTier;
  readonly outcome: 'allowed' | 'refused';
  /** Of a refusal. */
  readonly code?: string;
  /** Of a number that found nobody, a keyed hash: equal numbers are equal, and none is to be read back. */
  readonly missed?: string;
}

/** An entry as it lies in the log: `leaf` counts those of its month, from 0. */
export interface RecordedAccess extends AccessEntry {
  readonly leaf: number;
}

/** The bytes an entry is proved by: JSON of its fields in this order, those without a value left out. */
export function canonicalBytes(entry: RecordedAccess): Buffer {
  const { leaf, at, requestId, staff, posts, onBehalfOf, route, cases, owners, tier, outcome, code, missed } = entry;
  const held = posts.map(({ role, organisation, office }) => ({ role, organisation, office }));
  return Buffer.from(
    JSON.stringify({ leaf, at, requestId, staff, posts: held, onBehalfOf, route, cases, owners, tier, outcome, code, missed }),
  );
}
