import { addDays, atBaghdad, type LocalDate } from '../kernel/dates.ts';
import type { About, FoldEvent, Timer, Wait } from '../kernel/process.ts';
import { governorateOf } from '../places/pcodes.ts';
import type { events } from './events.ts';

/** Before anybody has to leave. */
export const THREATENED = [
  'threat_reported',
  'notice_recorded',
  'legal_review',
  'postponement_requested',
  'postponed',
  'upheld',
] as const;
export const OPEN = [...THREATENED, 'executed'] as const;
export const ENDS = ['annulled', 'followed_up'] as const;
export type Status = 'none' | (typeof OPEN)[number] | (typeof ENDS)[number];

type Event = FoldEvent<typeof events>;
type Data<K extends Event['type']> = Extract<Event, { type: K }>['data'];

export interface EvictionState {
  readonly status: Status;
  readonly adm3?: string;
  readonly site?: string | undefined;
  /** Households still under the threat. */
  readonly households: number;
  /** Households for which it was annulled. */
  readonly annulled: number;
  readonly linked: readonly string[];
  readonly referred: readonly string[];
  readonly notice?: Data<'EvictionNoticeRecorded'>;
  readonly opinion?: Data<'EvictionReviewed'>['opinion'];
  /** Last day of a postponement. */
  readonly until?: LocalDate | undefined;
  readonly executed?: Data<'EvictionExecuted'>;
}

export const initial: EvictionState = { status: 'none', households: 0, annulled: 0, linked: [], referred: [] };

function annulledFor(state: EvictionState, count: number): EvictionState {
  const households = Math.max(0, state.households - count);
  return { ...state, households, annulled: state.annulled + count, status: households === 0 ? 'annulled' : state.status };
}

export function evolve(state: EvictionState, event: Event): EvictionState {
  switch (event.type) {
    case 'EvictionThreatReported': {
      const { adm3, site, households, linked } = event.data;
      return { ...state, status: 'threat_reported', adm3, site, households, linked };
    }
    case 'EvictionNoticeRecorded':
      return { ...state, status: 'notice_recorded', notice: event.data, households: event.data.households };
    case 'HouseholdLinked':
      return { ...state, linked: [...new Set([...state.linked, event.data.household])] };
    case 'EvictionReviewed':
      return { ...state, status: 'legal_review', opinion: event.data.opinion };
    case 'EvictionPostponementRequested':
      return { ...state, status: 'postponement_requested' };
    case 'EvictionPostponed':
      return { ...state, status: 'postponed', until: event.data.until };
    case 'EvictionPostponementEnded':
    case 'EvictionPostponementRefused':
      return { ...state, status: 'legal_review', until: undefined };
    case 'EvictionOrderAnnulled':
      return annulledFor(state, event.data.count);
    case 'EvictionOrderUpheld':
      return { ...state, status: 'upheld' };
    case 'EvictionExecuted':
      return { ...state, status: 'executed', executed: event.data };
    case 'EvictedHouseholdReferred':
      return { ...state, referred: [...new Set([...state.referred, event.data.household])] };
    case 'EvictionFollowedUp':
      return { ...state, status: 'followed_up' };
  }
}

/** Families on record that were evicted and that nobody was told of yet. */
export const notReferred = (state: EvictionState): readonly string[] =>
  state.linked.filter((one) => !state.referred.includes(one));

const one = (key: string, party = 'owner'): readonly Wait[] => [{ key, party }];

/** The governor's office postpones: what waits on it is seen by the role in the governorate. */
const governorate = (state: EvictionState): readonly Wait[] => [
  {
    key: 'postpone',
    party: 'governorate',
    holder: { role: 'governorate', governorate: state.adm3 === undefined ? undefined : governorateOf(state.adm3) },
  },
];

export const waitsOn: { readonly [K in Status]: (state: EvictionState) => readonly Wait[] } = {
  none: () => [],
  threat_reported: () => [{ key: 'recordNotice', party: 'owner', clock: 'intake' }],
  notice_recorded: () => one('review'),
  legal_review: () => one('chooseWay'),
  postponement_requested: governorate,
  postponed: () => one('useTheTime'),
  upheld: () => one('prepareFamilies'),
  executed: (s) => [...notReferred(s).map((household) => ({ key: `refer:${household}`, party: 'owner' })), ...one('followUp')],
  annulled: () => [],
  followed_up: () => [],
};

/** The day after the last day of a postponement the case is looked at again. */
export const timers = (state: EvictionState): readonly Timer[] =>
  state.status === 'postponed' && state.until !== undefined
    ? [{ key: 'postponementEnds', at: atBaghdad(addDays(state.until, 1)), command: 'endPostponement' }]
    : [];

export function about(state: EvictionState): About {
  const where = state.adm3 === undefined ? undefined : governorateOf(state.adm3);
  return {
    offices: state.site === undefined ? [] : [state.site],
    households: state.linked,
    governorates: where === undefined ? [] : [where],
    tier: 'T2',
    urgency: 'urgent',
  };
}
