import { z } from 'zod';
import { Duration } from '../kernel/calendar.ts';
import { addDays, type LocalDate } from '../kernel/dates.ts';
import type { ClockWindows } from '../kernel/process.ts';
import { defineRule } from '../kernel/rules.ts';
import type { Presence, ReturnReport } from './state.ts';

const Windows: z.ZodType<ClockWindows> = z.record(z.string(), Duration);

/** How long a reported return may stay unverified: 60 days, [C] in domain.md §1. */
export const verifyReturnWindow = defineRule<ClockWindows>({
  key: 'household.verifyReturn',
  schema: Windows,
  default: { '*': { days: 60 } },
  source: '[C] domain.md §1, deadlines',
});

/** How soon a family that moves to and fro is visited or called: 14 days, a default nobody published. */
export const outreachWindow = defineRule<ClockWindows>({
  key: 'household.outreach',
  schema: Windows,
  default: { '*': { days: 14 } },
  source: '[C]',
});

/** When a family counts as moving to and fro: so many changes between camp and origin within so many days. */
export const circularMovementRule = defineRule({
  key: 'household.circularMovement',
  schema: z.strictObject({ windowDays: z.int().min(1).max(3650), moves: z.int().min(1).max(50) }),
  default: { windowDays: 180, moves: 2 },
  source: '[C] domain.md §1.4 for the window; the number of moves is a default nobody published',
});

/** Shares of a window after which the head of branch is told of a delay; a default nobody published. */
export const escalationRule = defineRule<readonly number[]>({
  key: 'household.escalation',
  schema: z.array(z.number().positive()).min(1).max(1),
  default: [1],
  source: '[C]',
});

export interface Circular {
  readonly windowDays: number;
  /** Changes between camp and origin within the window. */
  readonly legs: number;
  /** That of the least certain observation. */
  readonly confidence: Presence['confidence'];
}

const CERTAINTY = ['low', 'medium', 'high'] as const;

/**
 * The pattern of a family going to and fro between camp and origin, if its presences up to a day show it. It prompts a visit
 * or a call and is never held against the family (domain specification §1, purpose and §1.4).
 */
export function circularMovement(
  presences: readonly Presence[],
  day: LocalDate,
  rule: { readonly windowDays: number; readonly moves: number },
): Circular | undefined {
  const from = addDays(day, -rule.windowDays);
  const seen = presences
    .filter((one) => one.kind !== 'third' && one.observedOn >= from && one.observedOn <= day)
    .sort((a, b) => (a.observedOn < b.observedOn ? -1 : a.observedOn > b.observedOn ? 1 : 0));
  const legs = seen.filter((one, index) => index > 0 && one.kind !== seen[index - 1]?.kind).length;
  if (legs < rule.moves) return undefined;
  const least = Math.min(...seen.map((one) => CERTAINTY.indexOf(one.confidence)));
  return { windowDays: rule.windowDays, legs, confidence: CERTAINTY[least] ?? 'low' };
}

/** How many independent voices report a return: different kinds of observer, or different organisations. */
export const independentVoices = (reports: readonly ReturnReport[]): number =>
  new Set(reports.map((one) => `${one.observer} ${one.organisation ?? ''}`)).size;
