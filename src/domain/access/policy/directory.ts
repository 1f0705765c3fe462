import { LOOK, on, type PolicyRow, row } from './row.ts';

/** What everybody with a post has, and the directory: who is who, who offers what, which rules hold. */
export const DIRECTORY: readonly PolicyRow[] = [
  // A share is itself the grant: who holds it may read what was shared, while it lasts.
  row('everyone', 'shared', 'T2', ['*:find', '*:read']),
  // The named case team (§0.4, T2): whoever has taken or been given the work.
  row('everyone', 'assigned', 'T2', ['*:find', '*:read', '*:timeline']),
  // `*:read` is `queue:read` as well. What waits in one's office or on one's organisation: references and dates only.
  row('everyone', 'office', 'T2', ['queue:read']),
  row('everyone', 'party', 'T2', ['queue:read']),
  // Who is who, who offers what and what holds are open to all staff (T0).
  row('everyone', 'all', 'T0', on('organisation office rule provider area', LOOK)),
  // Colleagues' names and posts, to assign and hand over to; one's own file and leave.
  row('everyone', 'party', 'T1', on('staff', 'find read')),
  row('everyone', 'own', 'T1', on('staff', `${LOOK} leave handover`)),

  // Head of branch: posts and leave of the own office.
  row('headOfBranch', 'office', 'T1', on('staff', `${LOOK} work enrol appoint leave suspend handover reopen`)),
  // 4 A amounts (Branches Affairs), that is the rules.
  row('branchesAffairs', 'all', 'T0', ['rule:set']),
  // System admin: "no personal data (encrypted)" of anybody served; keeps the directory, in which officials have names.
  row('systemAdmin', 'all', 'T0', on('organisation office', 'manage work correct reopen')),
  row('systemAdmin', 'all', 'T1', on('staff', `${LOOK} work enrol appoint leave suspend handover correct reopen`)),
  // Provider manager (§8, escalation level 2) keeps the organisation's entry; the NRM desk keeps them all.
  row('providerManager', 'organisation', 'T0', on('provider', 'register')),
  row('providerManager', 'party', 'T0', on('provider', 'keep appoint work')),
  row('referralDesk', 'all', 'T0', on('provider', 'register keep appoint listSpecialised work retract')),
];
