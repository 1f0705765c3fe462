import glossary from './glossary.json' with { type: 'json' };

/** English, Arabic, Sorani Kurdish. */
export type Lang = 'en' | 'ar' | 'ckb';

export const LANGS = ['en', 'ar', 'ckb'] as const satisfies readonly Lang[];

/** What a person reads. A Sorani term nobody has given stays absent: it is shown in Arabic and listed, never invented. */
export interface Label {
  readonly en: string;
  readonly ar: string;
  readonly ckb?: string;
}

/**
 * Terms of the field (domain specification §16). Standard Iraqi administrative Arabic, not yet reviewed by the ministry;
 * Sorani only where it was given with confidence. Labels of official forms are copied from the ministry's own forms.
 */
export const GLOSSARY: Readonly<Record<string, Label>> = glossary;

/** The label in a language; a missing Sorani term is said in Arabic. */
export function say(label: Label, lang: Lang): string {
  return label[lang] ?? label.ar;
}

/** Keys of the catalogue that still need a Sorani term, in order. */
export function missingSorani(catalogue: Readonly<Record<string, Label>>): string[] {
  return Object.keys(catalogue)
    .filter((key) => !catalogue[key]!.ckb)
    .sort();
}

/** `ku` is taken for Sorani, the Kurdish of Iraq's offices, unless it is marked as written in Latin letters (Kurmanji). */
function langOfTag(tag: string): Lang | undefined {
  const [primary, ...rest] = tag.toLowerCase().split('-');
  if (primary === 'ku') return rest.includes('latn') ? undefined : 'ckb';
  return LANGS.find((lang) => lang === primary);
}

/**
 * The language for an `Accept-Language` header (RFC 9110 §12.5.4): highest q first, ties in the order written; `*` is the
 * fallback unless the header named it apart. An absent, unknown or malformed header gives the fallback.
 */
export function pickLanguage(header: string | undefined, fallback: Lang = 'en'): Lang {
  const asked = new Map<Lang | '*', number>();
  for (const part of (header ?? '').split(',')) {
    const [, tag, q] = /^\s*([A-Za-z0-9-]+|\*)\s*(?:;\s*[qQ]=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?\s*$/.exec(part) ?? [];
    const lang = tag === '*' ? '*' : tag && langOfTag(tag);
    if (lang) asked.set(lang, Math.max(asked.get(lang) ?? 0, Number(q ?? 1)));
  }
  const rest = asked.get('*');
  if (rest !== undefined) {
    for (const lang of [fallback, ...LANGS]) if (!asked.has(lang)) asked.set(lang, rest);
  }
  let best: Lang | undefined;
  for (const [lang, q] of asked) {
    if (lang !== '*' && q > (best ? asked.get(best)! : 0)) best = lang;
  }
  return best ?? fallback;
}
