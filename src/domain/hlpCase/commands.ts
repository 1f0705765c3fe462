import { occupation } from './occupation.ts';
import { opening } from './opening.ts';
import { outcomes } from './outcomes.ts';
import { p } from './process.ts';
import { settling } from './settling.ts';

/** House, land and property: from intake to restitution or another settlement (domain.md §6.1). */
export const hlpCase = p.withCommands({ ...opening, ...settling, ...occupation, ...outcomes });
