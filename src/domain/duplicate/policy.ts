import { z } from 'zod';
import { Duration } from '../kernel/calendar.ts';
import type { ClockWindows } from '../kernel/process.ts';
import { defineRule } from '../kernel/rules.ts';

/** From detection to a decision: 30 days, [C] in domain.md §1. */
export const reviewWindow = defineRule<ClockWindows>({
  key: 'duplicate.review',
  schema: z.record(z.string(), Duration),
  default: { '*': { days: 30 } },
  source: '[C] domain.md §1, deadlines',
});

/** From which score a pair is taken up without anybody having noticed more; a default nobody published. */
export const takeUpRule = defineRule({
  key: 'duplicate.takeUp',
  schema: z.int().min(0).max(100),
  default: 60,
  source: '[C]',
});

/** Shares of a window after which the head of branch is told of a delay; a default nobody published. */
export const escalationRule = defineRule<readonly number[]>({
  key: 'duplicate.escalation',
  schema: z.array(z.number().positive()).min(1).max(1),
  default: [1],
  source: '[C]',
});
