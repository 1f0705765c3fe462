import { APPROVERS, LOOK, on, type PolicyRow, row, SUPERVISE } from './row.ts';

const REGISTER = 'person household application duplicate';
const SEARCH = ['register:search', 'register:lookup'];
const ENTER_FILES = `${LOOK} work upload review cancel reopen`;
const APPROVE_FILES = `${LOOK} work assign review commit takeBack cancel reopen`;

/** Column 1 of domain.md §14: households, persons, applications, duplicates; and the files of paper cases that become them. */
export const REGISTRATION: readonly PolicyRow[] = [
  // Registrar: W. May learn of a family elsewhere, so that it is not registered twice, also from the number on a paper at hand.
  row('registrar', 'all', 'T1', on(REGISTER, 'find'), SEARCH),
  row(
    'registrar',
    'office',
    'T1',
    on('person household duplicate', `${LOOK} work`),
    on('person household', 'share transfer correct adopt'),
    on('duplicate', 'detect review'),
    on('person', 'register update documents represent vital'),
    on('household', 'update site needs consent file close reopenFile presence reportReturn'),
  ),
  // Who enters an application is its case team: the papers are on their desk.
  row('registrar', 'office', 'T2', on('application', `${LOOK} enter work share transfer correct adopt`)),

  // Verifier, head of branch: A, and §1.3, Split.
  ...APPROVERS.flatMap((role) => [
    row(role, 'all', 'T1', on(REGISTER, 'find'), SEARCH),
    row(
      role,
      'office',
      'T2',
      on(REGISTER, `${LOOK} work`),
      on('person household application', SUPERVISE),
      on('household application duplicate', 'assign pause'),
      on('application', 'verify decide reopen'),
      on('duplicate', 'detect review resolve'),
      on('household', 'close reopenFile hold void split file verifyReturn pathway presence reportReturn'),
    ),
  ]),
  row('headOfBranch', 'office', 'T1', on('duplicate', 'unmerge')),

  // Branches Affairs: A merge, all.
  row('branchesAffairs', 'all', 'T1', on(REGISTER, LOOK), on('duplicate', 'detect review resolve unmerge work'), SEARCH),
  // Camp manager: W site events of the families in the camp.
  row('campManager', 'office', 'T1', on('household', `${LOOK} work site presence reportReturn`)),
  // KRG office: R own camps.
  row('krgOffice', 'office', 'T1', on('household', LOOK)),
  // Mayor, sub-district director, mukhtar: W supporting letters, and reports of return (§1.3).
  row('localAuthority', 'governorate', 'T1', on('household', 'find work presence reportReturn')),
  // IOM / FVM partner caseworker: W assisted.
  // domain.md is silent on numbers: a partner sees papers and enters them, and asks the branch who else bears them.
  row('partnerCaseworker', 'governorate', 'T1', on(REGISTER, 'find'), ['register:search']),
  row(
    'partnerCaseworker',
    'office',
    'T1',
    on('person', `${LOOK} register update documents represent vital work share transfer correct`),
  ),
  row('partnerCaseworker', 'office', 'T2', on('application', `${LOOK} enter work share correct`)),
  row('partnerCaseworker', 'office', 'T1', on('duplicate', `${LOOK} detect`)),
  row('partnerCaseworker', 'shared', 'T1', on('household', 'presence reportReturn')),
  // Legal and protection partners: R own client, that is what is shared with them. §1.3, CloseFile: who protects a family may
  // keep its file from being closed.
  row('protectionPartner', 'shared', 'T2', ['household:hold']),

  // Erasure of a person's or a family's data. domain.md is silent: who may enter a record may ask, the head of the branch decides.
  ...(['registrar', 'partnerCaseworker'] as const).map((role) =>
    row(role, 'office', 'T1', on('erasure', `${LOOK} request withdraw work`)),
  ),
  row('headOfBranch', 'office', 'T1', on('erasure', `${LOOK} decide work assign`)),

  // Files of paper cases (§0.2, rule 8), of households and of claims; who enters does not approve. Who works with a file opens
  // it: document numbers stand in its rows.
  ...(['registrar', 'partnerCaseworker', 'subcommitteeClerk'] as const).map((role) =>
    row(role, 'office', 'T2', on('importRun', ENTER_FILES)),
  ),
  ...([...APPROVERS, 'subcommitteeChair'] as const).map((role) => row(role, 'office', 'T2', on('importRun', APPROVE_FILES))),
];
