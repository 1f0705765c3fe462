import { z } from 'zod';
import { Duration } from '../kernel/calendar.ts';
import type { ClockWindows } from '../kernel/process.ts';
import { defineRule } from '../kernel/rules.ts';

/** Report of a threat to the recorded notice (domain.md §6, deadlines: 3 days for threats of eviction). Nobody published one. */
export const intakeWindow = defineRule<ClockWindows>({
  key: 'eviction.intake',
  schema: z.record(z.string(), Duration),
  default: { '*': { days: 3 } },
  source: '[C]',
});

/** Share of a window at which the governorate is told. Nobody published one. */
export const escalationRule = defineRule<readonly number[]>({
  key: 'eviction.escalation',
  schema: z.array(z.number().positive().max(10)).length(1).readonly(),
  default: [1],
  source: '[C]',
});
