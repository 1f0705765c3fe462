import type { LocalDate } from '../kernel/dates.ts';
import type { Membership } from './membership.ts';
import type { Role } from './roles.ts';

/**
 * Roles held alone: who runs the system or audits it has no hand in the cases (domain.md §14, last two rows). Entry and
 * approval are kept apart by guards on the actors in the log, not here: one officer may be both in different cases.
 */
const ALONE: readonly Role[] = ['systemAdmin', 'auditor'];

const CLEARANCE: readonly Role[] = ['counterExtremism', 'securityActor', 'pmfHumanRights'];

/** Roles that take in, read or handle single complaints: columns 9 and 9s of domain.md §14, without the aggregate readers. */
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

/** Whether one person may not hold both roles at once. Clearance operators never see complaints (domain.md §14). */
export function areIncompatible(a: Role, b: Role): boolean {
  if (a === b) return false;
  if (ALONE.includes(a) || ALONE.includes(b)) return true;
  return (CLEARANCE.includes(a) && COMPLAINTS.includes(b)) || (CLEARANCE.includes(b) && COMPLAINTS.includes(a));
}

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
