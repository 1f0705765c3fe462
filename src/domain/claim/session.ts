import { z } from 'zod';
import { baghdadDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { ensureAnother } from '../kernel/officers.ts';
import { isOpen } from '../kernel/privacy.ts';
import type { Context } from '../kernel/process.ts';
import { RejectionReason } from './codes.ts';
import { p } from './definition.ts';
import { duplicatesSettled } from './duplicates.ts';
import { Award, Dinars, events, Text, Votes } from './events.ts';
import { quorumRule } from './policy.ts';
import type { Claim } from './state.ts';
import { isAssessed } from './waits.ts';

const Held = {
  present: z.int().min(1).max(50),
  members: z.array(z.string().min(2).max(120)).max(50).optional(),
  votes: Votes,
};
type Held = { readonly present: number; readonly members?: string[] | undefined; readonly votes: z.output<typeof Votes> };

/** The session as it is written down: a quorum was there, everybody present voted or abstained, the majority carried it. */
function sessionHeld(c: Held, s: Claim, ctx: Pick<Context, 'actor' | 'onBehalfOf' | 'history' | 'occurredAt' | 'rule' | 'case'>) {
  ensureAnother(ctx, 'CHAIR_REGISTERED_IT', ['ClaimRegistered']);
  duplicatesSettled(s, ctx);
  const date = baghdadDate(ctx.occurredAt);
  ensure(s.session && date >= s.session.on, 'SESSION_NOT_DUE', { on: s.session?.on ?? '' });
  const { present } = ctx.rule(quorumRule).value;
  ensure(c.present >= present, 'NO_QUORUM', { present: c.present, needed: present });
  const { for: yes, against, abstained } = c.votes;
  ensure(yes + against + abstained === c.present, 'VOTES_DO_NOT_ADD_UP', { present: c.present });
  ensure(yes > against, 'NO_MAJORITY', { for: yes, against });
  const members = c.members ? { members: c.members } : {};
  const data = { sessionNo: s.session.sessionNo, date, present: c.present, ...members };
  return { type: 'SubcommitteeSessionHeld' as const, data };
}

/** What is awarded for the items is what is recommended. */
function awardsFit(c: { readonly amountIQD: number; readonly awards: readonly z.output<typeof Award>[] }, s: Claim): void {
  const claimed = s.loss && isOpen(s.loss) && s.loss.type === 'property' ? s.loss.items.map((one) => one.item) : undefined;
  for (const { item } of c.awards) ensure(claimed === undefined || claimed.includes(item), 'ITEM_UNKNOWN', { item });
  const sum = c.awards.reduce((all, one) => all + one.amountIQD, 0);
  ensure(c.awards.length === 0 || sum === c.amountIQD, 'AWARDS_DO_NOT_ADD_UP', { sum, amount: c.amountIQD });
}

/** The sub-committee sits, chaired by a judge, and its decision is brought to the claimant. */
export const session = {
  scheduleSession: p.command({
    from: ['registered', 'screening', 'assessment', 'returned_to_subcommittee'],
    permission: 'claim:examine',
    input: events.SubcommitteeSessionScheduled,
    emits: ['SubcommitteeSessionScheduled'],
    to: ['session_scheduled'],
    decide: (c, s) => {
      ensure(s.security?.done, 'SECURITY_CHECK_MISSING');
      ensure(isAssessed(s), 'ASSESSMENT_MISSING');
      return [{ type: 'SubcommitteeSessionScheduled', data: c }];
    },
  }),
  adjournSession: p.command({
    from: ['session_scheduled'],
    permission: 'claim:decide',
    input: z.strictObject({ ground: events.SubcommitteeSessionAdjourned.shape.ground }),
    emits: ['SubcommitteeSessionAdjourned'],
    to: ['assessment'],
    decide: (c, s) => [
      { type: 'SubcommitteeSessionAdjourned', data: { sessionNo: s.session?.sessionNo ?? '-', ground: c.ground } },
    ],
  }),
  recommend: p.command({
    from: ['session_scheduled'],
    permission: 'claim:decide',
    effect: 'legal',
    input: z.strictObject({
      ...Held,
      amountIQD: Dinars,
      awards: z.array(Award).max(50).default([]),
      legalBasis: z.string().min(2).max(200).optional(),
    }),
    emits: ['SubcommitteeSessionHeld', 'ClaimRecommended'],
    to: ['recommended'],
    rules: [quorumRule],
    decide: (c, s, ctx) => {
      const held = sessionHeld(c, s, ctx);
      awardsFit(c, s);
      const { amountIQD, awards, votes, legalBasis } = c;
      return [held, { type: 'ClaimRecommended', data: { amountIQD, awards, votes, legalBasis } }];
    },
  }),
  reject: p.command({
    from: ['session_scheduled'],
    permission: 'claim:decide',
    effect: 'legal',
    input: z.strictObject({ ...Held, reasonCode: RejectionReason, text: Text.optional() }),
    emits: ['SubcommitteeSessionHeld', 'ClaimRejected'],
    to: ['rejected'],
    rules: [quorumRule],
    decide: (c, s, ctx) => [
      sessionHeld(c, s, ctx),
      { type: 'ClaimRejected', data: { reasonCode: c.reasonCode, text: c.text, votes: c.votes } },
    ],
  }),
};
