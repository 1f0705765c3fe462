import { z } from 'zod';
import { Duration } from '../kernel/calendar.ts';
import { addDays, dateOfDay, dayNumber, type LocalDate } from '../kernel/dates.ts';
import type { ClockWindows } from '../kernel/process.ts';
import { defineRule } from '../kernel/rules.ts';
import { ClearanceActor } from './codes.ts';

const days = (key: string, value: number, source: string) =>
  defineRule<number>({ key, schema: z.int().positive().max(3650), default: value, source });
const Windows: z.ZodType<ClockWindows> = z.record(z.string(), Duration);
const window = (key: string, value: Duration, source: string) =>
  defineRule<ClockWindows>({ key, schema: Windows, default: { '*': value }, source });

/** Days after which an area profile is old: it may be shown, and the family is told so. */
export const profileAge = days('movement.profileAge', 90, '[C] domain.md §2.3');
/** Days for which a family's word that it goes of its own will holds. */
export const voluntarinessValidity = days('voluntariness.validity', 60, '[C] domain.md §12');
/** Days for which a clearance holds whose letter names no end. */
export const clearanceValidity = days('clearance.validity', 90, '[C] domain.md §12');
/** Days for which a fit-to-travel result holds; nobody published one. */
export const fitnessValidity = days('movement.fitnessValidity', 14, '[C]');
/** Days for which a departure letter holds. */
export const letterValidity = days('movement.letterValidity', 15, '[C] domain.md §2.2');
/** Days after which the seats of a family that did not appear are given back. */
export const noShowRelease = days('movement.noShowRelease', 2, '[C] domain.md §2, deadlines');
/** Days after its due day that a monitoring round counts as missed, and before it that it may be held; nobody published one. */
export const roundGrace = days('movement.roundGrace', 14, '[C]');

/** Window of a security actor's answer. */
export const clearanceWindow = window('clearance.sla', { days: 21 }, '[C] domain.md §12');
/** Window of the receiving branch's word that a family is there. */
export const arrivalWindow = window('movement.confirmArrival', { days: 7 }, '[C] domain.md §2, deadlines');
/** Window of the family's own word, by a call. */
export const callWindow = window('movement.callHousehold', { hours: 48 }, '[C] domain.md §2.2');

/** Shares of a window at which the head of branch and the re-integration committee are told; nobody published them. */
export const escalationShares = defineRule<readonly number[]>({
  key: 'movement.escalation',
  schema: z.array(z.number().positive().max(10)).length(2).readonly(),
  default: [1, 2],
  source: '[C]',
});

/** Who must clear an adult, by area; the nearest entry on the way up from the destination counts. Nobody published one. */
export const requiredActors = defineRule<Readonly<Record<string, readonly ClearanceActor[]>>>({
  key: 'movement.requiredActors',
  schema: z.record(z.string(), z.array(ClearanceActor).max(8)),
  default: { '*': ['national_security_service'] },
  source: '[C] domain.md §3: configuration per area',
});

/** The actors a destination asks for, its line of areas given nearest first. */
export const actorsFor = (
  rule: Readonly<Record<string, readonly ClearanceActor[]>>,
  line: readonly string[],
): readonly ClearanceActor[] => [...line, '*'].map((key) => rule[key]).find((one) => one !== undefined) ?? [];

const After = z.union([
  z.strictObject({ days: z.int().positive().max(3650) }),
  z.strictObject({ months: z.int().positive().max(120) }),
]);

/** When a family is visited or called after its arrival. */
export const monitoringRounds = defineRule<readonly z.output<typeof After>[]>({
  key: 'monitoring.rounds',
  schema: z.array(After).min(1).max(20).readonly(),
  default: [{ days: 14 }, { months: 1 }, { months: 3 }, { months: 6 }, { months: 12 }],
  source: '[C] domain.md §12',
});

/** The day so many months later: the same day of the month, or the last one where the month is shorter. */
function addMonths(date: LocalDate, months: number): LocalDate {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  const first = (count: number): LocalDate => `${year + Math.floor(count / 12)}-${String((count % 12) + 1).padStart(2, '0')}-01`;
  const from = dayNumber(first(month - 1 + months));
  return dateOfDay(Math.min(from + day - 1, dayNumber(first(month + months)) - 1));
}

/** The days on which rounds fall due, counted from the day of arrival. */
export const roundsFrom = (arrivedOn: LocalDate, rounds: readonly z.output<typeof After>[]): readonly LocalDate[] =>
  rounds.map((one) => ('days' in one ? addDays(arrivedOn, one.days) : addMonths(arrivedOn, one.months)));
