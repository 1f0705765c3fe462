import { z } from 'zod';
import type { Rights } from '../domain/access/access.ts';
import { ofRestricted, RestrictedUnavailable } from '../eventlog/stores.ts';
import { inTime } from '../platform/inTime.ts';
import { readDb, type Sight, sightOf } from '../projections/reads.queries.ts';
import { recordedBy } from '../projections/timeline.queries.ts';
import { logIndexIn } from './listing.ts';
import type { ApiParts } from './parts.ts';

/** General work waits no longer for the restricted store. */
const PATIENCE_MS = 3_000;

/** Says in an answer whether what stands in restricted cases is in it; absent for whom nothing could be there. */
export const RESTRICTED_VIEW = {
  restricted: z
    .enum(['shown', 'away'])
    .optional()
    .meta({ description: 'Whether what stands in restricted cases is among it; absent for whom nothing could be there' }),
};

/** What is found there, with the word for it; without `found` it is away, and without a word it is nothing to the caller. */
export interface Beside<T> {
  readonly restricted?: 'shown' | 'away';
  readonly found?: T;
}

type Db = ReturnType<typeof readDb>;

/**
 * Looks into the restricted store's queue beside the general one. What waits there is told by its processes' own `queue` alone,
 * whatever `queue:read` gives. Where the store is away or none is set up, the answer says so and is no error.
 */
export async function besideRestricted<T>(
  parts: ApiParts,
  rights: Rights,
  { process, household }: { readonly process?: string | undefined; readonly household?: string | undefined },
  look: (db: Db, sight: Sight) => Promise<T>,
): Promise<Beside<T>> {
  const names = restrictedNames(parts).filter((one) => (process ?? one) === one);
  const sight = sightOf(rights, household === undefined ? 'queue' : 'read', names);
  if (sight.groups.length === 0) return {};
  return askedOfRestricted(parts, (db) => look(db, sight));
}

/** The processes whose cases lie in the restricted store. */
export const restrictedNames = ({ registry }: Pick<ApiParts, 'registry'>): readonly string[] =>
  registry.all.filter((one) => one.store === 'restricted').map((one) => one.name);

/** Asks the restricted store's read models; where it is away, takes too long or is not set up, the answer says so and is no error. */
export async function askedOfRestricted<T>({ restricted }: ApiParts, look: (db: Db) => Promise<T>): Promise<Beside<T>> {
  try {
    if (!restricted) throw new RestrictedUnavailable();
    const found = ofRestricted(() => look(readDb(restricted.reads)));
    return { restricted: 'shown', found: await inTime(PATIENCE_MS, found, away) };
  } catch (error) {
    if (error instanceof RestrictedUnavailable) return { restricted: 'away' };
    throw error;
  }
}

/** The place of the restricted log that `asOf` means: a place of the general log stands for the instant it was written. */
export async function restrictedIndex(general: Db, theirs: Db, asOf: string | undefined): Promise<string | undefined> {
  if (asOf === undefined || !/^\d+$/.test(asOf)) return logIndexIn(theirs, asOf);
  return BigInt(asOf) === 0n ? '0' : logIndexIn(theirs, await recordedBy(general, asOf));
}

function away(): never {
  throw new RestrictedUnavailable();
}
