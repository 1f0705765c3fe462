import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';
import { CaseRef, Extent, Ground, RefusalReason, Requester, Subject } from './codes.ts';

/** What keeps data from being erased now. `until` is the day a retention runs out. */
export const Hold = z.strictObject({
  case: CaseRef,
  because: z.enum(['open_case', 'retention']),
  until: LocalDate.optional(),
});
export type Hold = z.infer<typeof Hold>;

/** Ids, codes and days only: an erasure must not keep what it erases. */
export const events = {
  ErasureRequested: z.strictObject({ subject: Subject, ground: Ground, requester: Requester, branch: z.uuid() }),
  ErasureExtentFound: z.strictObject({ extent: Extent }),
  ErasureWithdrawn: z.strictObject({}),
  ErasureRefused: z.strictObject({ reason: RefusalReason }),
  ErasureApproved: z.strictObject({}),
  /** Something came up between approval and effect: it is examined and decided anew. */
  ErasureStopped: z.strictObject({ holds: z.array(Hold).min(1) }),
  /** A case in a store of its own stands against it. Which, and what about, is not told. */
  ErasureHeldElsewhere: z.strictObject({}),
  ErasureBegun: z.strictObject({ extent: Extent }),
  /** The keys of these subjects are destroyed. `finalOn` is when no file of many people and no backup of a key holds them any more. */
  ErasureCarriedOut: z.strictObject({ subjects: z.array(z.string()), keys: z.int(), finalOn: LocalDate }),
  ErasureCertified: z.strictObject({}),
};
