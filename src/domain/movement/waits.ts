import { awaitedWaits } from '../docRequest/data.ts';
import { addDays, atBaghdad, type LocalDate } from '../kernel/dates.ts';
import type { Timer, Wait } from '../kernel/process.ts';
import { isShut } from '../places/standing.ts';
import { type Clearance, isBefore, type MovementState, STAGES, type Status } from './state.ts';

/** Whether a clearance, good or waived, keeps nobody waiting. */
export const isClear = ({ status }: Clearance): boolean => ['granted', 'granted_with_conditions', 'waived'].includes(status);

const clearanceWaits = (s: MovementState): readonly Wait[] =>
  (s.checks?.clearances ?? [])
    .filter((one) => !isClear(one))
    .map((one) =>
      one.status === 'requested'
        ? { key: `clearance:${one.slot}`, party: 'securityActor', clock: 'clearance' }
        : { key: `requestClearance:${one.slot}`, party: 'departureBranch' },
    );

/** Everything the checks still ask for, each a wait of its own; with nothing left the movement waits to be cleared. */
function checkWaits(s: MovementState): readonly Wait[] {
  const medical = (s.checks?.medical ?? []).filter((one) => !['passed', 'waived'].includes(one.status));
  const open: readonly Wait[] = [
    ...(s.voluntariness ? [] : [{ key: 'confirmVoluntariness', party: 'departureBranch' }]),
    ...clearanceWaits(s),
    ...medical.map((one) => ({ key: `assessFitness:${one.person}`, party: 'healthPartner' })),
    ...(s.checks?.shelter || s.checks?.shelterWaived ? [] : [{ key: 'destinationShelter', party: 'departureBranch' }]),
    ...(s.checks?.hazard ? [] : [{ key: 'hazardInformation', party: 'departureBranch' }]),
  ];
  return open.length > 0 ? open : [{ key: 'clear', party: 'departureBranch' }];
}

const receiving = (s: MovementState): Pick<Wait, 'holder'> =>
  s.receivingBranch?.office === undefined ? {} : { holder: { office: s.receivingBranch.office } };

function arrivalWaits(s: MovementState): readonly Wait[] {
  const said = (by: string): boolean => s.confirmations.some((one) => one.by === by);
  return [
    ...(said('receiving_branch')
      ? []
      : [{ key: 'confirmByBranch', party: 'receivingBranch', ...receiving(s), clock: 'confirmArrival' }]),
    ...(said('household') ? [] : [{ key: 'confirmByHousehold', party: 'household', ...receiving(s), clock: 'callHousehold' }]),
  ];
}

/** The next round the family is owed, and when none is left the word that it holds. */
function roundWaits(s: MovementState): readonly Wait[] {
  const next = s.rounds.find((one) => one.status === 'planned');
  return [
    next
      ? { key: `monitor:${next.round}`, party: 'receivingBranch', ...receiving(s) }
      : { key: 'conclude', party: 'receivingBranch', ...receiving(s) },
  ];
}

const one = (key: string, party = 'departureBranch'): Wait => ({ key, party });

function stageWaits(s: MovementState): readonly Wait[] {
  switch (s.stage) {
    case 'information_given':
      return [one('recordIntention')];
    case 'intention_recorded': {
      const shut = s.pathway === 'return' && s.areaStatus !== undefined && isShut({ status: s.areaStatus });
      const visits = s.visits.filter((visit) => !['debriefed', 'cancelled'].includes(visit.status));
      return [one(shut ? 'offerAlternatives' : 'counsel'), ...visits.map((visit) => one(`visit:${visit.visit}`))];
    }
    case 'counselled':
      return [one('confirmVoluntariness')];
    case 'voluntariness_confirmed':
      return [one('openChecks')];
    case 'checks_in_progress':
      return checkWaits(s);
    case 'cleared_to_depart':
      return [one('approve', 'approver')];
    case 'approved':
      return [s.pathway === 'local_integration' ? one('reportSettled') : one('addToManifest')];
    case 'manifested':
      return [one('depart', 'convoyLead')];
    case 'no_show':
      return [one('addToManifest')];
    case 'departed':
      return [one('reportArrival', 'convoyLead')];
    case 'turned_back':
      return [one('counsel')];
    case 'arrived':
      return arrivalWaits(s);
    case 'arrival_confirmed':
    case 'monitoring':
      return roundWaits(s);
    default:
      return [];
  }
}

/** A movement on hold waits for each cause to go. Papers under way show until the family has left, and stop nothing. */
function waits(s: MovementState): readonly Wait[] {
  const held = s.holds.map((hold) => ({ key: `hold:${hold.cause}`, party: 'departureBranch' }));
  const alert = s.alert ? [{ key: 'protectionFollowUp', party: 'protection' }] : [];
  const awaited = isBefore(s) ? awaitedWaits(s.awaits) : [];
  return [...(held.length > 0 ? held : stageWaits(s)), ...alert, ...awaited];
}

const STATUSES = ['none', ...STAGES, 'on_hold'] as const satisfies readonly Status[];

export const waitsOn = Object.fromEntries(STATUSES.map((status) => [status, waits])) as Readonly<Record<Status, typeof waits>>;

/** The first instant after a day. */
const after = (day: LocalDate): string => atBaghdad(addDays(day, 1));

/** Everything of a movement that has not left and that holds until a day, with what it is. */
export function validities(s: MovementState): readonly { readonly key: string; readonly until: LocalDate }[] {
  if (!isBefore(s)) return [];
  return [
    ...(s.voluntariness ? [{ key: 'voluntariness', until: s.voluntariness.until }] : []),
    ...(s.checks?.clearances ?? []).flatMap((slot) => (slot.until ? [{ key: `clearance:${slot.slot}`, until: slot.until }] : [])),
    ...(s.checks?.medical ?? []).flatMap((fit) =>
      fit.until && fit.status === 'passed' ? [{ key: `fitness:${fit.person}`, until: fit.until }] : [],
    ),
    ...(s.approval ? [{ key: 'approval', until: s.approval.until }] : []),
  ];
}

/** Dates that act by themselves: validities running out, seats given back, rounds missed. */
export function timers(s: MovementState): readonly Timer[] {
  const following = ['arrival_confirmed', 'monitoring'].includes(s.stage);
  return [
    ...validities(s).map(({ key, until }) => ({ key, at: after(until), command: 'expire' })),
    ...(s.stage === 'no_show' && s.noShowUntil ? [{ key: 'noShow', at: after(s.noShowUntil), command: 'releaseNoShow' }] : []),
    ...(following ? s.rounds : [])
      .filter((round) => round.status === 'planned')
      .map((round) => ({ key: `round:${round.round}`, at: after(round.missedAfter), command: 'missRounds' })),
  ];
}
