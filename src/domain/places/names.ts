import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';
import type { Label } from '../kernel/labels.ts';
import { foldName, nameMatches, nameTokens } from '../kernel/names.ts';

/**
 * One of a place's names. Places carry several (Jurf al-Sakhar is Jurf al-Nasr): the official one, former official ones, and
 * what people and reports call it.
 */
export const PlaceName = z.strictObject({
  text: z.string().trim().min(1).max(200),
  lang: z.enum(['ar', 'ckb', 'en']),
  kind: z.enum(['official', 'former', 'local']),
  since: LocalDate.optional(),
});
export type PlaceName = z.infer<typeof PlaceName>;

const sameName = (a: PlaceName, b: PlaceName) => a.lang === b.lang && foldName(a.text) === foldName(b.text);

/**
 * The names after one more became known. There is one official name a language: the one before it becomes former. A name
 * already there keeps one entry, of the kind now given. No name is ever lost: people keep using it.
 */
export function withName(names: readonly PlaceName[], added: PlaceName): PlaceName[] {
  const others = names
    .filter((name) => !sameName(name, added))
    .map(
      (name): PlaceName =>
        added.kind === 'official' && name.kind === 'official' && name.lang === added.lang ? { ...name, kind: 'former' } : name,
    );
  return [...others, added];
}

const RANK = { official: 0, local: 1, former: 2 } as const;

/** What to call the place: official before local before former; a language without any name says the Arabic, then any. */
export function labelOfNames(names: readonly [PlaceName, ...PlaceName[]]): Label {
  const best = (lang: PlaceName['lang']) =>
    names.filter((name) => name.lang === lang).sort((a, b) => RANK[a.kind] - RANK[b.kind])[0]?.text;
  const ar = best('ar') ?? names[0].text;
  const ckb = best('ckb');
  return { en: best('en') ?? ar, ar, ...(ckb === undefined ? {} : { ckb }) };
}

/** Is the place known by what was typed, under any of its names? Names match by the first letters of their words. */
export function answersTo(names: readonly PlaceName[], typed: string): boolean {
  return names.some((name) => nameMatches(typed, nameTokens(name.text)));
}
