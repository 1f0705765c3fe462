import type { OfficeRef } from '../kernel/caseEvents.ts';
import type { FoldEvent, Wait } from '../kernel/process.ts';
import type { events, Resolution, Subject } from './events.ts';

export interface Proposal {
  readonly office: string;
  readonly resolution: Resolution;
}

/** A pair of records that may be one, and what was decided about it. */
export interface DuplicateState {
  readonly status: 'none' | 'detected' | 'under_review' | 'escalated' | 'merged' | 'kept_separate' | 'unmerged';
  readonly subject?: Subject;
  readonly candidates: readonly string[];
  readonly branches: readonly OfficeRef[];
  readonly proposals: readonly Proposal[];
  /** The decision in force; none after a merge was reversed. */
  readonly decision?: Resolution | undefined;
}

export const initial: DuplicateState = { status: 'none', candidates: [], branches: [], proposals: [] };

export function evolve(state: DuplicateState, event: FoldEvent<typeof events>): DuplicateState {
  switch (event.type) {
    case 'DuplicateDetected': {
      const { subject, candidates, branches } = event.data;
      return { ...state, status: 'detected', subject, candidates, branches };
    }
    case 'DuplicateReviewStarted':
      return { ...state, status: 'under_review', proposals: [], decision: undefined };
    case 'DuplicateResolutionProposed':
      return {
        ...state,
        proposals: [...state.proposals.filter((one) => one.office !== event.data.office), event.data],
      };
    case 'HouseholdsMerged':
    case 'PersonsMerged': {
      const { decidedBy: _, ...decision } = event.data;
      return { ...state, status: 'merged', decision: { kind: 'merge', ...decision } };
    }
    case 'DuplicateRejected':
      return { ...state, status: 'kept_separate', decision: { kind: 'keep_separate' } };
    case 'DuplicateEscalated':
      return { ...state, status: 'escalated' };
    case 'HouseholdMergeReversed':
    case 'PersonMergeReversed':
      return { ...state, status: 'unmerged', decision: undefined };
  }
}

/** The branches that have a say, each once. */
export const branchesOf = (state: DuplicateState): readonly OfficeRef[] =>
  state.branches.filter((one, index) => state.branches.findIndex((other) => other.office === one.office) === index);

/** Every branch that has not said yet what it finds holds the ball, side by side. */
export const branchWaits = (state: DuplicateState): readonly Wait[] =>
  branchesOf(state)
    .filter((one) => !state.proposals.some((proposal) => proposal.office === one.office))
    .map((holder) => ({ key: `review:${holder.office ?? ''}`, party: 'branch', holder, clock: 'review' }));
