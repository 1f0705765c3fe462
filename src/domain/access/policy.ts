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
 * - `<process>:board`: numbers, sums and ages over the cases, and which of them stand where; no personal values.
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
    allow: on('rule', 'work assign share transfer adopt correct retract pause'),
    because: 'a rule changes by a new version, whose value is held to the shape of the rule',
  },
  {
    allow: on('provider', 'assign share transfer adopt correct pause'),
    because: 'a corrected or adopted entry would escape the closed list, and a paused clock would hide that it is stale',
  },
  {
    allow: on('duplicate', 'share transfer adopt correct retract'),
    because: 'a pair belongs to the branches of both records, and is settled by their decision alone',
  },
  { allow: on('referral', 'share transfer adopt'), because: 'data goes to another organisation by sending alone, with consent' },
  {
    allow: on('allocation paymentBatch', 'share transfer adopt correct retract pause'),
    because: 'money moves by a new fact that the guards have seen, and belongs to nobody who could pass it on',
  },
  { allow: ['returnGrant:pause'], because: 'no clock runs on a grant' },
  {
    allow: on('listExport', 'work assign share transfer adopt correct retract pause'),
    because: 'what has left as a file has left: its record waits on nobody and is never changed',
  },
  { allow: on('person', 'assign pause'), because: 'a record of a person waits on nobody' },
  {
    allow: on('area', 'assign share transfer adopt correct retract pause'),
    because: 'a decision about an area is changed by the next decision, which movements follow',
  },
  { allow: on('convoy', 'transfer adopt reopen'), because: 'a convoy runs once, and is its planner’s' },
  {
    allow: on('importRun', 'share transfer adopt correct retract pause'),
    because: 'a file of paper cases is cancelled or taken back whole, and its rows are those of one office',
  },
  {
    allow: on('reintegrationPlan', 'adopt retract'),
    because:
      'a plan is its household’s or person’s by key: one on paper is entered step by step, one opened in error discontinued',
  },
  {
    allow: on('organisation office staff', 'assign share transfer adopt retract pause'),
    because: 'the directory has one keeper and no queue; an adopted or withdrawn entry would escape its guards',
  },
];

const row = (role: PolicyRow['role'], scope: Scope, tier: Tier, ...allow: readonly (readonly string[])[]): PolicyRow => ({
  role,
  scope,
  tier,
  allow: allow.flat(),
});

const LOOK = 'find read timeline';
/** Everything that is counted on a board, for those who see the whole and not the case. */
const BOARDS = on(
  'household movement claim allocation paymentBatch returnGrant docRequest hlpCase eviction reintegrationPlan',
  'board',
);
const without = (permissions: readonly string[], process: string): readonly string[] =>
  permissions.filter((one) => !one.startsWith(`${process}:`));
const REGISTER = 'person household application duplicate';
/** Column 8 as the sender: the own office's referrals. As the receiver: those addressed to the own organisation. */
const SEND_REFERRALS = on('referral', `${LOOK} draft send recall withdraw feedback close reopen work correct retract print`);
const RECEIVE_REFERRALS = on('referral', `${LOOK} acknowledge respond serve feedback withdraw work`);
/** "W" in column 8: a case's office and the addressed organisation are its team, so they open T2 (§8, privacy). */
const referrals = (role: Role): readonly PolicyRow[] => [
  row(role, 'office', 'T2', SEND_REFERRALS),
  row(role, 'party', 'T2', RECEIVE_REFERRALS),
  // A former receiver no longer sees the case; the command itself knows who has something to delete.
  row(role, 'all', 'T2', ['referral:confirmDeletion']),
];
const ENTER_FILES = `${LOOK} work upload review cancel reopen`;
const APPROVE_FILES = `${LOOK} work assign review commit takeBack cancel reopen`;
/** Columns 5 and 6: papers, house and land. */
const LEGAL_CASES = 'docRequest hlpCase eviction';
/** "W" in column 2: everything but what is decided on a movement. */
const MOVE = on(
  'movement',
  `${LOOK} inform voluntariness check manifest depart confirmArrival monitor withdraw work share transfer correct`,
);
const CONVOYS = on('convoy', `${LOOK} plan run work share correct`);
/** "A" in column 2: approves, holds, waives and concludes what others entered. */
const DECIDE_MOVEMENTS = on(
  'movement',
  `${LOOK} approve waive hold conclude protect confirmArrival work assign pause reopen share transfer correct retract adopt`,
);
/** "W" in column 7: keeps plans, whose team opens needs (T2). Whoever sees to a goal works on that one. */
const KEEP_PLANS = on(
  'reintegrationPlan',
  `${LOOK} propose assess agree serve review conclude work assign share transfer correct reopen pause`,
);
const plans = (role: Role): readonly PolicyRow[] => [row(role, 'office', 'T2', KEEP_PLANS), ownService(role)];
/** "W own service" in column 7. */
const ownService = (role: Role): PolicyRow => row(role, 'party', 'T1', on('reintegrationPlan', `${LOOK} serve work`));
/** "A" in column 1: decides on what others entered, and supervises it. */
const SUPERVISE = 'share transfer correct retract adopt';
const approval = (role: Role): readonly PolicyRow[] => [
  row(role, 'all', 'T1', on(REGISTER, 'find'), ['register:search']),
  row(
    role,
    'office',
    'T2',
    on(REGISTER, `${LOOK} work`),
    on('person household application', SUPERVISE),
    on('household application duplicate referral', 'assign pause'),
    on('application', 'verify decide reopen'),
    on('duplicate', 'detect review resolve'),
    on('household', 'close reopenFile hold void split file verifyReturn pathway presence reportReturn'),
    on('referral', 'find timeline work'),
    ['dwell:read'],
  ),
  // 4 A grant: entered and approved by different officers of the branch, which `FOUR_EYES` holds them to.
  row(role, 'office', 'T2', on('returnGrant', `${LOOK} enter audit approve work assign ${SUPERVISE}`)),
  // 5 R, 6 R; who works on what is theirs to say.
  row(role, 'office', 'T2', on(LEGAL_CASES, `${LOOK} assign pause`)),
  // 7 R.
  row(role, 'office', 'T1', on('reintegrationPlan', LOOK)),
  row(role, 'office', 'T2', DECIDE_MOVEMENTS),
  row(role, 'office', 'T1', on('convoy', `${LOOK} assign pause correct retract share work`)),
];

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

/**
 * domain.md §14 for the processes that exist, one section a role. Segregation of duties is a guard in the processes, on the
 * actors in the log; which roles may not be held together is in `segregation.ts`.
 */
export const POLICY: readonly PolicyRow[] = [
  // Everybody with a post. A share is itself the grant: who holds it may read what was shared, while it lasts.
  row('everyone', 'shared', 'T2', ['*:find', '*:read']),
  // The named case team (§0.4, T2): whoever has taken or been given the work.
  row('everyone', 'assigned', 'T2', ['*:find', '*:read', '*:timeline']),
  // `*:read` is `queue:read` as well. What waits in one's office or on one's organisation: references and dates only.
  row('everyone', 'office', 'T2', ['queue:read']),
  row('everyone', 'party', 'T2', ['queue:read']),
  // Who is who, who offers what and what holds are open to all staff (T0).
  row('everyone', 'all', 'T0', on('organisation office rule provider area', LOOK)),
  // What one took out as a file oneself.
  row('everyone', 'own', 'T1', on('listExport', LOOK)),
  // Colleagues' names and posts, to assign and hand over to; one's own file and leave.
  row('everyone', 'party', 'T1', on('staff', 'find read')),
  row('everyone', 'own', 'T1', on('staff', `${LOOK} leave handover`)),

  // MoMD branch registrar: 1 W, 8 W. May learn of a family elsewhere, so that it is not registered twice.
  row('registrar', 'all', 'T1', on(REGISTER, 'find'), ['register:search']),
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
  // 5 W need, 6 R: who heard of a missing paper is its case team until legal help takes it on.
  row('registrar', 'office', 'T2', on('docRequest', `${LOOK} need work share transfer adopt correct retract`)),
  row('registrar', 'office', 'T2', on('hlpCase eviction', LOOK)),
  // 4 R grant.
  row('registrar', 'office', 'T1', on('returnGrant', LOOK)),
  // 2 W.
  row('registrar', 'office', 'T1', MOVE, on('movement', 'adopt'), CONVOYS),
  // 7 R.
  row('registrar', 'office', 'T1', on('reintegrationPlan', LOOK)),
  ...referrals('registrar'),

  // MoMD branch verifier / deputy head: 1 A, 8 R.
  ...approval('verifier'),
  row('verifier', 'office', 'T2', on('referral', 'read')),

  // MoMD head of branch: 1 A, 8 R aggregates and overdue, which are single cases; posts and leave of the own office.
  ...approval('headOfBranch'),
  row('headOfBranch', 'office', 'T1', on('duplicate', 'unmerge')),
  // 3c A local status proposal.
  row('headOfBranch', 'governorate', 'T0', ['area:propose']),
  row('headOfBranch', 'office', 'T1', on('staff', `${LOOK} work enrol appoint leave suspend handover reopen`)),

  // MoMD Branches Affairs (HQ): 1 A merge, all; 4 A amounts, that is the rules; 8 R aggregates.
  row('branchesAffairs', 'all', 'T1', on(REGISTER, LOOK), on('duplicate', 'detect review resolve unmerge work'), [
    'register:search',
  ]),
  row('branchesAffairs', 'all', 'T2', ['queue:read', 'dwell:read']),
  row('branchesAffairs', 'all', 'T0', ['rule:set']),
  // 2 R all; 3c A national register.
  row('branchesAffairs', 'all', 'T1', on('movement convoy', LOOK)),
  row('branchesAffairs', 'all', 'T0', on('area', 'register decide work')),
  // 4 A amounts, batches: asks for allocations, publishes and cancels lists of payees.
  row('branchesAffairs', 'all', 'T1', on('allocation', `${LOOK} request work assign`)),
  row('branchesAffairs', 'all', 'T2', on('paymentBatch', `${LOOK} list audit publish work assign`)),

  // MoMD Legal department: 5 R, 6 R of the ministry's own cases.
  row('legalDepartment', 'organisation', 'T2', on(LEGAL_CASES, LOOK)),

  // MoMD Admin & Finance: 4 A grant payment.
  row('adminFinance', 'all', 'T1', on('allocation', `${LOOK} request`)),
  row('adminFinance', 'all', 'T2', on('returnGrant', `${LOOK} pay work assign`)),

  // MoMD Planning / IM: R aggregates.
  row('planning', 'all', 'T2', ['dwell:read']),

  // Camp / centre manager: 1 W site events of the families in the camp, 8 W.
  row('campManager', 'office', 'T1', on('household', `${LOOK} work site presence reportReturn`)),
  // 2 W.
  row('campManager', 'office', 'T1', MOVE, CONVOYS),
  // 5 W need.
  row('campManager', 'office', 'T2', on('docRequest', `${LOOK} need work`)),
  // 7 W.
  ...plans('campManager'),
  ...referrals('campManager'),

  // Court clerk: 5 and 6 A own case, that is one whose court is the own office.
  row('courtClerk', 'party', 'T2', on('docRequest hlpCase', `${LOOK} judge work`)),

  // Compensation sub-committee clerk: 4 W lists of payees, and the answers of their audit.
  row('subcommitteeClerk', 'governorate', 'T1', on('allocation', 'find read')),
  row('subcommitteeClerk', 'office', 'T1', on('allocation', `${LOOK} request work`)),
  row('subcommitteeClerk', 'office', 'T2', on('paymentBatch', `${LOOK} list audit work`)),

  // Ministry of Finance / governorate accounts: 4 A allocation, payment.
  row('financeMinistry', 'all', 'T1', on('allocation', `${LOOK} approve release close work assign`)),
  row('financeMinistry', 'governorate', 'T2', on('paymentBatch', `${LOOK} order reconcile work assign`)),

  // Governorate (DG, IDP affairs, JCMC): 1 and 8 R aggregates.
  row('governorate', 'governorate', 'T2', ['dwell:read']),
  // 2 R own convoy; 3c A local.
  row('governorate', 'governorate', 'T1', on('convoy', LOOK)),
  row('governorate', 'governorate', 'T0', on('area', 'register decide work')),
  // 6 A eviction postponement.
  row('governorate', 'governorate', 'T2', on('eviction', `${LOOK} postpone work`)),

  // KRG JCC / KRG office: 1 R own camps, 8 W.
  row('krgOffice', 'office', 'T1', on('household', LOOK)),
  // 2 W convoy handover; 3c W own area.
  row('krgOffice', 'office', 'T1', CONVOYS),
  row('krgOffice', 'governorate', 'T1', on('convoy', 'find read run')),
  row('krgOffice', 'governorate', 'T0', ['area:propose']),
  // 7 R.
  row('krgOffice', 'office', 'T1', on('reintegrationPlan', LOOK)),
  ...referrals('krgOffice'),

  // Mayor, sub-district director, mukhtar: 1 W supporting letters, and reports of return (§1.3).
  row('localAuthority', 'governorate', 'T1', on('household', 'find work presence reportReturn')),
  // 2 W arrival confirmation; 3c W.
  row('localAuthority', 'governorate', 'T1', on('movement', 'find confirmArrival work')),
  row('localAuthority', 'governorate', 'T0', ['area:propose']),
  // 5 and 6 W letters: knows that there is a case, and opens none.
  row('localAuthority', 'governorate', 'T2', on('docRequest hlpCase', 'find letters')),

  // Civil affairs / health births office: 5 A own documents, that is those filed with the own office.
  row('civilAffairs', 'party', 'T2', on('docRequest', `${LOOK} process decide work`)),

  // Tribal Affairs Directorate, Community Policing: 6 W mediation; Community Policing 5 W escort. Directorates: 5 R validity flag.
  row('tribalAffairs', 'governorate', 'T2', on('hlpCase', 'find mediate')),
  row('tribalAffairs', 'party', 'T2', on('hlpCase', `${LOOK} work`)),
  row('communityPolice', 'governorate', 'T2', on('docRequest', 'find escort'), on('hlpCase', 'find mediate')),
  row('communityPolice', 'party', 'T2', on('hlpCase', `${LOOK} work`)),
  row('serviceDirectorate', 'governorate', 'T2', ['docRequest:find']),

  // DMA / IKMAA (victim assistance), Community Policing, MoLSA, education / health / trade directorates: 8 W.
  ...referrals('mineAction'),
  ...referrals('communityPolice'),
  ...referrals('socialAffairs'),
  ...referrals('serviceDirectorate'),
  // 7 W: community police; W own service: directorates, and MoLSA for the social safety net.
  ...plans('communityPolice'),
  ownService('socialAffairs'),
  ownService('serviceDirectorate'),

  // IOM / FVM partner caseworker: 1 W assisted, 8 W.
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
  // 2 W.
  row('partnerCaseworker', 'office', 'T1', MOVE, CONVOYS),
  // 7 W.
  ...plans('partnerCaseworker'),
  ...referrals('partnerCaseworker'),

  // Legal partner, protection / MHPSS partner: 1 R own client (what is shared with them), 8 W.
  ...referrals('legalPartner'),
  ...referrals('protectionPartner'),
  // 7 W.
  ...plans('protectionPartner'),
  // Legal partner: 5 W, 6 W, from the own office's intake and where the organisation gives the legal help.
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

  // RWG / ABC coordinator: R aggregates.
  row('returnsCoordinator', 'all', 'T2', ['dwell:read']),

  // Data protection officer / auditor: audit logs only; opens no case, so no personal value.
  row('auditor', 'all', 'T2', ['*:find', '*:timeline', 'dwell:read']),

  // 7 R aggregates.
  // NSS Counter-Extremism: 7 R follow-up list, that is which plans there are, by reference alone.
  row('counterExtremism', 'governorate', 'T1', ['reintegrationPlan:find']),

  // System admin: "no personal data (encrypted)" of anybody served; keeps the directory, in which officials have names.
  row('systemAdmin', 'all', 'T0', on('organisation office', 'manage work correct reopen')),
  row('systemAdmin', 'all', 'T1', on('staff', `${LOOK} work enrol appoint leave suspend handover correct reopen`)),

  // Referral focal point (§8): the organisation's gate, sending and receiving.
  ...referrals('referralFocalPoint'),
  row('referralFocalPoint', 'party', 'T2', on('referral', 'assign')),

  // Provider manager (§8, escalation level 2): keeps the directory entry, sees that referrals are answered.
  row('providerManager', 'organisation', 'T0', on('provider', 'register')),
  row('providerManager', 'party', 'T0', on('provider', 'keep appoint work')),
  row('providerManager', 'party', 'T2', on('referral', `${LOOK} work assign pause`), ['dwell:read']),

  // MoMD NRM desk (§8, routing and escalation level 1): routes by need and place, without the client's data.
  row('referralDesk', 'governorate', 'T2', on('referral', 'find timeline work'), ['queue:read', 'dwell:read']),
  row('referralDesk', 'all', 'T0', on('provider', 'register keep appoint listSpecialised work retract')),

  // Re-integration committee (§8, escalation level 3): by number only.
  row('reintegrationCommittee', 'governorate', 'T2', on('referral', 'find'), ['queue:read']),

  // Papers: who hands them out. The tier is that of what stands on them: a manifest has document numbers (§2.2).
  row('subcommitteeClerk', 'office', 'T2', on('claim paymentBatch', 'print')),
  row('subcommitteeChair', 'office', 'T2', ['claim:print']),
  row('branchesAffairs', 'all', 'T2', ['paymentBatch:print']),
  row('financeMinistry', 'governorate', 'T2', ['paymentBatch:print']),
  ...(['registrar', 'verifier', 'headOfBranch', 'campManager', 'partnerCaseworker'] as const).map((role) =>
    row(role, 'office', 'T2', on('movement convoy', 'print')),
  ),
  row('krgOffice', 'office', 'T2', ['convoy:print']),

  // Exported lists: who makes one, and who sees what left an office.
  ...EXPORTERS.map((role) => row(role, 'organisation', 'T1', ['listExport:make'])),
  row('headOfBranch', 'office', 'T1', on('listExport', LOOK)),
  row('branchesAffairs', 'all', 'T1', on('listExport', LOOK)),

  // §1.3, Split: decided by the branch. §1.3, CloseFile: who protects a family may keep its file from being closed.
  row('verifier', 'office', 'T2', ['household:split']),
  row('headOfBranch', 'office', 'T2', ['household:split']),
  row('protectionPartner', 'shared', 'T2', ['household:hold']),
  // §2.3: a choice that is none, and a family turned back, are followed up by who protects it.
  row('protectionPartner', 'shared', 'T2', ['movement:protect']),

  // Files of paper cases (§0.2, rule 8): column 1 for households, column 4 for claims; who enters does not approve.
  // Who works with a file opens it: document numbers stand in its rows.
  row('registrar', 'office', 'T2', on('importRun', ENTER_FILES)),
  row('partnerCaseworker', 'office', 'T2', on('importRun', ENTER_FILES)),
  row('verifier', 'office', 'T2', on('importRun', APPROVE_FILES)),
  row('headOfBranch', 'office', 'T2', on('importRun', APPROVE_FILES)),
  row('subcommitteeClerk', 'office', 'T2', on('importRun', ENTER_FILES)),
  row('subcommitteeChair', 'office', 'T2', on('importRun', APPROVE_FILES)),

  // Compensation claims, column 4. Sub-committee clerk W; chair A: session, leave, duplicates, suspension.
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
  // Lawyers W own client, courts A own case, by the office named in it.
  row(
    'legalPartner',
    'office',
    'T2',
    on('claim', `${LOOK} work prepare enter court submit object withdraw suspect share correct`),
  ),
  row('courtClerk', 'office', 'T2', on('claim', `${LOOK} work court`)),
  // The ministry follows claims from filing to money: its branches those of their governorate and of families they named.
  row('registrar', 'governorate', 'T1', on('claim', LOOK)),
  row('verifier', 'governorate', 'T1', on('claim', LOOK)),
  row('headOfBranch', 'governorate', 'T1', on('claim', `${LOOK} board`)),
  row('registrar', 'office', 'T1', on('claim', LOOK)),
  row('verifier', 'office', 'T1', on('claim', LOOK)),
  row('headOfBranch', 'office', 'T1', on('claim', LOOK)),
  row('legalDepartment', 'all', 'T1', on('claim', LOOK)),
  row('branchesAffairs', 'all', 'T1', on('claim', 'find board')),

  // "R agg" of §14 over every column, and of one's own work: numbers, sums and ages, no personal value.
  ...(['branchesAffairs', 'planning'] as const).map((role) => row(role, 'all', 'T2', BOARDS)),
  // Column 1 is closed to the coordinators of returns, column 6 to the governorate but for evictions.
  row('returnsCoordinator', 'all', 'T2', without(BOARDS, 'household')),
  row('governorate', 'governorate', 'T2', without(BOARDS, 'hlpCase')),
  // 5 R aggregates.
  row('krgOffice', 'governorate', 'T2', ['docRequest:board']),
  ...(['registrar', 'verifier', 'headOfBranch'] as const).flatMap((role) => [
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
