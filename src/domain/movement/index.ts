export { movement } from './commands.ts';
export { followUps as movementFollowUps } from './followUps.ts';
export { lineOf, standingOf } from './readiness.ts';
export { areaOf, isBefore, type MovementState, villageOf } from './state.ts';
