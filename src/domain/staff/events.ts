import { z } from 'zod';
import { ROLES } from '../access/roles.ts';
import { LocalDate } from '../kernel/dates.ts';
import { personal } from '../kernel/privacy.ts';
import { Adm1 } from '../places/pcodes.ts';

/** A member of staff's name as on the office's door, in Arabic letters and, where known, in Latin ones. */
export const StaffName = z.strictObject({ ar: z.string().min(2).max(200), latin: z.string().min(2).max(200).optional() });
export type StaffName = z.infer<typeof StaffName>;

/** A sign-in identity: the token's issuer and its subject there. */
export const Identity = z.strictObject({ issuer: z.string().min(1).max(500), subject: z.string().min(1).max(500) });
export type Identity = z.infer<typeof Identity>;

const id = z.uuid();
const reason = z.string();

export const events = {
  /** `synthetic`: made up for a demonstration or a test. */
  StaffEnrolled: z.strictObject({
    name: personal(StaffName, 'T1'),
    identity: personal(Identity, 'T1'),
    synthetic: z.boolean().optional(),
  }),
  /** `ranBy`: who made the first administrator, as they said themselves. */
  AdministratorBootstrapped: z.strictObject({ ranBy: personal(z.string(), 'T1') }),
  MembershipGranted: z.strictObject({
    membership: id,
    role: z.enum(ROLES),
    organisation: id,
    office: id.optional(),
    governorate: Adm1.optional(),
    from: LocalDate,
    until: LocalDate.optional(),
  }),
  /** `until` is the last day of the post. */
  MembershipEnded: z.strictObject({ membership: id, until: LocalDate, reason }),
  LeaveStarted: z.strictObject({ from: LocalDate, until: LocalDate, deputy: id.optional() }),
  LeaveEnded: z.strictObject({ on: LocalDate }),
  StaffSuspended: z.strictObject({ reason }),
  StaffReinstated: z.strictObject({ reason }),
  /** `on` is the last day of service. */
  StaffLeft: z.strictObject({ on: LocalDate, reason }),
  HandoverOrdered: z.strictObject({ to: id, reason }),
};
