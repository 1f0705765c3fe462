import { awaiting } from './awaiting.ts';
import { deciding } from './deciding.ts';
import { p } from './definition.ts';
import { entering } from './entering.ts';
import { paying } from './paying.ts';

/** The ministry's grant to a family that returned (domain.md §4.5). */
export const returnGrant = p.withCommands({ ...entering, ...deciding, ...paying, ...awaiting });
export { followUps as returnGrantFollowUps } from './followUps.ts';
export type { ReturnGrantState } from './state.ts';
