export { application } from './commands.ts';
export { followUps as applicationFollowUps } from './followUps.ts';
export type { Accepted, ApplicationState } from './state.ts';
