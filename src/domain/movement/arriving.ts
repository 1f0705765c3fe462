import { z } from 'zod';
import { addDays, baghdadDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { ensureAnother, isOwnEntry } from '../kernel/officers.ts';
import { AreaCode } from '../places/register.ts';
import { ConfirmationBy, ConfirmationMethod, DestinationShelter, FailureCause, MonitoringAction, RiskLevel } from './codes.ts';
import { p } from './definition.ts';
import { placeFields } from './informing.ts';
import { monitoringRounds, roundGrace, roundsFrom } from './policy.ts';
import { ensureConsent, householdOf, livingHousehold } from './readiness.ts';
import { type MovementState, type Round, whoseIs } from './state.ts';

function plannedRounds(arrivedOn: string, grace: number, rounds: Parameters<typeof roundsFrom>[1]) {
  return roundsFrom(arrivedOn, rounds).map((due, index) => ({
    type: 'MonitoringRoundPlanned' as const,
    data: { round: index + 1, due, missedAfter: addDays(due, grace) },
  }));
}

function roundOf(s: MovementState, round: number): Round {
  const found = s.rounds.find((one) => one.round === round);
  ensure(found, 'ROUND_UNKNOWN', { round });
  return found;
}

/** Where a family went from where its return failed. */
function toFields(newPlace: string, shielded: boolean) {
  const { area = newPlace, exactArea } = placeFields(newPlace, undefined, shielded);
  return { toArea: area, ...(exactArea === undefined ? {} : { exactToArea: exactArea }) };
}

/** Two sources, told apart and by different people, make an arrival (domain.md §2.3); then how it holds. */
export const arriving = {
  confirmArrival: p.command({
    from: ['arrived'],
    permission: 'movement:confirmArrival',
    rules: [monitoringRounds, roundGrace],
    input: z.strictObject({
      by: ConfirmationBy,
      method: ConfirmationMethod,
      /** Who of the family said so. */
      member: z.uuid().optional(),
      shelterType: DestinationShelter.optional(),
    }),
    emits: ['ArrivalConfirmationRecorded', 'ArrivalConfirmed', 'MonitoringRoundPlanned'],
    to: ['arrived', 'arrival_confirmed'],
    decide: (c, s, ctx) => {
      const receives = ctx.actor.office === s.receivingBranch?.office || ctx.actor.post === 'localAuthority';
      ensure(c.by === 'household' || receives, 'NOT_THE_RECEIVING_SIDE');
      ensure(c.by === 'receiving_branch' || s.adults.includes(c.member ?? ''), 'NOT_AN_ADULT_TRAVELLER');
      ensure(!s.confirmations.some((one) => one.by === c.by), 'ALREADY_CONFIRMED', { by: c.by });
      const words = ctx.history.filter(({ type }) => type === 'ArrivalConfirmationRecorded');
      ensure(!words.some(({ meta }) => isOwnEntry(meta, ctx)), 'TWO_SOURCES_NEEDED');
      const word = { type: 'ArrivalConfirmationRecorded' as const, data: c };
      const [first] = s.confirmations;
      const { pathway, arrivedIn = {} } = s;
      if (!first || pathway === undefined || pathway === 'undecided') return [word];
      const confirmations = [
        { by: first.by, method: first.method, on: baghdadDate(first.at) },
        { by: c.by, method: c.method, on: baghdadDate(ctx.occurredAt) },
      ];
      const shelterType = c.shelterType ?? s.shelterType;
      const data = {
        household: whoseIs(s),
        ...arrivedIn,
        pathway,
        confirmations,
        ...(shelterType === undefined ? {} : { shelterType }),
      };
      const arrivedOn = baghdadDate(s.arrivedAt ?? ctx.occurredAt);
      const rounds = plannedRounds(arrivedOn, ctx.rule(roundGrace).value, ctx.rule(monitoringRounds).value);
      return [word, { type: 'ArrivalConfirmed' as const, data }, ...rounds];
    },
  }),
  /** A round held late, after it was missed, still counts. */
  recordMonitoringRound: p.command({
    from: ['arrival_confirmed', 'monitoring'],
    permission: 'movement:monitor',
    rules: [roundGrace],
    input: z.strictObject({
      round: z.int().min(1),
      toolVersion: z.string().trim().min(1).max(40),
      answersRef: z.string().trim().min(1).max(200).optional(),
      riskLevel: RiskLevel,
      risks: z.array(FailureCause).max(7).optional(),
      actions: z.array(MonitoringAction).max(6),
    }),
    facts: (_c, s) => ({ household: householdOf(s) }),
    emits: ['MonitoringRoundCompleted', 'ReturnAtRiskFlagged'],
    to: ['monitoring'],
    decide: (c, s, ctx) => {
      const { risks = [], ...held } = c;
      const round = roundOf(s, c.round);
      const day = baghdadDate(ctx.occurredAt);
      ensure(round.status !== 'completed', 'ROUND_HELD', { round: c.round });
      ensure(day >= addDays(round.due, -ctx.rule(roundGrace).value), 'ROUND_TOO_EARLY', { due: round.due });
      ensureConsent(livingHousehold(ctx.facts.household), 'follow_up', day);
      ensure(c.riskLevel !== 'high' || risks.length > 0, 'RISKS_NOT_NAMED');
      return [
        { type: 'MonitoringRoundCompleted' as const, data: held },
        ...(c.riskLevel === 'high' ? [{ type: 'ReturnAtRiskFlagged' as const, data: { round: c.round, risks } }] : []),
      ];
    },
  }),
  missRounds: p.command({
    from: ['arrival_confirmed', 'monitoring'],
    permission: 'system',
    input: z.strictObject({}),
    emits: ['MonitoringRoundMissed'],
    to: ['arrival_confirmed', 'monitoring'],
    decide: (_c, s, ctx) => {
      const day = baghdadDate(ctx.now);
      return s.rounds
        .filter((one) => one.status === 'planned' && one.missedAfter < day)
        .map(({ round, due }) => ({ type: 'MonitoringRoundMissed' as const, data: { round, due } }));
    },
  }),
  declareSustained: p.command({
    from: ['monitoring'],
    permission: 'movement:conclude',
    effect: 'legal',
    input: z.strictObject({}),
    emits: ['MovementSustained'],
    to: ['sustained'],
    decide: (_c, s, ctx) => {
      ensureAnother(ctx, 'FOUR_EYES', ['MonitoringRoundCompleted']);
      const last = s.rounds.at(-1);
      ensure(last?.status === 'completed', 'LAST_ROUND_NOT_HELD', { due: last?.due ?? '' });
      ensure(!s.atRisk, 'RISK_STILL_HIGH');
      return [{ type: 'MovementSustained', data: { round: last.round } }];
    },
  }),
  declareFailed: p.command({
    from: ['arrived', 'arrival_confirmed', 'monitoring'],
    permission: 'movement:conclude',
    effect: 'legal',
    input: z.strictObject({
      leftOn: z.iso.date(),
      causes: z.array(FailureCause).min(1).max(7),
      /** Where the family is now. */
      newPlace: AreaCode,
    }),
    emits: ['ReturnFailed', 'SecondaryDisplacementRecorded'],
    to: ['secondary_displacement_recorded'],
    decide: (c, s, ctx) => {
      const { leftOn, causes, newPlace } = c;
      ensure(leftOn <= baghdadDate(ctx.now), 'DAY_AHEAD', { date: leftOn });
      ensure(s.arrivedAt === undefined || leftOn >= baghdadDate(s.arrivedAt), 'LEFT_BEFORE_ARRIVING');
      const fromArea = s.arrivedIn?.area;
      const left = fromArea === undefined ? {} : { fromArea };
      return [
        { type: 'ReturnFailed', data: { household: whoseIs(s), leftOn, causes, confirmed: s.confirmedAt !== undefined } },
        { type: 'SecondaryDisplacementRecorded', data: { ...left, ...toFields(newPlace, s.shielded), causes } },
      ];
    },
  }),
};
