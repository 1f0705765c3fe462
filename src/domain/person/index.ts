export { person } from './commands.ts';
export { isMinorOn, type PersonName } from './data.ts';
export { descriptorOf, NATIONAL_PAPERS, nationalNumberOf } from './matching.ts';
export { type PersonState, representativesOn } from './state.ts';
