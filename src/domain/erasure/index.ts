export type { Extent, Ground, Subject } from './codes.ts';
export { erasure, subjectsOf } from './commands.ts';
export { events as erasureEvents } from './events.ts';
export { backupsRule, holdsOn, holdsRule, type RetentionClasses, retentionRule, tellsOnlyOf, yearsOf } from './policy.ts';
export type { Erasure, ErasureState } from './state.ts';
