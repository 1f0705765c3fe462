import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';
import { PlaceName } from './names.ts';
import { Adm1, Adm3, levelOf, Pcode } from './pcodes.ts';

/**
 * The register of what the dataset does not have. There is no official country-wide list of villages, and partners count
 * more districts than the dataset's 101, so villages and new districts get entries of our own (domain specification §17).
 */

/** A village, neighbourhood or site of our own register, with the sub-district it lies in. */
export const VillageRef = z
  .strictObject({ village: z.uuid(), adm3: Adm3 })
  .meta({ description: 'Entry of the village register and the sub-district it lies in' });
export type VillageRef = z.infer<typeof VillageRef>;

/** Whether the code or the parent is settled, or taken from a report and still to be confirmed. */
export const Standing = z.enum(['confirmed', 'provisional']);
export type Standing = z.infer<typeof Standing>;

/**
 * Who administers a place, kept apart from where the map draws it: Aqra lies in Ninewa and is run by the Kurdistan Region.
 * An assertion, with its day and source.
 */
export const AdminBy = z.strictObject({
  authority: z.enum(['federal', 'kurdistan_region']),
  governorate: Adm1.optional(),
  asOf: LocalDate,
  source: z.string().trim().min(1).max(500),
});
export type AdminBy = z.infer<typeof AdminBy>;

/** A village as the register knows it. GPS is degrees, WGS 84; with the village itself it is T2 where the area is contested or closed. */
export const Village = z.strictObject({
  id: z.uuid(),
  adm3: Adm3,
  adm3Standing: Standing,
  names: z.array(PlaceName).min(1),
  gps: z.strictObject({ lat: z.number().min(29).max(37.5), lon: z.number().min(38.7).max(48.8) }).optional(),
  adminBy: AdminBy.optional(),
});
export type Village = z.infer<typeof Village>;

const PROVISIONAL = /^IQG\d{2}(Q\d{2})?P\d{2}$/;

/**
 * Code of a district or sub-district the dataset does not have: its parent's P-code, `P` and two digits, so that it can never
 * be taken for, or become, an official code. When an official code appears it is recorded beside this one, which stays.
 */
export const ProvisionalCode = z
  .string()
  .regex(PROVISIONAL, 'must be a provisional code such as IQG01P01')
  .meta({ description: 'Provisional code of a district or sub-district without a P-code', examples: ['IQG01P01'] });
export type ProvisionalCode = z.infer<typeof ProvisionalCode>;

/** A code for an area of any kind: official or provisional. */
export const AreaCode = z.union([Pcode, ProvisionalCode]);
export type AreaCode = z.infer<typeof AreaCode>;

/** A district (level 2) or sub-district (level 3) with a provisional code. The parent is what is said here, not the code's look. */
export const ProvisionalArea = z
  .strictObject({
    code: ProvisionalCode,
    level: z.union([z.literal(2), z.literal(3)]),
    parent: Pcode,
    names: z.array(PlaceName).min(1),
    validFrom: LocalDate,
    recognisedBy: z.string().trim().min(1).max(200),
    officialCode: Pcode.optional(),
    adminBy: AdminBy.optional(),
  })
  .refine((area) => levelOf(area.parent) === area.level - 1, { error: 'lies directly in an area one level up', path: ['parent'] })
  .refine((area) => area.officialCode === undefined || levelOf(area.officialCode) === area.level, {
    error: 'is of the same level',
    path: ['officialCode'],
  });
export type ProvisionalArea = z.infer<typeof ProvisionalArea>;

/** The next free provisional code directly in an area, given those in use. @throws RangeError above 99 or below a sub-district. */
export function nextProvisionalCode(parent: Pcode, inUse: Iterable<ProvisionalCode>): ProvisionalCode {
  const level = levelOf(parent);
  if (level !== 1 && level !== 2) throw new RangeError('only governorates and districts have provisional areas in them');
  const taken = new Set(inUse);
  for (let n = 1; n <= 99; n += 1) {
    const code = `${parent}P${String(n).padStart(2, '0')}`;
    if (!taken.has(code)) return code;
  }
  throw new RangeError(`all provisional codes in ${parent} are taken`);
}
