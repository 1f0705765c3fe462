import { z } from 'zod';
import type { Rights } from '../domain/access/access.ts';
import { Instant, LocalDate } from '../domain/kernel/dates.ts';
import type { Registry } from '../domain/kernel/registry.ts';
import { type Sight, sightOf } from '../projections/reads.queries.ts';
import { logIndexAt, recordedBy, type TimelineDb } from '../projections/timeline.queries.ts';

/** Parts of query strings that several lists share. */
export const LogIndex = z
  .string()
  .regex(/^\d{1,18}$/)
  .meta({ description: 'A place of the log', examples: ['1200'] });
/** What was known then; `logIndexIn` makes a place of the log of it. */
export const AsOf = z
  .union([LogIndex, Instant])
  .meta({ description: 'What was known then: an instant (RFC 3339 UTC), or a logIndex' });
export const EffectiveOn = LocalDate.meta({ description: 'What held in the world at the end of this day' });
/** Of when an answer of figures is. */
export const FIGURES_OF = {
  asOf: Instant.meta({
    description: 'The moment of these figures: the one asked for, or where cases are closed to you the end of a finished period',
  }),
  effectiveOn: LocalDate.meta({ description: 'The day at whose end they held in the world' }),
};
/** What descriptions of figures say to who may not open what is counted. */
export const HELD_BACK =
  'Over cases that are not open to you figures are of the end of the last finished period (a month, unless a rule says otherwise) and told in full steps, small ones are null; `asOf` and `effectiveOn` of the answer say of when they are.';
export const Id = z.uuid();
export const Code = z.string().min(1).max(120);
export const Flag = z.enum(['true', 'false']).transform((text) => text === 'true');
export const Moment = Instant.meta({ description: 'RFC 3339 UTC' });

export const PAGING = {
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().min(1).max(2_000).optional().meta({ description: '`next` of the page before' }),
};

/** A page of a list; `next` is absent on the last. */
export const pageOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item), next: z.string().optional() });

/** What these rights see of every process, by a verb asked of each or by one permission for all. */
export const sightOfAll = (registry: Registry, rights: Rights, permission: string): Sight =>
  sightOf(
    rights,
    permission,
    registry.all.filter((process) => process.store === 'general').map((process) => process.name),
  );

/** The place of the log that `asOf` means. */
export const logIndexIn = async (db: TimelineDb, asOf: string | undefined): Promise<string | undefined> =>
  asOf === undefined || /^\d+$/.test(asOf) ? asOf : logIndexAt(db, asOf);

/**
 * The instant up to which ages and delays are counted: now, or the one `asOf` means. What the last place of the log means holds
 * still, so that is now too. RFC 3339 UTC.
 */
export async function momentOf(db: TimelineDb, asOf: string | undefined, now: string): Promise<string> {
  if (asOf === undefined) return now;
  const then = /^\d+$/.test(asOf) ? await recordedBy(db, asOf) : asOf;
  return then !== undefined && then < now ? then : now;
}
