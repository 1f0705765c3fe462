import { APPROVERS, LOOK, on, type PolicyRow, row, SUPERVISE } from './row.ts';

const LEGAL_CASES = 'docRequest hlpCase eviction';

/** Columns 5 and 6 of domain.md §14: papers, house and land. */
export const LEGAL: readonly PolicyRow[] = [
  // Registrar: 5 W need, 6 R. Who heard of a missing paper is its case team until legal help takes it on.
  row('registrar', 'office', 'T2', on('docRequest', `${LOOK} need work share transfer adopt correct retract`)),
  row('registrar', 'office', 'T2', on('hlpCase eviction', LOOK)),
  // Verifier, head of branch: 5 R, 6 R; who works on what is theirs to say.
  ...APPROVERS.map((role) => row(role, 'office', 'T2', on(LEGAL_CASES, `${LOOK} assign pause`))),
  // Legal department: R of the ministry's own cases.
  row('legalDepartment', 'organisation', 'T2', on(LEGAL_CASES, LOOK)),
  // Camp manager: 5 W need.
  row('campManager', 'office', 'T2', on('docRequest', `${LOOK} need work`)),
  // Court: A own case, that is one whose court is the own office. Civil affairs: A own documents, filed with the own office.
  row('courtClerk', 'party', 'T2', on('docRequest hlpCase', `${LOOK} judge work`)),
  row('civilAffairs', 'party', 'T2', on('docRequest', `${LOOK} process decide work`)),
  // Governorate: 6 A eviction postponement.
  row('governorate', 'governorate', 'T2', on('eviction', `${LOOK} postpone work`)),
  // Local authority: W letters: knows that there is a case, and opens none. Directorates: 5 R validity flag.
  row('localAuthority', 'governorate', 'T2', on('docRequest hlpCase', 'find letters')),
  row('serviceDirectorate', 'governorate', 'T2', ['docRequest:find']),
  // Tribal affairs, community police: 6 W mediation; community police 5 W escort.
  row('tribalAffairs', 'governorate', 'T2', on('hlpCase', 'find mediate')),
  row('tribalAffairs', 'party', 'T2', on('hlpCase', `${LOOK} work`)),
  row('communityPolice', 'governorate', 'T2', on('docRequest', 'find escort'), on('hlpCase', 'find mediate')),
  row('communityPolice', 'party', 'T2', on('hlpCase', `${LOOK} work`)),
  // Legal partner: W, from the own office's intake and where the organisation gives the legal help.
  row('legalPartner', 'office', 'T2', on(LEGAL_CASES, `assign pause ${SUPERVISE}`)),
  ...(['office', 'party'] as const).map((scope) =>
    row(
      'legalPartner',
      scope,
      'T2',
      on(LEGAL_CASES, `${LOOK} handle work`),
      on('docRequest', 'need counsel letters judge process decide'),
      on('hlpCase', 'open mediate judge letters'),
      on('eviction', 'report decide'),
    ),
  ),
  // 5 R own clients: those of the requests the own organisation takes part in; others are shared with them.
  row('partnerCaseworker', 'party', 'T2', on('docRequest', LOOK)),
  row('protectionPartner', 'party', 'T2', on('docRequest', LOOK)),
];
