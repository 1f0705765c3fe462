import { baghdadDate, type LocalDate } from '../kernel/dates.ts';
import type { Personal } from '../kernel/privacy.ts';
import type { About, FoldEvent } from '../kernel/process.ts';
import type { Acting, Block, DocType, JudgmentOutcome, LetterKind, NeedReason } from './codes.ts';
import type { events } from './events.ts';

/** From the need to the power to act. */
export const BEGINNING = ['need_identified', 'eligible_for_service', 'counselled'] as const;
/** Papers are brought together. */
export const PREPARING = ['authorised', 'evidence_gathering'] as const;
export const COURT = ['court_case_open', 'hearing', 'judgment', 'lineage_test_ordered', 'lineage_result'] as const;
/** With the office that issues. */
export const FILED = ['application_filed', 'appointment', 'biometrics_taken', 'in_production'] as const;
export const BLOCKED = ['blocked_security', 'blocked_missing_parent_record', 'rejected', 'awaiting_prerequisite'] as const;
/** Every state in which the paper is not there yet and somebody still works for it. */
export const UNDERWAY = [...BEGINNING, ...PREPARING, ...COURT, 'security_check', ...FILED, ...BLOCKED] as const;
export const ISSUED = ['issued', 'delivered'] as const;
/** Every state that is not an end. */
export const OPEN = [...UNDERWAY, ...ISSUED] as const;
export const ENDS = ['verified_in_use', 'withdrawn', 'closed_unresolved'] as const;
export type Status = 'none' | (typeof UNDERWAY)[number] | (typeof ISSUED)[number] | (typeof ENDS)[number];

export interface Prerequisite {
  readonly holder: string;
  readonly docType: DocType;
  readonly request: string;
  readonly met: boolean;
}

export interface DocRequestState {
  readonly status: Status;
  /** The person, or for a family's paper the household. */
  readonly holder?: string;
  readonly docType?: DocType;
  readonly person?: string | undefined;
  readonly household?: string | undefined;
  readonly reason?: Personal<NeedReason>;
  readonly registerBy?: Personal<LocalDate> | undefined;
  readonly late: boolean;
  /** Organisation that gives the legal help. */
  readonly provider?: string | undefined;
  readonly authority?:
    | {
        readonly acting: Acting;
        readonly guardian?: string | undefined;
        readonly attorney?: string | undefined;
        readonly until?: LocalDate | undefined;
      }
    | undefined;
  readonly evidence: readonly string[];
  readonly letters: readonly { readonly kind: LetterKind; readonly on: LocalDate }[];
  readonly prerequisites: readonly Prerequisite[];
  readonly blocks: readonly (Block & { readonly resumed: boolean })[];
  readonly court?:
    | {
        readonly office?: string | undefined;
        /** Counts what happened in court, so that each step has its own time for a follow-up. */
        readonly steps: number;
        readonly nextDate?: LocalDate | undefined;
        readonly outcome?: Personal<JudgmentOutcome> | undefined;
        readonly final: boolean;
      }
    | undefined;
  readonly application?:
    | { readonly office: string; readonly slot?: string | undefined; readonly biometrics: boolean }
    | undefined;
  readonly issued?:
    | { readonly number: Personal<string>; readonly issuedOn: LocalDate; readonly expiresOn?: LocalDate | undefined }
    | undefined;
  /** The state a check or a block interrupted. */
  readonly was?: Status | undefined;
}

export const initial: DocRequestState = {
  status: 'none',
  late: false,
  evidence: [],
  letters: [],
  prerequisites: [],
  blocks: [],
};

type Event = FoldEvent<typeof events>;
type Court = NonNullable<DocRequestState['court']>;

/** A new need begins anew; what it blocks is carried on, and papers of the last time are not. */
const needed = (state: DocRequestState, data: Extract<Event, { type: 'DocumentNeedIdentified' }>['data']): DocRequestState => ({
  ...initial,
  ...data,
  status: 'need_identified',
  blocks: state.blocks.filter((one) => !one.resumed),
});

const inCourt = (state: DocRequestState, status: Status, more: Partial<Court>): DocRequestState => ({
  ...state,
  status,
  court: { final: false, ...state.court, ...more, steps: (state.court?.steps ?? 0) + 1 },
});

const interrupted = (state: DocRequestState, status: Status): DocRequestState => ({
  ...state,
  status,
  was: state.was ?? state.status,
});

const goesOn = ({ was, ...state }: DocRequestState): DocRequestState => ({ ...state, status: was ?? state.status });

function withPrerequisite(state: DocRequestState, next: Prerequisite): DocRequestState {
  const prerequisites = [...state.prerequisites.filter((one) => one.request !== next.request), next];
  const waiting = prerequisites.some((one) => !one.met);
  return { ...state, prerequisites, status: waiting ? 'awaiting_prerequisite' : 'evidence_gathering' };
}

export function evolve(state: DocRequestState, event: Event): DocRequestState {
  switch (event.type) {
    case 'DocumentNeedIdentified':
      return needed(state, event.data);
    case 'BlockedCaseLinked': {
      const { process, id } = event.data;
      const others = state.blocks.filter((one) => one.process !== process || one.id !== id);
      return { ...state, blocks: [...others, { process, id, resumed: false }] };
    }
    case 'BlockedCaseResumed': {
      const { process, id } = event.data;
      const blocks = state.blocks.map((one) => (one.process === process && one.id === id ? { ...one, resumed: true } : one));
      return { ...state, blocks };
    }
    case 'ServiceEligibilityConfirmed':
      return { ...state, status: 'eligible_for_service', provider: event.data.provider };
    case 'LegalCounsellingGiven':
      return { ...state, status: 'counselled', provider: event.data.provider };
    case 'DocumentRequestAuthorised':
      // A new power for a request that is further on does not throw it back.
      return { ...state, status: state.status === 'counselled' ? 'authorised' : state.status, authority: event.data };
    case 'PowerOfAttorneyGranted': {
      const { attorneyRef: attorney, until } = event.data;
      return { ...state, authority: { acting: 'lawyer', ...state.authority, attorney, until } };
    }
    case 'PowerOfAttorneyRevoked': {
      const { authority: _, ...rest } = state;
      const before = [...PREPARING, 'awaiting_prerequisite'] as readonly Status[];
      return before.includes(state.status) ? { ...rest, status: 'counselled' } : rest;
    }
    case 'DocumentEvidenceRecorded': {
      const evidence = [...new Set([...state.evidence, event.data.kind])];
      return { ...state, evidence, status: state.status === 'authorised' ? 'evidence_gathering' : state.status };
    }
    case 'SupportingLetterRecorded':
      return { ...state, letters: [...state.letters, event.data] };
    case 'PrerequisiteLinked':
      return withPrerequisite(state, event.data);
    case 'PrerequisiteMet': {
      const known = state.prerequisites.find((one) => one.request === event.data.request);
      return known ? withPrerequisite(state, { ...known, met: true }) : state;
    }
    case 'CourtCaseOpened': {
      const { courtOffice: office, nextDate } = event.data;
      const { was: _, ...rest } = state;
      return inCourt(rest, 'court_case_open', { office, nextDate, outcome: undefined, final: false });
    }
    case 'HearingHeld':
      return inCourt(state, 'hearing', { nextDate: event.data.nextDate });
    case 'JudgmentIssued':
      return inCourt(state, 'judgment', { outcome: event.data.outcome, nextDate: undefined });
    case 'JudgmentAppealed':
      return inCourt(state, 'court_case_open', { nextDate: event.data.nextDate, outcome: undefined });
    case 'JudgmentFinal':
      return inCourt(state, 'evidence_gathering', { final: true, nextDate: undefined });
    case 'LineageTestOrdered':
      return inCourt(state, 'lineage_test_ordered', {});
    case 'LineageTestResultReceived':
    case 'LineageTestWaived':
      return inCourt(state, 'lineage_result', {});
    case 'DocSecurityCheckRequested':
      return interrupted(state, 'security_check');
    case 'DocSecurityCheckBlocked':
      return interrupted(state, 'blocked_security');
    case 'ParentRecordFoundMissing':
      return interrupted(state, 'blocked_missing_parent_record');
    case 'DocSecurityCheckCleared':
    case 'ParentRecordCompleted':
      return goesOn(state);
    case 'DocumentApplicationFiled':
      return { ...state, status: 'application_filed', application: { office: event.data.office, biometrics: false } };
    case 'AppointmentBooked':
      return withApplication(state, 'appointment', { slot: event.data.slot });
    case 'BiometricsTaken':
      return withApplication(state, 'biometrics_taken', { biometrics: true });
    case 'DocumentProductionStarted':
      return { ...state, status: 'in_production' };
    case 'DocumentIssued':
      return { ...state, status: 'issued', issued: event.data };
    case 'DocumentRejected':
      return { ...state, status: 'rejected' };
    case 'DocumentDelivered':
      return { ...state, status: 'delivered', blocks: selfResuming(state.blocks) };
    case 'DocumentVerifiedInUse':
      return { ...state, status: 'verified_in_use' };
    case 'DocumentRequestWithdrawn':
      return { ...state, status: 'withdrawn' };
    case 'DocumentRequestClosedUnresolved':
      return { ...state, status: 'closed_unresolved' };
    case 'EscortProvided':
    case 'AwaitingPrerequisite':
    case 'DocumentBlockEscalated':
      return state;
  }
}

const withApplication = (
  state: DocRequestState,
  status: Status,
  more: Partial<NonNullable<DocRequestState['application']>>,
): DocRequestState => ({
  ...state,
  status,
  ...(state.application ? { application: { ...state.application, ...more } } : {}),
});

/** Other document requests go on by themselves when this paper is delivered. */
const selfResuming = (blocks: DocRequestState['blocks']): DocRequestState['blocks'] =>
  blocks.map((one) => (one.process === 'docRequest' ? { ...one, resumed: true } : one));

export function about(state: DocRequestState): About {
  const { provider, person, household, court, application } = state;
  const given = (...ids: readonly (string | undefined)[]): string[] => ids.filter((id) => id !== undefined);
  return {
    parties: given(provider),
    offices: given(court?.office, application?.office),
    persons: given(person, state.authority?.guardian),
    households: given(household),
    tier: 'T2',
  };
}

/** Whether the power to act still holds on the day of an instant. */
export const mayStillAct = (state: DocRequestState, at: string): boolean =>
  state.authority?.until === undefined || state.authority.until >= baghdadDate(at);
