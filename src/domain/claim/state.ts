import { type awaitedEvents, awaiting, without } from '../docRequest/data.ts';
import type { OfficeRef } from '../kernel/caseEvents.ts';
import { addDays, baghdadDate, daysBetween, type LocalDate } from '../kernel/dates.ts';
import type { FoldEvent } from '../kernel/process.ts';
import type { DuplicateGroundName, ObjectorName, Prepared } from './data.ts';
import type { events } from './events.ts';
import { type Payee, type PaymentEvent, paid, payeesFor, withPayees } from './payees.ts';
import type { ClaimStatus } from './stages.ts';

/** The session's decision: what the sub-committee recommends, in whole dinars, 0 for a rejection. */
export interface Decision {
  readonly outcome: 'recommended' | 'rejected';
  readonly amountIQD: number;
  readonly on: LocalDate;
  readonly by: string;
}

/** The last word on a claim. Only ratified, amended and final recommendations entitle to money. */
export interface Final {
  readonly outcome: 'final_at_subcommittee' | 'ratified' | 'amended' | 'annulled' | 'rejected';
  readonly amountIQD: number;
  readonly on: LocalDate;
  readonly by: string;
  readonly committeeNo?: number;
  readonly decisionNo?: string;
}

type Data<K extends keyof typeof events> = Extract<FoldEvent<typeof events>, { type: K }>['data'];

export interface Objection {
  readonly by: ObjectorName;
  readonly filedOn: LocalDate;
  readonly late: boolean;
  readonly grounds: Data<'ObjectionFiled'>['grounds'];
  readonly outcome?: 'changed' | 'upheld';
}

/** A compensation claim. Decided, ratified, payable and paid are four things: `decision`, `final`, `payees`, and their status. */
export interface Claim extends Prepared {
  readonly status: ClaimStatus;
  /** The status to go back to from a suspension, a merge or a withdrawal. */
  readonly was?: ClaimStatus | undefined;
  readonly heirs?: Data<'SharesRecorded'>;
  readonly vulnerable: boolean;
  readonly court?: Data<'ClaimFiledAtCourt'>;
  readonly police?: Data<'PoliceInquiryRequested'> & Partial<Data<'PoliceInquiryCompleted'>>;
  readonly subcommittee?: OfficeRef;
  readonly submission?: Data<'ClaimSubmitted'>;
  readonly registered?: Data<'ClaimRegistered'> & { readonly by: string };
  readonly suspicions: readonly { readonly of: string; readonly ground: DuplicateGroundName }[];
  readonly mergedInto?: string | undefined;
  readonly request?:
    | (Data<'ClaimInformationRequested'> & {
        readonly reminders: number;
        /** Since when the time to answer stands still, because a paper is under way. */
        readonly pausedOn?: LocalDate | undefined;
      })
    | undefined;
  readonly security?: Data<'ClaimSecurityCheckCompleted'>;
  readonly assessment?: {
    readonly damage?: Data<'DamageAssessed'>;
    readonly medical?: Data<'MedicalCommitteeReported'>;
    readonly missing?: Data<'MissingInquiryConcluded'>;
    readonly jobStudy?: Data<'JobStudyInquiryConcluded'>;
  };
  readonly session?: Data<'SubcommitteeSessionScheduled'> | undefined;
  readonly decision?: Decision;
  readonly recommendation?: Data<'ClaimRecommended'>;
  readonly rejection?: Data<'ClaimRejected'>;
  readonly notified?: Data<'DecisionNotified'>;
  readonly leave: readonly ObjectorName[];
  readonly objections: readonly Objection[];
  readonly central?: Data<'ClaimForwardedToCentral'>;
  readonly completion?: Data<'ClaimReturnedForCompletion'> & { readonly supplied: boolean };
  readonly final?: Final | undefined;
  readonly financeObjection?: Data<'FinanceObjectionRaised'> & Partial<Data<'FinanceObjectionAnswered'>>;
  readonly payees: readonly Payee[];
  /** Requests for papers it waits for. */
  readonly awaits: readonly string[];
  readonly suspension?: Data<'ClaimSuspended'>;
}

export type ClaimState = { readonly status: 'none' } | Claim;

export const initial: ClaimState = { status: 'none' };

export const isClaim = (state: ClaimState): state is Claim => state.status !== 'none';

type Event = FoldEvent<typeof events>;
type Of<K extends Event['type']> = Extract<Event, { type: K }>;

export function evolve(state: ClaimState, event: Event): ClaimState {
  if (event.type === 'ClaimPrepared') {
    return {
      status: 'draft',
      ...event.data,
      vulnerable: false,
      suspicions: [],
      leave: [],
      objections: [],
      payees: [],
      awaits: [],
    };
  }
  return state.status === 'none' ? state : claimed(state, event);
}

type Later = Exclude<Event, { type: 'ClaimPrepared' }>;

/** On the way to a decision, and beside it. */
function claimed(s: Claim, event: Later): Claim {
  switch (event.type) {
    case 'SharesRecorded': {
      const next = { ...s, heirs: event.data };
      if (s.payees.length === 0 || !s.final) return next;
      const payees = payeesFor(next, s.final.amountIQD);
      return s.status === 'payment_failed' ? withPayees(next, payees) : { ...next, payees };
    }
    case 'ClaimPriorityRecorded':
      return { ...s, vulnerable: event.data.vulnerable };
    case 'ClaimFiledAtCourt':
      return { ...s, status: 'filed_at_court', court: event.data };
    case 'PoliceInquiryRequested':
      return { ...s, status: 'police_inquiry', police: event.data };
    case 'PoliceInquiryCompleted':
      return { ...s, status: 'court_papers_complete', police: { station: '', ...s.police, ...event.data } };
    case 'ClaimSubmitted':
      return { ...s, status: 'submitted_to_subcommittee', submission: event.data, subcommittee: event.data.subcommittee };
    case 'ClaimRegistered':
      return { ...s, status: 'registered', registered: { ...event.data, by: event.meta.actor.id } };
    case 'ClaimDuplicateDetected':
      return { ...s, suspicions: [...s.suspicions.filter((one) => one.of !== event.data.of), event.data] };
    case 'ClaimKeptSeparate':
      return { ...s, suspicions: s.suspicions.filter((one) => one.of !== event.data.of) };
    case 'ClaimMerged':
      return { ...s, status: 'duplicate', was: s.status, mergedInto: event.data.into };
    case 'ClaimMergeReversed':
      return { ...s, status: s.was ?? 'registered', was: undefined, mergedInto: undefined };
    case 'ClaimWithdrawn':
    case 'ClaimLapsed':
      return { ...s, status: event.type === 'ClaimLapsed' ? 'lapsed' : 'withdrawn', was: s.status };
    case 'ClaimSuspended':
      return { ...s, status: 'suspended', was: s.status, suspension: event.data };
    case 'ClaimSuspensionLifted':
      return { ...s, status: s.was ?? 'registered', was: undefined };
    case 'ClaimClosed':
      return { ...s, status: 'closed' };
    case 'DocumentAwaited':
      return withAwaited(s, awaiting(s.awaits, event.data.request), event.meta);
    case 'AwaitedDocumentIssued':
    case 'AwaitedDocumentGivenUp':
      return withAwaited(s, without(s.awaits, event.data.request), event.meta);
    default:
      return examined(s, event);
  }
}

type Request = NonNullable<Claim['request']>;

/** The time to bring papers stands still while one is under way at its office, and runs on for as long as was left. */
function pausedOrNot(
  { pausedOn, ...request }: Request,
  awaits: readonly string[],
  meta: { readonly occurredAt: string },
): Request {
  const today = baghdadDate(meta.occurredAt);
  if (awaits.length > 0) return { ...request, pausedOn: pausedOn ?? today };
  return pausedOn === undefined
    ? request
    : { ...request, dueOn: addDays(request.dueOn, Math.max(0, daysBetween(pausedOn, today))) };
}

const withAwaited = (s: Claim, awaits: readonly string[], meta: { readonly occurredAt: string }): Claim => ({
  ...s,
  awaits,
  ...(s.request ? { request: pausedOrNot(s.request, awaits, meta) } : {}),
});

type Aside =
  | 'SharesRecorded'
  | 'ClaimPriorityRecorded'
  | 'ClaimFiledAtCourt'
  | `PoliceInquiry${string}`
  | 'ClaimSubmitted'
  | 'ClaimRegistered'
  | 'ClaimDuplicateDetected'
  | 'ClaimKeptSeparate'
  | `ClaimMerge${string}`
  | 'ClaimWithdrawn'
  | 'ClaimLapsed'
  | `ClaimSuspen${string}`
  | 'ClaimClosed'
  | keyof typeof awaitedEvents;

/** Before the sub-committee: screening, checks, assessment, session. */
function examined(s: Claim, event: Exclude<Later, { type: Aside }>): Claim {
  switch (event.type) {
    case 'ClaimScreeningBegun':
      return { ...s, status: 'screening' };
    case 'ClaimInformationRequested':
      return {
        ...s,
        status: 'information_requested',
        request: pausedOrNot({ ...event.data, reminders: 0 }, s.awaits, event.meta),
      };
    case 'ClaimInformationReminded': {
      const { reminder, dueOn } = event.data;
      return s.request ? { ...s, request: { ...s.request, reminders: reminder, dueOn } } : s;
    }
    case 'ClaimInformationSupplied':
      return s.status === 'returned_to_subcommittee' && s.completion
        ? { ...s, completion: { ...s.completion, supplied: true } }
        : { ...s, status: 'screening', request: undefined };
    case 'ClaimSecurityCheckRequested':
      return { ...s, status: 'security_check' };
    case 'ClaimSecurityCheckCompleted':
      return { ...s, status: event.data.done ? 'assessment' : 'security_check', security: event.data };
    case 'DamageAssessed':
      return assessed(s, { damage: event.data });
    case 'MedicalCommitteeReported':
      return assessed(s, { medical: event.data });
    case 'MissingInquiryConcluded':
      return assessed(s, { missing: event.data });
    case 'JobStudyInquiryConcluded':
      return assessed(s, { jobStudy: event.data });
    case 'SubcommitteeSessionScheduled':
      return { ...s, status: 'session_scheduled', session: event.data };
    case 'SubcommitteeSessionAdjourned':
      return { ...s, status: 'assessment', session: undefined };
    case 'SubcommitteeSessionHeld':
      return s;
    case 'ClaimRecommended':
    case 'ClaimRejected':
      return decided(s, event);
    default:
      return contested(s, event);
  }
}

const assessed = (s: Claim, found: NonNullable<Claim['assessment']>): Claim => ({
  ...s,
  status: 'assessment',
  assessment: { ...s.assessment, ...found },
});

/** A new decision starts its own time for objections. */
function decided(s: Claim, event: Of<'ClaimRecommended' | 'ClaimRejected'>): Claim {
  const at = { on: baghdadDate(event.meta.occurredAt), by: event.meta.actor.id };
  const { notified: _, recommendation: _was, rejection: _were, ...rest } = s;
  const fresh = { ...rest, session: undefined, leave: [], objections: s.objections.filter((one) => one.outcome !== undefined) };
  return event.type === 'ClaimRecommended'
    ? {
        ...fresh,
        status: 'recommended',
        decision: { ...at, outcome: 'recommended', amountIQD: event.data.amountIQD },
        recommendation: event.data,
      }
    : { ...fresh, status: 'rejected', decision: { ...at, outcome: 'rejected', amountIQD: 0 }, rejection: event.data };
}

type Examined = `ClaimScreening${string}` | `ClaimInformation${string}` | `ClaimSecurity${string}` | `Subcommittee${string}`;
type Assessed = 'DamageAssessed' | 'MedicalCommitteeReported' | 'MissingInquiryConcluded' | 'JobStudyInquiryConcluded';
type Contested = Exclude<Later, { type: Aside | Examined | Assessed | 'ClaimRecommended' | 'ClaimRejected' }>;

/** After the decision: notification, objections, the Central Committee, the Ministry of Finance, the money. */
function contested(s: Claim, event: Contested): Claim {
  switch (event.type) {
    case 'DecisionNotified':
      return { ...s, status: 'contestation_open', notified: event.data };
    case 'LateObjectionAllowed':
      return { ...s, leave: [...s.leave, event.data.by] };
    case 'ObjectionFiled':
      // What is objected to is not the last word, and entitles to nothing meanwhile.
      return { ...s, status: 'objection', objections: [...s.objections, event.data], final: undefined, payees: [] };
    case 'ContestationPeriodEnded':
      return { ...s, status: 'contestation_ended' };
    case 'ClaimForwardedToCentral':
      return { ...s, status: 'central_review', central: event.data, final: undefined, payees: [] };
    case 'ClaimReturnedForCompletion':
      return { ...s, status: 'returned_to_subcommittee', completion: { ...event.data, supplied: false } };
    case 'ObjectionDecided': {
      const { outcome } = event.data;
      return { ...s, objections: s.objections.map((one) => (one.outcome === undefined ? { ...one, outcome } : one)) };
    }
    case 'ClaimFinalAtSubcommittee':
    case 'ClaimRatified':
    case 'ClaimAmended':
    case 'ClaimAnnulled':
      return finalised(s, event);
    case 'ClaimSentToFinance':
      return { ...s, status: 'sent_to_finance' };
    case 'FinanceAuditPassed':
      return withPayees(s, s.payees);
    case 'FinanceObjectionRaised':
      return { ...s, status: 'finance_objection', financeObjection: event.data };
    case 'FinanceObjectionAnswered': {
      const points = s.financeObjection?.points ?? [];
      return { ...s, status: 'sent_to_finance', financeObjection: { points, ...event.data } };
    }
    default:
      return paid(s, event satisfies PaymentEvent);
  }
}

/** The last word. An annulment and a rejection end the claim and entitle to nothing. */
function finalised(s: Claim, event: Of<'ClaimFinalAtSubcommittee' | 'ClaimRatified' | 'ClaimAmended' | 'ClaimAnnulled'>): Claim {
  const at = { on: baghdadDate(event.meta.occurredAt), by: event.meta.actor.id };
  if (event.type === 'ClaimAnnulled') {
    const { committeeNo, decisionNo } = event.data;
    return { ...s, status: 'annulled', final: { outcome: 'annulled', amountIQD: 0, ...at, committeeNo, decisionNo }, payees: [] };
  }
  const { amountIQD } = event.data;
  const named =
    event.type === 'ClaimFinalAtSubcommittee' ? {} : { committeeNo: event.data.committeeNo, decisionNo: event.data.decisionNo };
  if (amountIQD === 0)
    return { ...s, status: 'finally_rejected', final: { outcome: 'rejected', amountIQD, ...at, ...named }, payees: [] };
  const status = OUTCOME[event.type];
  return { ...s, status, final: { outcome: status, amountIQD, ...at, ...named }, payees: payeesFor(s, amountIQD) };
}

const OUTCOME = {
  ClaimFinalAtSubcommittee: 'final_at_subcommittee',
  ClaimRatified: 'ratified',
  ClaimAmended: 'amended',
} as const;

const LAST_WORDS = ['ClaimFinalAtSubcommittee', 'ClaimRatified', 'ClaimAmended', 'ClaimAnnulled'] as const;

/** The last word of a claim that ended with it: who took it does not set it aside. */
export const lastWords = ({ status }: ClaimState): readonly (typeof LAST_WORDS)[number][] =>
  status === 'annulled' || status === 'finally_rejected' ? LAST_WORDS : [];

/** Where a reopened claim goes on: where it stood, or with the sub-committee when a last word is set aside. */
export function reopened(state: ClaimState): ClaimState {
  if (!isClaim(state)) return state;
  const { final: _, decision: _decision, central: _central, completion: _completion, ...rest } = state;
  if (state.status === 'finally_rejected' || state.status === 'annulled') return { ...rest, status: 'screening' };
  if (state.status === 'lapsed') return { ...state, status: 'screening', was: undefined, request: undefined };
  return state.status === 'withdrawn' ? { ...state, status: state.was ?? 'registered', was: undefined } : state;
}
