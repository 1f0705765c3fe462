import { type AliasedExpression, type Expression, type Kysely, type SqlBool, sql } from 'kysely';
import { nameMatches, nameTokens } from '../domain/kernel/names.ts';
import { normaliseDocumentNumber } from '../domain/kernel/numbers.ts';
import { parseReference } from '../domain/kernel/reference.ts';
import { beginsOrSounds, scriptOf } from '../domain/kernel/sounds.ts';
import type { PersonName } from '../domain/person/index.ts';
import type { ReadTables } from './reads.queries.ts';
import { type RegisterTokenRow, soundToken } from './register.ts';
import type { Places } from './statements.ts';
import { type Sight, visibleTo } from './visibility.ts';

/** What somebody looks for in the register; everything given must fit. */
export interface RegisterSearch {
  /** Any of the four names, in any script and order, words or beginnings of words. */
  readonly name?: string | undefined;
  readonly motherName?: string | undefined;
  readonly birthYear?: number | undefined;
  /** P-code of the area of origin: a governorate, district or sub-district. */
  readonly origin?: string | undefined;
  /** P-code of the place where the household lives now: a governorate, a district or the very area. */
  readonly place?: string | undefined;
  /** Number of the file, of an older file or of the Q-Card. */
  readonly fileNo?: string | undefined;
  readonly reference?: string | undefined;
  readonly status?: string | undefined;
  readonly branch?: string | undefined;
  /** A household by id, with everyone in it. */
  readonly household?: string | undefined;
  /** Persons by id: for showing what a search for duplicates found. */
  readonly persons?: readonly string[] | undefined;
}

/** `find` and `read` of persons and households, and whose numbers of papers may be asked for. */
export interface RegisterSight {
  readonly find: Sight;
  readonly read: Sight;
  readonly numbers: Sight;
}

type Condition = Expression<SqlBool>;
const GONE = ['merged_into', 'void', 'retracted'];

/** `text` sorts by code point here, so every word that begins with a prefix lies between it and this. */
const beyond = (prefix: string): string => `${prefix}\u{10ffff}`;

/** A word of a name asked for: whatever begins with it lies from `from` to before `to`, and `sound` is what sounds like it elsewhere. */
export interface SoughtWord {
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly sound: string | undefined;
}

/** What is looked for in the tables, with places for whatever a statement only passes on. */
export interface Sought extends Pick<RegisterSearch, 'origin' | 'place' | 'status' | 'branch' | 'household' | 'persons'> {
  readonly words: readonly SoughtWord[];
  readonly birthYear: string | undefined;
  /** Normalised. */
  readonly number: string | undefined;
  readonly reference: string | undefined;
  /** Whether it says anything about a person. */
  readonly ofPerson: boolean;
}

/** What a search looks for. */
export function soughtOf(places: Places, search: RegisterSearch): Sought {
  const { name, motherName, birthYear, fileNo, origin, place, status, branch, household, persons } = search;
  const asked = Object.entries({ name, mother: motherName }).flatMap(([kind, typed]) =>
    wordsOf(typed).map((word) => ({ kind, word })),
  );
  const reference = search.reference === undefined ? undefined : parseReference(search.reference);
  const about = name ?? motherName ?? birthYear ?? persons ?? household;
  return {
    words: asked.map(({ kind, word }, at) => ({
      kind,
      from: places.of(`word ${at}`, word),
      to: places.of(`beyond ${at}`, beyond(word)),
      sound: places.of(`sound ${at}`, soundElsewhere(word)),
    })),
    birthYear: places.of('birth year', birthYear === undefined ? undefined : String(birthYear)),
    number: places.of('number', fileNo === undefined ? undefined : normaliseDocumentNumber(fileNo)),
    reference: places.of('reference', reference && (reference.ok ? reference.reference : '')),
    origin: places.of('origin', origin),
    place: places.of('place', place),
    status: places.of('status', status),
    branch: places.of('branch', branch),
    household: places.of('household', household),
    persons: persons?.map((one, at) => places.of(`person ${at}`, one)),
    ofPerson: about !== undefined || reference !== undefined,
  };
}

/** By what persons found are sorted: where words are asked for, as the words are kept, which is no other order. */
export function orderOf({ words }: Sought) {
  const [name, id] = words.length > 0 ? ['bearer.sort_name', 'bearer.person'] : ['p.sort_name', 'p.id'];
  return { name: sql.ref<string>(name!), id: sql.ref<string>(id!) };
}

/** Persons one of whose names a word begins, or sounds like in another script; as often as it does. */
export function bearersOf(db: Kysely<ReadTables>, { kind, from, to, sound }: SoughtWord) {
  const tokens = db.selectFrom('register_token').select(['register_token.sort_name', 'register_token.person']);
  const begun = tokens
    .where('register_token.kind', '=', kind)
    .where('register_token.token', '>=', from)
    .where('register_token.token', '<', to);
  if (sound === undefined) return begun;
  return begun.unionAll(tokens.where('register_token.kind', '=', `${kind} sound`).where('register_token.token', '=', sound));
}

/** One who bears a name. */
export type Bearer = Pick<RegisterTokenRow, 'sort_name' | 'person'>;
export type Bearers = AliasedExpression<Bearer, 'one'>;

/**
 * Those of the bearers of the first word asked for whose names have the other words as well, and who were born in the year asked for, in
 * the order of lists: told from words, so that a page of a common name reads no more than its own persons.
 */
function sortedOf(db: Kysely<ReadTables>, bearers: Bearers, { words, birthYear }: Sought) {
  let query = db.selectFrom(bearers).select(['one.sort_name', 'one.person']).distinct();
  for (const word of words.slice(1)) {
    query = query.where('one.person', 'in', db.selectFrom(bearersOf(db, word).as('other')).select('other.person'));
  }
  if (birthYear !== undefined) {
    const born = db.selectFrom('register_person').select('register_person.id').where(bornIn('register_person', birthYear));
    query = query.where('one.person', 'in', born);
  }
  return query.orderBy('one.sort_name').orderBy('one.person');
}

const bornIn = (table: string, year: string): Condition => sql<SqlBool>`${sql.ref(`${table}.birth_year`)} = ${year}::integer`;

/**
 * Persons with each household of theirs, for who may find either; `among` are those of the first word asked for who are looked at.
 * Rows may be no match yet: see `fits`.
 */
export function found(db: Kysely<ReadTables>, sight: RegisterSight, sought: Sought, among?: Bearers) {
  const { number, reference } = sought;
  const [word] = sought.words;
  const bearers = word && sortedOf(db, among ?? bearersOf(db, word).as('one'), sought);
  let query = db
    .selectFrom('register_person as p')
    .leftJoin('register_member as m', 'm.person', 'p.id')
    .leftJoin('register_household as h', 'h.id', 'm.household')
    .leftJoin('register_person as head', 'head.id', 'h.head')
    .leftJoin('case_index as pc', (join) => join.on('pc.process', '=', 'person').onRef('pc.case_id', '=', 'p.id'))
    .leftJoin('case_index as hc', (join) => join.on('hc.process', '=', 'household').onRef('hc.case_id', '=', 'h.id'))
    .$if(bearers !== undefined, (query) => query.innerJoin(bearers!.as('bearer'), 'bearer.person', 'p.id'))
    .where(sql<SqlBool>`(${visible('pc', sight.find)} or ${visible('hc', sight.find)})`)
    .select([
      sql<boolean>`(${visible('pc', sight.read)} or ${visible('hc', sight.read)})`.as('readPerson'),
      sql<boolean>`${visible('hc', sight.find)}`.as('findHousehold'),
      sql<boolean>`${visible('hc', sight.read)}`.as('readHousehold'),
      'p.id as person',
      'p.reference as personReference',
      'p.status as personStatus',
      'p.name as name',
      'p.sort_name as sortName',
      'p.mother_name as motherName',
      'p.sex as sex',
      'p.birth as birth',
      'm.relation as relation',
      'h.id as household',
      'h.reference as householdReference',
      'h.status as householdStatus',
      'h.file_no as fileNo',
      'h.head as head',
      'head.name as headName',
      'h.members_count as members',
      'h.branch_organisation as branchOrganisation',
      'h.branch_office as branchOffice',
      'h.origin_adm1 as originAdm1',
      'h.origin_adm2 as originAdm2',
      'h.origin_adm3 as originAdm3',
      'h.site_type as siteType',
      'h.place as place',
      'h.absorbed_by as absorbedBy',
    ]);
  if (sought.household !== undefined) query = query.where('h.id', '=', sought.household);
  // Who names a file or a reference is shown it whatever became of it; a search by name shows what stands.
  if (number === undefined && reference === undefined && sought.household === undefined) {
    query = query
      .where('p.status', 'not in', GONE)
      .where((eb) => eb.or([eb('h.status', 'is', null), eb('h.status', 'not in', GONE)]));
  }
  if (sought.birthYear !== undefined && bearers === undefined) query = query.where(bornIn('p', sought.birthYear));
  // Whoever may only find a family would else learn place by place where it lives, and how it stands.
  if (sought.place !== undefined || sought.status !== undefined) query = query.where(visible('hc', sight.read));
  if (number !== undefined) {
    query = query
      .where(visible('hc', sight.numbers))
      .where('h.id', 'in', (eb) =>
        eb.selectFrom('register_number').select('register_number.household').where('register_number.number', '=', number),
      );
  }
  if (reference !== undefined) {
    query = query.where((eb) => eb.or([eb('h.reference', '=', reference), eb('p.reference', '=', reference)]));
  }
  if (sought.origin !== undefined) {
    const { origin } = sought;
    query = query.where((eb) =>
      eb.or([eb('h.origin_adm1', '=', origin), eb('h.origin_adm2', '=', origin), eb('h.origin_adm3', '=', origin)]),
    );
  }
  if (sought.place !== undefined) {
    const { place } = sought;
    query = query.where((eb) =>
      eb.or([eb('h.place_adm1', '=', place), eb('h.place_adm2', '=', place), eb('h.place', '=', place)]),
    );
  }
  if (sought.status !== undefined) query = query.where('h.status', '=', sought.status);
  if (sought.branch !== undefined) query = query.where('h.branch_office', '=', sought.branch);
  if (sought.persons !== undefined) query = query.where(sql<SqlBool>`p.id = any(${sought.persons}::text[])`);
  // Without a word about a person, a household is shown by its head.
  if (!sought.ofPerson) {
    query = query.where((eb) =>
      eb.or([eb.and([eb('h.id', 'is not', null), eb('h.head', 'is', null)]), eb('h.head', '=', eb.ref('p.id'))]),
    );
  }
  return query;
}

/** What a word of the other script that sounds like this one is found by. */
const soundElsewhere = (word: string): string | undefined => {
  const script = scriptOf(word);
  return script && soundToken(word, script === 'latin' ? 'arabic' : 'latin');
};

const visible = (table: string, way: Sight): Condition => sql<SqlBool>`coalesce(${visibleTo(way, table)}, false)`;

/** The words typed, the longest first: it narrows the search most. */
export const wordsOf = (typed: string | undefined): readonly string[] =>
  typed === undefined ? [] : nameTokens(typed).sort((a, b) => b.length - a.length);

export type FoundRow = Awaited<ReturnType<ReturnType<typeof found>['execute']>>[number];

/**
 * Whether each word typed begins a different word of one of the person's names, or sounds like it in another script: the tables only
 * know words.
 */
export function fits(row: FoundRow, search: RegisterSearch): boolean {
  if (
    search.name !== undefined &&
    !fullNames(row.name).some((name) => nameMatches(search.name ?? '', nameTokens(name), beginsOrSounds))
  )
    return false;
  if (search.motherName === undefined) return true;
  return typeof row.motherName === 'string' && nameMatches(search.motherName, nameTokens(row.motherName), beginsOrSounds);
}

function fullNames(name: unknown): readonly string[] {
  if (typeof name === 'string') return [name];
  const { ar, latin, kurdish } = (name ?? {}) as Partial<PersonName>;
  return [ar, latin, kurdish].flatMap((one) =>
    one ? [[one.first, one.father, one.grandfather, one.family].filter((part) => part !== undefined).join(' ')] : [],
  );
}
