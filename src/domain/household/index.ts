export { household } from './commands.ts';
export { holdsOn } from './consents.ts';
export type { ConsentScope, Member, Origin, Pathway, Site } from './data.ts';
export { followUps as householdFollowUps } from './followUps.ts';
export { type KnownPerson, matchingRule, type PossibleDuplicate, possibleDuplicates } from './possibleDuplicates.ts';
export { householdFrom } from './registering.ts';
export type { Consent, HouseholdMember, HouseholdState } from './state.ts';
