import { foldLetters } from './letters.ts';

/** Articles left standing alone by a space or a hyphen, also half typed. */
const ARTICLES = new Set(['ا', 'ال', 'al', 'el', 'ul']);

/** Without "ال", unless less than two letters would be left (آلا). Twice where alef is the root's own: الآلوسي as آلوسي. */
function withoutArticle(word: string): string {
  return word.length >= 4 && word.startsWith('ال') ? withoutArticle(word.slice(2)) : word;
}

const SERVANT = /^(?:(عبد)|(abd)([aeou]l)?)$/;
const SERVANT_IN_ONE_WORD = /^(?:(عبد)(?:ال)+(.+)|(abd)[aeou]l(.{3,}))$/;
const ATTRIBUTE = /^(?:(?:ال)+(.+)|al(.{3,}))$/;

/**
 * "عبد" and the attribute after it are one name, however it is spaced: عبد الرحمن, عبدالرحمن; Abd al-Rahman, Abdul Rahman,
 * Abdulrahman. "عبد" before a name without the article is a name of its own (عبد محمد).
 */
function joinServantNames(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i]!;
    const whole = SERVANT_IN_ONE_WORD.exec(word);
    const start = SERVANT.exec(word);
    if (whole) {
      joined.push(`${whole[1] ?? whole[3]}${whole[2] ?? whole[4]}`);
    } else if (start) {
      const servant = `${start[1] ?? start[2]}`;
      let at = i + 1;
      while (ARTICLES.has(words[at] ?? '')) at += 1;
      const attribute = ATTRIBUTE.exec(words[at] ?? '');
      const bare = attribute ? (attribute[1] ?? attribute[2]) : start[3] || at > i + 1 ? words[at] : undefined;
      joined.push(servant + (bare ?? ''));
      if (bare !== undefined) i = at;
    } else {
      joined.push(word);
    }
  }
  return joined;
}

const FAITH_IN_ONE_WORD = /^(.{2,}?)(?:[aeu]l|[aeiou]d)d(?:i|e|y|ee)n$/;
const FAITH = /^(?:(?:[ae]l|[aeiou]d)?d(?:i|e|y|ee)n)$/;
const ENDS_A_NAME = new Set(['الدين', 'الله']);

/** "نور الدين", "نصر الله" are one name, however they are spaced; and so are Nur al-Din and Nuruddin. */
function joinFaithNames(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const [at, word] of words.entries()) {
    const article = ARTICLES.has(words[at - 1] ?? '');
    const ends = ENDS_A_NAME.has(word) || (article && word === 'دين') ? `ال${word.replace(/^ال/, '')}` : undefined;
    const faith = FAITH.test(word) && (article || word.length > 4) ? 'aldin' : undefined;
    if (article && (ends ?? faith) !== undefined) joined.pop();
    const before = joined.at(-1);
    const end = ends ?? faith;
    if (end !== undefined && before !== undefined && !ARTICLES.has(before)) joined[joined.length - 1] = before + end;
    else joined.push(word.replace(FAITH_IN_ONE_WORD, '$1aldin'));
  }
  return joined;
}

const PARENT = /^(?:ابو|ام|abu|abo|umm)$/;
const PARENT_IN_ONE_WORD = /^(ابو|ام)(?:ال)+(.{3,})$/;
const SON_OF = new Set(['بن', 'ابن', 'bin', 'ibn']);

/** "أبو" and "أم" are one name with the word after them; "بن" between a name and the father's is left out, as most papers do. */
function joinParentNames(words: readonly string[]): string[] {
  const joined: string[] = [];
  for (const [at, word] of words.entries()) {
    const before = words[at - 1];
    if (before !== undefined && PARENT.test(before) && joined.at(-1) === before) joined[joined.length - 1] = before + word;
    else if (!SON_OF.has(word)) joined.push(word.replace(PARENT_IN_ONE_WORD, '$1$2'));
  }
  return joined;
}

/** The names in a text, each folded as `foldName` says, in the order written: "أحمد عبد الله الجُبوري" is احمد, عبدله, جبوري. */
export function nameTokens(text: string): string[] {
  const words = foldLetters(text)
    .split(' ')
    .filter((word) => word !== '');
  const bare = joinFaithNames(joinServantNames(words))
    .filter((word) => !ARTICLES.has(word))
    .map(withoutArticle);
  return joinParentNames(bare);
}

/**
 * A name as it is searched and compared, in Arabic, Sorani or Latin letters: without vowel signs, tatweel, invisible marks,
 * case and the article; letters that Iraqi papers use for one another made one. Two spellings of a name fold alike; that two
 * names fold alike does not make them one. Scripts are not converted into each other.
 */
export function foldName(text: string): string {
  return nameTokens(text).join(' ');
}

const isBegunBy = (token: string, word: string): boolean => token.startsWith(word);

/**
 * Does each part of what was typed begin a different one of these folded names, or fit it as `fits` says? In any order; an empty
 * search finds nothing.
 */
export function nameMatches(typed: string, tokens: readonly string[], fits = isBegunBy): boolean {
  const asked = nameTokens(typed).sort((a, b) => b.length - a.length);
  const free = [...tokens];
  return (
    asked.length > 0 &&
    asked.every((prefix) => {
      const at = free.findIndex((token) => fits(token, prefix));
      if (at >= 0) free.splice(at, 1);
      return at >= 0;
    })
  );
}
