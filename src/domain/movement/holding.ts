import { z } from 'zod';
import { baghdadDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { decisionKey } from '../places/standing.ts';
import { HoldCause } from './codes.ts';
import { p } from './definition.ts';
import { areaFacts, ensureOpenWay, standingOf } from './readiness.ts';
import { BEFORE, isBefore, leavingOf, type MovementState } from './state.ts';
import { validities } from './waits.ts';

/** Events for every validity that has run out by a day, each once; what comes before takes the seats back. */
function runOut(s: MovementState, day: string) {
  const over = validities(s).filter((one) => one.until < day);
  const idsOf = (kind: string) => over.flatMap(({ key }) => (key.startsWith(`${kind}:`) ? [key.slice(kind.length + 1)] : []));
  const left = leavingOf(s);
  const slots = idsOf('clearance');
  const persons = idsOf('fitness');
  const word = over.find((one) => one.key === 'voluntariness');
  const letter = over.find((one) => one.key === 'approval');
  return [
    ...(word ? [{ type: 'VoluntarinessExpired' as const, data: { validUntil: word.until, ...left } }] : []),
    ...(slots.length > 0 ? [{ type: 'ClearanceExpired' as const, data: { slots, ...left } }] : []),
    ...(persons.length > 0 ? [{ type: 'FitToTravelExpired' as const, data: { persons, ...left } }] : []),
    ...(letter ? [{ type: 'DepartureApprovalLapsed' as const, data: { validTo: letter.until, ...left } }] : []),
  ];
}

const RUN_OUT = ['VoluntarinessExpired', 'ClearanceExpired', 'FitToTravelExpired', 'DepartureApprovalLapsed'] as const;

/** What stops a movement, lets it go on, and ends it at the family's wish. */
export const holding = {
  /** One cause at a time; a cause already there is not recorded twice. */
  putOnHold: p.command({
    from: [...BEFORE, 'on_hold'],
    permission: 'movement:hold',
    input: z.strictObject({ cause: HoldCause, reason: z.string().trim().min(3).max(1000).optional() }),
    facts: (_c, s) => areaFacts(s.destination),
    emits: ['MovementPutOnHold'],
    to: ['on_hold'],
    decide: (c, s, ctx) => {
      if (s.holds.some((one) => one.cause === c.cause)) return [];
      const why = c.cause === 'area' ? { areaStatus: standingOf(s.destination, ctx.facts).status } : {};
      return [{ type: 'MovementPutOnHold', data: { ...c, ...why } }];
    },
  }),
  /** The movement goes on where it was, unless something ran out meanwhile: that is waited for again. */
  resume: p.command({
    from: ['on_hold'],
    permission: 'movement:hold',
    input: z.strictObject({
      cause: HoldCause,
      /** The suspension names a group, and this family does not belong to it. */
      outsideGroup: z.boolean().optional(),
    }),
    facts: (_c, s) => areaFacts(s.destination),
    emits: ['MovementResumed', ...RUN_OUT],
    to: [...BEFORE, 'on_hold'],
    decide: (c, s, ctx) => {
      ensure(
        s.holds.some((one) => one.cause === c.cause),
        'NOT_HELD_FOR_THIS',
        { cause: c.cause },
      );
      const standing = standingOf(s.destination, ctx.facts);
      ensure(!c.outsideGroup || standing.scope === 'group', 'SUSPENDED_FOR_ALL');
      const outside = c.outsideGroup ? { outsideGroup: decisionKey(standing) } : {};
      if (c.cause === 'area') ensureOpenWay({ ...s, ...outside }, standing);
      return [
        { type: 'MovementResumed' as const, data: { cause: c.cause, ...outside } },
        ...runOut(s, baghdadDate(ctx.occurredAt)),
      ];
    },
  }),
  /** Always, without a reason and without a penalty (domain.md §2.1). */
  withdraw: p.command({
    from: [...BEFORE, 'on_hold', 'no_show', 'turned_back'],
    permission: 'movement:withdraw',
    input: z.strictObject({}),
    emits: ['MovementWithdrawn'],
    to: ['withdrawn'],
    decide: (_c, s) => [{ type: 'MovementWithdrawn', data: leavingOf(s) }],
  }),
  expire: p.command({
    from: [...BEFORE, 'on_hold'],
    permission: 'system',
    input: z.strictObject({}),
    emits: RUN_OUT,
    to: [...BEFORE, 'on_hold'],
    decide: (_c, s, ctx) => (isBefore(s) ? runOut(s, baghdadDate(ctx.now)) : []),
  }),
};
