import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';
import { Names } from '../organisation/events.ts';
import { Adm1, Adm2 } from '../places/pcodes.ts';

export const OfficeKind = z.enum(['headquarters', 'branch', 'camp', 'centre', 'court', 'committee', 'partner_office']);
export type OfficeKind = z.infer<typeof OfficeKind>;

export const events = {
  OfficeOpened: z.strictObject({
    organisation: z.uuid(),
    names: Names,
    kind: OfficeKind,
    governorate: Adm1,
    district: Adm2.optional(),
    from: LocalDate,
  }),
  OfficeRenamed: z.strictObject({ names: Names, from: LocalDate }),
  OfficeClosed: z.strictObject({ until: LocalDate, reason: z.string() }),
};
