import { CLEARANCE } from './clearance.ts';
import { DIRECTORY } from './directory.ts';
import { LEGAL } from './legal.ts';
import { MONEY } from './money.ts';
import { MOVEMENT } from './movement.ts';
import { OUTPUTS } from './outputs.ts';
import { OVERSIGHT } from './oversight.ts';
import { REFERRALS } from './referrals.ts';
import { REGISTRATION } from './registration.ts';
import { REINTEGRATION } from './reintegration.ts';
import type { PolicyRow } from './row.ts';

export { type PolicyRow, QUERIES, READ_VERBS, type Scope } from './row.ts';
export { WITHHELD } from './withheld.ts';

/**
 * domain.md §14 for the processes that exist, a file for each group of its columns. Segregation of duties is a guard in the
 * processes, on the actors in the log; which roles may not be held together is in `segregation.ts`.
 */
export const POLICY: readonly PolicyRow[] = [
  ...DIRECTORY,
  ...REGISTRATION,
  ...MOVEMENT,
  ...CLEARANCE,
  ...MONEY,
  ...LEGAL,
  ...REINTEGRATION,
  ...REFERRALS,
  ...OVERSIGHT,
  ...OUTPUTS,
];
