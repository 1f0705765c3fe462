import { z } from 'zod';
import type { ClockWindows } from '../kernel/process.ts';
import { defineRule } from '../kernel/rules.ts';

/** After how many days a decision that keeps people away, or lets them back on conditions, is looked at again: 90 days, [C] in domain.md §3.3. */
export const reviewWindow = defineRule<{ readonly '*': { readonly days: number } } & ClockWindows>({
  key: 'area.review',
  schema: z.strictObject({ '*': z.strictObject({ days: z.int().positive().max(3650) }) }),
  default: { '*': { days: 90 } },
  source: '[C] domain.md §3.3',
});
