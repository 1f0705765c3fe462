import { z } from 'zod';
import { Duration } from '../kernel/calendar.ts';
import type { ClockWindows } from '../kernel/process.ts';
import { defineRule } from '../kernel/rules.ts';
import { ClearanceActor } from '../movement/codes.ts';
import { Purpose, type ReviewGround } from './codes.ts';

const windows = (key: string, value: ClockWindows, source: string) =>
  defineRule<ClockWindows>({ key, schema: z.record(z.string(), Duration), default: value, source });

/** Window of an actor's answer; no public limit was found. */
export const answerWindow = windows('clearance.answer', { '*': { days: 21 } }, '[C] domain.md §12');

/** Window of a review; a likeness of names is told apart sooner. Nobody published one. */
export const reviewWindow = windows(
  'clearance.review',
  { name_similarity: { days: 14 }, new_evidence: { days: 21 }, wrong_person: { days: 14 } } satisfies Record<
    ReviewGround,
    Duration
  >,
  '[C]',
);

/** Days before an answer is overdue on which the branch is told to remind the actor. */
export const reminderDays = defineRule<number>({
  key: 'clearance.reminderDays',
  schema: z.int().positive().max(365),
  default: 7,
  source: '[C] domain.md §3.1',
});

/** Shares of a window at which the head of branch and the re-integration committee are told; nobody published them. */
export const escalationShares = defineRule<readonly number[]>({
  key: 'clearance.escalation',
  schema: z.array(z.number().positive().max(10)).length(2).readonly(),
  default: [1, 2],
  source: '[C] domain.md §11: overdue twice',
});

/** Days a grant holds from the date of its letter. */
export const validityDays = defineRule<number>({
  key: 'clearance.validityDays',
  schema: z.int().positive().max(3650),
  default: 90,
  source: '[C] domain.md §12',
});

/** Age from which a person is cleared for oneself; who is younger never is. */
export const minimumAge = defineRule<number>({
  key: 'clearance.minimumAge',
  schema: z.int().min(15).max(25),
  default: 18,
  source: '[C] domain.md §3.1',
});

/** Whom a purpose asks; a purpose that is not named asks whoever the officer names. Nobody published one. */
export const requiredActors = defineRule<Readonly<Partial<Record<Purpose, readonly ClearanceActor[]>>>>({
  key: 'clearance.requiredActors',
  schema: z.partialRecord(Purpose, z.array(ClearanceActor).readonly()),
  default: {},
  source: '[C] domain.md §3: configuration per purpose',
});

/** Actors that answer with accounts of their own, by organisation; the others answer by letter to the branch. */
export const accounts = defineRule<Readonly<Partial<Record<ClearanceActor, string>>>>({
  key: 'clearance.accounts',
  schema: z.partialRecord(ClearanceActor, z.uuid()),
  default: {},
  source: '[C]',
});
