import { defineProcess } from '../kernel/process.ts';
import { governorateOf } from '../places/pcodes.ts';
import { board } from './board.ts';
import { coarse } from './coarse.ts';
import { events } from './events.ts';
import { evolve } from './evolve.ts';
import { labels } from './labels.ts';
import { arrivalWindow, callWindow, clearanceWindow, escalationShares } from './policy.ts';
import { ENDS, initial, type MovementState, travellersOf } from './state.ts';
import { timers, waitsOn } from './waits.ts';

/** The movement without its commands, which stand in the files of this folder by what they are about. */
export const p = defineProcess({
  name: 'movement',
  plural: 'movements',
  store: 'general',
  // What is sensitive in it is sealed field by field; the case itself is worked with at T1.
  tier: 'T1',
  events,
  initial,
  evolve,
  waitsOn,
  ends: ENDS,
  timers,
  /** The receiving side takes part once the departure is approved; under threat only the branch that receives. */
  about: (s, _id) => {
    const area = s.arrivedIn?.area ?? s.destination.area;
    const governorate = area === undefined || s.shielded || !s.receivingBranch ? undefined : governorateOf(area);
    return {
      households: s.household === undefined ? [] : [s.household],
      persons: travellersOf(s),
      offices: s.receivingBranch?.office === undefined ? [] : [s.receivingBranch.office],
      governorates: governorate === undefined ? [] : [governorate],
    };
  },
  keptFromParties: ['visits', 'outsideGroup'],
  clocks: { clearance: clearanceWindow, confirmArrival: arrivalWindow, callHousehold: callWindow },
  escalation: {
    rule: escalationShares,
    levels: [
      { party: 'headOfBranch', role: 'headOfBranch' },
      { party: 'reintegrationCommittee', role: 'reintegrationCommittee' },
    ],
  },
  // Where a review finds the refusal wrong, the checks are looked at again.
  reopens: {
    from: ['refused'],
    state: (s): MovementState => ({ ...s, stage: 'checks_in_progress', status: 'checks_in_progress' }),
    setsAside: () => ['DepartureRefused'],
  },
  decisions: [
    'VoluntarinessConfirmed',
    'VoluntarinessNotConfirmed',
    'VoluntarinessExpired',
    'ClearanceRequestWithdrawn',
    'ClearanceGranted',
    'ClearanceGrantedWithConditions',
    'ClearanceRefused',
    'ClearanceRevoked',
    'ClearanceOutcomeReceived',
    'AllRequiredClearancesGranted',
    'ClearanceSetBlocked',
    'ClearanceExpired',
    'FitToTravelExpired',
    'MovementCheckWaived',
    'MovementCleared',
    'DepartureApproved',
    'DepartureRefused',
    'DepartureApprovalLapsed',
    'HouseholdTakenOffManifest',
    'MovementPutOnHold',
    'MovementResumed',
    'MovementWithdrawn',
    'DepartureNoShowReleased',
    'DepartureDeclinedAtGate',
    'ArrivalConfirmationRecorded',
    'ArrivalConfirmed',
    'MonitoringRoundMissed',
    'MovementSustained',
    'ReturnFailed',
    'SecondaryDisplacementRecorded',
  ],
  coarse,
  papers: {
    departureLetter: { from: ['approved', 'manifested'], label: { en: 'Departure letter', ar: 'كتاب مغادرة' } },
  },
  board,
  labels,
});
