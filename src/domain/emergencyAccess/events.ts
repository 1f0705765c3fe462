import { z } from 'zod';
import { Instant } from '../kernel/dates.ts';
import { personal } from '../kernel/privacy.ts';

/** Words of officers about why, which may name somebody. */
const reason = personal(z.string(), 'T2');

export const events = {
  EmergencyAccessRequested: z.strictObject({ process: z.string(), case: z.uuid(), hours: z.int(), reason }),
  EmergencyAccessConfirmed: z.strictObject({ process: z.string(), case: z.uuid(), staff: z.uuid(), until: Instant }),
  EmergencyAccessDeclined: z.strictObject({ reason }),
  EmergencyAccessLapsed: z.strictObject({}),
  EmergencyAccessReviewed: z.strictObject({ justified: z.boolean(), finding: reason }),
} as const;
