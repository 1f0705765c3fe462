import { p } from './definition.ts';
import { goals } from './goals.ts';
import { planning } from './planning.ts';
import { reviewing } from './reviewing.ts';

/** One plan for a household or person, which joins the services of many (domain.md §7.1). */
export const reintegrationPlan = p.withCommands({ ...planning, ...goals, ...reviewing });
