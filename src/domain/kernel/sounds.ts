/** Letters of folded names (`foldLetters`) by the consonant they are written for; vowels and what only carries one are left out. */
const SOUNDS: Readonly<Record<string, string>> = {
  ...each('بbp', 'b'),
  ...each('تطt', 't'),
  ...each('ثسشصs', 's'),
  ...each('جjc', 'j'),
  ...each('حهh', 'h'),
  ...each('خx', 'x'),
  ...each('دذزضظdz', 'd'),
  ...each('رr', 'r'),
  ...each('فfv', 'f'),
  ...each('قكغkqg', 'k'),
  ...each('لl', 'l'),
  ...each('مm', 'm'),
  ...each('نn', 'n'),
};

function each(letters: string, sound: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...letters].map((letter) => [letter, sound]));
}

/** What Latin letters write with two signs; of ş and ç the fold has left s and c already. */
const PAIRS: readonly (readonly [RegExp, string])[] = [
  [/sh|th/g, 's'],
  [/kh/g, 'x'],
  [/gh/g, 'g'],
  [/ch/g, 'c'],
  [/dh|zh/g, 'z'],
  [/ph/g, 'f'],
];
const DOUBLED = /([a-z])\1/g;
const LATIN = /^[a-z]+$/;
const ARABIC = /^[ء-ي]+$/;
const SERVANT = /^(?:عبد|abd)(?=.)/;

/** Marks of how a word begins without a consonant, and of how a short one ends. */
const begins = (word: string): string =>
  /^[اعaeiou]/.test(word) ? 'A' : /^[وw]/.test(word) ? 'w' : /^[يy]/.test(word) ? 'y' : '';
const ends = (word: string): string => (/[ياiy]$|ee$/.test(word) && !/ا$/.test(word) ? 'i' : /[وouw]$/.test(word) ? 'o' : 'a');

const consonantsOf = (word: string): string => {
  const single = PAIRS.reduce((text, [written, one]) => text.replace(written, one), word.replace(DOUBLED, '$1'));
  // At the end it is as often a vowel's (فاطمة, Fatimah) as a letter of its own (صالح).
  return [...single]
    .map((letter) => SOUNDS[letter] ?? '')
    .join('')
    .replace(/(?<=.)h$/, '');
};

export type Script = 'arabic' | 'latin';

/** The script of a folded word; undefined of one that is in neither or in both. */
export const scriptOf = (word: string): Script | undefined =>
  LATIN.test(word) ? 'latin' : ARABIC.test(word) ? 'arabic' : undefined;

/**
 * How a folded name sounds, so far as Arabic, Sorani, Kurmanji and English spellings of it have in common: its consonants, with
 * those that one script writes alike or a clerk takes for one another made one. Very different names may sound alike; it is for
 * finding somebody across scripts, and never for telling that two records are one person. Empty where nothing is left to compare.
 */
export function soundOf(word: string): string {
  const servant = SERVANT.exec(word)?.[0];
  if (servant !== undefined) return `Abd${consonantsOf(word.slice(servant.length))}`;
  const consonants = consonantsOf(word);
  if (consonants === '') return '';
  return begins(word) + consonants + (consonants.length === 1 ? `.${ends(word)}` : '');
}

/** Whether two folded words are in different scripts and sound alike. */
export function soundsLike(one: string, other: string): boolean {
  const [a, b] = [scriptOf(one), scriptOf(other)];
  return a !== undefined && b !== undefined && a !== b && soundOf(one) !== '' && soundOf(one) === soundOf(other);
}

/** Whether what was typed begins a folded name, or sounds like all of it in the other script: how the register finds somebody. */
export const beginsOrSounds = (token: string, typed: string): boolean => token.startsWith(typed) || soundsLike(token, typed);
