import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';

export const events = {
  RuleVersionSet: z.strictObject({
    key: z.string(),
    version: z.string(),
    effectiveFrom: LocalDate,
    value: z.unknown(),
    source: z.string(),
  }),
  RuleVersionWithdrawn: z.strictObject({ version: z.string(), reason: z.string() }),
};
