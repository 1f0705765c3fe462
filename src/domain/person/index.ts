export { person } from './commands.ts';
export { isMinorOn, type PersonName } from './data.ts';
export { descriptorOf, nationalNumberOf } from './matching.ts';
export { type PersonState, representativesOn } from './state.ts';
