import { z } from 'zod';
import { Duration } from '../kernel/calendar.ts';
import type { ClockWindows } from '../kernel/process.ts';
import { defineRule } from '../kernel/rules.ts';

/** Hours at most for which an emergency opens a case; nobody published them. */
export const mostHours = defineRule<number>({
  key: 'emergencyAccess.hours',
  schema: z.int().min(1).max(72),
  default: 8,
  source: '[C]',
});

/** Window of the review of an emergency access. */
export const reviewWindow = defineRule<ClockWindows>({
  key: 'emergencyAccess.review',
  schema: z.record(z.string(), Duration),
  default: { '*': { days: 7 } },
  source: '[C] domain.md §14',
});

/** Share of the window at which the ministry's Branches Affairs are told; nobody published one. */
export const escalationShares = defineRule<readonly number[]>({
  key: 'emergencyAccess.escalation',
  schema: z.array(z.number().positive().max(10)).length(1).readonly(),
  default: [1],
  source: '[C]',
});
