export { area } from './commands.ts';
export type { AreaState } from './state.ts';
