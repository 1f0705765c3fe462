import { z } from 'zod';
import { type Label, type Lang, say } from '../kernel/labels.ts';
import adm1 from './adm1.json' with { type: 'json' };
import adm2 from './adm2.json' with { type: 'json' };
import adm3 from './adm3.json' with { type: 'json' };

/** 1 governorate (muhafadha), 2 district (qadha), 3 sub-district (nahiya). */
export type Level = 1 | 2 | 3;

/**
 * A place of the OCHA/CSO common operational dataset for Iraq, valid on 3 June 2019: 18 governorates, 101 districts, 294
 * sub-districts. The parent is the dataset's parent column; the code's own look proves nothing, since districts change hands.
 */
export interface Place extends Label {
  readonly pcode: string;
  readonly level: Level;
  /** P-code of the place it lies in; a governorate has none. */
  readonly parent?: string;
}

/** Every place, by level and then by code. */
export const PLACES: readonly Place[] = [
  ...adm1.map((row): Place => ({ ...row, level: 1 })),
  ...adm2.map((row): Place => ({ ...row, level: 2 })),
  ...adm3.map((row): Place => ({ ...row, level: 3 })),
];

const byPcode: ReadonlyMap<string, Place> = new Map(PLACES.map((place) => [place.pcode, place]));

/** The place with this P-code, exactly as written. */
export function place(pcode: string): Place | undefined {
  return byPcode.get(pcode);
}

/** Is it the P-code of a place in the dataset? */
export function isPcode(text: string): boolean {
  return byPcode.has(text);
}

export function levelOf(pcode: string): Level | undefined {
  return byPcode.get(pcode)?.level;
}

export function parentOf(pcode: string): string | undefined {
  return byPcode.get(pcode)?.parent;
}

/** The place and everything it lies in, from itself up to its governorate; empty for an unknown code. */
function lineOf(pcode: string): Place[] {
  const line: Place[] = [];
  for (let at = byPcode.get(pcode); at; at = at.parent === undefined ? undefined : byPcode.get(at.parent)) line.push(at);
  return line;
}

/** P-code of the governorate a place lies in (its own for a governorate). */
export function governorateOf(pcode: string): string | undefined {
  return lineOf(pcode).at(-1)?.pcode;
}

/** P-code of the district a place lies in (its own for a district); a governorate has none. */
export function districtOf(pcode: string): string | undefined {
  return lineOf(pcode).find(({ level }) => level === 2)?.pcode;
}

/** Does the place lie in the other, or is it the same? False when either is unknown. */
export function within(pcode: string, ancestor: string): boolean {
  return lineOf(pcode).some((above) => above.pcode === ancestor);
}

/** The places directly in this one, by code. */
export function childrenOf(pcode: string): readonly Place[] {
  return PLACES.filter(({ parent }) => parent === pcode);
}

/** The dataset's name of the place. It has no Sorani names, so Sorani readers get the Arabic one. */
export function nameOf(pcode: string, lang: Lang): string | undefined {
  const found = byPcode.get(pcode);
  return found && say(found, lang);
}

function pcodeOf(shape: RegExp, what: string, example: string) {
  return z
    .string()
    .regex(shape, { error: `must be the P-code of a ${what}, such as ${example}`, abort: true })
    .refine(isPcode, `is not the P-code of a ${what} of Iraq`)
    .meta({ description: `P-code of a ${what}`, examples: [example] });
}

/** P-code of a governorate, district or sub-district. */
export const Pcode = pcodeOf(/^IQG\d{2}(Q\d{2}(N\d{2})?)?$/, 'governorate, district or sub-district', 'IQG15Q07N03');
/** P-code of a governorate. */
export const Adm1 = pcodeOf(/^IQG\d{2}$/, 'governorate', 'IQG15');
/** P-code of a district. */
export const Adm2 = pcodeOf(/^IQG\d{2}Q\d{2}$/, 'district', 'IQG15Q07');
/** P-code of a sub-district. */
export const Adm3 = pcodeOf(/^IQG\d{2}Q\d{2}N\d{2}$/, 'sub-district', 'IQG15Q07N03');
export type Pcode = z.infer<typeof Pcode>;
