import { ending } from './ending.ts';
import { p } from './process.ts';
import { receiving } from './receiving.ts';
import { sending } from './sending.ts';

/** Hand over a person with consent and only the data needed; know that help happened (domain.md §8). */
export const referral = p.withCommands({ ...sending, ...receiving, ...ending });
