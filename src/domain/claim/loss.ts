import { z } from 'zod';
import { LocalDate, PartialDate } from '../kernel/dates.ts';
import { toAsciiDigits } from '../kernel/digits.ts';
import { normaliseDocumentNumber } from '../kernel/numbers.ts';
import { isOpen } from '../kernel/privacy.ts';
import type { Reserve } from '../kernel/process.ts';
import { AreaCode } from '../places/register.ts';
import { DamageCategory, PropertyKind } from './codes.ts';
import type { Claim } from './state.ts';

const Dinars = z.int().min(1).max(1_000_000_000_000);
const Name = z.string().trim().min(2).max(200);

/** One thing damaged; `item` is its name within the claim, which awards point at. Area in square metres, estimate in dinars. */
export const PropertyItem = z.strictObject({
  item: z.string().regex(/^[a-z0-9-]{1,20}$/),
  kind: PropertyKind,
  deedNo: z.string().trim().min(1).max(80).optional(),
  areaM2: z.number().positive().max(100_000_000).optional(),
  damage: DamageCategory.optional(),
  estimateIQD: Dinars.optional(),
});

/** What was lost, by type of claim (domain specification §4.3). */
export const Loss = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('martyrdom'), diedOn: PartialDate.optional() }),
  z.strictObject({
    type: z.literal('missing'),
    lastSeen: z.strictObject({ on: PartialDate, area: AreaCode }),
    complaintNo: z.string().trim().min(1).max(80).optional(),
  }),
  z.strictObject({ type: z.literal('injury'), treatment: z.string().trim().min(2).max(1000).optional() }),
  z.strictObject({
    type: z.literal('property'),
    items: z.array(PropertyItem).min(1).max(50),
    occupation: z.enum(['owner', 'others', 'empty', 'destroyed', 'unknown']),
  }),
  z.strictObject({
    type: z.literal('job_study'),
    kind: z.enum(['employment', 'study']),
    institution: Name,
    from: LocalDate,
    until: LocalDate.optional(),
  }),
]);
export type Loss = z.infer<typeof Loss>;

/** A deed or certificate number as it is compared: Arabic digits, padding zeros, spaces and hyphens make no difference. */
export const deedKey = (text: string): string =>
  normaliseDocumentNumber(toAsciiDigits(text).replace(/\d+/g, (digits) => digits.replace(/^0+(?=\d)/, '')));

/**
 * What may be claimed once only: person × incident × damage item (domain specification §4.2), the same all over the country.
 * Branches write the day of an incident with different care, so its year is compared. A death and a disappearance of one
 * person are one loss, whoever claims for it.
 */
function lossKeys(s: Claim): readonly string[] {
  const year = s.incident.date.date.slice(0, 4);
  if (s.type === 'martyrdom' || s.type === 'missing') return s.victims.map((one) => `life ${one}`);
  if (s.type !== 'property') return s.victims.map((one) => `${s.type} ${one} ${year}`);
  if (s.loss === undefined || !isOpen(s.loss) || s.loss.type !== 'property') return [];
  const whose = `${s.principal ?? s.claimant} ${s.incident.area}`;
  return s.loss.items.map(
    ({ kind, deedNo }) => `property ${kind} ${deedNo === undefined ? whose : `deed ${deedKey(deedNo)}`} ${year}`,
  );
}

/** What a registered claim keeps others from claiming again: its losses, and its number with its sub-committee. */
export function reservesOf(s: Claim, registered: { readonly claimNo: string; readonly year: number } | undefined): Reserve[] {
  const losses = [...new Set(lossKeys(s))].map((value) => ({ scope: 'claim.loss', value }));
  const where = s.subcommittee?.office ?? s.subcommittee?.organisation;
  if (registered === undefined || where === undefined) return losses;
  return [...losses, { scope: 'claim.number', value: `${where} ${registered.year} ${deedKey(registered.claimNo)}` }];
}

/** The same beside a claim it was found not to repeat: a third claim for the loss meets this one again. */
export const reservesBeside = (s: Claim, other: string): Reserve[] =>
  reservesOf(s, s.registered).map(({ scope, value }) => ({ scope, value: `${value} beside ${other}` }));
