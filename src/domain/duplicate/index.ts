export { duplicate } from './commands.ts';
export { followUps as duplicateFollowUps } from './followUps.ts';
export type { DuplicateState } from './state.ts';
