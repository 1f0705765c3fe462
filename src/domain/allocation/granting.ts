import { z } from 'zod';
import { baghdadDate, LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { ensureAnother } from '../kernel/officers.ts';
import { type Context, fact } from '../kernel/process.ts';
import { p } from './definition.ts';
import { Dinars, events } from './events.ts';
import { type AllocationState, balanceOf } from './state.ts';

const none = z.strictObject({});

/** Money between institutions moves by an official letter (domain.md §0.2, rule 10). */
const byLetter = (ctx: Pick<Context, 'letterRef'>): void => ensure(ctx.letterRef, 'LETTER_MISSING');

/** Only what is kept for no batch can leave. */
function freeToLeave(s: AllocationState, amountIQD: number): void {
  const { availableIQD } = balanceOf(s);
  ensure(amountIQD <= availableIQD, 'MORE_THAN_AVAILABLE', { availableIQD });
}

/** How the money comes and goes: asked for, approved, released in parts, returned, carried forward (domain.md §4.4). */
export const granting = {
  request: p.command({
    from: 'new',
    permission: 'allocation:request',
    input: events.AllocationRequested,
    emits: ['AllocationRequested'],
    to: ['requested'],
    decide: (c) => [{ type: 'AllocationRequested', data: c }],
  }),
  refuse: p.command({
    from: ['requested'],
    permission: 'allocation:approve',
    effect: 'money',
    input: events.AllocationRefused,
    emits: ['AllocationRefused'],
    to: ['refused'],
    decide: (c, _s, ctx) => {
      ensureAnother(ctx, 'FOUR_EYES', ['AllocationRequested']);
      return [{ type: 'AllocationRefused', data: c }];
    },
  }),
  approve: p.command({
    from: ['requested'],
    permission: 'allocation:approve',
    effect: 'money',
    input: events.AllocationApproved,
    emits: ['AllocationApproved'],
    to: ['approved'],
    decide: (c, s, ctx) => {
      ensureAnother(ctx, 'FOUR_EYES', ['AllocationRequested']);
      ensure(c.amountIQD <= s.requestedIQD, 'MORE_THAN_REQUESTED', { requestedIQD: s.requestedIQD });
      return [{ type: 'AllocationApproved', data: c }];
    },
  }),
  releaseFunds: p.command({
    from: ['approved', 'released'],
    permission: 'allocation:release',
    effect: 'money',
    input: z.strictObject({ amountIQD: Dinars, on: LocalDate }),
    emits: ['AllocationReleased'],
    to: ['released'],
    decide: (c, s, ctx) => {
      ensureAnother(ctx, 'FOUR_EYES', ['AllocationRequested']);
      byLetter(ctx);
      ensure(c.on <= baghdadDate(ctx.now), 'DATE_IN_THE_FUTURE', { date: c.on });
      const leftIQD = s.approvedIQD - s.releasedIQD;
      ensure(c.amountIQD <= leftIQD, 'MORE_THAN_APPROVED', { leftIQD });
      return [{ type: 'AllocationReleased', data: c }];
    },
  }),
  receiveCarriedForward: p.command({
    from: ['approved', 'released', 'closed'],
    permission: 'system',
    input: z.strictObject({ from: z.uuid(), amountIQD: Dinars }),
    emits: ['AllocationReleased'],
    to: ['released'],
    decide: (c, _s, ctx) => [
      {
        type: 'AllocationReleased',
        data: { amountIQD: c.amountIQD, on: baghdadDate(ctx.occurredAt), carriedFrom: c.from },
      },
    ],
  }),
  returnUnspent: p.command({
    from: ['released'],
    permission: 'allocation:close',
    effect: 'money',
    input: events.AllocationReturned,
    emits: ['AllocationReturned'],
    to: ['released'],
    decide: (c, s, ctx) => {
      byLetter(ctx);
      freeToLeave(s, c.amountIQD);
      return [{ type: 'AllocationReturned', data: c }];
    },
  }),
  carryForward: p.command({
    from: ['released'],
    permission: 'allocation:close',
    effect: 'money',
    input: events.AllocationCarriedForward,
    emits: ['AllocationCarriedForward'],
    to: ['released'],
    facts: (c) => ({ into: fact<AllocationState>('allocation', c.into) }),
    decide: (c, s, ctx) => {
      const { state: into } = ctx.facts.into;
      byLetter(ctx);
      ensure(into.status === 'approved' || into.status === 'released', 'NOT_AN_OPEN_ALLOCATION', { allocation: c.into });
      const alike = into.governorate === s.governorate && into.purpose === s.purpose;
      ensure(alike && (into.fiscalYear ?? 0) > (s.fiscalYear ?? 0), 'NOT_ITS_SUCCESSOR', { allocation: c.into });
      freeToLeave(s, c.amountIQD);
      return [{ type: 'AllocationCarriedForward', data: c }];
    },
  }),
  close: p.command({
    from: ['approved', 'released'],
    permission: 'allocation:close',
    effect: 'money',
    input: none,
    emits: ['AllocationClosed'],
    to: ['closed'],
    decide: (_c, s) => {
      const { reservedIQD, availableIQD } = balanceOf(s);
      ensure(reservedIQD === 0, 'STILL_RESERVED', { reservedIQD });
      ensure(availableIQD === 0, 'STILL_UNSPENT', { availableIQD });
      return [{ type: 'AllocationClosed', data: {} }];
    },
  }),
};
