import { p } from './definition.ts';
import { granting } from './granting.ts';
import { keeping } from './keeping.ts';

/** Money of a governorate and year, and the one place where it is decided whether there is enough (domain.md §4.4). */
export const allocation = p.withCommands({ ...granting, ...keeping });
export { followUps as allocationFollowUps } from './followUps.ts';
export type { AllocationState, Balance } from './state.ts';
