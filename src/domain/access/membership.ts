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

/** What the staff process publishes to guards and to the check of rights. */
export interface StaffState {
  readonly status: 'none' | 'active' | 'suspended' | 'left';
  readonly memberships: readonly Membership[];
  readonly leave?: { readonly from: LocalDate; readonly until: LocalDate; readonly deputy: string } | undefined;
}

/** The posts a person holds on a day; none while suspended. */
export const postsOn = (staff: StaffState, day: LocalDate): readonly Membership[] =>
  staff.status !== 'active'
    ? []
    : staff.memberships.filter((one) => one.from <= day && (one.until === undefined || day <= one.until));

/** Whether a person works in an office on a day. */
export const worksIn = (staff: StaffState, office: string, day: LocalDate): boolean =>
  postsOn(staff, day).some((one) => one.office === office);

/** The deputy who may act for a person on a day, if that person is on leave. */
export const deputyOn = (staff: StaffState, day: LocalDate): string | undefined =>
  staff.leave && staff.leave.from <= day && day <= staff.leave.until ? staff.leave.deputy : undefined;
