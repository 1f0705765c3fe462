import type { Lang } from '../kernel/labels.ts';
import { foldName, nameMatches, nameTokens } from '../kernel/names.ts';
import { ALIASES } from './aliases.ts';
import { PLACES, type Place, place } from './pcodes.ts';

interface SearchName {
  readonly latin: boolean;
  readonly folded: string;
  readonly tokens: readonly string[];
}

const searchName = (text: string, latin: boolean): SearchName => ({ latin, folded: foldName(text), tokens: nameTokens(text) });

const searchable: readonly { readonly place: Place; readonly names: readonly SearchName[] }[] = PLACES.map((place) => ({
  place,
  names: [
    searchName(place.en, true),
    searchName(place.ar, false),
    ...(ALIASES[place.pcode] ?? []).map(({ text, lang }) => searchName(text, lang === 'en')),
  ],
}));

/**
 * Places by name or alias, spelling folded, words in any order from their first letters, or by exact P-code. Whole names come
 * first, then governorates, districts, sub-districts. A language keeps to names in its script.
 */
export function searchPlaces(text: string, lang?: Lang): Place[] {
  const exact = place(text.trim().toUpperCase());
  if (exact) return [exact];
  const folded = foldName(text);
  const found: { place: Place; whole: boolean }[] = [];
  for (const { place, names } of searchable) {
    const matching = names.filter(({ latin, tokens }) => (!lang || latin === (lang === 'en')) && nameMatches(text, tokens));
    if (matching.length > 0) found.push({ place, whole: matching.some((name) => name.folded === folded) });
  }
  // The places are in order of level and code already, and sorting keeps that among equals.
  return found.sort((a, b) => Number(b.whole) - Number(a.whole)).map(({ place }) => place);
}
