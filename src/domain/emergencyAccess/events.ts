import { z } from 'zod';
import { OfficeRef } from '../kernel/caseEvents.ts';
import { Instant } from '../kernel/dates.ts';
import { personal } from '../kernel/privacy.ts';

/** Words of officers about why, which may name somebody. */
const reason = personal(z.string(), 'T2');

export const events = {
  /** `office` owns the case that is asked for, where that is another one than of who asks; absent too where there is no such case. */
  EmergencyAccessRequested: z.strictObject({
    ...{ process: z.string(), case: z.uuid(), hours: z.int(), reason },
    office: z.uuid().optional(),
  }),
  EmergencyAccessConfirmed: z.strictObject({ process: z.string(), case: z.uuid(), staff: z.uuid(), until: Instant }),
  EmergencyAccessDeclined: z.strictObject({ reason }),
  /** By who asked, before anybody confirmed it. */
  EmergencyAccessWithdrawn: z.strictObject({}),
  EmergencyAccessLapsed: z.strictObject({}),
  EmergencyAccessReviewed: z.strictObject({ justified: z.boolean(), finding: reason }),
  /**
   * Who asked is barred from asking again until the head of the branch lifts it; `office` is theirs. Likewise `confirmer`, who
   * confirmed it, from confirming.
   */
  EmergencyAccessFoundUnjustified: z.strictObject({
    ...{ staff: z.uuid(), office: OfficeRef },
    confirmer: z.strictObject({ staff: z.uuid(), office: OfficeRef }).optional(),
  }),
} as const;
