import { decision } from './decision.ts';
import { p } from './definition.ts';
import { entry } from './entry.ts';

/** Registration of a family: entered by one officer, decided by another. */
export const application = p.withCommands({ ...entry, ...decision });
