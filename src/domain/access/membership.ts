import type { LocalDate } from '../kernel/dates.ts';
import type { Role } from './roles.ts';

/** A post: a role held in an office (or for a whole organisation), from a day and until the end of another. */
export interface Membership {
  readonly id: string;
  readonly role: Role;
  readonly organisation: string;
  readonly office?: string | undefined;
  readonly governorate?: string | undefined;
  readonly from: LocalDate;
  readonly until?: LocalDate | undefined;
}

/** Days of absence, both included. Without a deputy the work stands unattended. */
export interface Leave {
  readonly from: LocalDate;
  readonly until: LocalDate;
  readonly deputy?: string | undefined;
}

/** What the staff process publishes to guards and to the check of rights. */
export interface StaffState {
  readonly status: 'none' | 'active' | 'suspended' | 'left';
  readonly memberships: readonly Membership[];
  readonly leave?: Leave | undefined;
}

/** The posts whose days include this one, whether or not the holder is in service. */
export const postsDated = (staff: StaffState, day: LocalDate): readonly Membership[] =>
  staff.memberships.filter((one) => one.from <= day && (one.until === undefined || day <= one.until));

/** The posts a person holds on a day; none while suspended. */
export const postsOn = (staff: StaffState, day: LocalDate): readonly Membership[] =>
  staff.status === 'active' ? postsDated(staff, day) : [];

/** Whether a person works in an office on a day. */
export const worksIn = (staff: StaffState, office: string, day: LocalDate): boolean =>
  postsOn(staff, day).some((one) => one.office === office);

const isOnLeave = (leave: Leave | undefined, day: LocalDate): leave is Leave =>
  leave !== undefined && leave.from <= day && day <= leave.until;

/** The deputy who may act for a person on a day, if that person is on leave and named one. */
export const deputyOn = (staff: StaffState, day: LocalDate): string | undefined =>
  isOnLeave(staff.leave, day) ? staff.leave.deputy : undefined;

/** Who looks after a person's work on a day: `self`, the `deputy`, or nobody and why. */
export type Attendance =
  | { readonly by: 'self' }
  | { readonly by: 'deputy'; readonly deputy: string }
  | { readonly by: 'nobody'; readonly because: 'suspended' | 'left' | 'leave' | 'noPost' };

/**
 * Whether a person's open work is attended on a day: not when suspended, gone, without any post, or on leave with no
 * deputy. Whether the deputy is there is the deputy's own answer to the same question.
 */
export function attendedOn(staff: StaffState, day: LocalDate): Attendance {
  if (staff.status === 'suspended') return { by: 'nobody', because: 'suspended' };
  if (staff.status !== 'active') return { by: 'nobody', because: 'left' };
  if (postsOn(staff, day).length === 0) return { by: 'nobody', because: 'noPost' };
  if (!isOnLeave(staff.leave, day)) return { by: 'self' };
  const { deputy } = staff.leave;
  return deputy === undefined ? { by: 'nobody', because: 'leave' } : { by: 'deputy', deputy };
}
