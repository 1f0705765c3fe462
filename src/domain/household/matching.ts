import { z } from 'zod';
import type { PartialDate } from '../kernel/dates.ts';
import { foldName, nameTokens } from '../kernel/names.ts';
import { comparableNumber, normalisePhone } from '../kernel/numbers.ts';

/** What is compared to see whether two records may be one person; whatever is not known is left out. */
export interface PersonDescriptor {
  readonly names: {
    readonly first: string;
    readonly father?: string | undefined;
    readonly grandfather?: string | undefined;
    /** Family or tribal name. */
    readonly family?: string | undefined;
  };
  readonly motherName?: string | undefined;
  readonly sex?: string | undefined;
  readonly birth?: PartialDate | undefined;
  readonly phone?: string | undefined;
  readonly nationalNumber?: string | undefined;
  readonly pdsNumber?: string | undefined;
  readonly qCard?: string | undefined;
  /** P-code of the district of origin. */
  readonly originAdm2?: string | undefined;
}

export const MATCH_FIELDS = [
  'firstName',
  'fatherName',
  'grandfatherName',
  'familyName',
  'motherName',
  'sex',
  'birth',
  'originAdm2',
  'phone',
  'nationalNumber',
  'pdsNumber',
  'qCard',
] as const;
export type MatchField = (typeof MATCH_FIELDS)[number];

const Weight = z.strictObject({ agree: z.number().nonnegative().max(1000), disagree: z.number().nonnegative().max(1000) });

/**
 * Points a field adds when it agrees and takes away when it does not; `full` is the sum that makes a score of 100, and
 * `sameNationalNumber` the least score of two records under one national number.
 */
export const MatchWeights = z.strictObject({
  version: z.string().min(1).max(40),
  full: z.number().positive(),
  sameNationalNumber: z.number().min(0).max(100),
  fields: z.record(z.enum(MATCH_FIELDS), Weight),
});
export type MatchWeights = z.infer<typeof MatchWeights>;

/**
 * A configurable default that nobody published. What a household shares (father, mother, card, telephone, origin) says little
 * by itself, so that brothers and sisters stay apart: the first name and the birth date decide between them.
 */
export const DEFAULT_WEIGHTS: MatchWeights = {
  version: 'default-1',
  full: 80,
  sameNationalNumber: 90,
  fields: {
    firstName: { agree: 24, disagree: 40 },
    fatherName: { agree: 10, disagree: 10 },
    grandfatherName: { agree: 7, disagree: 6 },
    familyName: { agree: 4, disagree: 2 },
    motherName: { agree: 12, disagree: 10 },
    sex: { agree: 2, disagree: 12 },
    birth: { agree: 18, disagree: 20 },
    originAdm2: { agree: 3, disagree: 3 },
    phone: { agree: 4, disagree: 0 },
    nationalNumber: { agree: 45, disagree: 40 },
    pdsNumber: { agree: 3, disagree: 1 },
    qCard: { agree: 4, disagree: 1 },
  },
};

export interface MatchScore {
  /** Whole number, 0–100. */
  readonly score: number;
  /** The fields known on both sides and how far each agrees, 0 (not at all) to 1 (the same). */
  readonly fields: readonly { readonly field: MatchField; readonly agreement: number }[];
  /** Algorithm and configuration, to be kept with every result. */
  readonly algorithmVersion: string;
}

/** Changes whenever the same two records and weights could score differently. */
const ALGORITHM = 'person-match-2';

/** One letter put in, left out, changed, or swapped with its neighbour? */
function oneSlipApart(a: string, b: string): boolean {
  const [short, long] = a.length <= b.length ? [a, b] : [b, a];
  let at = 0;
  while (at < short.length && short[at] === long[at]) at += 1;
  if (short.length < long.length) return short.slice(at) === long.slice(at + 1);
  const swapped = short[at] === long[at + 1] && short[at + 1] === long[at] && short.slice(at + 2) === long.slice(at + 2);
  return swapped || short.slice(at + 1) === long.slice(at + 1);
}

/** In short Arabic names one letter is often another name (حسن, حسين), so a slip weighs more there. Undefined across scripts. */
function nameAgreement(a: string | undefined, b: string | undefined): number | undefined {
  const [x, y] = [a, b].map((name) => foldName(name ?? '').replaceAll(' ', ''));
  if (!x || !y || /[a-z]/.test(x) !== /[a-z]/.test(y)) return undefined;
  if (x === y) return 1;
  return oneSlipApart(x, y) ? (Math.min(x.length, y.length) >= 5 ? 0.8 : 0.5) : 0;
}

function numberAgreement(a: string | undefined, b: string | undefined): number | undefined {
  const [x, y] = [a, b].map((number) => comparableNumber(number ?? ''));
  if (!x || !y) return undefined;
  return x === y ? 1 : oneSlipApart(x, y) ? 0.5 : 0;
}

function phoneAgreement(a: string | undefined, b: string | undefined): number | undefined {
  const [x, y] = [a, b].map((number) => normalisePhone(number ?? ''));
  return x && y ? Number(x === y) : undefined;
}

function sameness(a: string | undefined, b: string | undefined): number | undefined {
  return a && b ? Number(a === b) : undefined;
}

const swapDayAndMonth = (date: string) => `${date.slice(0, 4)}-${date.slice(8)}-${date.slice(5, 7)}`;

/** 1 January and 1 July are what offices wrote when only the year was known. */
const knownToDay = ({ date, precision }: PartialDate) => precision === 'day' && !/-(01|07)-01$/.test(date);

function birthAgreement(a: PartialDate | undefined, b: PartialDate | undefined): number | undefined {
  if (!a || !b) return undefined;
  const years = Math.abs(Number(a.date.slice(0, 4)) - Number(b.date.slice(0, 4)));
  if (years > 1) return 0;
  if (years === 1) return 0.5;
  if (knownToDay(a) && knownToDay(b)) return a.date === b.date ? 1 : a.date === swapDayAndMonth(b.date) ? 0.9 : 0.5;
  const monthsKnown = [a, b].every((birth) => birth.precision === 'month' || knownToDay(birth));
  return monthsKnown ? (a.date.slice(0, 7) === b.date.slice(0, 7) ? 0.9 : 0.5) : 0.8;
}

/**
 * How likely two records are one person, for officers to look at: nothing is ever merged on a score (domain specification
 * §1.4). The same both ways round. Fields unknown on either side count neither for nor against.
 */
export function matchScore(a: PersonDescriptor, b: PersonDescriptor, weights: MatchWeights = DEFAULT_WEIGHTS): MatchScore {
  const agreements: Readonly<Record<MatchField, number | undefined>> = {
    firstName: nameAgreement(a.names.first, b.names.first),
    fatherName: nameAgreement(a.names.father, b.names.father),
    grandfatherName: nameAgreement(a.names.grandfather, b.names.grandfather),
    familyName: nameAgreement(a.names.family, b.names.family),
    motherName: nameAgreement(a.motherName, b.motherName),
    sex: sameness(a.sex, b.sex),
    birth: birthAgreement(a.birth, b.birth),
    originAdm2: sameness(a.originAdm2, b.originAdm2),
    phone: phoneAgreement(a.phone, b.phone),
    nationalNumber: numberAgreement(a.nationalNumber, b.nationalNumber),
    pdsNumber: numberAgreement(a.pdsNumber, b.pdsNumber),
    qCard: numberAgreement(a.qCard, b.qCard),
  };
  let points = 0;
  const fields: { field: MatchField; agreement: number }[] = [];
  for (const field of MATCH_FIELDS) {
    const agreement = agreements[field];
    if (agreement === undefined) continue;
    fields.push({ field, agreement });
    points += agreement * weights.fields[field].agree - (1 - agreement) * weights.fields[field].disagree;
  }
  const least = agreements.nationalNumber === 1 ? weights.sameNationalNumber : 0;
  const score = Math.min(100, Math.max(least, Math.round((100 * points) / weights.full)));
  return { score, fields, algorithmVersion: `${ALGORITHM}/${weights.version}` };
}

/**
 * Keys two records must share one of to be compared at all: first and father's name with the birth year (±1), the same names
 * with the district of origin, and the national number. A record knowing neither year nor district goes by the names alone.
 * The keys contain personal data: they are stored only under a keyed hash.
 */
export function blockingKeys(person: PersonDescriptor): string[] {
  const names = [person.names.first, person.names.father ?? ''].map((name) => nameTokens(name).join(''));
  const keys: string[] = [];
  if (names[0]) {
    const name = names.join('|');
    // Years y and y+1 on both sides: two records share one exactly when their years are at most one apart.
    const year = person.birth && Number(person.birth.date.slice(0, 4));
    if (year !== undefined) keys.push(`year:${year}:${name}`, `year:${year + 1}:${name}`);
    if (person.originAdm2) keys.push(`origin:${person.originAdm2}:${name}`);
    if (keys.length === 0) keys.push(`name:${name}`);
  }
  const national = comparableNumber(person.nationalNumber ?? '');
  if (national) keys.push(`national:${national}`);
  return keys;
}
