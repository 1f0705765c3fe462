import type { Kysely } from 'kysely';
import type { HouseholdState } from '../domain/household/index.ts';
import type { CaseRecord } from '../domain/kernel/case.ts';
import { foldName, nameTokens } from '../domain/kernel/names.ts';
import { normaliseDocumentNumber } from '../domain/kernel/numbers.ts';
import { opened } from '../domain/kernel/privacy.ts';
import type { Stated } from '../domain/kernel/process.ts';
import { type Script, scriptOf, soundOf } from '../domain/kernel/sounds.ts';
import { nationalNumberOf, type PersonName, type PersonState } from '../domain/person/index.ts';
import { districtOf, governorateOf } from '../domain/places/pcodes.ts';
import { createFolds, type FoldedEvent, ofRecord } from './runtime/folds.ts';
import type { Change, Projection } from './runtime/projection.ts';

/** A person on record. Names, dates and telephones are T1 and open; the national number stays sealed (T2). */
export interface RegisterPersonRow {
  id: string;
  reference: string;
  status: string;
  /** `{ ar, latin?, kurdish? }` in four parts, a legal person's name as text, or `{ erased: true }`. */
  name: unknown;
  /** The Arabic name folded: lists are sorted by it. */
  sort_name: string;
  mother_name: unknown;
  sex: string | null;
  birth: unknown;
  birth_year: number | null;
  phones: unknown;
  national_number: unknown;
  deceased: boolean;
}

/** A household. `place` and `origin` are P-codes; the ration card's number stays sealed (T2). */
export interface RegisterHouseholdRow {
  id: string;
  reference: string;
  status: string;
  file_no: string | null;
  legacy_numbers: readonly string[];
  head: string | null;
  /** Living members. */
  members_count: number;
  branch_organisation: string | null;
  branch_office: string | null;
  branch_governorate: string | null;
  origin_adm1: string | null;
  origin_adm2: string | null;
  origin_adm3: string | null;
  site_type: string | null;
  site: string | null;
  place: string | null;
  place_adm1: string | null;
  place_adm2: string | null;
  q_card: unknown;
  ration_card: unknown;
  absorbed_by: string | null;
}

export interface RegisterMemberRow {
  household: string;
  person: string;
  relation: string;
  deceased: boolean;
}

/**
 * A word of a name as it is searched. `kind` is `name` (in any script) or `mother`; with ` sound` after it the token is the script of
 * a word and how the word sounds, for who looks in the other script. With the person's `sort_name`, so that who bears a common name
 * is sorted before anything else of theirs is read.
 */
export interface RegisterTokenRow {
  kind: string;
  token: string;
  sort_name: string;
  person: string;
}

/** A number by which a household is known: its file's, older files', its Q-Card's. Normalised. */
export interface RegisterNumberRow {
  number: string;
  household: string;
}

export interface RegisterTables {
  register_person: RegisterPersonRow;
  register_household: RegisterHouseholdRow;
  register_member: RegisterMemberRow;
  register_token: RegisterTokenRow;
  register_number: RegisterNumberRow;
}

/** The register of persons and households, and what they are found by. */
export const registerProjection: Projection = {
  name: 'register',
  version: 5,
  categories: ['person', 'household', 'erasure'],
  opening: 'T1',
  tables: [
    {
      name: 'register_person',
      columns: {
        id: 'text',
        reference: 'text',
        status: 'text',
        name: 'jsonb',
        sort_name: 'text',
        mother_name: 'jsonb',
        sex: 'text',
        birth: 'jsonb',
        birth_year: 'integer',
        phones: 'jsonb',
        national_number: 'jsonb',
        deceased: 'boolean',
      } satisfies Record<keyof RegisterPersonRow, string>,
      key: ['id'],
      indexes: ['(reference)', '(birth_year)'],
    },
    {
      name: 'register_household',
      columns: {
        id: 'text',
        reference: 'text',
        status: 'text',
        file_no: 'text',
        legacy_numbers: 'text[]',
        head: 'text',
        members_count: 'integer',
        branch_organisation: 'text',
        branch_office: 'text',
        branch_governorate: 'text',
        origin_adm1: 'text',
        origin_adm2: 'text',
        origin_adm3: 'text',
        site_type: 'text',
        site: 'text',
        place: 'text',
        place_adm1: 'text',
        place_adm2: 'text',
        q_card: 'jsonb',
        ration_card: 'jsonb',
        absorbed_by: 'text',
      } satisfies Record<keyof RegisterHouseholdRow, string>,
      key: ['id'],
      indexes: ['(reference)', '(branch_office)', '(origin_adm2)'],
    },
    {
      name: 'register_member',
      columns: {
        household: 'text',
        person: 'text',
        relation: 'text',
        deceased: 'boolean',
      } satisfies Record<keyof RegisterMemberRow, string>,
      key: ['household', 'person'],
      indexes: ['(person)'],
    },
    {
      name: 'register_token',
      columns: { kind: 'text', token: 'text', sort_name: 'text', person: 'text' } satisfies Record<
        keyof RegisterTokenRow,
        string
      >,
      // In this order, since a search is for the beginning of a word.
      key: ['kind', 'token', 'sort_name', 'person'],
      indexes: ['(person)'],
      personalKey: ['token', 'sort_name'],
      // How common a name is decides in what order tables are read.
      sampled: ['token'],
    },
    {
      name: 'register_number',
      columns: { number: 'text', household: 'text' } satisfies Record<keyof RegisterNumberRow, string>,
      key: ['number', 'household'],
      indexes: ['(household)'],
      personalKey: ['number'],
    },
  ],
  start: (context) => {
    const fold = createFolds(context, ['person', 'household']);
    return async (batch) => {
      const changes: Change[] = [];
      for (const one of await fold(batch)) {
        if (one.erased) changes.push(...(await foundBy(context.db as Kysely<RegisterTables>, one, changes)));
        changes.push(...(one.record.process === 'person' ? personChanges(one) : householdChanges(one)));
      }
      return changes;
    };
  },
};

/** What an erased record was found by, which nobody can work out any more: all of it that was written, or is about to be. */
async function foundBy(
  db: Kysely<RegisterTables>,
  { record }: FoldedEvent,
  changes: readonly Change[],
): Promise<readonly Change[]> {
  const table = record.process === 'person' ? 'register_token' : 'register_number';
  const [tokens, numbers] = await Promise.all([
    db.selectFrom('register_token').selectAll().where('person', '=', record.id).execute(),
    db.selectFrom('register_number').selectAll().where('household', '=', record.id).execute(),
  ]);
  const coming = changes.flatMap((one) => (one.table === table ? (one.put ?? []) : []));
  const own = coming.filter((row) => Object.values(row).includes(record.id));
  return [
    { table: 'register_token', remove: tokens },
    { table: 'register_number', remove: numbers },
    { table, remove: own },
  ];
}

/** Rows that are a function of the record: those of the record before that are no more go, the others are written. */
const replaced = (table: string, before: readonly object[], now: readonly object[]): readonly Change[] => [
  { table, remove: before },
  { table, put: now },
];

const state = <S extends Stated>(record: CaseRecord<Stated>): S => record.state as S;

function personChanges({ before, record }: FoldedEvent): readonly Change[] {
  const person = state<PersonState>(record);
  const birth = opened(person.birth, undefined);
  const row: RegisterPersonRow = {
    id: record.id,
    reference: record.reference,
    status: record.status,
    name: person.name ?? person.legalName ?? null,
    sort_name: sortNameOf(person),
    mother_name: person.motherName ?? null,
    sex: person.sex ?? null,
    birth: person.birth ?? null,
    birth_year: birth ? Number(birth.date.slice(0, 4)) : null,
    phones: person.phones ?? null,
    national_number: nationalNumberOf(person) ?? null,
    deceased: person.status === 'deceased',
  };
  return [{ table: 'register_person', put: [row] }, ...replaced('register_token', tokenRows(before), tokenRows(record))];
}

const whole = ({ first, father, grandfather, family }: PersonName['ar']): string =>
  [first, father, grandfather, family].filter((part) => part !== undefined).join(' ');

/** The person's names as text, the Arabic one first. */
function namesOf(person: PersonState): readonly string[] {
  const name = person.name === undefined ? undefined : opened(person.name, undefined);
  const legal = person.legalName === undefined ? undefined : opened(person.legalName, undefined);
  return [name?.ar, name?.latin, name?.kurdish].flatMap((one) => (one ? [whole(one)] : [])).concat(legal ? [legal] : []);
}

const sortNameOf = (person: PersonState): string => foldName(namesOf(person)[0] ?? '');

const tokenRows = ofRecord((record): readonly RegisterTokenRow[] => {
  const person = state<PersonState>(record);
  if (!record.exists || record.retracted) return [];
  const sort_name = sortNameOf(person);
  const mother = person.motherName === undefined ? undefined : opened(person.motherName, undefined);
  const rows = (kind: string, texts: readonly string[]) => {
    const words = texts.flatMap(nameTokens);
    const sounds = words.flatMap((word) => soundToken(word) ?? []);
    return [
      ...[...new Set(words)].map((token) => ({ kind, token, sort_name, person: record.id })),
      ...[...new Set(sounds)].map((token) => ({ kind: `${kind} sound`, token, sort_name, person: record.id })),
    ];
  };
  return [...rows('name', namesOf(person)), ...rows('mother', mother ? [mother] : [])];
});

/** A word by its script and sound; undefined where it has neither. */
export function soundToken(word: string, script: Script | undefined = scriptOf(word)): string | undefined {
  const sound = soundOf(word);
  return script && sound !== '' ? `${script} ${sound}` : undefined;
}

function householdChanges({ before, record }: FoldedEvent): readonly Change[] {
  const household = state<HouseholdState>(record);
  const { origin, place } = household;
  const area = place?.area;
  const row: RegisterHouseholdRow = {
    id: record.id,
    reference: record.reference,
    status: record.status,
    file_no: household.fileNo ?? null,
    legacy_numbers: household.legacyNumbers,
    head: household.head ?? null,
    members_count: household.members.filter((one) => !one.deceased).length,
    branch_organisation: household.branch?.organisation ?? null,
    branch_office: household.branch?.office ?? null,
    branch_governorate: household.branch?.governorate ?? null,
    origin_adm1: origin?.adm1 ?? null,
    origin_adm2: origin?.adm2 ?? (origin?.adm3 === undefined ? undefined : districtOf(origin.adm3)) ?? null,
    origin_adm3: origin?.adm3 ?? null,
    site_type: place?.siteType ?? null,
    site: place?.site ?? null,
    place: area ?? null,
    place_adm1: area === undefined ? null : (governorateOf(area) ?? null),
    place_adm2: area === undefined ? null : (districtOf(area) ?? null),
    q_card: household.qCard ?? null,
    ration_card: household.documents.find((one) => one.docType === 'ration_card')?.number ?? null,
    absorbed_by: household.absorbedBy?.into ?? null,
  };
  return [
    { table: 'register_household', put: [row] },
    ...replaced('register_member', memberRows(before), memberRows(record)),
    ...replaced('register_number', numberRows(before), numberRows(record)),
  ];
}

const memberRows = (record: CaseRecord<Stated>): readonly RegisterMemberRow[] =>
  state<HouseholdState>(record).members.map((one) => ({
    household: record.id,
    person: one.person,
    relation: one.relation,
    deceased: one.deceased === true,
  }));

function numberRows(record: CaseRecord<Stated>): readonly RegisterNumberRow[] {
  const { fileNo, legacyNumbers, qCard } = state<HouseholdState>(record);
  const numbers = [fileNo, ...legacyNumbers, qCard === undefined ? undefined : opened(qCard, undefined)];
  const normalised = numbers.flatMap((one) => (one === undefined ? [] : [normaliseDocumentNumber(one)]));
  return [...new Set(normalised)].filter((one) => one !== '').map((number) => ({ number, household: record.id }));
}
