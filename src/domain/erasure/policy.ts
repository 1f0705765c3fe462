import { z } from 'zod';
import type { CaseRecord } from '../kernel/case.ts';
import { baghdadDate, type LocalDate } from '../kernel/dates.ts';
import { defineRule } from '../kernel/rules.ts';
import type { CaseRef, Ground } from './codes.ts';
import type { Hold } from './events.ts';

const Years = z.int().min(0).max(100);

/**
 * Retention classes: years a record is kept after the last entry in it, by process; `*` for every other. Nobody published archive
 * periods (domain.md §19.2, 16): defaults of ours.
 */
export const retentionRule = defineRule({
  key: 'erasure.retention',
  schema: z.record(z.string(), Years).refine((classes) => '*' in classes),
  default: { '*': 5, claim: 10, returnGrant: 10, paymentBatch: 10, hlpCase: 10, referral: 2, reintegrationPlan: 3 },
  source: '[C]',
});
export type RetentionClasses = Readonly<Record<string, number>>;

/** Processes whose open cases hold an erasure back: money not paid, rights not decided, a family on the road. A default of ours. */
export const holdsRule = defineRule({
  key: 'erasure.holds',
  schema: z.array(z.string()).readonly(),
  default: ['claim', 'returnGrant', 'movement', 'docRequest', 'hlpCase', 'clearance'],
  source: '[C]',
});

/** Days after which no backup of the key store exists any more. Set by whoever keeps the backups; a default of ours. */
export const backupsRule = defineRule({
  key: 'erasure.backups',
  schema: z.strictObject({ days: z.int().min(0).max(400) }),
  default: { days: 35 },
  source: '[C]',
});

/** Grounds that no retention stands against: what should never have been kept, and what a court orders. */
const ABOVE_RETENTION: readonly Ground[] = ['registered_in_error', 'court_order'];

/** The years a case of a process is kept. */
export const yearsOf = (classes: RetentionClasses, process: string): number => classes[process] ?? classes['*'] ?? 0;

/** The first day on which a record last changed at an instant (RFC 3339 UTC) need not be kept any more. */
export function keptUntil(classes: RetentionClasses, process: string, changedAt: string): LocalDate {
  const [year = '', ...rest] = baghdadDate(changedAt).split('-');
  const day = [String(Number(year) + yearsOf(classes, process)).padStart(4, '0'), ...rest].join('-');
  return day.endsWith('-02-29') && !isDay(day) ? `${day.slice(0, 4)}-03-01` : day;
}

const isDay = (text: string): boolean => z.iso.date().safeParse(text).success;

interface Look {
  readonly ground: Ground;
  readonly classes: RetentionClasses;
  readonly holding: readonly string[];
  readonly now: string;
}

/** What stands against erasing records, and against what only stays because others are in it. */
export function holdsOn(
  erased: readonly CaseRecord<unknown>[],
  kept: readonly CaseRecord<unknown>[],
  { ground, classes, holding, now }: Look,
): readonly Hold[] {
  const open = [...erased, ...kept].filter((one) => isOpenCase(one) && holding.includes(one.process));
  const retained = ABOVE_RETENTION.includes(ground)
    ? []
    : erased.flatMap((one): Hold[] => {
        const until = one.changedAt === undefined ? undefined : keptUntil(classes, one.process, one.changedAt);
        return until !== undefined && until > baghdadDate(now) ? [{ case: refOf(one), because: 'retention', until }] : [];
      });
  return [...open.map((one): Hold => ({ case: refOf(one), because: 'open_case' })), ...retained];
}

/** A case is open as long as it waits on somebody. */
const isOpenCase = (one: CaseRecord<unknown>): boolean => one.exists && !one.retracted && one.waits.length > 0;

const refOf = ({ process, id }: CaseRecord<unknown>): CaseRef => ({ process, id });

/** The family's own records, which are no single member's. */
const FAMILYS = ['household', 'application', 'movement', 'returnGrant'];

/** Whether a case tells of nobody but these persons and households. */
export function tellsOnlyOf(
  one: { readonly process: string; readonly persons: readonly string[]; readonly households: readonly string[] },
  persons: ReadonlySet<string>,
  households: ReadonlySet<string>,
): boolean {
  if (!one.persons.every((id) => persons.has(id))) return false;
  if (one.households.length > 0 && one.households.every((id) => households.has(id))) return true;
  // For a claim or a referral of one person the household is only where that person belongs.
  return one.persons.length > 0 && !FAMILYS.includes(one.process);
}
