export { convoy } from './commands.ts';
export { followUps as convoyFollowUps } from './followUps.ts';
export type { ConvoyState } from './state.ts';
