import type { Personal } from '../kernel/privacy.ts';
import type { About, FoldEvent, Wait } from '../kernel/process.ts';
import { governorateOf } from '../places/pcodes.ts';
import type { HlpType, Urgency } from './codes.ts';
import type { events } from './events.ts';

/** States in which a way to settle is looked for. */
export const SEEKING = ['counselled', 'evidence', 'mediation_open', 'agreement', 'mediation_failed'] as const;
export const COURT = ['court_open', 'judgment', 'appeal', 'final', 'enforcement'] as const;
export const SETTLED = ['restitution_recorded', 'alternative_settlement'] as const;
/** Every state in which the case moves on. */
export const MOVING = ['intake', ...SEEKING, ...COURT, ...SETTLED] as const;
export const OPEN = [...MOVING, 'suspended_for_safety'] as const;
export const ENDS = ['closed', 'withdrawn'] as const;
export type Status = 'none' | (typeof OPEN)[number] | (typeof ENDS)[number];

type Event = FoldEvent<typeof events>;
type Data<K extends Event['type']> = Extract<Event, { type: K }>['data'];

export interface Occupant {
  readonly occupant: string;
  readonly household?: string | undefined;
  readonly needs?: Personal<string> | undefined;
  readonly alternative?: { readonly kind: string; readonly accepted: boolean };
}

export interface HlpCaseState {
  readonly status: Status;
  readonly type?: HlpType;
  readonly property?: Data<'HLPCaseOpened'>['property'];
  readonly parties: Data<'HLPCaseOpened'>['parties'];
  readonly household?: string | undefined;
  readonly urgency?: Urgency;
  readonly provider?: string;
  readonly evidence: readonly Data<'TenureEvidenceRecorded'>[];
  /** Claims for the same property, and whether money was paid on them when somebody last looked. */
  readonly overlaps: readonly Data<'OverlapRecorded'>[];
  /** The last screening for talks; undefined until there was one. */
  readonly mediationSuitable?: boolean;
  readonly mediationOffice?: string | undefined;
  readonly courtOffice?: string | undefined;
  readonly outcome?: Data<'JudgmentIssued'>['outcome'] | undefined;
  readonly occupants: readonly Occupant[];
  readonly vacant: boolean;
  readonly certificate?: Data<'TitleOrOccupancyCertificateIssued'>;
  /** The state a suspension interrupted. */
  readonly was?: Status | undefined;
}

export const initial: HlpCaseState = {
  status: 'none',
  parties: [],
  evidence: [],
  overlaps: [],
  occupants: [],
  vacant: false,
};

const withAlternative = (
  state: HlpCaseState,
  { occupant, kind, accepted }: Data<'OccupantAlternativeOffered'>,
): HlpCaseState => ({
  ...state,
  occupants: state.occupants.map((one) => (one.occupant === occupant ? { ...one, alternative: { kind, accepted } } : one)),
});

export function evolve(state: HlpCaseState, event: Event): HlpCaseState {
  switch (event.type) {
    case 'HLPCaseOpened':
      return { ...state, status: 'intake', ...event.data };
    case 'HLPCounsellingGiven':
      return { ...state, status: 'counselled', provider: event.data.provider };
    case 'TenureEvidenceRecorded': {
      const evidence = [...state.evidence, event.data];
      return { ...state, evidence, status: state.status === 'counselled' ? 'evidence' : state.status };
    }
    case 'OverlapRecorded': {
      const others = state.overlaps.filter((one) => one.claim !== event.data.claim);
      return { ...state, overlaps: [...others, event.data] };
    }
    case 'MediationScreened':
      return { ...state, mediationSuitable: event.data.suitable };
    case 'MediationStarted':
      return { ...state, status: 'mediation_open', mediationOffice: event.data.office };
    case 'MediationAgreementReached':
      return { ...state, status: 'agreement' };
    case 'MediationFailed':
      return { ...state, status: 'mediation_failed' };
    case 'CourtClaimFiled':
      return { ...state, status: 'court_open', courtOffice: event.data.courtOffice };
    case 'JudgmentIssued':
      return { ...state, status: 'judgment', outcome: event.data.outcome };
    case 'AppealFiled':
      return { ...state, status: 'appeal' };
    case 'JudgmentFinal':
      return { ...state, status: 'final' };
    case 'JudgmentEnforced':
      return { ...state, status: 'enforcement' };
    case 'OccupantIdentified':
      return { ...state, vacant: false, occupants: [...state.occupants, event.data] };
    case 'PropertyFoundVacant':
      return { ...state, vacant: true };
    case 'OccupantAlternativeOffered':
      return withAlternative(state, event.data);
    case 'PropertyRestituted':
      return { ...state, status: 'restitution_recorded' };
    case 'SettlementRecorded':
      return { ...state, status: 'alternative_settlement' };
    case 'TitleOrOccupancyCertificateIssued':
      return { ...state, certificate: event.data };
    case 'HLPCaseSuspendedForSafety':
      return { ...state, status: 'suspended_for_safety', was: state.status };
    case 'HLPCaseResumed': {
      const { was, ...rest } = state;
      return { ...rest, status: was ?? state.status };
    }
    case 'HLPCaseWithdrawn':
      return { ...state, status: 'withdrawn' };
    case 'HLPCaseClosed':
      return { ...state, status: 'closed' };
  }
}

/** Who has taken the case on: the organisation that counsels, or the office that owns it. */
const helper = (state: HlpCaseState, key: string): Wait => ({
  key,
  party: 'legalHelp',
  ...(state.provider === undefined ? {} : { holder: { organisation: state.provider } }),
});

/** Occupants who would lose their home and have been offered nothing yet. */
export const withoutAlternative = (state: HlpCaseState): readonly Occupant[] =>
  state.occupants.filter((one) => one.alternative === undefined);

const offers = (state: HlpCaseState): readonly Wait[] =>
  withoutAlternative(state).map((one) => ({ ...helper(state, `offerAlternative:${one.occupant}`) }));

const step =
  (key: string) =>
  (state: HlpCaseState): readonly Wait[] => [helper(state, key), ...offers(state)];
const inCourt =
  (key: string) =>
  (state: HlpCaseState): readonly Wait[] => [
    { key, party: 'court', ...(state.courtOffice === undefined ? {} : { holder: { office: state.courtOffice } }) },
    ...offers(state),
  ];

export const waitsOn: { readonly [K in Status]: (state: HlpCaseState) => readonly Wait[] } = {
  none: () => [],
  intake: (s) => [{ ...helper(s, 'counsel'), clock: 'intake' }],
  counselled: step('gatherEvidence'),
  evidence: step('chooseWay'),
  mediation_open: (s) => [
    { key: 'mediate', party: 'mediator', ...(s.mediationOffice === undefined ? {} : { holder: { office: s.mediationOffice } }) },
    ...offers(s),
  ],
  agreement: step('carryOut'),
  mediation_failed: step('chooseWay'),
  court_open: inCourt('judge'),
  judgment: step('appealOrAccept'),
  appeal: inCourt('judge'),
  final: step('enforce'),
  enforcement: step('carryOut'),
  restitution_recorded: step('close'),
  alternative_settlement: step('close'),
  suspended_for_safety: (s) => [helper(s, 'resume')],
  closed: () => [],
  withdrawn: () => [],
};

export function about(state: HlpCaseState): About {
  const { provider, mediationOffice, courtOffice, property, household } = state;
  const governorate = property && governorateOf(property.adm3);
  const given = (...ids: readonly (string | undefined)[]): string[] => ids.filter((id) => id !== undefined);
  return {
    parties: given(provider),
    offices: given(mediationOffice, courtOffice),
    persons: state.parties.map((one) => one.person),
    households: given(household, ...state.occupants.map((one) => one.household)),
    governorates: given(governorate),
    tier: 'T2',
    ...(state.urgency === undefined ? {} : { urgency: state.urgency }),
  };
}
