import type { OfficeRef } from '../kernel/caseEvents.ts';
import type { LocalDate } from '../kernel/dates.ts';
import type { Personal } from '../kernel/privacy.ts';
import type { FoldEvent } from '../kernel/process.ts';
import type { DocumentStatus } from '../person/data.ts';
import type { ConsentScope, HeadType, Leg, Member, Origin, Pathway, Site } from './data.ts';
import type { events, PersonPair, SplitGround } from './events.ts';
import { type LastReturn, lastReturnOf } from './lastReturn.ts';
import { merged, mergeReversed } from './merged.ts';

type Data<K extends keyof typeof events> = Extract<FoldEvent<typeof events>, { type: K }>['data'];

/** Displacement status is decided, never observed (domain specification §1.2). */
export const ACTIVE = [
  'displaced',
  'departing',
  'returned',
  'locally_integrated',
  'relocated',
  'secondary_displaced',
  'returned_unverified',
] as const;
export const ENDS = ['file_closed', 'merged_into', 'void'] as const;
export type Status = 'none' | (typeof ACTIVE)[number] | (typeof ENDS)[number];

export interface HouseholdMember extends Member {
  readonly deceased?: true;
  readonly absence?: 'missing' | 'detained' | undefined;
}

/** One consent of the family; `endedOn` once withdrawn. It holds on a day when neither withdrawn nor run out. */
export interface Consent {
  readonly id: string;
  readonly scopes: readonly ConsentScope[];
  readonly recipients: readonly string[];
  readonly fields: readonly string[];
  readonly expiresOn?: LocalDate | undefined;
  readonly givenBy: string;
  readonly status: 'given' | 'withdrawn';
}

export interface FamilyDocument {
  readonly document: string;
  readonly docType: Data<'IdentityDocumentRecorded'>['docType'];
  readonly number?: Personal<string> | undefined;
  readonly status: Personal<DocumentStatus>;
  readonly usable: boolean;
}

export type Need = Data<'InclusionNeedRecorded'>;
export type Presence = Data<'PresenceReported'>;
export type ReturnReport = Data<'UnregisteredReturnReported'>;

export interface Split {
  readonly into: string;
  readonly fileNo: string;
  readonly members: readonly Member[];
  readonly newHead: string;
  readonly headType?: Personal<HeadType> | undefined;
  readonly focalPoint?: string | undefined;
  readonly ground: Personal<SplitGround>;
}

/** The values a merge may take from the other household. */
export interface MergeFields {
  readonly head?: string | undefined;
  readonly origin?: Origin | undefined;
  readonly place?: Site | undefined;
  readonly preference?: Pathway | undefined;
}

export interface Merge {
  readonly absorbed: string;
  readonly duplicate: string;
  readonly added: readonly Member[];
  readonly persons: readonly PersonPair[];
  readonly taken: readonly (keyof MergeFields)[];
  readonly before: MergeFields & { readonly members: readonly HouseholdMember[]; readonly legacyNumbers: readonly string[] };
}

/** A household, `status` being its decided displacement status. */
export interface HouseholdState extends MergeFields {
  readonly status: Status;
  readonly fileNo?: string;
  readonly branch?: OfficeRef;
  readonly legacyNumbers: readonly string[];
  readonly qCard?: Personal<string> | undefined;
  readonly application?: string | undefined;
  readonly splitFrom?: string | undefined;
  readonly headType?: Personal<HeadType> | undefined;
  readonly focalPoint?: string | undefined;
  readonly members: readonly HouseholdMember[];
  readonly legs: readonly Leg[];
  readonly documents: readonly FamilyDocument[];
  readonly needs: readonly Need[];
  readonly consents: readonly Consent[];
  readonly presences: readonly Presence[];
  readonly outreachOpen: boolean;
  readonly returnReports: readonly ReturnReport[];
  readonly movement?: string | undefined;
  readonly achieved?: Data<'PathwayAchieved'> | undefined;
  readonly lastReturn?: LastReturn | undefined;
  readonly holds: readonly string[];
  /** The status to go back to when a report is dismissed, a departure cancelled or a merge reversed. */
  readonly was?: Status | undefined;
  readonly absorbedBy?: { readonly into: string; readonly duplicate: string } | undefined;
  readonly merges: readonly Merge[];
  readonly splits: readonly Split[];
}

export const initial: HouseholdState = {
  status: 'none',
  legacyNumbers: [],
  members: [],
  legs: [],
  documents: [],
  needs: [],
  consents: [],
  presences: [],
  outreachOpen: false,
  returnReports: [],
  holds: [],
  merges: [],
  splits: [],
};

const REACHED = { return: 'returned', local_integration: 'locally_integrated', relocation: 'relocated' } as const;

/** The status that reaching a pathway leads to. */
export const reachedBy = (pathway: Pathway): (typeof REACHED)[Pathway] => REACHED[pathway];

const without = (members: readonly HouseholdMember[], persons: readonly string[]): readonly HouseholdMember[] =>
  members.filter((one) => !persons.includes(one.person));

const withMember = (
  state: HouseholdState,
  person: string,
  change: (member: HouseholdMember) => HouseholdMember,
): HouseholdState => ({ ...state, members: state.members.map((one) => (one.person === person ? change(one) : one)) });

function withHead(state: HouseholdState, { to, headType, focalPoint }: Data<'HeadOfHouseholdChanged'>): HouseholdState {
  const members = state.members.map((one): HouseholdMember => {
    if (one.person === to) return { ...one, relation: 'head' };
    // How the former head is related to the new one is for an officer to say.
    return one.relation === 'head' ? { ...one, relation: 'other_relative' } : one;
  });
  return { ...state, members, head: to, headType, focalPoint: focalPoint ?? state.focalPoint };
}

const back = (state: HouseholdState): Status => state.was ?? 'displaced';

export function evolve(state: HouseholdState, event: FoldEvent<typeof events>): HouseholdState {
  switch (event.type) {
    case 'HouseholdRegistered': {
      const { momdFileNo, standing, acceptedBy: _, duplicateCheck: __, legacyNumbers, ...rest } = event.data;
      return { ...state, ...rest, status: standing ?? 'displaced', fileNo: momdFileNo, legacyNumbers: legacyNumbers ?? [] };
    }
    case 'DisplacementFileOpened':
      return state;
    case 'HouseholdMemberAdded': {
      const { person, relation, roles } = event.data;
      return { ...state, members: [...without(state.members, [person]), { person, relation, roles }] };
    }
    case 'HouseholdMemberRemoved':
      return { ...state, members: without(state.members, [event.data.person]) };
    case 'HouseholdMemberCorrected': {
      const { person, relation, roles } = event.data;
      return withMember(state, person, (one) => ({ ...one, relation, roles }));
    }
    case 'HouseholdMemberDeceased':
      return withMember(state, event.data.person, (one) => ({ ...one, deceased: true, absence: undefined }));
    case 'HouseholdMemberReportedMissing':
      return withMember(state, event.data.person, (one) => ({ ...one, absence: 'missing' }));
    case 'HouseholdMemberReportedDetained':
      return withMember(state, event.data.person, (one) => ({ ...one, absence: 'detained' }));
    case 'HouseholdMemberReunited':
      return withMember(state, event.data.person, (one) => ({ ...one, absence: undefined }));
    case 'HeadOfHouseholdChanged':
      return withHead(state, event.data);
    case 'IdentityDocumentRecorded':
      return { ...state, documents: [...state.documents, event.data] };
    case 'IdentityDocumentStatusChanged': {
      const { document, docType: _, ...now } = event.data;
      return { ...state, documents: state.documents.map((one) => (one.document === document ? { ...one, ...now } : one)) };
    }
    case 'DisplacementLegRecorded':
      return { ...state, legs: [...state.legs, event.data].sort((a, b) => (a.on.date < b.on.date ? -1 : 1)) };
    case 'SiteAssigned':
      return { ...state, place: event.data };
    case 'SiteLeft':
      return { ...state, place: undefined };
    case 'OriginDeclared':
      return { ...state, origin: event.data };
    case 'OriginCorrected': {
      const { reason: _, ...origin } = event.data;
      return { ...state, origin };
    }
    case 'InclusionNeedRecorded':
      return { ...state, needs: [...state.needs, event.data] };
    case 'InclusionNeedEnded':
      return { ...state, needs: state.needs.filter((one) => one.need !== event.data.need) };
    case 'PathwayPreferenceRecorded':
      return { ...state, preference: event.data.pathway };
    case 'FileHoldPlaced':
      return { ...state, holds: [...state.holds, event.data.hold] };
    case 'FileHoldLifted':
      return { ...state, holds: state.holds.filter((one) => one !== event.data.hold) };
    case 'FileNumberAssigned':
      return { ...state, fileNo: event.data.fileNo };
    case 'DisplacementFileTransferred': {
      const { branchTo, fileNo } = event.data;
      const old = state.fileNo === undefined ? [] : [state.fileNo];
      return { ...state, branch: branchTo, fileNo, legacyNumbers: [...state.legacyNumbers, ...old] };
    }
    case 'ConsentGiven': {
      const { consent, scopes, recipients, fields, expiresOn, givenBy } = event.data;
      const one: Consent = { id: consent, scopes, recipients, fields, expiresOn, givenBy, status: 'given' };
      return { ...state, consents: [...state.consents, one] };
    }
    case 'ConsentNarrowed': {
      const { consent, ...terms } = event.data;
      return { ...state, consents: state.consents.map((one) => (one.id === consent ? { ...one, ...terms } : one)) };
    }
    case 'ConsentWithdrawn': {
      const { consent } = event.data;
      return { ...state, consents: state.consents.map((one) => (one.id === consent ? { ...one, status: 'withdrawn' } : one)) };
    }
    case 'HouseholdSplit': {
      const { remainingHead, agreedBy: _, ...split } = event.data;
      const { members } = split;
      const gone = members.map((one) => one.person);
      return {
        ...state,
        members: without(state.members, gone),
        needs: state.needs.filter((one) => !gone.includes(one.person)),
        head: remainingHead ?? state.head,
        splits: [...state.splits, split],
      };
    }
    default:
      return moved(state, event);
  }
}

type Movement = Exclude<FoldEvent<typeof events>, { type: Settled }>;
type Settled =
  | 'HouseholdRegistered'
  | 'DisplacementFileOpened'
  | 'HeadOfHouseholdChanged'
  | `HouseholdMember${string}`
  | `IdentityDocument${string}`
  | 'DisplacementLegRecorded'
  | `Site${string}`
  | `Origin${string}`
  | `InclusionNeed${string}`
  | 'PathwayPreferenceRecorded'
  | `FileHold${string}`
  | 'FileNumberAssigned'
  | 'DisplacementFileTransferred'
  | `Consent${string}`
  | 'HouseholdSplit';

/** The events that say where a household stands. Of these, presence and outreach leave its status alone. */
function moved(state: HouseholdState, event: Movement): HouseholdState {
  switch (event.type) {
    case 'PresenceReported':
      return { ...state, presences: [...state.presences, event.data] };
    case 'CircularMovementPatternDetected':
      return { ...state, outreachOpen: true };
    case 'OutreachRecorded':
      return { ...state, outreachOpen: false };
    case 'UnregisteredReturnReported': {
      const first = state.status !== 'returned_unverified';
      const returnReports = first ? [event.data] : [...state.returnReports, event.data];
      return { ...state, returnReports, was: first ? state.status : state.was, status: 'returned_unverified' };
    }
    case 'ReturnRecognised':
      return { ...state, status: 'returned', was: undefined, lastReturn: lastReturnOf(event) };
    case 'UnregisteredReturnDismissed':
      return { ...state, status: back(state), was: undefined };
    case 'HouseholdDepartureBegun':
      return { ...state, status: 'departing', was: state.status, movement: event.data.movement };
    case 'HouseholdDepartureCancelled':
      return { ...state, status: back(state), was: undefined, movement: undefined };
    case 'PathwayAchieved':
      return {
        ...state,
        status: reachedBy(event.data.pathway),
        achieved: event.data,
        lastReturn: lastReturnOf(event),
        was: undefined,
        movement: undefined,
      };
    case 'DisplacementFileClosed':
      return { ...state, status: 'file_closed' };
    case 'DisplacementFileReopened':
      return { ...state, status: 'secondary_displaced' };
    case 'HouseholdVoided':
      return { ...state, status: 'void' };
    case 'HouseholdAbsorbed':
      return { ...state, status: 'merged_into', was: state.status, absorbedBy: event.data };
    case 'HouseholdsMerged':
      return merged(state, event.data);
    case 'HouseholdMergeReversed':
      return state.absorbedBy?.duplicate === event.data.duplicate
        ? { ...state, status: back(state), was: undefined, absorbedBy: undefined }
        : mergeReversed(state, event.data.duplicate);
  }
}
