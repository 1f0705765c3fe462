export { organisation } from './commands.ts';
export { Names, OrganisationKind } from './events.ts';
export type { OrganisationState } from './state.ts';
