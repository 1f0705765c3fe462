import type { Tier } from '../kernel/privacy.ts';
import type { Role } from './roles.ts';

/** How far a permission reaches. `party`: the organisation takes part in the case without owning it. */
export type Scope = 'assigned' | 'shared' | 'party' | 'office' | 'organisation' | 'governorate' | 'all';

/** One row of the policy table: who may do what, how far, up to which tier. Deny is the default. */
export interface PolicyRow {
  readonly role: Role | 'everyone';
  readonly scope: Scope;
  readonly tier: Tier;
  /** `<process>:<verb>`, `<process>:*` or `*:<verb>`. */
  readonly allow: readonly string[];
}

/** domain.md §14 for the processes that exist; segregation of duties is a guard in the processes, on the actors in the log. */
export const POLICY: readonly PolicyRow[] = [
  // A share is itself the grant: whoever holds any post may read what was shared with them, while it lasts.
  { role: 'everyone', scope: 'shared', tier: 'T2', allow: ['*:find', '*:read'] },
];
