import type { LocalDate } from '../kernel/dates.ts';
import type { Membership } from './membership.ts';
import type { Role } from './roles.ts';

/** Two groups of roles of which nobody holds one of each. */
export interface Separation {
  readonly because: string;
  readonly one: readonly Role[];
  readonly other: readonly Role[];
}

/** Who runs the system or audits it has no hand in the cases (domain.md §14, last two rows). */
export const ALONE: readonly Role[] = ['systemAdmin', 'auditor'];

/** Columns 3a and 3b: who answers security questions. */
const CLEARANCE: readonly Role[] = ['counterExtremism', 'securityActor', 'pmfHumanRights'];

/** Columns 9 and 9s, without the aggregate readers: who takes in, reads or handles single complaints. */
const COMPLAINTS: readonly Role[] = [
  'registrar',
  'verifier',
  'headOfBranch',
  'legalDepartment',
  'campManager',
  'subcommitteeClerk',
  'subcommitteeChair',
  'krgOffice',
  'communityPolice',
  'socialAffairs',
  'serviceDirectorate',
  'partnerCaseworker',
  'legalPartner',
  'protectionPartner',
  'pseaFocalPoint',
];

/** Columns 4y and 9s: the named staff who see survivors and SEA, whose two stores they alone may join. */
export const SURVIVORS: readonly Role[] = ['socialAffairs', 'legalPartner', 'protectionPartner', 'pseaFocalPoint'];

/** Column 3b: who opens what a clearance says, by office, by the question put to them or by a grant. */
export const CLEARANCE_CONTENT: readonly Role[] = [
  ...CLEARANCE,
  'verifier',
  'headOfBranch',
  'branchesAffairs',
  'legalDepartment',
  'courtClerk',
];

/**
 * Roles of domain.md §14 that one person does not hold together. Of entry and approval only those pairs stand here that belong
 * to institutions which check one another; inside one office one officer may be both in different cases, and a guard on the
 * actors in the log keeps them apart in each. That a complaint is not handled by the unit it is about is a matter of the case.
 */
export const SEPARATIONS: readonly Separation[] = [
  { because: 'clearance operators never see complaints', one: CLEARANCE, other: COMPLAINTS },
  { because: 'no role joins T3 stores except survivor and PSEA staff', one: CLEARANCE_CONTENT, other: SURVIVORS },
  {
    because: 'who asks a security actor does not answer',
    one: ['verifier', 'headOfBranch', 'branchesAffairs'],
    other: CLEARANCE,
  },
  {
    because: 'who asks for or confirms emergency access does not review it',
    one: ['verifier', 'headOfBranch', 'branchesAffairs'],
    other: ['legalDepartment'],
  },
  {
    because: 'what a partner enters or asks to erase, the branch approves',
    one: ['partnerCaseworker'],
    other: ['verifier', 'headOfBranch', 'branchesAffairs'],
  },
  {
    because: 'the Central Committee ratifies what a sub-committee recommends',
    one: ['subcommitteeClerk', 'subcommitteeChair'],
    other: ['centralCommittee'],
  },
  {
    because: 'finance audits, allocates and pays what others ask for',
    one: [
      'subcommitteeClerk',
      'subcommitteeChair',
      'centralCommittee',
      'branchesAffairs',
      'adminFinance',
      'verifier',
      'headOfBranch',
    ],
    other: ['financeMinistry'],
  },
  { because: 'who approves a grant does not pay it', one: ['verifier', 'headOfBranch'], other: ['adminFinance'] },
  {
    because: 'who pleads or mediates does not judge or issue',
    one: ['legalPartner', 'partnerCaseworker', 'tribalAffairs', 'communityPolice'],
    other: ['courtClerk', 'civilAffairs'],
  },
];

/** Why one person may not hold both roles at once; nothing when that is no matter. */
export function separationOf(a: Role, b: Role): string | undefined {
  if (a === b) return undefined;
  if (ALONE.includes(a) || ALONE.includes(b)) return 'who runs or audits the system holds no other role';
  const apart = SEPARATIONS.find(
    ({ one, other }) => (one.includes(a) && other.includes(b)) || (one.includes(b) && other.includes(a)),
  );
  return apart?.because;
}

/** Whether one person may not hold both roles at once (domain.md §14, segregation rules). */
export const areIncompatible = (a: Role, b: Role): boolean => separationOf(a, b) !== undefined;

/** Whether two periods share a day; an absent end is open. */
export const overlap = (
  a: { readonly from: LocalDate; readonly until?: LocalDate | undefined },
  b: { readonly from: LocalDate; readonly until?: LocalDate | undefined },
): boolean => (b.until === undefined || a.from <= b.until) && (a.until === undefined || b.from <= a.until);

/** The first of these posts that may not be held together with the other, on any day. */
export const conflictWith = (posts: readonly Membership[], other: Pick<Membership, 'role' | 'from' | 'until'>) =>
  posts.find((one) => areIncompatible(one.role, other.role) && overlap(one, other));

/** Roles of a branch that its head fills; every other post is filled by the system's administrator on the ministry's order. */
const FILLED_BY_HEAD: readonly Role[] = ['registrar', 'verifier', 'campManager', 'referralFocalPoint', 'referralDesk'];

/** Whether a holder of `appointer` may give somebody `role`. Whose office it is for is asked elsewhere. */
export const mayFill = (appointer: string, role: Role): boolean =>
  appointer === 'systemAdmin' || (appointer === 'headOfBranch' && FILLED_BY_HEAD.includes(role));
