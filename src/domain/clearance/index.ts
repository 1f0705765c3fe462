import { answering } from './answering.ts';
import { p } from './process.ts';
import { requesting } from './requesting.ts';

/** What each security actor answered, when and for what: never what it knows (domain.md §3.1). */
export const clearance = p.withCommands({ ...requesting, ...answering });
export { followUps as clearanceFollowUps } from './followUps.ts';
export type { ClearanceState } from './state.ts';
