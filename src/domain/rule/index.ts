export { rule } from './commands.ts';
export { inForceOn, type RuleState } from './state.ts';
