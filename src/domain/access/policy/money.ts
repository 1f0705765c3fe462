import { APPROVERS, BRANCH, LOOK, on, type PolicyRow, row, SUPERVISE } from './row.ts';

/** Column 4 of domain.md §14: compensation claims, allocations, lists of payees, return grants. */
export const MONEY: readonly PolicyRow[] = [
  // Compensation sub-committee: clerk W; chair A: session, leave, duplicates, suspension.
  row(
    'subcommitteeClerk',
    'office',
    'T2',
    on('claim', `${LOOK} board work assign share transfer correct retract adopt pause`),
    on('claim', 'prepare enter court submit register suspect examine assess notify forward object list withdraw'),
  ),
  row(
    'subcommitteeChair',
    'office',
    'T2',
    on('claim', `${LOOK} board work assign correct adopt reopen pause decide leave resolve suspect suspend liftHold`),
  ),
  row('centralCommittee', 'all', 'T2', on('claim', `${LOOK} board work ratify suspect`)),
  // Ministry of Finance and governorate accounts: stage, amount and payees (T1), never the story of the loss (T2).
  row('financeMinistry', 'all', 'T1', on('claim', `${LOOK} board work assign object audit`)),
  row('financeMinistry', 'governorate', 'T1', on('claim', 'pay')),
  // Lawyers W own client, courts A own case, by the office named in it. A claim is entered for a claimant who is registered:
  // the branch, a partner caseworker or a file of paper cases sees to that, since column 1 is closed to lawyers and clerks.
  row(
    'legalPartner',
    'office',
    'T2',
    on('claim', `${LOOK} work prepare enter court submit object withdraw suspect share correct`),
  ),
  row('courtClerk', 'office', 'T2', on('claim', `${LOOK} work court`)),
  // The ministry follows claims from filing to money: its branches those of their governorate and of families they named.
  ...BRANCH.flatMap((role) => [row(role, 'governorate', 'T1', on('claim', LOOK)), row(role, 'office', 'T1', on('claim', LOOK))]),
  row('headOfBranch', 'governorate', 'T1', on('claim', 'board')),
  // Legal department: R objections.
  row('legalDepartment', 'all', 'T1', on('claim', LOOK)),
  row('branchesAffairs', 'all', 'T1', on('claim', 'find board')),

  // Branches Affairs: A batches: asks for allocations, publishes and cancels lists of payees.
  row('branchesAffairs', 'all', 'T1', on('allocation', `${LOOK} request work assign`)),
  row('branchesAffairs', 'all', 'T2', on('paymentBatch', `${LOOK} list audit publish work assign`)),
  // Sub-committee: W lists of payees, and the answers of their audit; the chair reads them.
  row('subcommitteeClerk', 'governorate', 'T1', on('allocation', 'find read')),
  row('subcommitteeClerk', 'office', 'T1', on('allocation', `${LOOK} request work`)),
  row('subcommitteeClerk', 'office', 'T2', on('paymentBatch', `${LOOK} list audit work`)),
  row('subcommitteeChair', 'office', 'T2', on('allocation paymentBatch', LOOK)),
  // Ministry of Finance / governorate accounts: A allocation, payment.
  row('financeMinistry', 'all', 'T1', on('allocation', `${LOOK} approve release close work assign`)),
  row('financeMinistry', 'governorate', 'T2', on('paymentBatch', `${LOOK} order reconcile work assign`)),

  // Return grants: entered and approved by different officers of the branch, which `FOUR_EYES` holds them to; paid by the
  // ministry's Admin & Finance.
  row('registrar', 'office', 'T1', on('returnGrant', LOOK)),
  ...APPROVERS.map((role) =>
    row(role, 'office', 'T2', on('returnGrant', `${LOOK} enter audit approve work assign ${SUPERVISE}`)),
  ),
  row('adminFinance', 'all', 'T1', on('allocation', `${LOOK} request`)),
  row('adminFinance', 'all', 'T2', on('returnGrant', `${LOOK} pay work assign`)),
];
