export { eviction } from './commands.ts';
export type { EvictionState } from './state.ts';
