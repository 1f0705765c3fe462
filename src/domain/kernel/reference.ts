import { z } from 'zod';
import { stripInvisible, toAsciiDigits } from './digits.ts';

/**
 * A case's short reference: twelve digits taken from its UUID and one Damm check digit, `4821-9037-5512-3`. It means nothing,
 * can be read over the phone in four breaths, and any single wrong digit or swap of neighbours is noticed.
 * Twelve digits name no case for certain: among a million cases there is about an even chance of one shared reference, so
 * who looks a case up by reference must be ready to find two.
 */
export const Reference = z
  .string()
  .regex(/^\d{4}-\d{4}-\d{4}-\d$/, { abort: true })
  .refine((text) => parseReference(text).ok, 'the check digit does not fit')
  .meta({ description: 'Short case reference with a check digit, for example 4821-9037-5512-3' });
export type Reference = z.infer<typeof Reference>;

export type ParsedReference =
  | { readonly ok: true; readonly reference: Reference }
  | { readonly ok: false; readonly reason: 'SHAPE' | 'CHECK_DIGIT' };

/** Damm's totally anti-symmetric quasigroup of order 10 (H. M. Damm, 2004): row is the interim digit, column the next one. */
const DAMM = [
  '0317598642',
  '7092154863',
  '4206871359',
  '1750983426',
  '6123045978',
  '3674209581',
  '5869720134',
  '8945362017',
  '9438617205',
  '2581436790',
] as const;

function damm(digits: string): string {
  let interim = '0';
  for (const digit of digits) interim = DAMM[Number(interim)]![Number(digit)]!;
  return interim;
}

function grouped(digits: string): Reference {
  return `${digits.slice(0, 4)}-${digits.slice(4, 8)}-${digits.slice(8, 12)}-${digits.slice(12)}`;
}

/** The reference of the case with this UUID (any version: the last 60 bits of v4, v5 and v7 are random or a hash). */
export function referenceOf(uuid: string): Reference {
  const tail = uuid.replaceAll('-', '').slice(-15);
  if (!/^[0-9a-f]{15}$/i.test(tail)) throw new TypeError('a reference is made from a UUID');
  const digits = String(BigInt(`0x${tail}`) % 10n ** 12n).padStart(12, '0');
  return grouped(digits + damm(digits));
}

/**
 * Reads a reference as people write it: Arabic-Indic or Persian digits, any dash or space or none, invisible marks. Beside
 * Arabic text the groups are often displayed, and then typed, last one first; `3-5512-9037-4821` is understood too.
 */
export function parseReference(text: string): ParsedReference {
  const groups = toAsciiDigits(stripInvisible(text))
    .split(/[\s\p{Pd}\u2212]+/u)
    .filter((group) => group !== '');
  if (groups.map((group) => group.length).join() === '1,4,4,4') groups.reverse();
  const digits = groups.join('');
  if (!/^\d{13}$/.test(digits)) return { ok: false, reason: 'SHAPE' };
  if (damm(digits) === '0') return { ok: true, reference: grouped(digits) };
  return { ok: false, reason: 'CHECK_DIGIT' };
}
