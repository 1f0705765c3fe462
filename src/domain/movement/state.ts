import type { OfficeRef } from '../kernel/caseEvents.ts';
import type { LocalDate } from '../kernel/dates.ts';
import { opened, type Personal } from '../kernel/privacy.ts';
import type { FoldEvent } from '../kernel/process.ts';
import type { AreaStatus } from '../places/standing.ts';
import type { ClearanceActor, HoldCause, MovementPathway } from './codes.ts';
import type { events } from './events.ts';

export type Event = FoldEvent<typeof events>;
export type Data<K extends keyof typeof events> = Extract<Event, { type: K }>['data'];

/** The way to the gate, in order (domain.md §2.1). */
export const BEFORE = [
  'information_given',
  'intention_recorded',
  'counselled',
  'voluntariness_confirmed',
  'checks_in_progress',
  'cleared_to_depart',
  'approved',
  'manifested',
] as const;
export const STAGES = [
  ...BEFORE,
  'no_show',
  'departed',
  'turned_back',
  'arrived',
  'arrival_confirmed',
  'monitoring',
  'sustained',
  'withdrawn',
  'refused',
  'failed',
  'secondary_displacement_recorded',
] as const;
export const ENDS = ['sustained', 'withdrawn', 'refused', 'secondary_displacement_recorded'] as const;

export type Stage = 'none' | (typeof STAGES)[number];
/** `on_hold` stands over the stage, which goes on where it was when the last cause is gone. */
export type Status = Stage | 'on_hold';

/** Where the family wants to go, or is. Under threat `area` is the governorate and `exactArea` is sealed. */
export interface Place {
  readonly area?: string | undefined;
  readonly exactArea?: Personal<string> | undefined;
  readonly village?: Personal<string> | undefined;
}

export interface Visit {
  readonly visit: string;
  readonly status: 'requested' | 'approved' | 'conducted' | 'debriefed' | 'cancelled';
}

/** One person's clearance by one actor, as letters tell it. */
export interface Clearance {
  readonly slot: string;
  readonly person: string;
  readonly actor: Personal<ClearanceActor>;
  readonly status:
    | 'pending'
    | 'requested'
    | 'granted'
    | 'granted_with_conditions'
    | 'refused'
    | 'blocked'
    | 'revoked'
    | 'expired'
    | 'waived';
  readonly until?: LocalDate | undefined;
  /** Whether the answer is no case of its own, as of requests made before there were such cases. */
  readonly byLetter?: boolean;
}

export interface Fit {
  readonly person: string;
  readonly status: 'pending' | 'passed' | 'failed' | 'expired' | 'waived';
  readonly until?: LocalDate | undefined;
}

export interface Checks {
  readonly clearances: readonly Clearance[];
  readonly medical: readonly Fit[];
  readonly documents?: { readonly children: readonly string[]; readonly planned: boolean };
  readonly shelter?: string;
  readonly shelterWaived?: true;
  readonly hazard?: string;
  readonly conditionsMet: readonly string[];
}

export interface Hold {
  readonly cause: HoldCause;
  readonly since: string;
}

export interface Round {
  readonly round: number;
  readonly due: LocalDate;
  readonly missedAfter: LocalDate;
  readonly status: 'planned' | 'completed' | 'missed';
  readonly riskLevel?: 'low' | 'medium' | 'high';
}

/** One intended move of one household (domain.md §2.1). */
export interface MovementState {
  readonly status: Status;
  readonly stage: Stage;
  readonly holds: readonly Hold[];
  readonly household?: string;
  readonly pathway?: MovementPathway;
  readonly destination: Place;
  readonly shielded: boolean;
  readonly areaStatus?: AreaStatus | undefined;
  readonly visits: readonly Visit[];
  /** Who travels: those who were asked, and those too young to be asked for themselves. */
  readonly adults: readonly string[];
  readonly minors: readonly string[];
  /** The family's word in force, and until when it holds. */
  readonly voluntariness?: { readonly until: LocalDate } | undefined;
  /** Somebody has to see whether the family is safe. */
  readonly alert: boolean;
  readonly checks?: Checks;
  readonly outsideGroup?: string | undefined;
  readonly clearedBy?: string | undefined;
  readonly approval?: { readonly until: LocalDate; readonly by: string } | undefined;
  readonly receivingBranch?: OfficeRef;
  /** Whether the household counts as departing. */
  readonly departing: boolean;
  readonly manifest?:
    | Pick<Data<'HouseholdManifested'>, 'convoy' | 'vehicle' | 'date' | 'seats' | 'escorts' | 'persons'>
    | undefined;
  readonly noShowUntil?: LocalDate | undefined;
  readonly departedAt?: string;
  readonly arrivedAt?: string;
  readonly arrivedIn?: Place;
  readonly confirmations: readonly {
    readonly by: Data<'ArrivalConfirmationRecorded'>['by'];
    readonly method: Data<'ArrivalConfirmationRecorded'>['method'];
    readonly actor: string;
    readonly at: string;
  }[];
  readonly shelterType?: Data<'ArrivalConfirmationRecorded'>['shelterType'];
  readonly confirmedAt?: string;
  readonly rounds: readonly Round[];
  /** Requests for papers of travellers that are waited for. */
  readonly awaits: readonly string[];
  readonly atRisk: boolean;
  readonly failedAt?: string;
}

export const initial: MovementState = {
  status: 'none',
  stage: 'none',
  holds: [],
  destination: {},
  shielded: false,
  visits: [],
  adults: [],
  minors: [],
  alert: false,
  departing: false,
  confirmations: [],
  rounds: [],
  awaits: [],
  atRisk: false,
};

/** The area the family goes to, as exactly as it may be known here. */
export const areaOf = ({ area, exactArea }: Place): string | undefined =>
  exactArea === undefined ? area : (opened(exactArea, area) ?? area);

/** The village, where it is named and may be known here. */
export const villageOf = ({ village }: Place): string | undefined =>
  village === undefined ? undefined : opened(village, undefined);

/** Whether the movement has not left: what holds, expires and is withdrawn. */
export const isBefore = ({ stage }: Pick<MovementState, 'stage'>): boolean => (BEFORE as readonly string[]).includes(stage);

/** The household whose movement it is; every movement opens with one. */
export const whoseIs = (s: MovementState): string => s.household ?? '';

/** What the family leaves behind by going back a step or out. */
export const leavingOf = (s: MovementState): { household: string; departing: boolean; convoy?: string } => ({
  household: whoseIs(s),
  departing: s.departing,
  ...(s.manifest ? { convoy: s.manifest.convoy } : {}),
});

/** Everybody who travels. */
export const travellersOf = (s: Pick<MovementState, 'adults' | 'minors'>): readonly string[] => [...s.adults, ...s.minors];
