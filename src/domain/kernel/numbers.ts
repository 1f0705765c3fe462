import { stripInvisible, toAsciiDigits } from './digits.ts';
import { foldLetters } from './letters.ts';

/** A document's number as it is compared: ASCII digits and capital letters, Arabic letters folded, nothing between them. */
export function normaliseDocumentNumber(text: string): string {
  return foldLetters(text).replaceAll(' ', '').toUpperCase();
}

/**
 * A paper's or a card's number as records are compared and found by it: as above, and of digits alone without the zeros it is padded
 * with, which some offices and every spreadsheet leave out. Nothing comes out where there is no letter or digit.
 */
export function comparableNumber(text: string): string {
  const number = normaliseDocumentNumber(text);
  return /^\d+$/.test(number) ? number.replace(/^0+(?=\d)/, '') : number;
}

/**
 * A telephone number in E.164 (`+9647…`), or undefined if it cannot be one. Numbers without a country code are Iraqi: mobiles
 * `07xx xxx xxxx`, with or without the zero (also after +964, a common slip), and landlines with their area code.
 */
export function normalisePhone(text: string): string | undefined {
  const compact = toAsciiDigits(stripInvisible(text)).replace(/[\s().\-/\p{Pd}]/gu, '');
  const international = /^(?:\+|00)([1-9]\d{7,14})$/.exec(compact) ?? /^(964\d{8,11})$/.exec(compact);
  if (international && !international[1]!.startsWith('964')) return `+${international[1]}`;
  const national = international ? international[1]!.slice(3).replace(/^0/, '') : /^0([1-9]\d{7,9})$/.exec(compact)?.[1];
  const number = national ?? /^(7\d{9})$/.exec(compact)?.[1];
  return number !== undefined && /^(?:7\d{9}|[1-6]\d{7,8})$/.test(number) ? `+964${number}` : undefined;
}
