import { z } from 'zod';
import type { HouseholdState } from '../household/state.ts';
import type { CaseRecord } from '../kernel/case.ts';
import { baghdadDate, LocalDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { fact } from '../kernel/process.ts';
import type { MovementState } from '../movement/state.ts';
import { grantKey, p, reserveReturn } from './definition.ts';
import { type Checks, type DenialReason, events, PackageItem, returnShape } from './events.ts';
import { amountOn, grantAmounts } from './policy.ts';
import type { ReturnGrantState } from './state.ts';

const GONE: readonly string[] = ['none', 'void', 'merged_into'];

/**
 * Whether the family's return is on record: an arrival of its own that was confirmed, also if the return failed later
 * (domain.md §11.1), or a return the branch recognised.
 */
function isReturned(household: HouseholdState, id: string, movement: CaseRecord<MovementState> | undefined): boolean {
  if (!movement) return household.lastReturn !== undefined && ['returned', 'file_closed'].includes(household.status);
  const { pathway, confirmedAt } = movement.state;
  return movement.state.household === id && pathway === 'return' && confirmedAt !== undefined;
}

/** A return without a movement is told by its day, and there is one such day: another would be another grant for the same return. */
function oneDay(lastReturn: HouseholdState['lastReturn'], returnDate: LocalDate): void {
  if (lastReturn === undefined) return;
  ensure(lastReturn.movement === undefined, 'MOVEMENT_MISSING', { movement: lastReturn.movement ?? '' });
  ensure(returnDate === lastReturn.on, 'ANOTHER_DAY_OF_RETURN', { date: lastReturn.on });
}

/** A wrong file is no grant: once it is retracted, the family may apply for the same return again. */
function inPlaceOf(
  { retracted, state }: CaseRecord<ReturnGrantState>,
  c: { readonly household: string; readonly movement?: string | undefined },
) {
  const { subject } = state;
  const same = subject?.household === c.household && subject.movement === c.movement;
  ensure(retracted && same, 'NO_RETRACTED_GRANT');
}

/** A family that split off after returning is counted with the family it came from. */
const countedElsewhere = (s: HouseholdState, movement: CaseRecord<MovementState> | undefined): boolean =>
  movement === undefined && s.splitFrom !== undefined && s.lastReturn === undefined;

interface Finding {
  readonly checks: Checks;
  readonly denied: DenialReason | undefined;
}

/** The conditions as the records stand; what is missing is pending, and only what cannot come any more denies. */
function examined(household: CaseRecord<HouseholdState>, movement: CaseRecord<MovementState> | undefined): Finding {
  const { state, id } = household;
  const registered = household.exists && !GONE.includes(state.status);
  const returned = registered && isReturned(state, id, movement);
  const elsewhere = countedElsewhere(state, movement);
  const checks: Checks = {
    registered: registered ? 'passed' : 'failed',
    returnRegistered: returned ? 'passed' : 'failed',
    fileClosed: state.status === 'file_closed' ? 'passed' : 'pending',
    card: state.qCard === undefined ? 'pending' : 'passed',
    duplicates: elsewhere ? 'failed' : 'pending',
  };
  const denied = registered
    ? elsewhere
      ? 'counted_with_family'
      : returned
        ? undefined
        : 'return_not_registered'
    : 'not_registered';
  return { checks, denied };
}

const UNDER_WAY = [
  'applied',
  'file_closure_verified',
  'audited',
  'approved',
  'awaiting_funds',
  'batch_listed',
  'card_problem',
  'paid',
] as const;

/** How a grant comes to be asked for, and what the branch shows for it (domain.md §4.5). */
export const entering = {
  checkEligibility: p.command({
    from: 'new',
    permission: 'returnGrant:enter',
    /** The day of return is the movement's arrival, and must be said only where there is no movement. */
    input: z.strictObject({ ...returnShape, returnDate: LocalDate.optional() }),
    naturalKey: grantKey,
    emits: ['ReturnGrantEligibilityConfirmed', 'ReturnGrantEligibilityDenied'],
    to: ['eligibility_checked', 'rejected'],
    facts: (c) => ({
      household: fact<HouseholdState>('household', c.household),
      movement: c.movement === undefined ? undefined : fact<MovementState>('movement', c.movement),
      before: c.after === undefined ? undefined : fact<ReturnGrantState>('returnGrant', c.after),
    }),
    reserves: reserveReturn,
    decide: (c, _s, ctx) => {
      const { household, movement, before } = ctx.facts;
      if (before) inPlaceOf(before, c);
      const arrivedAt = movement?.state.arrivedAt;
      const returnDate = arrivedAt === undefined ? c.returnDate : baghdadDate(arrivedAt);
      ensure(returnDate !== undefined, 'RETURN_DATE_MISSING');
      ensure(returnDate <= baghdadDate(ctx.now), 'DATE_IN_THE_FUTURE', { date: returnDate });
      if (c.movement === undefined) oneDay(household.state.lastReturn, returnDate);
      const { checks, denied } = examined(household, movement);
      const data = { ...c, returnDate, checks };
      return denied === undefined
        ? [{ type: 'ReturnGrantEligibilityConfirmed', data }]
        : [{ type: 'ReturnGrantEligibilityDenied', data: { ...data, reason: denied } }];
    },
  }),
  apply: p.command({
    from: ['eligibility_checked'],
    permission: 'returnGrant:enter',
    input: z.strictObject({ packageItems: z.array(PackageItem).max(10).optional() }),
    emits: ['ReturnGrantApplied'],
    to: ['applied'],
    rules: [grantAmounts],
    decide: (c, s, ctx) => {
      const { household = '', returnDate = '' } = s.subject ?? {};
      const { key, version, value } = ctx.rule(grantAmounts);
      const amountIQD = amountOn(value, returnDate);
      ensure(amountIQD !== undefined, 'NO_GRANT_FOR_THIS_DAY', { date: returnDate });
      const packageItems = c.packageItems ?? [];
      return [
        { type: 'ReturnGrantApplied', data: { household, returnDate, amountIQD, rule: key, ruleVersion: version, packageItems } },
      ];
    },
  }),
  verifyFileClosure: p.command({
    from: ['applied'],
    permission: 'returnGrant:enter',
    input: z.strictObject({}),
    emits: ['ReturnGrantFileClosureVerified'],
    to: ['file_closure_verified'],
    facts: (_c, s) => ({ household: fact<HouseholdState>('household', s.subject?.household ?? '') }),
    decide: (_c, _s, ctx) => {
      ensure(ctx.facts.household.state.status === 'file_closed', 'FILE_NOT_CLOSED');
      return [{ type: 'ReturnGrantFileClosureVerified', data: {} }];
    },
  }),
  recordItem: p.command({
    from: UNDER_WAY,
    permission: 'returnGrant:enter',
    input: events.ReturnGrantItemRecorded,
    emits: ['ReturnGrantItemRecorded'],
    to: UNDER_WAY,
    decide: (c, s) => {
      ensure(s.items[c.item] !== undefined, 'ITEM_NOT_ASKED_FOR');
      return [{ type: 'ReturnGrantItemRecorded', data: c }];
    },
  }),
  object: p.command({
    from: ['rejected'],
    permission: 'returnGrant:enter',
    input: z.strictObject({ grounds: z.string().min(3).max(2000) }),
    emits: ['ReturnGrantObjectionFiled'],
    to: ['objection'],
    decide: (c) => [{ type: 'ReturnGrantObjectionFiled', data: c }],
  }),
};
