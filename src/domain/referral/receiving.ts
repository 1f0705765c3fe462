import { z } from 'zod';
import { postsOn, type StaffState } from '../access/membership.ts';
import { baghdadDate, LocalDate } from '../kernel/dates.ts';
import { Uuid } from '../kernel/envelope.ts';
import { ensure } from '../kernel/errors.ts';
import { fact } from '../kernel/process.ts';
import type { ProviderState } from '../provider/state.ts';
import { Alternative, Missing, Outcome, RejectReason, ShortfallReason } from './events.ts';
import { p } from './process.ts';
import { ANY } from './state.ts';

const note = z.string().trim().min(1).max(2000).optional();

/** The receiver's side, from acknowledgement to completion. */
export const receiving = {
  acknowledge: p.command({
    from: ['sent'],
    permission: 'referral:acknowledge',
    input: z.strictObject({}),
    emits: ['ReferralReceived'],
    to: ['received'],
    decide: () => [{ type: 'ReferralReceived', data: {} }],
  }),
  return: p.command({
    from: ['received'],
    permission: 'referral:respond',
    input: z.strictObject({ missing: z.array(Missing).min(1).max(Missing.options.length), note }),
    emits: ['ReferralReturned'],
    to: ['returned'],
    decide: (c) => [{ type: 'ReferralReturned', data: c }],
  }),
  accept: p.command({
    from: ['received'],
    permission: 'referral:respond',
    input: z.strictObject({ owner: Uuid, plannedDate: LocalDate }),
    facts: (c) => ({ owner: fact<StaffState>('staff', c.owner) }),
    emits: ['ReferralAccepted'],
    to: ['accepted'],
    decide: (c, s, ctx) => {
      const today = baghdadDate(ctx.now);
      const posts = postsOn(ctx.facts.owner.state, today);
      const works = c.owner === ctx.actor.id || posts.some((post) => post.organisation === s.to);
      ensure(works, 'OWNER_NOT_OF_RECEIVER', { owner: c.owner });
      ensure(c.plannedDate >= baghdadDate(ctx.occurredAt), 'PLANNED_IN_THE_PAST', { plannedDate: c.plannedDate });
      return [{ type: 'ReferralAccepted', data: c }];
    },
  }),
  reject: p.command({
    from: ['received'],
    permission: 'referral:respond',
    input: z.strictObject({
      reasonCode: RejectReason,
      alternative: Alternative,
      alternativeProviderId: Uuid.optional(),
      note,
    }),
    facts: (c) => ({
      alternative: c.alternativeProviderId === undefined ? undefined : fact<ProviderState>('provider', c.alternativeProviderId),
    }),
    emits: ['ReferralRejected'],
    to: ['rejected'],
    decide: (c, s, ctx) => {
      const named = ctx.facts.alternative;
      ensure((c.alternative === 'provider') === (named !== undefined), 'ALTERNATIVE_NOT_NAMED');
      const other = named === undefined || (named.state.status === 'listed' && named.state.organisation !== s.to);
      ensure(other, 'ALTERNATIVE_UNKNOWN', { provider: c.alternativeProviderId ?? '' });
      return [{ type: 'ReferralRejected', data: c }];
    },
  }),
  start: p.command({
    from: ['accepted'],
    permission: 'referral:serve',
    input: z.strictObject({ contactedOn: LocalDate, note }),
    emits: ['ReferralStarted'],
    to: ['in_progress'],
    decide: (c, _s, ctx) => {
      ensure(c.contactedOn <= baghdadDate(ctx.now), 'CONTACT_IN_THE_FUTURE', { contactedOn: c.contactedOn });
      return [{ type: 'ReferralStarted', data: c }];
    },
  }),
  progress: p.command({
    from: ['in_progress'],
    permission: 'referral:serve',
    input: z.strictObject({ note: note.unwrap() }),
    emits: ['ReferralProgressRecorded'],
    to: ['in_progress'],
    decide: (c) => [{ type: 'ReferralProgressRecorded', data: c }],
  }),
  complete: p.command({
    from: ['in_progress'],
    permission: 'referral:serve',
    input: z.strictObject({ outcome: Outcome, reasonCode: ShortfallReason.optional(), note }),
    emits: ['ReferralCompleted'],
    to: ['completed'],
    decide: (c) => {
      ensure(c.outcome === 'delivered' || c.reasonCode !== undefined, 'SHORTFALL_NEEDS_REASON', { outcome: c.outcome });
      ensure(c.outcome !== 'delivered' || c.reasonCode === undefined, 'NO_SHORTFALL_TO_EXPLAIN');
      return [{ type: 'ReferralCompleted', data: c }];
    },
  }),
  /** The word of an organisation that no longer takes part that it keeps nothing. It can no longer open the case by then. */
  confirmDeletion: p.command({
    from: ANY,
    permission: 'referral:confirmDeletion',
    input: z.strictObject({}),
    emits: ['ReferralDeletionConfirmed'],
    to: ANY,
    decide: (_, s, ctx) => {
      const { organisation, office } = ctx.actor;
      // Who never had anything to do with the referral is not told that it exists: other offices of the sender, and who a draft is for.
      const concerned = [...(s.status === 'draft' ? [] : [s.to]), ...s.holders, ...s.toDelete];
      const isOwn = office !== undefined && office === ctx.case.owner?.office;
      ensure(organisation !== undefined && (isOwn || concerned.includes(organisation)), 'NOT_FOUND');
      ensure(s.toDelete.includes(organisation), 'NOTHING_TO_DELETE');
      return [{ type: 'ReferralDeletionConfirmed', data: { organisation } }];
    },
  }),
};
