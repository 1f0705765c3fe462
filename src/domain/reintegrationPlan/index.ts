export { reintegrationPlan } from './commands.ts';
export type { Goal, Plan, PlanState } from './state.ts';
