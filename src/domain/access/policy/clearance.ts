import { LOOK, on, type PolicyRow, row } from './row.ts';

/** Security actors with an account: each sees the list it must answer, and its own answers. */
const ACTORS = ['counterExtremism', 'securityActor'] as const;
/** Who may be given a look at one clearance, by a grant. */
const BY_GRANT = ['verifier', 'headOfBranch', 'legalDepartment', 'courtClerk', 'legalPartner'] as const;

/**
 * Columns 3a and 3b of domain.md §14. What registrars, camp managers and partners see of a clearance is the slot of a movement:
 * cleared, pending or blocked. T3 is opened by a grant for one case, or to the organisation that was asked.
 */
export const CLEARANCE: readonly PolicyRow[] = [
  ...ACTORS.map((role) => row(role, 'party', 'T3', on('clearance', `${LOOK} queue answer work assign`))),
  // PMF Human Rights Directorate: R own actor.
  row('pmfHumanRights', 'party', 'T3', on('clearance', LOOK)),
  // They dispatch the lists and enter what comes back on paper; to read it again takes a grant.
  row('verifier', 'office', 'T3', on('clearance', 'find queue request answer review')),
  row('headOfBranch', 'office', 'T3', on('clearance', 'find queue request answer review grant')),
  row('branchesAffairs', 'all', 'T3', on('clearance', 'find grant')),
  ...BY_GRANT.map((role) => row(role, 'shared', 'T3', on('clearance', LOOK))),
  row('legalPartner', 'shared', 'T3', on('clearance', 'review')),

  // Breaking the glass takes two people, and a third who looks at it afterwards.
  ...(['verifier', 'headOfBranch'] as const).flatMap((role) => [
    row(role, 'office', 'T1', ['emergencyAccess:request']),
    row(role, 'own', 'T2', on('emergencyAccess emergencyBar', LOOK), ['emergencyAccess:withdraw']),
  ]),
  row('headOfBranch', 'office', 'T2', on('emergencyAccess', `${LOOK} queue confirm work assign`)),
  row('branchesAffairs', 'all', 'T2', on('emergencyAccess', `${LOOK} queue confirm work assign`)),
  // Who answers for an officer whose emergency was none decides whether they may ask again.
  row('headOfBranch', 'office', 'T2', on('emergencyBar', `${LOOK} queue work lift`)),
  row('branchesAffairs', 'all', 'T2', on('emergencyBar', `${LOOK} queue work lift`)),
  row('legalDepartment', 'all', 'T2', on('emergencyBar', LOOK)),
  row('legalDepartment', 'all', 'T2', on('emergencyAccess', `${LOOK} queue review work`)),
];
