import { z } from 'zod';
import { addDays, baghdadDate } from '../kernel/dates.ts';
import { LetterRef } from '../kernel/envelope.ts';
import { ensure } from '../kernel/errors.ts';
import { ensureAnother } from '../kernel/officers.ts';
import { type Context, fact } from '../kernel/process.ts';
import type { OfficeState } from '../office/state.ts';
import { RefusalReason, ReviewRoute } from './codes.ts';
import { p } from './definition.ts';
import { letterValidity } from './policy.ts';
import { ensureReady, livingHousehold, travelFacts } from './readiness.ts';
import { leavingOf, whoseIs } from './state.ts';
import { ensureStillHolds } from './validity.ts';

/** Entry is not approval: who opened the movement, or cleared it, does not decide on it (domain.md §2.3, §14). */
const ensureSecondOfficer = (ctx: Pick<Context, 'actor' | 'onBehalfOf' | 'history'>): void =>
  ensureAnother(ctx, 'FOUR_EYES', [ctx.history[0]?.type ?? '', 'MovementCleared']);

const given = (actor: Context['actor']) => ({
  organisation: actor.organisation ?? '',
  ...(actor.office === undefined ? {} : { office: actor.office }),
  ...(actor.governorate === undefined ? {} : { governorate: actor.governorate }),
});

/** What the departure branch decides; the receiving branch is named, and takes part from then on. */
export const approving = {
  approve: p.command({
    from: ['cleared_to_depart'],
    permission: 'movement:approve',
    effect: 'legal',
    rules: [letterValidity],
    input: z.strictObject({ receivingBranch: z.uuid(), letter: LetterRef }),
    facts: (c, s) => ({ ...travelFacts(s), branch: fact<OfficeState>('office', c.receivingBranch) }),
    emits: ['DepartureApproved'],
    to: ['approved'],
    decide: (c, s, ctx) => {
      ensureSecondOfficer(ctx);
      const { pathway } = s;
      ensure(pathway !== undefined && pathway !== 'undecided', 'PATHWAY_UNDECIDED');
      const validFrom = baghdadDate(ctx.occurredAt);
      ensureReady(s, ctx.facts, validFrom);
      const { status } = livingHousehold(ctx.facts.household);
      ensure(s.departing || ['displaced', 'secondary_displaced'].includes(status), 'HOUSEHOLD_NOT_DISPLACED', { status });
      const { exists, state: office } = ctx.facts.branch;
      ensure(exists && office.status === 'open', 'RECEIVING_BRANCH_UNKNOWN');
      const receivingBranch = {
        organisation: office.organisation ?? '',
        office: c.receivingBranch,
        ...(office.governorate === undefined ? {} : { governorate: office.governorate }),
      };
      const validTo = addDays(validFrom, ctx.rule(letterValidity).value);
      ensureStillHolds(validTo, ctx, 'LETTER_RUN_OUT');
      const letter = { letterRef: c.letter, validFrom, validTo };
      const data = {
        household: whoseIs(s),
        ...letter,
        approverBranch: given(ctx.actor),
        receivingBranch,
        pathway,
        again: s.departing,
      };
      return [{ type: 'DepartureApproved', data }];
    },
  }),
  refuseDeparture: p.command({
    from: ['cleared_to_depart'],
    permission: 'movement:approve',
    effect: 'legal',
    input: z.strictObject({
      reasonCode: RefusalReason,
      reviewRoute: ReviewRoute,
      reason: z.string().trim().min(3).max(1000).optional(),
    }),
    emits: ['DepartureRefused'],
    to: ['refused'],
    decide: (c, s, ctx) => {
      ensureSecondOfficer(ctx);
      return [{ type: 'DepartureRefused', data: { ...c, ...leavingOf(s) } }];
    },
  }),
};
