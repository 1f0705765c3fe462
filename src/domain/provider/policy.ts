import { z } from 'zod';
import { Duration } from '../kernel/calendar.ts';
import type { ClockWindows } from '../kernel/process.ts';
import { defineRule } from '../kernel/rules.ts';

/** How long a directory entry is good without being confirmed; past it, nothing in it is offered (domain.md §8). */
export const confirmationWindow = defineRule<ClockWindows>({
  key: 'provider.confirm',
  schema: z.record(z.string(), Duration),
  default: { '*': { days: 60 } },
  source: '[C]',
});
