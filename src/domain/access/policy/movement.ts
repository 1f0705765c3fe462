import { APPROVERS, BRANCH, LOOK, on, type PolicyRow, row } from './row.ts';

/** "W": everything but what is decided on a movement. */
const MOVE = on(
  'movement',
  `${LOOK} inform voluntariness check manifest depart confirmArrival monitor withdraw work share transfer correct`,
);
const CONVOYS = on('convoy', `${LOOK} plan run work share correct`);
/** "A": approves, holds, waives and concludes what others entered. */
const DECIDE_MOVEMENTS = on(
  'movement',
  `${LOOK} approve waive hold conclude protect confirmArrival work assign pause reopen share transfer correct retract adopt`,
);

/** Columns 2 and 3c of domain.md §14: movements, convoys and the areas they go to. */
export const MOVEMENT: readonly PolicyRow[] = [
  ...(['registrar', 'campManager', 'partnerCaseworker'] as const).map((role) => row(role, 'office', 'T1', MOVE, CONVOYS)),
  row('registrar', 'office', 'T1', on('movement', 'adopt letters')),
  // 3a R of the branch, 3b of who decides there: what security actors answered. Partners and camps see the status alone.
  ...BRANCH.map((role) => row(role, 'office', 'T1', ['movement:answers'])),
  row('auditor', 'all', 'T2', ['movement:answers']),
  ...APPROVERS.flatMap((role) => [
    row(role, 'office', 'T2', DECIDE_MOVEMENTS),
    row(role, 'office', 'T1', on('convoy', `${LOOK} assign pause correct retract share work`)),
  ]),
  // Branches Affairs: R all.
  row('branchesAffairs', 'all', 'T1', on('movement convoy', LOOK)),
  // NSS Counter-Extremism: R arrivals by list, that is which there are in the governorate, by reference alone.
  row('counterExtremism', 'governorate', 'T1', ['movement:find']),
  // Governorate: R own convoy. KRG office: W convoy handover. Local authority: W arrival confirmation.
  row('governorate', 'governorate', 'T1', on('convoy', LOOK)),
  row('krgOffice', 'office', 'T1', CONVOYS),
  row('krgOffice', 'governorate', 'T1', on('convoy', 'find read run')),
  row('localAuthority', 'governorate', 'T1', on('movement', 'find confirmArrival work')),
  // §2.3: a choice that is none, and a family turned back, are followed up by who protects it.
  row('protectionPartner', 'shared', 'T2', ['movement:protect']),

  // 3c A: the national register, local status. A head of branch proposes; so does who has "W" for the own area.
  row('branchesAffairs', 'all', 'T0', on('area', 'register decide work')),
  row('governorate', 'governorate', 'T0', on('area', 'register decide work')),
  ...(['headOfBranch', 'krgOffice', 'localAuthority', 'tribalAffairs', 'communityPolice'] as const).map((role) =>
    row(role, 'governorate', 'T0', ['area:propose']),
  ),
];
