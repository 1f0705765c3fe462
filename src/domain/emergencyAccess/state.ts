import type { Personal } from '../kernel/privacy.ts';
import type { About, FoldEvent, Timer, Wait } from '../kernel/process.ts';
import type { events } from './events.ts';

export type Event = FoldEvent<typeof events>;

export type Status = 'none' | 'requested' | 'open' | 'review_due' | 'declined' | 'withdrawn' | 'reviewed';
export const ENDS = ['declined', 'withdrawn', 'reviewed'] as const;

/** One opening of a restricted case in an emergency: who asked, who confirmed, until when, and what a review found. */
export interface EmergencyAccessState {
  readonly status: Status;
  readonly process?: string;
  readonly case?: string;
  readonly hours?: number;
  /** Of the case that is asked for, where it is another's than of who asks. */
  readonly office?: string | undefined;
  readonly reason?: Personal<string>;
  readonly requestedBy?: string;
  readonly confirmedBy?: string;
  readonly until?: string;
  readonly justified?: boolean;
}

export const initial: EmergencyAccessState = { status: 'none' };

export function evolve(state: EmergencyAccessState, event: Event): EmergencyAccessState {
  switch (event.type) {
    case 'EmergencyAccessRequested':
      return { ...state, ...event.data, status: 'requested', requestedBy: event.meta.actor.id };
    case 'EmergencyAccessConfirmed':
      return { ...state, status: 'open', until: event.data.until, confirmedBy: event.meta.actor.id };
    case 'EmergencyAccessDeclined':
      return { ...state, status: 'declined' };
    case 'EmergencyAccessWithdrawn':
      return { ...state, status: 'withdrawn' };
    case 'EmergencyAccessLapsed':
      return { ...state, status: 'review_due' };
    case 'EmergencyAccessReviewed':
      return { ...state, status: 'reviewed', justified: event.data.justified };
    case 'EmergencyAccessFoundUnjustified':
      return state;
  }
}

const review = (): readonly Wait[] => [
  { key: 'review', party: 'reviewer', holder: { role: 'legalDepartment' }, clock: 'review' },
];

export const waitsOn: { readonly [K in Status]: (s: EmergencyAccessState) => readonly Wait[] } = {
  none: () => [],
  requested: () => [{ key: 'confirm', party: 'secondPerson' }],
  // The review is due whatever becomes of the opening.
  open: review,
  review_due: review,
  declined: () => [],
  withdrawn: () => [],
  reviewed: () => [],
};

/** The opening lapses by its own instant; this tells the case. */
export const timers = (s: EmergencyAccessState): readonly Timer[] =>
  s.status === 'open' && s.until !== undefined ? [{ key: 'lapse', at: s.until, command: 'lapse' }] : [];

/** Whoever asked reaches the own request; the office whose case it is learns of it, and may confirm it. */
export const about = (s: EmergencyAccessState): About => ({
  ...(s.requestedBy === undefined ? {} : { staff: s.requestedBy }),
  ...(s.office === undefined ? {} : { offices: [s.office] }),
});

/** The case that is asked for. */
export const seeks = ({ process, case: id }: EmergencyAccessState) =>
  process === undefined || id === undefined ? undefined : { process, id };
