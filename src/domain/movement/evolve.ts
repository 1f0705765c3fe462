import { awaiting, without } from '../docRequest/data.ts';
import {
  BEFORE,
  type Checks,
  type Clearance,
  type Data,
  type Event,
  type MovementState,
  type Place,
  type Stage,
} from './state.ts';

/** At another stage; a hold stays over it while there is a cause. */
const at = (state: MovementState, stage: Stage): MovementState => ({
  ...state,
  stage,
  status: state.holds.length > 0 ? 'on_hold' : stage,
});

const order = (stage: Stage): number => (BEFORE as readonly string[]).indexOf(stage);

/** Back to a stage, if the movement has come further: what was approved or booked since is to be done again. */
function backTo(state: MovementState, stage: (typeof BEFORE)[number]): MovementState {
  const before = order(state.stage) < 0 ? state : { ...state, stage: order(state.stage) > order(stage) ? stage : state.stage };
  const reached = order(before.stage);
  return at(
    {
      ...before,
      manifest: reached >= order('manifested') ? state.manifest : undefined,
      approval: reached >= order('approved') ? state.approval : undefined,
    },
    before.stage,
  );
}

const none: Checks = { clearances: [], medical: [], conditionsMet: [] };
const checksOf = (state: MovementState): Checks => state.checks ?? none;
const withChecks = (state: MovementState, change: Partial<Checks>): MovementState => ({
  ...state,
  checks: { ...checksOf(state), ...change },
});

const withClearance = (state: MovementState, slots: readonly string[], change: Partial<Clearance>): MovementState =>
  withChecks(state, {
    clearances: checksOf(state).clearances.map((one) => (slots.includes(one.slot) ? { ...one, ...change } : one)),
  });

const placeOf = ({ area, exactArea, village }: Place): Place => ({ area, exactArea, village });

/** What was looked into stays; only what nobody has looked into yet is added. */
function opened(state: MovementState, { clearances, medical }: Data<'MovementChecksOpened'>): MovementState {
  const known = checksOf(state);
  const fresh = clearances.filter((one) => !known.clearances.some((other) => other.slot === one.slot));
  const unseen = medical.filter((one) => !known.medical.some((other) => other.person === one));
  return at(
    withChecks(state, {
      clearances: [...known.clearances, ...fresh.map((one) => ({ ...one, status: 'pending' as const }))],
      medical: [...known.medical, ...unseen.map((person) => ({ person, status: 'pending' as const }))],
    }),
    'checks_in_progress',
  );
}

function waived(state: MovementState, { check, of = '' }: Data<'MovementCheckWaived'>): MovementState {
  if (check === 'clearance') return withClearance(state, [of], { status: 'waived', until: undefined });
  if (check === 'destination') return withChecks(state, { shelterWaived: true });
  return withChecks(state, {
    medical: checksOf(state).medical.map((one) => (one.person === of ? { person: one.person, status: 'waived' } : one)),
  });
}

/** The word of a family that waits on its checks is renewed in place; before them it opens the way to them. */
function confirmed(state: MovementState, { interviews, minors, validUntil }: Data<'VoluntarinessConfirmed'>): MovementState {
  const asked = { ...state, adults: interviews.map((one) => one.person), minors, voluntariness: { until: validUntil } };
  return state.stage === 'counselled' ? at(asked, 'voluntariness_confirmed') : asked;
}

/** A movement as its events tell it. */
export function evolve(state: MovementState, event: Event): MovementState {
  switch (event.type) {
    case 'MovementInformationProvided':
      return at({ ...state, household: event.data.household, destination: { area: event.data.area } }, 'information_given');
    case 'IntentionRecorded': {
      const { pathway, shielded, areaStatus } = event.data;
      return at({ ...state, pathway, shielded, areaStatus, destination: placeOf(event.data) }, 'intention_recorded');
    }
    case 'GoAndSeeVisitRequested':
      return { ...state, visits: [...state.visits, { visit: event.data.visit, status: 'requested' }] };
    case 'GoAndSeeVisitApproved':
    case 'GoAndSeeVisitConducted':
    case 'GoAndSeeVisitDebriefed':
    case 'GoAndSeeVisitCancelled': {
      const status = VISIT[event.type];
      return { ...state, visits: state.visits.map((one) => (one.visit === event.data.visit ? { ...one, status } : one)) };
    }
    case 'CounsellingCompleted':
      return at(state, 'counselled');
    case 'VoluntarinessConfirmed':
      return confirmed(state, event.data);
    case 'VoluntarinessNotConfirmed':
      return { ...backTo(state, 'counselled'), voluntariness: undefined, alert: true, departing: false };
    case 'VoluntarinessExpired':
      return { ...backTo(state, state.checks ? 'checks_in_progress' : 'counselled'), voluntariness: undefined };
    case 'ProtectionFollowUpRecorded':
      return { ...state, alert: false };
    case 'MovementPutOnHold': {
      const others = state.holds.filter((one) => one.cause !== event.data.cause);
      return at({ ...state, holds: [...others, { cause: event.data.cause, since: event.meta.occurredAt }] }, state.stage);
    }
    case 'MovementResumed': {
      const { cause, outsideGroup } = event.data;
      const holds = state.holds.filter((one) => one.cause !== cause);
      return at({ ...state, holds, outsideGroup: outsideGroup ?? state.outsideGroup }, state.stage);
    }
    case 'MovementWithdrawn':
      return at({ ...state, holds: [], departing: false, manifest: undefined, approval: undefined }, 'withdrawn');
    default:
      return checked(state, event);
  }
}

const VISIT = {
  GoAndSeeVisitApproved: 'approved',
  GoAndSeeVisitConducted: 'conducted',
  GoAndSeeVisitDebriefed: 'debriefed',
  GoAndSeeVisitCancelled: 'cancelled',
} as const;

/** The checks, and what is decided on them. */
function checked(state: MovementState, event: Event): MovementState {
  switch (event.type) {
    case 'MovementChecksOpened':
      return opened(state, event.data);
    case 'ClearanceRequested': {
      const { slot, actor } = event.data;
      return withClearance(state, [slot], { status: 'requested', until: undefined, byLetter: actor === undefined });
    }
    case 'ClearanceRequestWithdrawn': {
      const slots = event.data.slots.map((one) => one.slot);
      return withClearance(state, slots, { status: 'pending', until: undefined });
    }
    case 'ClearanceGranted':
      return withClearance(state, [event.data.slot], { status: 'granted', until: event.data.validUntil });
    case 'ClearanceGrantedWithConditions':
      return withClearance(state, [event.data.slot], { status: 'granted_with_conditions', until: event.data.validUntil });
    case 'ClearanceRefused':
      return withClearance(state, [event.data.slot], { status: 'refused', until: undefined });
    case 'ClearanceRevoked':
      return backTo(withClearance(state, [event.data.slot], { status: 'revoked', until: undefined }), 'checks_in_progress');
    case 'ClearanceOutcomeReceived': {
      const { slot, outcome, validUntil } = event.data;
      if (outcome === 'cleared') return withClearance(state, [slot], { status: 'granted', until: validUntil });
      const had = checksOf(state).clearances.some((one) => one.slot === slot && one.status.startsWith('granted'));
      const blocked = withClearance(state, [slot], { status: 'blocked', until: undefined });
      return had ? backTo(blocked, 'checks_in_progress') : blocked;
    }
    case 'ClearanceExpired':
      return backTo(withClearance(state, event.data.slots, { status: 'expired', until: undefined }), 'checks_in_progress');
    case 'FitToTravelAssessed': {
      const { person, passed, validUntil } = event.data;
      const others = checksOf(state).medical.filter((one) => one.person !== person);
      const seen = { person, status: passed ? ('passed' as const) : ('failed' as const), until: validUntil };
      const now = withChecks(state, { medical: [...others, seen] });
      return passed ? now : backTo(now, 'checks_in_progress');
    }
    case 'FitToTravelExpired': {
      const { persons } = event.data;
      const medical = checksOf(state).medical.map((one) =>
        persons.includes(one.person) ? { person: one.person, status: 'expired' as const } : one,
      );
      return backTo(withChecks(state, { medical }), 'checks_in_progress');
    }
    case 'DocumentsPlanRecorded':
      return withChecks(state, { documents: event.data });
    case 'DestinationShelterRecorded':
      return withChecks(state, { shelter: event.data.shelterType });
    case 'HazardInformationGiven':
      return withChecks(state, { hazard: event.data.accessibility });
    case 'AreaConditionsMet':
      return withChecks(state, { conditionsMet: event.data.conditions });
    case 'MovementCheckWaived':
      return waived(state, event.data);
    case 'MovementCleared':
      return at({ ...state, clearedBy: event.meta.actor.id }, 'cleared_to_depart');
    case 'DepartureApproved': {
      const { validTo, receivingBranch, pathway } = event.data;
      const approval = { until: validTo, by: event.meta.actor.id };
      return at({ ...state, approval, receivingBranch, departing: pathway !== 'local_integration' }, 'approved');
    }
    case 'DepartureRefused':
      return at({ ...state, departing: false }, 'refused');
    case 'DepartureApprovalLapsed':
      return backTo(state, 'cleared_to_depart');
    default:
      return travelled(state, event);
  }
}

/** From the manifest to the last monitoring round. */
function travelled(state: MovementState, event: Event): MovementState {
  switch (event.type) {
    case 'HouseholdManifested': {
      const { former: _, ...manifest } = event.data;
      return at({ ...state, manifest, noShowUntil: undefined }, 'manifested');
    }
    case 'HouseholdTakenOffManifest':
      return backTo(state, 'approved');
    case 'HouseholdDeparted':
      return at({ ...state, departedAt: event.meta.occurredAt }, 'departed');
    case 'DepartureNoShow':
      return at({ ...state, noShowUntil: event.data.releaseOn }, 'no_show');
    case 'DepartureNoShowReleased':
      return at(
        { ...state, noShowUntil: undefined, manifest: undefined, approval: undefined, departing: false },
        'cleared_to_depart',
      );
    case 'DepartureDeclinedAtGate':
      return { ...backTo(state, 'counselled'), voluntariness: undefined, departing: false };
    case 'HouseholdTurnedBack':
      return at({ ...state, alert: true, departing: false, manifest: undefined, approval: undefined }, 'turned_back');
    case 'HouseholdArrived':
      return at({ ...state, arrivedAt: event.meta.occurredAt, arrivedIn: placeOf(event.data) }, 'arrived');
    case 'ArrivalConfirmationRecorded': {
      const { by, method, shelterType } = event.data;
      const one = { by, method, actor: event.meta.actor.id, at: event.meta.occurredAt };
      return { ...state, confirmations: [...state.confirmations, one], shelterType: shelterType ?? state.shelterType };
    }
    case 'ArrivalConfirmed':
      return at({ ...state, confirmedAt: event.meta.occurredAt, departing: false }, 'arrival_confirmed');
    case 'MonitoringRoundPlanned':
      return { ...state, rounds: [...state.rounds, { ...event.data, status: 'planned' }] };
    case 'MonitoringRoundCompleted': {
      const { round, riskLevel } = event.data;
      return at(withRound(state, round, { status: 'completed', riskLevel }), 'monitoring');
    }
    case 'MonitoringRoundMissed':
      return withRound(state, event.data.round, { status: 'missed' });
    case 'ReturnAtRiskFlagged':
      return { ...state, atRisk: true };
    case 'MovementSustained':
      return at(state, 'sustained');
    case 'ReturnFailed':
      return at({ ...state, failedAt: event.meta.occurredAt, departing: false }, 'failed');
    case 'DocumentAwaited':
      return { ...state, awaits: awaiting(state.awaits, event.data.request) };
    case 'AwaitedDocumentIssued':
    case 'AwaitedDocumentGivenUp':
      return { ...state, awaits: without(state.awaits, event.data.request) };
    case 'SecondaryDisplacementRecorded':
      return at(state, 'secondary_displacement_recorded');
    default:
      return state;
  }
}

const withRound = (state: MovementState, round: number, change: Partial<MovementState['rounds'][number]>): MovementState => ({
  ...state,
  atRisk: change.riskLevel === undefined ? state.atRisk : change.riskLevel === 'high',
  rounds: state.rounds.map((one) => (one.round === round ? { ...one, ...change } : one)),
});
