import type { FoldEvent } from '../kernel/process.ts';
import type { AreaStatus, Standing } from '../places/standing.ts';
import type { Condition } from './data.ts';
import type { events } from './events.ts';

/** An area with what is decided about going back there (domain.md §3.3). `area` is set once it is registered. */
export interface AreaState extends Standing {
  readonly status: AreaStatus;
  readonly area?: string;
  readonly level?: number;
  readonly parent?: string | undefined;
  readonly governorate?: string;
  readonly conditions: readonly Condition[];
  readonly scope?: 'all' | 'group' | undefined;
  readonly reasonCategory?: string | undefined;
  readonly decisionLevel?: string | undefined;
  /** The day from which the decision in force holds. */
  readonly since?: string | undefined;
  readonly reviewDue?: string | undefined;
  readonly proposal?: { readonly status: string; readonly by: string } | undefined;
  /** What to go back to when a suspension, a closure or a military zone ends. */
  readonly was?: { readonly status: AreaStatus; readonly conditions: readonly Condition[] } | undefined;
}

export const initial: AreaState = { status: 'unknown', conditions: [] };

type Event = FoldEvent<typeof events>;
type Decision = Extract<Event, { readonly data: { readonly effectiveFrom: string } }>['data'];

/** A decision in force: what the one before it said of scope, reason and review falls away. */
const decided = (
  state: AreaState,
  { decisionLevel, effectiveFrom }: Decision,
  now: Partial<AreaState> & Pick<AreaState, 'status'>,
): AreaState => ({
  ...state,
  scope: undefined,
  reasonCategory: undefined,
  reviewDue: undefined,
  was: undefined,
  ...now,
  decisionLevel,
  since: effectiveFrom,
});

/** What held before the area was shut; shutting it in another way does not make that forgotten. */
const before = (state: AreaState): AreaState['was'] => state.was ?? { status: state.status, conditions: state.conditions };

const back = (state: AreaState): Pick<AreaState, 'status' | 'conditions'> => state.was ?? { status: 'open', conditions: [] };

export function evolve(state: AreaState, event: Event): AreaState {
  switch (event.type) {
    case 'AreaRegistered': {
      const { area, level, parent, governorate } = event.data;
      return { ...state, area, level, parent, governorate };
    }
    case 'ReturnAuthorisationOpened':
    case 'AreaReopened':
      return decided(state, event.data, { status: 'open', conditions: [] });
    case 'ReturnAuthorisationMadeConditional': {
      const { conditions, reviewDue } = event.data;
      return decided(state, event.data, { status: 'conditional', conditions, reviewDue });
    }
    case 'ReturnAuthorisationSuspended': {
      const { scope, reasonCategory, reviewDue } = event.data;
      return decided(state, event.data, { status: 'suspended', scope, reasonCategory, reviewDue, was: before(state) });
    }
    case 'AreaDeclaredClosed': {
      const { reasonCategory, reviewDue } = event.data;
      return decided(state, event.data, { status: 'closed', reasonCategory, reviewDue, was: before(state) });
    }
    case 'AreaDesignatedMilitaryZone':
      return decided(state, event.data, {
        status: 'military_zone',
        reviewDue: event.data.reviewDue,
        was: before(state),
      });
    case 'ReturnAuthorisationResumed':
    case 'AreaMilitaryZoneLifted':
      return decided(state, event.data, back(state));
    case 'AreaStatusProposed':
      return { ...state, proposal: { status: event.data.status, by: event.meta.actor.id } };
    case 'AreaProposalAnswered':
      return { ...state, proposal: undefined };
    case 'AreaStatusReviewed':
      return { ...state, reviewDue: event.data.reviewDue };
  }
}
