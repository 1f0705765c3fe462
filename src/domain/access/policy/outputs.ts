import type { Role } from '../roles.ts';
import { BRANCH, LOOK, on, type PolicyRow, row } from './row.ts';

/** Roles that work with lists may take what they read there out as a file; it is on record. domain.md §14 is silent on exports: a default of ours. */
const EXPORTERS: readonly Role[] = [
  'registrar',
  'verifier',
  'headOfBranch',
  'branchesAffairs',
  'legalDepartment',
  'adminFinance',
  'planning',
  'campManager',
  'subcommitteeClerk',
  'subcommitteeChair',
  'centralCommittee',
  'financeMinistry',
  'governorate',
  'krgOffice',
  'civilAffairs',
  'socialAffairs',
  'serviceDirectorate',
  'partnerCaseworker',
  'legalPartner',
  'protectionPartner',
  'returnsCoordinator',
  'referralFocalPoint',
  'providerManager',
  'referralDesk',
];

/** What leaves as paper or as a file. */
export const OUTPUTS: readonly PolicyRow[] = [
  // Papers: who hands them out. The tier is that of what stands on them: a manifest has document numbers (§2.2).
  row('subcommitteeClerk', 'office', 'T2', on('claim paymentBatch', 'print')),
  row('subcommitteeChair', 'office', 'T2', ['claim:print']),
  row('branchesAffairs', 'all', 'T2', ['paymentBatch:print']),
  row('financeMinistry', 'governorate', 'T2', ['paymentBatch:print']),
  ...([...BRANCH, 'campManager', 'partnerCaseworker'] as const).map((role) =>
    row(role, 'office', 'T2', on('movement convoy', 'print')),
  ),
  row('krgOffice', 'office', 'T2', ['convoy:print']),

  // Exported lists: who makes one, and who sees what left: oneself, an office, the ministry.
  ...EXPORTERS.map((role) => row(role, 'organisation', 'T1', ['listExport:make'])),
  // An audit leaves signed, with whoever may ask for it.
  ...(['auditor', 'verifier', 'headOfBranch'] as const).map((role) => row(role, 'organisation', 'T1', ['listExport:sign'])),
  row('everyone', 'own', 'T1', on('listExport', LOOK)),
  row('headOfBranch', 'office', 'T1', on('listExport', LOOK)),
  row('branchesAffairs', 'all', 'T1', on('listExport', LOOK)),
];
