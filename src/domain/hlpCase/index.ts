export { hlpCase } from './commands.ts';
export type { HlpCaseState } from './state.ts';
