import { z } from 'zod';
import { awaitedEvents } from '../docRequest/data.ts';
import { OfficeRef } from '../kernel/caseEvents.ts';
import { LocalDate } from '../kernel/dates.ts';
import { LetterRef } from '../kernel/envelope.ts';
import { personal } from '../kernel/privacy.ts';
import { Language } from '../person/data.ts';
import { AreaCode } from '../places/register.ts';
import { AREA_STATUSES } from '../places/standing.ts';
import {
  Accessibility,
  Blocker,
  ClearanceActor,
  ClearanceRefusal,
  ConfirmationBy,
  ConfirmationMethod,
  CounsellingTopic,
  DestinationShelter,
  FailureCause,
  FamilyCondition,
  Fitness,
  HoldCause,
  InformationTopic,
  Interviewer,
  MonitoringAction,
  MovementPathway,
  Pressure,
  RefusalReason,
  ReviewRoute,
  RiskLevel,
  Timeframe,
  TravelCondition,
  TurnedBackBy,
  TurnedBackReason,
  VisitDecision,
  WaivableCheck,
} from './codes.ts';

/**
 * A place of a family. Under threat the sub-district is sealed as well, and only the governorate stands open (domain.md §2,
 * privacy).
 */
const place = {
  area: AreaCode.optional(),
  exactArea: personal(AreaCode, 'T2').optional(),
  village: personal(z.uuid(), 'T2').optional(),
};

export const Interview = z.strictObject({ person: z.uuid(), interviewer: Interviewer, private: z.literal(true) });
const interviews = { interviews: z.array(Interview), minors: z.array(z.uuid()) };

/** The letter that shows a clearance answer says which actor gave it, so it is T2 like the actor. */
const slot = { slot: z.uuid(), person: z.uuid(), letter: personal(LetterRef, 'T2', 'person') };

/** Whose movement it is, for what follows in the household. */
const whose = { household: z.uuid() };
/** What the family leaves behind when it goes back a step: its departing status, its seats. */
const leaving = { ...whose, departing: z.boolean(), convoy: z.uuid().optional() };
const reason = personal(z.string(), 'T2').optional();

export const Seat = z.strictObject({ person: z.uuid(), seat: z.int().min(1).max(80) });
export const Escort = z.strictObject({ minor: z.uuid(), escort: z.uuid() });

export const events = {
  MovementInformationProvided: z.strictObject({
    household: z.uuid(),
    area: AreaCode.optional(),
    topics: z.array(InformationTopic),
    areaProfileVersion: z.string().optional(),
    profileAsOf: LocalDate.optional(),
    toldStale: z.boolean(),
    language: Language,
  }),
  IntentionRecorded: z.strictObject({
    pathway: MovementPathway,
    ...place,
    shielded: z.boolean(),
    timeframe: Timeframe,
    conditions: z.array(FamilyCondition),
    blockers: z.array(Blocker),
    instrumentVersion: z.string(),
    statedBy: z.uuid(),
    /** What was decided about the destination when the family said so. */
    areaStatus: z.enum(AREA_STATUSES).optional(),
  }),
  GoAndSeeVisitRequested: z.strictObject({ visit: z.uuid(), participants: z.array(z.uuid()) }),
  GoAndSeeVisitApproved: z.strictObject({ visit: z.uuid(), permits: z.array(LetterRef), transport: z.enum(['provided', 'own']) }),
  GoAndSeeVisitConducted: z.strictObject({
    visit: z.uuid(),
    findings: z.array(z.strictObject({ obstacleType: Blocker, confirmed: z.boolean() })),
    accompaniedBy: z.enum(['branch', 'partner', 'local_authority', 'nobody']),
  }),
  GoAndSeeVisitDebriefed: z.strictObject({ visit: z.uuid(), decisionAfter: VisitDecision }),
  GoAndSeeVisitCancelled: z.strictObject({
    visit: z.uuid(),
    reason: z.enum(['permits', 'transport', 'security', 'family_wish']),
  }),
  CounsellingCompleted: z.strictObject({ topics: z.array(CounsellingTopic), language: Language }),
  VoluntarinessConfirmed: z.strictObject({
    ...interviews,
    statementRef: z.string(),
    means: z.enum(['signature', 'thumbprint', 'spoken_before_witness']),
    validUntil: LocalDate,
  }),
  VoluntarinessNotConfirmed: z.strictObject({
    ...interviews,
    ...leaving,
    ground: personal(z.enum([...Pressure.options, 'unwilling']), 'T2'),
  }),
  VoluntarinessExpired: z.strictObject({ validUntil: LocalDate, ...leaving }),
  ProtectionFollowUpRecorded: z.strictObject({ outcome: personal(z.string(), 'T2') }),
  MovementChecksOpened: z.strictObject({
    clearances: z.array(z.strictObject({ slot: z.uuid(), person: z.uuid(), actor: personal(ClearanceActor, 'T2', 'person') })),
    medical: z.array(z.uuid()),
  }),
  ClearanceRequested: z.strictObject({
    ...slot,
    ground: z.enum(['first', 'renewal', 'review']),
    /** Who is asked; the request itself is a restricted case. */
    actor: personal(ClearanceActor, 'T2', 'person').optional(),
  }),
  /** The family agrees to it no more: no answer is awaited. With the actor where the request is a restricted case. */
  ClearanceRequestWithdrawn: z.strictObject({
    slots: z.array(
      z.strictObject({ slot: z.uuid(), person: z.uuid(), actor: personal(ClearanceActor, 'T2', 'person').optional() }),
    ),
  }),
  ClearanceGranted: z.strictObject({ ...slot, validUntil: LocalDate }),
  ClearanceGrantedWithConditions: z.strictObject({
    ...slot,
    validUntil: LocalDate,
    conditions: personal(z.string(), 'T2', 'person'),
  }),
  ClearanceRefused: z.strictObject({ ...slot, reasonCategory: personal(ClearanceRefusal, 'T2', 'person') }),
  ClearanceRevoked: z.strictObject(slot),
  /** All that is told here of a restricted answer. */
  ClearanceOutcomeReceived: z.strictObject({
    slot: z.uuid(),
    outcome: z.enum(['cleared', 'blocked']),
    validUntil: LocalDate.optional(),
  }),
  AllRequiredClearancesGranted: z.strictObject({ persons: z.array(z.uuid()), validUntil: LocalDate.optional() }),
  ClearanceSetBlocked: z.strictObject({ pendingCount: z.int(), blockedCount: z.int() }),
  ClearanceExpired: z.strictObject({ slots: z.array(z.uuid()), ...leaving }),
  FitToTravelAssessed: z.strictObject({
    person: z.uuid(),
    /** Whether the person may travel, in clear, so that what the movement waits on never rests on a sealed value. */
    passed: z.boolean(),
    result: personal(Fitness, 'T2', 'person'),
    conditions: personal(z.array(TravelCondition), 'T2', 'person').optional(),
    medicineDays: personal(z.int().min(0).max(365), 'T2', 'person').optional(),
    validUntil: LocalDate,
  }),
  FitToTravelExpired: z.strictObject({ persons: z.array(z.uuid()), ...leaving }),
  DocumentsPlanRecorded: z.strictObject({ children: z.array(z.uuid()), planned: z.boolean() }),
  DestinationShelterRecorded: z.strictObject({ shelterType: DestinationShelter }),
  HazardInformationGiven: z.strictObject({ accessibility: Accessibility }),
  AreaConditionsMet: z.strictObject({ conditions: z.array(z.string()) }),
  MovementCheckWaived: z.strictObject({ check: WaivableCheck, of: z.uuid().optional(), reason: personal(z.string(), 'T2') }),
  MovementCleared: z.strictObject({ warnings: z.array(z.enum(['documents_plan_missing'])) }),
  DepartureApproved: z.strictObject({
    ...whose,
    letterRef: LetterRef,
    validFrom: LocalDate,
    validTo: LocalDate,
    approverBranch: OfficeRef,
    receivingBranch: OfficeRef,
    pathway: MovementPathway.exclude(['undecided']),
    /** The household is departing already: an earlier approval lapsed. */
    again: z.boolean(),
  }),
  DepartureRefused: z.strictObject({ reasonCode: RefusalReason, reviewRoute: ReviewRoute, reason, ...leaving }),
  DepartureApprovalLapsed: z.strictObject({ validTo: LocalDate, ...leaving }),
  HouseholdManifested: z.strictObject({
    convoy: z.uuid(),
    vehicle: z.uuid(),
    date: LocalDate,
    persons: z.int(),
    seats: z.array(Seat),
    escorts: z.array(Escort),
    /** The convoy it was listed for before. */
    former: z.uuid().optional(),
  }),
  HouseholdTakenOffManifest: z.strictObject({
    convoy: z.uuid(),
    reason: z.enum(['convoy_full', 'convoy_left', 'convoy_cancelled']),
  }),
  MovementPutOnHold: z.strictObject({ cause: HoldCause, areaStatus: z.enum(AREA_STATUSES).optional(), reason }),
  /** `outsideGroup` names the suspension of a group that this family does not belong to. */
  MovementResumed: z.strictObject({ cause: HoldCause, outsideGroup: z.string().optional() }),
  MovementWithdrawn: z.strictObject(leaving),
  HouseholdDeparted: z.strictObject({ convoy: z.uuid(), persons: z.int() }),
  DepartureNoShow: z.strictObject({ convoy: z.uuid(), releaseOn: LocalDate }),
  DepartureNoShowReleased: z.strictObject(leaving),
  DepartureDeclinedAtGate: z.strictObject({ declined: personal(z.array(z.uuid()), 'T2'), ...leaving }),
  HouseholdTurnedBack: z.strictObject({
    ...whose,
    place: personal(z.string(), 'T2'),
    actorType: personal(TurnedBackBy, 'T2'),
    reasonCode: personal(TurnedBackReason, 'T2'),
    safeNow: personal(z.boolean(), 'T2'),
  }),
  HouseholdArrived: z.strictObject(place),
  ArrivalConfirmationRecorded: z.strictObject({
    by: ConfirmationBy,
    method: ConfirmationMethod,
    member: z.uuid().optional(),
    shelterType: DestinationShelter.optional(),
  }),
  ArrivalConfirmed: z.strictObject({
    ...whose,
    ...place,
    pathway: MovementPathway.exclude(['undecided']),
    shelterType: DestinationShelter.optional(),
    confirmations: z.array(z.strictObject({ by: ConfirmationBy, method: ConfirmationMethod, on: LocalDate })),
  }),
  MonitoringRoundPlanned: z.strictObject({ round: z.int().min(1), due: LocalDate, missedAfter: LocalDate }),
  MonitoringRoundCompleted: z.strictObject({
    round: z.int().min(1),
    toolVersion: z.string(),
    answersRef: personal(z.string(), 'T2').optional(),
    riskLevel: RiskLevel,
    actions: z.array(MonitoringAction),
  }),
  MonitoringRoundMissed: z.strictObject({ round: z.int().min(1), due: LocalDate }),
  ReturnAtRiskFlagged: z.strictObject({ round: z.int().min(1), risks: personal(z.array(FailureCause), 'T2') }),
  MovementSustained: z.strictObject({ round: z.int().min(1) }),
  /** `confirmed`: the arrival had been confirmed, so the household counts as having got there. */
  ReturnFailed: z.strictObject({
    ...whose,
    leftOn: LocalDate,
    causes: personal(z.array(FailureCause), 'T2'),
    confirmed: z.boolean(),
  }),
  ...awaitedEvents,
  SecondaryDisplacementRecorded: z.strictObject({
    fromArea: AreaCode.optional(),
    /** Of a family under threat the governorate, and sealed the rest. */
    toArea: AreaCode,
    exactToArea: personal(AreaCode, 'T2').optional(),
    causes: personal(z.array(FailureCause), 'T2'),
  }),
};
