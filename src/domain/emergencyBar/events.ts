import { z } from 'zod';
import { personal } from '../kernel/privacy.ts';

export const events = {
  /** `emergency` is the emergency access that was found to be without ground. */
  EmergencyRequestsBarred: z.strictObject({ staff: z.uuid(), emergency: z.uuid() }),
  /** Of who confirmed it. */
  EmergencyConfirmationsBarred: z.strictObject({ staff: z.uuid(), emergency: z.uuid() }),
  EmergencyBarLifted: z.strictObject({ reason: personal(z.string(), 'T2') }),
} as const;
