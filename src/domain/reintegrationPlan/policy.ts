import { z } from 'zod';
import { Duration } from '../kernel/calendar.ts';
import { addDays, type LocalDate } from '../kernel/dates.ts';
import type { ClockWindows } from '../kernel/process.ts';
import { defineRule } from '../kernel/rules.ts';
import type { Round } from './state.ts';

const Windows: z.ZodType<ClockWindows> = z.record(z.string(), Duration);

/** From proposal to assessment: a default nobody published. */
export const assessWindow = defineRule<ClockWindows>({
  key: 'reintegrationPlan.assess',
  schema: Windows,
  default: { '*': { days: 30 } },
  source: '[C]',
});

/** From assessment to the family's agreement: a default nobody published. */
export const agreeWindow = defineRule<ClockWindows>({
  key: 'reintegrationPlan.agree',
  schema: Windows,
  default: { '*': { days: 30 } },
  source: '[C]',
});

/** How long a review may stay due: a default nobody published. */
export const reviewWindow = defineRule<ClockWindows>({
  key: 'reintegrationPlan.review',
  schema: Windows,
  default: { '*': { days: 14 } },
  source: '[C]',
});

/** Months after the agreement at which a plan is reviewed (domain.md §7.1). */
export const reviewMonths = defineRule<readonly number[]>({
  key: 'reintegrationPlan.reviewMonths',
  schema: z
    .array(z.int().min(1).max(120))
    .min(1)
    .max(24)
    .refine((months) => months.every((one, at) => at === 0 || one > (months[at - 1] ?? 0)), { error: 'must rise' })
    .readonly(),
  default: [3, 6, 12],
  source: '[C] domain.md §7.1',
});

/** Shares of a window after which the head of branch is told of a delay; a default nobody published. */
export const escalationShares = defineRule<readonly number[]>({
  key: 'reintegrationPlan.escalation',
  schema: z.array(z.number().positive().max(10)).length(1).readonly(),
  default: [1],
  source: '[C]',
});

/** The same day so many months later, or the last day of that month when it is shorter. */
export function addMonths(date: LocalDate, months: number): LocalDate {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const first = (at: number): LocalDate =>
    `${String(year + Math.floor(at / 12)).padStart(4, '0')}-${String((at % 12) + 1).padStart(2, '0')}-01`;
  const at = month - 1 + months;
  const [wanted, last] = [addDays(first(at), day - 1), addDays(first(at + 1), -1)];
  const inMonth = wanted <= last;
  return inMonth ? wanted : last;
}

/** The rounds of review of a plan agreed on a day, numbered on from those already held. */
export const roundsFrom = (agreedOn: LocalDate, months: readonly number[], held: number): readonly Round[] =>
  months.map((one, at) => ({ round: held + at + 1, due: addMonths(agreedOn, one) }));
