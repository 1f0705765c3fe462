import { defineProcess } from '../kernel/process.ts';
import { events } from './events.ts';
import { labels } from './labels.ts';
import { agreeWindow, assessWindow, escalationShares, reviewWindow } from './policy.ts';
import { about, board, closedTo, ENDS, evolve, initial, reopened, timers, waitsOn } from './state.ts';

/** The reintegration plan without its commands (domain.md §7.1). */
export const p = defineProcess({
  name: 'reintegrationPlan',
  plural: 'reintegration-plans',
  store: 'general',
  // Scores are T2 and sealed apart: the plan itself is T1.
  tier: 'T1',
  events,
  initial,
  evolve,
  waitsOn,
  ends: ENDS,
  timers,
  about,
  board,
  keptFromParties: ['scores', 'consent'],
  closedTo,
  clocks: { assess: assessWindow, agree: agreeWindow, review: reviewWindow },
  escalation: { rule: escalationShares, levels: [{ party: 'headOfBranch', role: 'headOfBranch' }] },
  // One opened in error is discontinued: a retracted plan would bar its household for ever, whose plan it is by key.
  retracts: [],
  reopens: { from: ENDS, state: reopened },
  decisions: [
    'ReintegrationPlanProposed',
    'ReintegrationPlanAgreed',
    'PlanAchieved',
    'PlanDiscontinued',
    'PlanReviewDue',
    'PlanReviewBroughtForward',
  ],
  labels,
});
