import type { z } from 'zod';
import type { LocalDate } from '../kernel/dates.ts';
import type { Personal } from '../kernel/privacy.ts';
import type { About, Board, FoldEvent, Timer, Wait } from '../kernel/process.ts';
import { governorateOf } from '../places/pcodes.ts';
import type { Domain, GoalReason, Scores } from './codes.ts';
import type { Beneficiary, Consent, events, Owner, Service } from './events.ts';

export interface Goal {
  readonly goal: string;
  readonly domain: Domain;
  readonly owner: Owner;
  readonly due: LocalDate;
  readonly what?: Personal<string> | undefined;
  readonly status: 'open' | 'in_progress' | 'met' | 'not_met' | 'dropped';
  readonly reason?: GoalReason;
  readonly services: readonly z.output<typeof Service>[];
}

/** A review still to come: its number and its day. */
export interface Round {
  readonly round: number;
  readonly due: LocalDate;
}

export interface Plan {
  readonly beneficiary: Beneficiary;
  /** The office that keeps the household's file. */
  readonly branch?: string | undefined;
  /** The last assessment or review. */
  readonly scores?: Personal<Scores>;
  readonly consent?: z.output<typeof Consent>;
  readonly goals: readonly Goal[];
  /** Of the time before the plan was reopened. */
  readonly earlier: readonly Goal[];
  readonly reviews: readonly Round[];
  /** The last round held, 0 for none. */
  readonly round: number;
  /** Why a review stands before its day. */
  readonly early?: { readonly cause: 'return_failed'; readonly movement: string };
}

export const ENDS = ['achieved', 'partly_achieved', 'discontinued'] as const;
/** Agreed with the family, and not at its end. */
export const WORKED = ['agreed', 'active', 'review_due'] as const;
export const OPEN = ['proposed', 'assessed', ...WORKED] as const;

export type Status = (typeof OPEN)[number] | (typeof ENDS)[number];
export type PlanState = { readonly status: 'none' } | (Plan & { readonly status: Status });

export const initial: PlanState = { status: 'none' };

const CLOSED: readonly Goal['status'][] = ['met', 'not_met', 'dropped'];
export const isClosed = (goal: Goal): boolean => CLOSED.includes(goal.status);

const fresh = (goal: Omit<Goal, 'status' | 'services'>): Goal => ({ ...goal, status: 'open', services: [] });

const withGoal = <S extends Plan>(state: S, id: string, change: (goal: Goal) => Partial<Goal>): S => ({
  ...state,
  goals: state.goals.map((one) => (one.goal === id ? { ...one, ...change(one) } : one)),
});

/** Work on a goal makes an agreed plan an active one; a review that is due stays due. */
const worked = <S extends Plan & { readonly status: Status }>(state: S): S =>
  state.status === 'agreed' ? { ...state, status: 'active' } : state;

const begun = (goal: Goal): Pick<Goal, 'status'> => ({ status: goal.status === 'open' ? 'in_progress' : goal.status });

export function evolve(state: PlanState, event: FoldEvent<typeof events>): PlanState {
  if (event.type === 'ReintegrationPlanProposed') {
    return { status: 'proposed', ...event.data, goals: [], earlier: [], reviews: [], round: 0 };
  }
  if (state.status === 'none') return state;
  switch (event.type) {
    case 'ReintegrationAssessmentDone':
      return { ...state, status: 'assessed', scores: event.data.scores };
    case 'ReintegrationPlanAgreed': {
      const { goals, consent, reviews } = event.data;
      return { ...state, status: 'agreed', goals: goals.map(fresh), consent, reviews };
    }
    case 'GoalServiceLinked': {
      const { goal, service } = event.data;
      return worked(withGoal(state, goal, (one) => ({ ...begun(one), services: [...one.services, service] })));
    }
    case 'PlanGoalStarted':
      return worked(withGoal(state, event.data.goal, begun));
    case 'PlanGoalMet':
      return worked(withGoal(state, event.data.goal, () => ({ status: 'met' })));
    case 'PlanGoalNotMet':
    case 'PlanGoalDropped': {
      const { goal, reason } = event.data;
      const status = event.type === 'PlanGoalDropped' ? 'dropped' : 'not_met';
      return worked(withGoal(state, goal, () => ({ status, reason })));
    }
    case 'PlanReviewDue':
      return { ...state, status: 'review_due' };
    case 'PlanReviewBroughtForward':
      return { ...state, status: 'review_due', early: event.data };
    case 'PlanReviewed': {
      const { round, scores, goals, consent } = event.data;
      const { early: _, ...rest } = state;
      const reviews = state.reviews.filter((one) => one.round > round);
      const agreed = consent ? { consent } : {};
      return { ...rest, ...agreed, status: 'active', round, scores, reviews, goals: [...state.goals, ...goals.map(fresh)] };
    }
    case 'PlanAchieved':
      return { ...state, status: event.data.extent === 'full' ? 'achieved' : 'partly_achieved', reviews: [] };
    case 'PlanDiscontinued':
      return { ...state, status: 'discontinued', reviews: [] };
  }
}

/** A plan taken up again is assessed and agreed anew; what was reached before stays on its page. */
export function reopened(state: PlanState): PlanState {
  if (state.status === 'none') return state;
  const { consent: _consent, early: _early, ...rest } = state;
  return { ...rest, status: 'proposed', goals: [], earlier: [...state.earlier, ...state.goals], reviews: [] };
}

/** A goal waits on its owner; one of the family's own on the office that keeps the plan. */
const goalWaits = ({ goals }: Plan): readonly Wait[] =>
  goals
    .filter((one) => !isClosed(one))
    .map(({ goal, domain, owner }) => ({
      key: `goal:${goal}`,
      party: owner.by === 'family' ? 'family' : 'goalOwner',
      ...(domain === 'mhpss' ? { discreet: true as const } : {}),
      ...(owner.by === 'family' ? {} : { holder: { organisation: owner.organisation } }),
    }));

const conclusion = (state: Plan): readonly Wait[] =>
  state.goals.every(isClosed) || state.reviews.length === 0 ? [{ key: 'conclude', party: 'caseworker' }] : [];

const underWay = (state: Plan): readonly Wait[] => [...goalWaits(state), ...conclusion(state)];

export const waitsOn = {
  none: () => [],
  proposed: () => [{ key: 'assess', party: 'caseworker', clock: 'assess' }],
  assessed: () => [{ key: 'agree', party: 'caseworker', clock: 'agree' }],
  agreed: underWay,
  active: underWay,
  review_due: (state: Plan) => [{ key: 'review', party: 'caseworker', clock: 'review' }, ...goalWaits(state)],
  achieved: () => [],
  partly_achieved: () => [],
  discontinued: () => [],
};

/** The next round of review makes itself due on its day. */
export function timers(state: PlanState): readonly Timer[] {
  if (state.status !== 'agreed' && state.status !== 'active') return [];
  const [next] = state.reviews;
  return next ? [{ key: `review:${next.round}`, at: next.due, command: 'makeReviewDue' }] : [];
}

export function about(state: PlanState): About {
  if (state.status === 'none') return {};
  const { beneficiary, branch, goals } = state;
  const governorate = beneficiary.kind === 'host_community' ? governorateOf(beneficiary.area) : undefined;
  return {
    households: beneficiary.kind === 'host_community' ? [] : [beneficiary.household],
    persons: beneficiary.kind === 'household' ? [] : [beneficiary.person],
    offices: branch === undefined ? [] : [branch],
    parties: [...new Set(goals.flatMap(({ owner }) => (owner.by === 'organisation' ? [owner.organisation] : [])))],
    governorates: governorate === undefined ? [] : [governorate],
  };
}

/**
 * That somebody needs mental health or psychosocial support is for who keeps the plan and who gives the support; the others that
 * take part see neither the goal nor what became of it (domain.md §0.4 and §7.4, privacy).
 */
export function closedTo(
  { goal: id }: Readonly<Record<string, unknown>>,
  state: PlanState,
  organisations: readonly string[],
): boolean {
  if (id === undefined || state.status === 'none') return false;
  const goal = [...state.goals, ...state.earlier].find((one) => one.goal === id);
  if (goal?.domain !== 'mhpss') return false;
  return goal.owner.by === 'family' || !organisations.includes(goal.owner.organisation);
}

/** How far plans have come: each figure includes what came to it and ended since, also before a plan was reopened. */
export function board(state: PlanState): Board {
  if (state.status === 'none') return { measures: {} };
  const { beneficiary, status } = state;
  const goals = [...state.earlier, ...state.goals];
  const among = (wanted: Goal['status']) => goals.filter((one) => one.status === wanted).length;
  const is = (wanted: Status) => (status === wanted ? 1 : 0);
  return {
    kind: beneficiary.kind,
    ...(beneficiary.kind === 'host_community' ? { governorate: governorateOf(beneficiary.area), area: beneficiary.area } : {}),
    measures: {
      plans: 1,
      agreed: goals.length > 0 ? 1 : 0,
      goals: goals.length,
      goalsMet: among('met'),
      goalsNotMet: among('not_met'),
      goalsDropped: among('dropped'),
      reviewsHeld: state.round,
      achieved: is('achieved'),
      partlyAchieved: is('partly_achieved'),
      discontinued: is('discontinued'),
    },
  };
}
