import { mayAnywhere } from '../../domain/access/access.ts';
import { matchingRule, possibleDuplicates } from '../../domain/household/index.ts';
import { blockingKeys, matchScore, type PersonDescriptor } from '../../domain/household/matching.ts';
import type { Matching } from '../../domain/household/possibleDuplicates.ts';
import { textIn, type Unit } from '../../domain/importRun/columns.ts';
import { comparable, type PersonOf, type Plan } from '../../domain/importRun/index.ts';
import { districtOf } from '../../domain/places/pcodes.ts';
import { atOnce } from '../runtime/atOnce.ts';
import { AT_ONCE } from './entering.ts';
import type { SearchPersons } from './parts.ts';
import type { ImportRow } from './rows.ts';

/** What is shown of one row; more of it helps nobody. */
const MOST_SHOWN = 5;
/** Under one blocking key no more rows than this are compared with each other. */
const MOST_ALIKE = 200;
/** Digits of a national number, to which offices pad it. */
const NATIONAL_DIGITS = 12;

/** By what persons on record may be found for who has a file read. */
export type LookedFor = 'nothing' | 'names' | 'numbers';

/** What a post in this role may look people up by. */
export const lookedForBy = (post: string): LookedFor =>
  mayAnywhere(post, 'register:lookup') ? 'numbers' : mayAnywhere(post, 'register:search') ? 'names' : 'nothing';

/** Possible duplicates by row. */
export type Doubts = Map<number, ImportRow['duplicates']>;

/**
 * Looks every person of a file up among the records and among the other units of the file. Nothing follows from a score
 * but that somebody has to look (domain.md §1.4). On record it is looked only for what who has the file read may look people up by:
 * a score, or merely that there is one, would else confirm guessed numbers by the thousand.
 */
export async function doubtsIn(
  units: readonly Unit[],
  plan: Pick<Plan, 'personsOf'>,
  search: SearchPersons,
  matching: Matching = matchingRule.default,
  by: LookedFor = 'numbers',
): Promise<Doubts> {
  const doubts = new Map<number, ImportRow['duplicates'][number][]>();
  const add = (row: number, doubt: ImportRow['duplicates'][number]): void => {
    doubts.set(row, [...(doubts.get(row) ?? []), doubt]);
  };
  const met = new Map<string, { readonly unit: number; readonly row: number; readonly person: PersonDescriptor }[]>();
  const asked = units.flatMap((unit) =>
    plan.personsOf(unit).map((one) => ({ unit: unit.unit, row: one.row.row, person: described(one, unit) })),
  );
  const recorded =
    by === 'nothing'
      ? []
      : await atOnce(asked, AT_ONCE, ({ person }) =>
          onRecord(by === 'numbers' ? person : withoutNumbers(person), search, matching),
        );
  for (const [index, one] of asked.entries()) {
    const { unit, row, person } = one;
    const byNumber = by === 'numbers' && bearsNumber(person) ? { byNumber: true as const } : {};
    for (const { other, score } of recorded[index] ?? []) add(row, { person: other, score, ...byNumber });
    for (const other of inFile(person, unit, met, matching)) add(row, other);
    for (const key of blockingKeys(person)) {
      const alike = met.get(key) ?? [];
      if (alike.length < MOST_ALIKE) met.set(key, [...alike, one]);
    }
  }
  return new Map([...doubts].map(([row, list]) => [row, list.sort((a, b) => b.score - a.score).slice(0, MOST_SHOWN)]));
}

const NUMBERS = ['nationalNumber', 'phone', 'qCard', 'pdsNumber'] as const;

const bearsNumber = (person: PersonDescriptor): boolean => NUMBERS.some((field) => person[field] !== undefined);

const withoutNumbers = (person: PersonDescriptor): PersonDescriptor => ({
  ...person,
  ...Object.fromEntries(NUMBERS.map((field) => [field, undefined])),
});

/** The records it may be, however its number is padded. */
async function onRecord(person: PersonDescriptor, search: SearchPersons, matching: Matching) {
  const best = new Map<string, number>();
  for (const nationalNumber of spellings(person.nationalNumber)) {
    const asked = { ...person, nationalNumber };
    for (const { other, score } of possibleDuplicates(asked, await search(asked), matching)) {
      best.set(other, Math.max(score, best.get(other) ?? 0));
    }
  }
  return [...best].map(([other, score]) => ({ other, score }));
}

const spellings = (number: string | undefined): readonly (string | undefined)[] => {
  if (number === undefined) return [undefined];
  const bare = comparable(number);
  return [...new Set([number, bare, bare.padStart(NATIONAL_DIGITS, '0')])];
};

function inFile(
  person: PersonDescriptor,
  unit: number,
  met: ReadonlyMap<string, readonly { readonly unit: number; readonly row: number; readonly person: PersonDescriptor }[]>,
  { weights, showFrom }: Matching,
): ImportRow['duplicates'] {
  const alike = new Map(blockingKeys(person).flatMap((key) => (met.get(key) ?? []).map((one) => [one.row, one] as const)));
  return [...alike.values()]
    .filter((one) => one.unit !== unit)
    .map((one) => ({ row: one.row, score: matchScore(person, one.person, weights).score }))
    .filter((one) => one.score >= showFrom);
}

/** What is compared of a person; the numbers of a row are those of the one it is about first. */
function described({ key, row, input }: PersonOf, { head }: Unit): PersonDescriptor {
  // A register of claims names no origin: the district of the incident stands for it.
  const origin = textIn(head, 'origin') ?? textIn(head, 'incidentArea');
  const isFirst = key === String(row.row);
  return {
    names: input.name.ar,
    motherName: input.motherName,
    sex: input.sex === 'unknown' ? undefined : input.sex,
    birth: input.birth,
    phone: input.phones?.[0],
    nationalNumber: isFirst ? textIn(row, 'nationalNumber') : undefined,
    originAdm2: origin === undefined ? undefined : districtOf(origin),
    qCard: textIn(head, 'qCard'),
    pdsNumber: textIn(head, 'rationCard'),
  };
}
