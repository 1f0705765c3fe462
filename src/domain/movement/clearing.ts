import { z } from 'zod';
import { addDays, baghdadDate, type LocalDate } from '../kernel/dates.ts';
import { LetterRef } from '../kernel/envelope.ts';
import { ensure } from '../kernel/errors.ts';
import { isOpen, opened } from '../kernel/privacy.ts';
import type { Context } from '../kernel/process.ts';
import { ClearanceRefusal } from './codes.ts';
import { p } from './definition.ts';
import { actorsFor, clearanceValidity, requiredActors } from './policy.ts';
import { consents, ensureConsent, householdOf, lineOf, livingHousehold } from './readiness.ts';
import { type Clearance, isBefore, type MovementState, travellersOf } from './state.ts';
import { ensureStillHolds } from './validity.ts';
import { isClear } from './waits.ts';

const FROM = ['checks_in_progress', 'cleared_to_depart', 'approved', 'manifested', 'on_hold'] as const;

/** The slot that is meant; letters still come in while a movement is held or waits at a later stage. */
function slotOf(s: MovementState, id: string): Clearance {
  ensure(s.checks && isBefore(s), 'CHECKS_NOT_OPEN');
  const slot = s.checks.clearances.find((one) => one.slot === id);
  ensure(slot, 'SLOT_UNKNOWN', { slot: id });
  return slot;
}

/** What an actor answers in the restricted store, and why, is never written down here as well. */
const ensureByLetter = (slot: Clearance, ctx: Pick<Context, 'restrictedStore'>): void =>
  ensure(slot.byLetter !== false || !ctx.restrictedStore, 'ANSWERED_AS_CLEARANCE');

const reached = (c: { readonly slot: string; readonly letter: z.output<typeof LetterRef> }, slot: Clearance) => ({
  slot: c.slot,
  person: slot.person,
  letter: c.letter,
});

function notAhead(letter: { readonly date: LocalDate }, now: string): void {
  ensure(letter.date <= baghdadDate(now), 'LETTER_AHEAD', { date: letter.date });
}

/**
 * The actor, where it is not erased: the request follows in the restricted store. Where none is set up nothing follows, and the
 * answer is entered here by letter.
 */
const asked = ({ actor }: Clearance, { restrictedStore }: Pick<Context, 'restrictedStore'>) =>
  restrictedStore && isOpen(actor) ? { actor } : {};

/** What the answers together come to, once this one is in. */
function setAfter(
  s: MovementState,
  c: { readonly slot: string; readonly outcome: string; readonly validUntil?: string | undefined },
) {
  const others = (s.checks?.clearances ?? []).filter((one) => one.slot !== c.slot);
  const open = others.filter((one) => !isClear(one));
  const blockedCount = open.filter((one) => BLOCKED.includes(one.status)).length + (c.outcome === 'blocked' ? 1 : 0);
  if (blockedCount > 0) {
    const pendingCount = open.filter((one) => !BLOCKED.includes(one.status)).length;
    return [{ type: 'ClearanceSetBlocked' as const, data: { pendingCount, blockedCount } }];
  }
  if (open.length > 0) return [];
  const [validUntil] = [...others.map((one) => one.until), c.validUntil].filter((one) => one !== undefined).sort();
  const persons = [...new Set((s.checks?.clearances ?? []).map((one) => one.person))];
  return [{ type: 'AllRequiredClearancesGranted' as const, data: { persons, ...(validUntil ? { validUntil } : {}) } }];
}

const BLOCKED: readonly string[] = ['refused', 'blocked', 'revoked'];

/** Clearances as letters tell them: one slot per adult and actor, several under way at once (domain.md §3.1). */
export const clearing = {
  openChecks: p.command({
    from: ['voluntariness_confirmed', 'checks_in_progress'],
    permission: 'movement:check',
    rules: [requiredActors],
    input: z.strictObject({}),
    facts: (_c, s) => ({ household: householdOf(s) }),
    emits: ['MovementChecksOpened'],
    to: ['checks_in_progress'],
    decide: (_c, s, ctx) => {
      const day = baghdadDate(ctx.occurredAt);
      ensure(s.voluntariness && s.voluntariness.until >= day, 'VOLUNTARINESS_NOT_IN_FORCE', {
        until: s.voluntariness?.until ?? '',
      });
      ensureConsent(livingHousehold(ctx.facts.household), 'movement', day);
      const actors = actorsFor(ctx.rule(requiredActors).value, lineOf(s.destination));
      const known = s.checks?.clearances ?? [];
      const clearances = s.adults.flatMap((person) =>
        actors
          .filter((actor) => !known.some((one) => one.person === person && opened(one.actor, undefined) === actor))
          .map((actor) => ({ slot: ctx.newId(`${person} ${actor}`), person, actor })),
      );
      const travels = s.pathway === 'local_integration' ? [] : travellersOf(s);
      const medical = travels.filter((person) => !s.checks?.medical.some((one) => one.person === person));
      const again = s.stage === 'checks_in_progress';
      ensure(!again || clearances.length + medical.length > 0, 'CHECKS_ALREADY_OPEN');
      return [{ type: 'MovementChecksOpened', data: { clearances, medical: [...medical] } }];
    },
  }),
  requestClearance: p.command({
    from: FROM,
    permission: 'movement:letters',
    input: z.strictObject({ slot: z.uuid(), letter: LetterRef }),
    facts: (_c, s) => ({ household: householdOf(s) }),
    emits: ['ClearanceRequested'],
    to: FROM,
    decide: (c, s, ctx) => {
      const slot = slotOf(s, c.slot);
      notAhead(c.letter, ctx.now);
      ensure(['pending', 'refused', 'blocked', 'revoked', 'expired'].includes(slot.status), 'NOTHING_TO_REQUEST', {
        status: slot.status,
      });
      ensureConsent(livingHousehold(ctx.facts.household), 'clearance', baghdadDate(ctx.occurredAt));
      const ground = slot.status === 'pending' ? 'first' : slot.status === 'expired' ? 'renewal' : 'review';
      return [{ type: 'ClearanceRequested', data: { ...reached(c, slot), ground, ...asked(slot, ctx) } }];
    },
  }),
  /** Without the family's consent nobody goes on asking: the request waits for the branch, which needs a new consent for it. */
  withdrawRequests: p.command({
    from: FROM,
    permission: 'system',
    input: z.strictObject({}),
    facts: (_c, s) => ({ household: householdOf(s) }),
    emits: ['ClearanceRequestWithdrawn'],
    to: FROM,
    decide: (_c, s, ctx) => {
      const { exists, state } = ctx.facts.household;
      if (exists && consents(state, 'clearance', baghdadDate(ctx.now))) return [];
      const slots = (s.checks?.clearances ?? [])
        .filter((one) => one.status === 'requested')
        .map(({ slot, person, actor, byLetter }) => ({ slot, person, ...(byLetter === false ? { actor } : {}) }));
      return slots.length === 0 ? [] : [{ type: 'ClearanceRequestWithdrawn', data: { slots } }];
    },
  }),
  recordClearance: p.command({
    from: FROM,
    permission: 'movement:letters',
    rules: [clearanceValidity],
    input: z.strictObject({
      slot: z.uuid(),
      letter: LetterRef,
      outcome: z.discriminatedUnion('is', [
        z.strictObject({ is: z.literal('granted'), validUntil: z.iso.date().optional() }),
        z.strictObject({
          is: z.literal('granted_with_conditions'),
          validUntil: z.iso.date().optional(),
          conditions: z.string().trim().min(3).max(1000),
        }),
        z.strictObject({ is: z.literal('refused'), reasonCategory: ClearanceRefusal }),
      ]),
    }),
    emits: ['ClearanceGranted', 'ClearanceGrantedWithConditions', 'ClearanceRefused'],
    to: FROM,
    decide: (c, s, ctx) => {
      const slot = slotOf(s, c.slot);
      notAhead(c.letter, ctx.now);
      ensure(slot.status === 'requested', 'CLEARANCE_NOT_REQUESTED', { status: slot.status });
      ensureByLetter(slot, ctx);
      const { outcome } = c;
      const base = reached(c, slot);
      if (outcome.is === 'refused')
        return [{ type: 'ClearanceRefused', data: { ...base, reasonCategory: outcome.reasonCategory } }];
      const validUntil = outcome.validUntil ?? addDays(c.letter.date, ctx.rule(clearanceValidity).value);
      ensureStillHolds(validUntil, ctx, 'CLEARANCE_RUN_OUT');
      return outcome.is === 'granted'
        ? [{ type: 'ClearanceGranted', data: { ...base, validUntil } }]
        : [{ type: 'ClearanceGrantedWithConditions', data: { ...base, validUntil, conditions: outcome.conditions } }];
    },
  }),
  /** The one thing the restricted store tells: a slot is cleared until a day, or blocked. One taken back holds the movement. */
  noteClearance: p.command({
    from: FROM,
    permission: 'system',
    input: z.strictObject({ slot: z.uuid(), outcome: z.enum(['cleared', 'blocked']), validUntil: z.iso.date().optional() }),
    emits: ['ClearanceOutcomeReceived', 'AllRequiredClearancesGranted', 'ClearanceSetBlocked', 'MovementPutOnHold'],
    to: FROM,
    decide: (c, s) => {
      const slot = slotOf(s, c.slot);
      const takenBack = c.outcome === 'blocked' && slot.status.startsWith('granted');
      const held = s.holds.some((one) => one.cause === 'clearance');
      return [
        { type: 'ClearanceOutcomeReceived', data: c },
        ...setAfter(s, c),
        ...(takenBack && !held ? [{ type: 'MovementPutOnHold' as const, data: { cause: 'clearance' as const } }] : []),
      ];
    },
  }),
  /** A clearance taken back holds the movement until it is settled. */
  revokeClearance: p.command({
    from: FROM,
    permission: 'movement:letters',
    input: z.strictObject({ slot: z.uuid(), letter: LetterRef }),
    emits: ['ClearanceRevoked', 'MovementPutOnHold'],
    to: ['on_hold'],
    decide: (c, s, ctx) => {
      const slot = slotOf(s, c.slot);
      notAhead(c.letter, ctx.now);
      ensure(slot.status.startsWith('granted'), 'NOTHING_TO_REVOKE', { status: slot.status });
      ensureByLetter(slot, ctx);
      return [
        { type: 'ClearanceRevoked', data: reached(c, slot) },
        { type: 'MovementPutOnHold', data: { cause: 'clearance' } },
      ];
    },
  }),
};
