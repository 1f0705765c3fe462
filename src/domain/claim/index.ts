export { claim } from './commands.ts';
export { followUps as claimFollowUps } from './followUps.ts';
export { mayBeListed } from './listing.ts';
export { deedKey } from './loss.ts';
export { isDue, type Payee } from './payees.ts';
export { type Progress, progressOf } from './progress.ts';
export type { ClaimStatus } from './stages.ts';
export type { Claim, ClaimState } from './state.ts';
