import { z } from 'zod';
import { addDays, addMilliseconds, atBaghdad, baghdadDate, type Instant, type LocalDate } from '../kernel/dates.ts';
import { withinTier } from '../kernel/privacy.ts';
import type { Process } from '../kernel/process.ts';
import { defineRule } from '../kernel/rules.ts';
import { type Reach, type Rights, reachOf } from './access.ts';
import { ABOUT_NOBODY } from './smallCells.ts';

/** Of which spans the end is told to who may not open the cases that are counted. */
export type FigurePeriod = 'month' | 'quarter' | 'year';

/**
 * Figures over cases that a reader may not open are those of the end of the last finished period, so that nobody learns of one
 * family by asking before and after (domain.md §0.4, §15). Nobody published how often they may be told: months of Baghdad.
 */
export const figurePeriodRule = defineRule({
  key: 'figures.period',
  schema: z.strictObject({ period: z.enum(['month', 'quarter', 'year']) }),
  default: { period: 'month' as FigurePeriod },
  source: '[C]',
});

/**
 * The most dinars that one case of a process usually adds to a sum, `*` for the rest. Sums over closed cases are told in steps of
 * this many times the smallest number shown. No public figure: above the usual awards, and the return grant with its transport.
 */
export const largestSumRule = defineRule({
  key: 'figures.largestSum',
  schema: z.record(z.string(), z.int().positive()),
  default: { '*': 100_000_000, returnGrant: 2_000_000 },
  source: '[C]',
});

const MONTHS: Readonly<Record<FigurePeriod, number>> = { month: 1, quarter: 3, year: 12 };

/** The last day of the last period that was over when this day began. */
function lastFinished(day: LocalDate, period: FigurePeriod): LocalDate {
  const months = MONTHS[period];
  const first = Math.floor((Number(day.slice(5, 7)) - 1) / months) * months + 1;
  return addDays(`${day.slice(0, 4)}-${String(first).padStart(2, '0')}-01`, -1);
}

/** This day where a period ends with it, else the last day of the period before. */
export const closedDay = (day: LocalDate, period: FigurePeriod): LocalDate => lastFinished(addDays(day, 1), period);

/** The last millisecond of the last period that is over at an instant; of its own period where it is the last. */
export function closedInstant(instant: Instant, period: FigurePeriod): Instant {
  const last = lastFinished(baghdadDate(addMilliseconds(instant, 1)), period);
  return addMilliseconds(atBaghdad(addDays(last, 1)), -1);
}

/**
 * Whether every case that a permission counts for these rights is one whose figures they may have to the last one: of the own
 * office, or open to be found or read. Decided by the rights alone, so that no case shows by when figures are held back.
 */
export function countsOpenly(rights: Rights, process: Pick<Process, 'name' | 'tier'>, permission: string): boolean {
  if (ABOUT_NOBODY.has(process.name)) return true;
  // No case is of a higher tier than its process.
  const open = ['read', 'find']
    .flatMap((verb) => reachOf(rights, `${process.name}:${verb}`))
    .filter(({ tier }) => withinTier(process.tier, tier));
  return reachOf(rights, permission).every((counted) => counted.scope === 'office' || open.some((one) => includes(one, counted)));
}

function includes(wide: Reach, narrow: Reach): boolean {
  if (wide.scope === 'all') return true;
  if (wide.scope !== narrow.scope) return false;
  return wide.scope === 'governorate' ? wide.post.governorate === narrow.post.governorate : wide.post === narrow.post;
}

/**
 * A figure as it is told: what is open to the reader exactly, the rest in full steps. So two answers differ by nothing or by a
 * whole step in what is closed. Undefined where there is less than a step of it.
 */
export function inSteps(total: number, closed: number, step: number): number | undefined {
  const left = ((closed % step) + step) % step;
  return closed !== 0 && closed === left ? undefined : total - left;
}
