import { z } from 'zod';
import { escalationInput, escalationIsNews } from '../kernel/clocks.ts';
import { addDays, baghdadDate, daysBetween, type LocalDate } from '../kernel/dates.ts';
import { LetterRef } from '../kernel/envelope.ts';
import { ensure } from '../kernel/errors.ts';
import type { Context } from '../kernel/process.ts';
import { ClearanceRefusal } from '../movement/codes.ts';
import { ReviewGround } from './codes.ts';
import { validityDays } from './policy.ts';
import { p } from './process.ts';
import { type ClearanceState, GRANTED, PENDING } from './state.ts';

const Text = z.string().trim().min(3).max(500);
const letter = { letter: LetterRef };
const until = { validUntil: z.iso.date().optional() };

const Outcome = z.discriminatedUnion('is', [
  z.strictObject({ is: z.literal('granted'), ...until }),
  z.strictObject({ is: z.literal('granted_with_conditions'), ...until, conditions: z.array(Text).min(1).max(10) }),
  z.strictObject({ is: z.literal('refused'), reasonCategory: ClearanceRefusal, reviewUntil: z.iso.date().optional() }),
]);

type Letter = z.output<typeof LetterRef>;

/** Whom the answer is about and who waits for it, with its letter. */
function answerOf(s: ClearanceState, ctx: Pick<Context, 'now'>, by: Letter) {
  ensure(by.date <= baghdadDate(ctx.now), 'LETTER_AHEAD', { date: by.date });
  const { person = '', asks } = s;
  return { person, letter: by, ...(asks ? { asks } : {}) };
}

/** The last day a grant holds: as the letter says, or the days of the rule from its date. One of a paper file enters as it was. */
function lastDay(ctx: Pick<Context, 'rule' | 'now' | 'channel'>, by: Letter, told: LocalDate | undefined): LocalDate {
  const day = told ?? addDays(by.date, ctx.rule(validityDays).value);
  ensure(ctx.channel === 'paper_backlog' || day >= baghdadDate(ctx.now), 'RUN_OUT', { until: day });
  return day;
}

/** What an actor answers, in its own account or by letter to the branch (domain.md §3.1). */
export const answering = {
  recordReceipt: p.command({
    from: ['requested', 'no_answer_overdue'],
    permission: 'clearance:answer',
    input: z.strictObject({ ...letter, actorRefNo: z.string().trim().min(1).max(80).optional() }),
    emits: ['ClearanceReceivedByActor'],
    to: ['received_by_actor'],
    decide: (c, s, ctx) => {
      const { person } = answerOf(s, ctx, c.letter);
      return [{ type: 'ClearanceReceivedByActor', data: { person, ...c } }];
    },
  }),
  recordProgress: p.command({
    from: ['requested', 'received_by_actor', 'no_answer_overdue', 'more_information_requested'],
    permission: 'clearance:answer',
    input: z.strictObject({}),
    emits: ['ClearanceUnderCheck'],
    to: ['under_check'],
    decide: (_c, s) => [{ type: 'ClearanceUnderCheck', data: { person: s.person ?? '' } }],
  }),
  askMore: p.command({
    from: ['requested', 'received_by_actor', 'under_check', 'no_answer_overdue'],
    permission: 'clearance:answer',
    input: z.strictObject({ items: z.array(Text).min(1).max(10) }),
    emits: ['ClearanceMoreInformationRequested'],
    to: ['more_information_requested'],
    decide: (c, s) => [{ type: 'ClearanceMoreInformationRequested', data: { person: s.person ?? '', items: c.items } }],
  }),
  recordDecision: p.command({
    from: PENDING,
    permission: 'clearance:answer',
    effect: 'legal',
    rules: [validityDays],
    input: z.strictObject({ ...letter, outcome: Outcome }),
    emits: ['ClearanceGranted', 'ClearanceGrantedWithConditions', 'ClearanceRefused'],
    to: ['granted', 'granted_with_conditions', 'refused'],
    decide: (c, s, ctx) => {
      const answer = answerOf(s, ctx, c.letter);
      const { outcome } = c;
      if (outcome.is === 'refused') {
        const { is: _, ...why } = outcome;
        return [{ type: 'ClearanceRefused', data: { ...answer, ...why } }];
      }
      const validUntil = lastDay(ctx, c.letter, outcome.validUntil);
      return outcome.is === 'granted'
        ? [{ type: 'ClearanceGranted', data: { ...answer, validUntil } }]
        : [{ type: 'ClearanceGrantedWithConditions', data: { ...answer, validUntil, conditions: outcome.conditions } }];
    },
  }),
  /** Allowed always: no day ends it (domain.md §3.1). */
  requestReview: p.command({
    from: ['refused', 'upheld', 'revoked'],
    permission: 'clearance:review',
    input: z.strictObject({ ground: ReviewGround, representative: z.uuid().optional(), letter: LetterRef.optional() }),
    emits: ['ClearanceReviewRequested'],
    to: ['review_requested'],
    decide: (c, s) => [{ type: 'ClearanceReviewRequested', data: { person: s.person ?? '', ...c } }],
  }),
  decideReview: p.command({
    from: ['review_requested'],
    permission: 'clearance:answer',
    effect: 'legal',
    rules: [validityDays],
    input: z.strictObject({ ...letter, outcome: z.enum(['upheld', 'reversed']), ...until }),
    emits: ['ClearanceUpheld', 'ClearanceReversed'],
    to: ['upheld', 'reversed'],
    decide: (c, s, ctx) => {
      const answer = answerOf(s, ctx, c.letter);
      if (c.outcome === 'upheld') return [{ type: 'ClearanceUpheld', data: answer }];
      return [{ type: 'ClearanceReversed', data: { ...answer, validUntil: lastDay(ctx, c.letter, c.validUntil) } }];
    },
  }),
  revoke: p.command({
    from: GRANTED,
    permission: 'clearance:answer',
    effect: 'legal',
    input: z.strictObject(letter),
    emits: ['ClearanceRevoked'],
    to: ['revoked'],
    decide: (c, s, ctx) => [{ type: 'ClearanceRevoked', data: answerOf(s, ctx, c.letter) }],
  }),
  expire: p.command({
    from: GRANTED,
    permission: 'system',
    input: z.strictObject({}),
    emits: ['ClearanceExpired'],
    to: [...GRANTED, 'expired'],
    decide: (_c, s, ctx) => {
      const { person = '', asks, validUntil } = s;
      if (validUntil === undefined || validUntil >= baghdadDate(ctx.now)) return [];
      return [{ type: 'ClearanceExpired', data: { person, validUntil, ...(asks ? { asks } : {}) } }];
    },
  }),
  escalate: p.command({
    from: [...PENDING, 'review_requested'],
    permission: 'system',
    input: escalationInput(),
    emits: ['ClearanceOverdue'],
    to: ['no_answer_overdue', 'review_requested'],
    decide: (c, _s, ctx) => {
      const wait = ctx.case.waits.find((one) => one.key === c.wait);
      if (!wait || !escalationIsNews(ctx.case, c)) return [];
      const daysOpen = daysBetween(baghdadDate(wait.since), baghdadDate(ctx.now));
      return [{ type: 'ClearanceOverdue', data: { wait: c.wait, level: c.level, due: c.due, daysOpen } }];
    },
  }),
};
