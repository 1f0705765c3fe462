import type { Tier } from '../../kernel/privacy.ts';
import type { Role } from '../roles.ts';

/**
 * How far a permission reaches. `own`: the record about oneself. `party`: the organisation takes part in the case without
 * owning it. `shared`: the case was shared with this person, office or organisation, until a day.
 */
export type Scope = 'own' | 'assigned' | 'shared' | 'party' | 'office' | 'organisation' | 'governorate' | 'all';

/** One row of the policy table: who may do what, how far, up to which tier. Deny is the default. */
export interface PolicyRow {
  readonly role: Role | 'everyone';
  readonly scope: Scope;
  /** Highest tier of the cases reached, and of the values opened where the permission opens any. */
  readonly tier: Tier;
  /** `<process>:<verb>`, `<process>:*` or `*:<verb>`. */
  readonly allow: readonly string[];
}

/**
 * Permissions to look, for which there is no command.
 * - `<process>:find`: may learn that the case exists, under its reference; nothing more.
 * - `<process>:read`: may open it, with personal values up to the row's tier.
 * - `<process>:timeline`: who did what, in which post, when and by which letter; values only where `read` opens them.
 * - `<process>:board`: numbers, sums and ages over the cases, and which of them stand where; no personal values.
 * - `movement:answers`: sees of a movement what security actors answered; everybody else cleared, pending or blocked.
 * - `queue:read`: what waits on whom; rows carry references and dates, never personal values.
 * - `<process>:queue`: the same of a restricted process, of which `queue:read` tells nothing.
 * - `dwell:read`: how long each office held what.
 * - `register:search`: search the register by names; each hit shows no more than `household:find` or `household:read` gives.
 * - `register:lookup`: find a person by a number; it confirms the number, so it is a right of its own.
 * - `audit:read`: who looked at what and was refused what, of the cases and the staff reached.
 */
export const READ_VERBS = ['find', 'read', 'timeline'] as const;
export const QUERIES = ['queue:read', 'dwell:read', 'register:search', 'register:lookup', 'audit:read'] as const;

/** Every one of these verbs on every one of these processes. */
export const on = (processes: string, verbs: string): readonly string[] =>
  processes.split(' ').flatMap((process) => verbs.split(' ').map((verb) => `${process}:${verb}`));

export const row = (role: PolicyRow['role'], scope: Scope, tier: Tier, ...allow: readonly (readonly string[])[]): PolicyRow => ({
  role,
  scope,
  tier,
  allow: allow.flat(),
});

/** "R": the case itself and its history. */
export const LOOK = 'find read timeline';
/** What comes with deciding on what others entered: it is theirs to pass on, to put right and to take in from paper. */
export const SUPERVISE = 'share transfer correct retract adopt';
/** Who decides in a branch. */
export const APPROVERS = ['verifier', 'headOfBranch'] as const;
/** Who works in a branch. */
export const BRANCH = ['registrar', ...APPROVERS] as const;
