import { stripInvisible, toAsciiDigits } from './digits.ts';

/**
 * Letters that stand for one another in Iraqi papers, brought to one form: alef with any mark, ya and alef maqsura and the
 * Persian ya, ha and ta marbuta, kaf, and the letters of Sorani with the Arabic ones used for them by Arabic-writing clerks.
 * Hamza on a seat has already become the bare seat (its mark is taken off before); a hamza standing alone is left out.
 */
const LETTERS: Readonly<Record<string, string>> = {
  ٱ: 'ا',
  ى: 'ي',
  ی: 'ي',
  ې: 'ي',
  ێ: 'ي',
  ة: 'ه',
  ە: 'ه',
  ہ: 'ه',
  ھ: 'ه',
  ک: 'ك',
  ڪ: 'ك',
  گ: 'ك',
  ۆ: 'و',
  ۇ: 'و',
  ۈ: 'و',
  ۋ: 'و',
  ڕ: 'ر',
  ڵ: 'ل',
  ں: 'ن',
  پ: 'ب',
  چ: 'ج',
  ژ: 'ز',
  ڤ: 'ف',
  ء: '',
  ı: 'i',
  ł: 'l',
  ø: 'o',
  đ: 'd',
  ß: 'ss',
};

/** Apostrophes and the half rings of transliteration: part of a word, not its end. */
const APOSTROPHES = /['`´\u02b9-\u02bf\u2018-\u201b\u2032]/g;

/** Vowel signs and the small alef; not the hamza and the madda, which make another letter of their seat. */
const VOWEL_SIGNS = /[\u064b-\u0652\u0656-\u065f\u0670]/g;

/**
 * Sorani writes the vowels that Arabic leaves out: its ە inside a word goes, and its seat of a beginning vowel is an alef (ئەحمەد
 * is احمد). Where ە was not to be had it was typed as ه with a mark that parts it from the next letter.
 */
const arabicVowels = (text: string): string =>
  stripInvisible(text.replace(/[هھ]\u200c/g, 'ە'))
    .replace(VOWEL_SIGNS, '')
    .replace(/(?<!\p{L})ئ[ەا]?/gu, 'ا')
    .replace(/ە(?=\p{L})/gu, '');

/**
 * Text as names and numbers are compared: ASCII digits, small letters without marks, the letters above made one, and a space for
 * all that is neither letter nor digit.
 */
export function foldLetters(text: string): string {
  // Once more after taking ligatures apart: some of them hold a tatweel.
  return toAsciiDigits(stripInvisible(arabicVowels(text.normalize('NFKC')).normalize('NFKD')))
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(APOSTROPHES, '')
    .replace(/[^\p{L}\p{N}]/gu, ' ')
    .replace(/[^a-z0-9 ]/g, (letter) => LETTERS[letter] ?? letter);
}
