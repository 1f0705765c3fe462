export { docRequest } from './commands.ts';
export { followUps as docRequestFollowUps } from './followUps.ts';
export { docRequestKey } from './ids.ts';
export type { DocRequestState } from './state.ts';
