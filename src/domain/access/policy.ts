import type { Tier } from '../kernel/privacy.ts';
import type { Role } from './roles.ts';

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
 * - `queue:read`: what waits on whom; rows carry references and dates, never personal values.
 * - `dwell:read`: how long each office held what.
 * - `register:search`: search the register by names; each hit shows no more than `household:find` or `household:read` gives.
 */
export const READ_VERBS = ['find', 'read', 'timeline'] as const;
export const QUERIES = ['queue:read', 'dwell:read', 'register:search'] as const;

/** Every one of these verbs on every one of these processes. */
const on = (processes: string, verbs: string): readonly string[] =>
  processes.split(' ').flatMap((process) => verbs.split(' ').map((verb) => `${process}:${verb}`));

/**
 * What nobody is given, whatever a row says: verbs every process has from the kernel that would go round the guards of these
 * processes. Their own commands are the way.
 */
export const WITHHELD: readonly { readonly allow: readonly string[]; readonly because: string }[] = [
  { allow: ['reservation:*', 'installation:*'], because: 'kept by the system alone' },
  {
    allow: on('rule', 'work assign share transfer adopt correct retract reopen pause'),
    because: 'a rule changes by a new version, whose value is held to the shape of the rule',
  },
  {
    allow: on('organisation office staff', 'assign share transfer adopt retract pause'),
    because: 'the directory has one keeper and no queue; an adopted or withdrawn entry would escape its guards',
  },
];

/**
 * domain.md §14 for the processes that exist, one section a role. Segregation of duties is a guard in the processes, on the
 * actors in the log; which roles may not be held together is in `segregation.ts`.
 */
export const POLICY: readonly PolicyRow[] = [
  // Everybody with a post. A share is itself the grant: who holds it may read what was shared, while it lasts.
  { role: 'everyone', scope: 'shared', tier: 'T2', allow: ['*:find', '*:read'] },
  // The directory and the rules say who is who and what holds; they are open to all staff (T0).
  { role: 'everyone', scope: 'all', tier: 'T0', allow: on('organisation office rule', 'find read timeline') },
  // Colleagues' names and posts, to assign, hand over and write to; one's own file and leave.
  { role: 'everyone', scope: 'party', tier: 'T1', allow: on('staff', 'find read') },
  { role: 'everyone', scope: 'own', tier: 'T1', allow: on('staff', 'find read timeline leave handover') },
  // One's own work and what waits in one's office or on one's organisation (§0.4: case-owning branch, assigned partner).
  ...(['assigned', 'office', 'party'] as const).map(
    (scope): PolicyRow => ({ role: 'everyone', scope, tier: 'T2', allow: ['queue:read'] }),
  ),

  // MoMD head of branch: "A" throughout; here the posts and the leave of the own office.
  {
    role: 'headOfBranch',
    scope: 'office',
    tier: 'T1',
    allow: on('staff', 'find read timeline work enrol appoint leave suspend handover reopen'),
  },

  // MoMD Branches Affairs (HQ): "A amounts": the rules of the installation.
  { role: 'branchesAffairs', scope: 'all', tier: 'T0', allow: ['rule:set'] },

  // System admin: "no personal data (encrypted)" of anybody served; keeps the directory, in which officials have names.
  {
    role: 'systemAdmin',
    scope: 'all',
    tier: 'T0',
    allow: on('organisation office', 'manage work correct reopen'),
  },
  {
    role: 'systemAdmin',
    scope: 'all',
    tier: 'T1',
    allow: on('staff', 'find read timeline work enrol appoint leave suspend handover correct reopen'),
  },
];
