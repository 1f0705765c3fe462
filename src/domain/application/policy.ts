import { z } from 'zod';
import { Duration } from '../kernel/calendar.ts';
import type { ClockWindows } from '../kernel/process.ts';
import { defineRule } from '../kernel/rules.ts';

const Windows: z.ZodType<ClockWindows> = z.record(z.string(), Duration);

/** From submission to a decision: 14 days, [C] in domain.md §1 (no public standard exists). */
export const verificationWindow = defineRule<ClockWindows>({
  key: 'application.verification',
  schema: Windows,
  default: { '*': { days: 14 } },
  source: '[C] domain.md §1, deadlines',
});

/** How long a family has to bring what was asked for: 30 days, [C] in domain.md §1. */
export const informationWindow = defineRule({
  key: 'application.information',
  schema: z.strictObject({ '*': z.strictObject({ days: z.int().min(1).max(365) }) }),
  default: { '*': { days: 30 } },
  source: '[C] domain.md §1, deadlines',
});

/** Shares of a window after which the head of branch is told of a delay; a default nobody published. */
export const escalationRule = defineRule<readonly number[]>({
  key: 'application.escalation',
  schema: z.array(z.number().positive()).min(1).max(1),
  default: [1],
  source: '[C]',
});
