import { APPROVERS, BRANCH, LOOK, on, type PolicyRow, row } from './row.ts';

/** Everything that is counted on a board, for those who see the whole and not the case. */
const BOARDS = on(
  'household movement claim allocation paymentBatch returnGrant docRequest hlpCase eviction reintegrationPlan',
  'board',
);
const without = (permissions: readonly string[], process: string): readonly string[] =>
  permissions.filter((one) => !one.startsWith(`${process}:`));

/** Cases a branch works on. Of claims and lists of payees, which are the sub-committee's, it reads the status (column 4). */
const CASES =
  'person household application duplicate movement convoy docRequest hlpCase eviction reintegrationPlan referral returnGrant importRun';

/** What is seen across the columns of domain.md §14: by who answers for an office, by who audits, and "R agg". */
export const OVERSIGHT: readonly PolicyRow[] = [
  // Verifier and head of branch answer for their office: its cases below T3, what was done in them, and who looked.
  ...APPROVERS.map((role) => row(role, 'office', 'T2', on(CASES, LOOK), ['audit:read', 'dwell:read'])),
  row('branchesAffairs', 'all', 'T2', ['queue:read', 'dwell:read']),
  // Data protection officer / auditor: audit logs only; opens no case, so no personal value.
  row('auditor', 'all', 'T2', ['*:find', '*:timeline', 'dwell:read']),
  // Above all of what is most secret: who opened T3, and who was refused it.
  row('auditor', 'all', 'T3', ['audit:read']),

  // "R agg" over every column, and of one's own work: numbers, sums and ages, no personal value.
  ...(['branchesAffairs', 'planning'] as const).map((role) => row(role, 'all', 'T2', BOARDS)),
  row('planning', 'all', 'T2', ['dwell:read']),
  // Column 1 is closed to the coordinators of returns, column 6 to the governorate but for evictions.
  row('returnsCoordinator', 'all', 'T2', without(BOARDS, 'household'), ['dwell:read']),
  row('governorate', 'governorate', 'T2', without(BOARDS, 'hlpCase'), ['dwell:read']),
  // 5 R aggregates.
  row('krgOffice', 'governorate', 'T2', ['docRequest:board']),
  ...BRANCH.flatMap((role) => [
    row(role, 'office', 'T2', BOARDS),
    row(role, 'governorate', 'T2', on('claim returnGrant', 'board')),
  ]),
  ...(['subcommitteeClerk', 'subcommitteeChair'] as const).map((role) =>
    row(role, 'governorate', 'T2', on('allocation paymentBatch', 'board')),
  ),
  ...(['centralCommittee', 'financeMinistry'] as const).map((role) =>
    row(role, 'all', 'T2', on('allocation paymentBatch', 'board')),
  ),
];
