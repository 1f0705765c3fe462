export { office } from './commands.ts';
export { OfficeKind } from './events.ts';
export type { OfficeState } from './state.ts';
