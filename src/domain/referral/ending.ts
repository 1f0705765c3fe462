import { z } from 'zod';
import { levelReachedAt } from '../kernel/case.ts';
import { escalationInput, escalationIsNews } from '../kernel/clocks.ts';
import { ensure } from '../kernel/errors.ts';
import { Answer } from './events.ts';
import { p } from './process.ts';
import { type Feedback, OPEN } from './state.ts';

const note = z.string().trim().min(3).max(2000).optional();

/** Whether one side says that the service was received and the other, or the recorded outcome, that it was not. */
function disagree(outcome: string, client: Feedback, receiver: Feedback): boolean {
  const delivered = outcome !== 'not_delivered';
  return [client.received, receiver.received].some((one) => one !== undefined && one !== delivered);
}

/** Feedback, the ends of a referral, and what time does to it. */
export const ending = {
  giveFeedback: p.command({
    from: ['completed', 'feedback_due'],
    permission: 'referral:feedback',
    input: z.strictObject({
      of: z.enum(['client', 'receiver']),
      answer: Answer,
      satisfied: z.boolean().optional(),
      received: z.boolean().optional(),
      comment: note,
    }),
    emits: ['ReferralFeedbackReceived'],
    to: ['feedback_due'],
    decide: (c, s, ctx) => {
      const ofReceiver = ctx.actor.organisation === s.to;
      ensure(ofReceiver === (c.of === 'receiver'), 'ASKED_SEPARATELY', { of: c.of });
      ensure(s[c.of] === undefined, 'FEEDBACK_ALREADY_GIVEN', { of: c.of });
      const said = c.satisfied !== undefined && c.received !== undefined;
      ensure(c.answer !== 'given' || said, 'FEEDBACK_INCOMPLETE');
      ensure(c.answer === 'given' || (c.satisfied === undefined && c.received === undefined), 'NO_ANSWER_NO_FEEDBACK');
      return [{ type: 'ReferralFeedbackReceived', data: c }];
    },
  }),
  close: p.command({
    from: ['feedback_due', 'rejected', 'expired'],
    permission: 'referral:close',
    input: z.strictObject({ note }),
    emits: ['ReferralClosed'],
    to: ['closed'],
    decide: (c, s) => {
      if (s.status === 'feedback_due') {
        ensure(s.client && s.receiver, 'FEEDBACK_STILL_DUE', { of: s.client ? 'receiver' : 'client' });
        ensure(!disagree(s.outcome, s.client, s.receiver) || c.note, 'ANSWERS_DISAGREE');
      }
      return [{ type: 'ReferralClosed', data: c }];
    },
  }),
  withdrawByClient: p.command({
    from: OPEN,
    permission: 'referral:withdraw',
    input: z.strictObject({ by: z.enum(['client', 'guardian', 'representative']) }),
    emits: ['ReferralWithdrawn'],
    to: ['withdrawn_by_client'],
    decide: (c, s) => [{ type: 'ReferralWithdrawn', data: { by: c.by, toDelete: [...s.holders] } }],
  }),
  /** Level 1 is the breach itself; levels are reached once each, however often the scan comes by. */
  escalate: p.command({
    from: 'open',
    permission: 'system',
    input: escalationInput(),
    emits: ['ReferralOverdue', 'ReferralEscalated'],
    to: OPEN,
    decide: (c, _s, ctx) => {
      if (!escalationIsNews(ctx.case, c)) return [];
      const first = ctx.case.waits.some((wait) => wait.key === c.wait && wait.level === 0);
      return [
        ...(first ? [{ type: 'ReferralOverdue' as const, data: { wait: c.wait, due: c.due } }] : []),
        { type: 'ReferralEscalated', data: c },
      ];
    },
  }),
  expire: p.command({
    from: ['sent', 'received'],
    permission: 'system',
    input: z.strictObject({}),
    emits: ['ReferralExpired'],
    to: ['expired'],
    decide: (_, s, ctx) => {
      const wait = ctx.case.waits.find((one) => one.key === 'acknowledge' || one.key === 'respond');
      // A paused or resumed clock moves the date; the timer that was set before comes too early and changes nothing.
      const at = wait && levelReachedAt(wait, s.expiresAfter);
      if (!wait?.due || at === undefined || at > ctx.now) return [];
      return [{ type: 'ReferralExpired', data: { wait: wait.key, due: wait.due } }];
    },
  }),
};
