import type { z } from 'zod';
import { addDays, atBaghdad, type LocalDate } from '../kernel/dates.ts';
import type { LetterRef } from '../kernel/envelope.ts';
import type { Personal } from '../kernel/privacy.ts';
import type { About, FoldEvent, Timer, Wait } from '../kernel/process.ts';
import type { ClearanceActor } from '../movement/codes.ts';
import type { Purpose, ReviewGround } from './codes.ts';
import type { Asks, events, Subject } from './events.ts';

export type Event = FoldEvent<typeof events>;

export const PENDING = [
  'requested',
  'received_by_actor',
  'under_check',
  'more_information_requested',
  'no_answer_overdue',
] as const;
export const GRANTED = ['granted', 'granted_with_conditions', 'reversed'] as const;
/** Answered, and nothing more is awaited until somebody asks again. */
export const ENDS = ['not_required', 'refused', 'upheld', 'expired', 'revoked'] as const;

export type Status = 'none' | (typeof PENDING)[number] | (typeof GRANTED)[number] | (typeof ENDS)[number] | 'review_requested';

/** What one security actor says of one person for one purpose; nothing of why it thinks so (domain.md §3.1). */
export interface ClearanceState {
  readonly status: Status;
  readonly person?: string;
  readonly actor?: ClearanceActor;
  readonly purpose?: Purpose;
  readonly organisation?: string | undefined;
  readonly subject?: Personal<z.output<typeof Subject>>;
  readonly listRef?: Personal<string> | undefined;
  readonly household?: string | undefined;
  readonly consent?: string | undefined;
  readonly remindOn?: LocalDate | undefined;
  /** The branch is to remind the actor. */
  readonly reminding?: true | undefined;
  readonly letter?: Personal<LetterRef> | undefined;
  readonly items?: Personal<string[]> | undefined;
  readonly validUntil?: LocalDate | undefined;
  readonly conditions?: Personal<string[]> | undefined;
  readonly reasonCategory?: Personal<string> | undefined;
  readonly reviewGround?: ReviewGround | undefined;
  /** Who asked last, kept apart from who the answer goes to. */
  readonly asks?: z.output<typeof Asks> | undefined;
}

export const initial: ClearanceState = { status: 'none' };

const reminded = { remindOn: undefined, reminding: undefined } as const;
const answered = { items: undefined, reviewGround: undefined, ...reminded } as const;

export function evolve(state: ClearanceState, event: Event): ClearanceState {
  switch (event.type) {
    case 'ClearanceRequirementsDetermined':
      return { ...state, status: 'not_required', person: event.data.person, purpose: event.data.purpose };
    case 'ClearanceRequested': {
      const { ground: _, asks, ...asked } = event.data;
      return { ...asked, status: 'requested', asks };
    }
    case 'ClearanceReceivedByActor':
      return { ...state, status: 'received_by_actor' };
    case 'ClearanceUnderCheck':
      return { ...state, status: 'under_check', items: undefined };
    case 'ClearanceMoreInformationRequested':
      return { ...state, status: 'more_information_requested', items: event.data.items };
    case 'ClearanceGranted':
      return { ...state, ...answered, status: 'granted', letter: event.data.letter, validUntil: event.data.validUntil };
    case 'ClearanceGrantedWithConditions': {
      const { letter, validUntil, conditions } = event.data;
      return { ...state, ...answered, status: 'granted_with_conditions', letter, validUntil, conditions };
    }
    case 'ClearanceRefused': {
      const { letter, reasonCategory } = event.data;
      return { ...state, ...answered, status: 'refused', letter, reasonCategory };
    }
    case 'ClearanceRequestWithdrawn':
      return { ...state, ...answered, status: 'not_required' };
    case 'ClearanceReminderDue':
      return { ...state, remindOn: undefined, reminding: true };
    case 'ClearanceReminderSent':
      return { ...state, reminding: undefined };
    case 'ClearanceOverdue':
      return { ...state, ...reminded, status: state.status === 'review_requested' ? state.status : 'no_answer_overdue' };
    case 'ClearanceReviewRequested':
      return { ...state, status: 'review_requested', reviewGround: event.data.ground };
    case 'ClearanceUpheld':
      return { ...state, ...answered, status: 'upheld', letter: event.data.letter };
    case 'ClearanceReversed':
      return {
        ...state,
        ...answered,
        status: 'reversed',
        letter: event.data.letter,
        validUntil: event.data.validUntil,
        reasonCategory: undefined,
      };
    case 'ClearanceRevoked':
      return { ...state, status: 'revoked', letter: event.data.letter, validUntil: undefined };
    case 'ClearanceExpired':
      return { ...state, status: 'expired', validUntil: undefined };
  }
}

const holder = (s: ClearanceState) => (s.organisation === undefined ? {} : { holder: { organisation: s.organisation } });
const answer = (s: ClearanceState): readonly Wait[] => [
  { key: 'answer', party: 'securityActor', ...holder(s), clock: 'answer' },
  ...(s.reminding ? [{ key: 'remind', party: 'branch' }] : []),
];
const nothing = (): readonly Wait[] => [];

export const waitsOn: { readonly [K in Status]: (s: ClearanceState) => readonly Wait[] } = {
  none: nothing,
  not_required: nothing,
  requested: answer,
  received_by_actor: answer,
  under_check: answer,
  no_answer_overdue: answer,
  more_information_requested: () => [{ key: 'supply', party: 'branch' }],
  granted: nothing,
  granted_with_conditions: nothing,
  refused: nothing,
  expired: nothing,
  revoked: nothing,
  review_requested: (s) => [
    { key: 'review', party: 'securityActor', ...holder(s), clock: 'review', ...(s.reviewGround ? { by: s.reviewGround } : {}) },
  ],
  upheld: nothing,
  reversed: nothing,
};

/** A grant ends with its last day; a reminder is due before an answer is. */
export const timers = (s: ClearanceState): readonly Timer[] => [
  ...(s.validUntil === undefined ? [] : [{ key: 'expire', at: atBaghdad(addDays(s.validUntil, 1)), command: 'expire' }]),
  ...(s.remindOn === undefined ? [] : [{ key: 'remind', at: atBaghdad(s.remindOn), command: 'remind' }]),
];

/** The actor takes part in what it was itself asked, and in nothing else. */
export const about = (s: ClearanceState): About => ({
  persons: s.person === undefined ? [] : [s.person],
  parties: s.organisation === undefined ? [] : [s.organisation],
});
