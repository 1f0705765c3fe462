import { type Expression, type Kysely, type SqlBool, sql } from 'kysely';
import { nameMatches, nameTokens } from '../domain/kernel/names.ts';
import { normaliseDocumentNumber } from '../domain/kernel/numbers.ts';
import { parseReference } from '../domain/kernel/reference.ts';
import { beginsOrSounds, scriptOf } from '../domain/kernel/sounds.ts';
import type { PersonName } from '../domain/person/index.ts';
import type { ReadTables } from './reads.queries.ts';
import { soundToken } from './register.ts';
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

const wordsAsked = ({ name, motherName }: RegisterSearch) =>
  Object.entries({ name, mother: motherName }).flatMap(([kind, typed]) => wordsOf(typed).map((word) => ({ kind, word })));

/** By what persons found are sorted: where words are asked for, as the words are kept, which is no other order. */
export function orderOf(search: RegisterSearch) {
  const byWords = wordsAsked(search).length > 0;
  const [name, id] = byWords ? ['bearer.sort_name', 'bearer.person'] : ['p.sort_name', 'p.id'];
  return { name: sql.ref<string>(name!), id: sql.ref<string>(id!) };
}

/**
 * Persons of whose names each word asked for begins one, or sounds like one in another script, and who were born in the year asked
 * for, in the order of lists: told from words, so that a page of a common name reads no more than its own persons. Undefined where no word is asked for.
 */
function bearersOf(db: Kysely<ReadTables>, search: RegisterSearch) {
  const [first, ...others] = wordsAsked(search).map(({ kind, word }) => {
    const sound = soundElsewhere(word);
    const tokens = db.selectFrom('register_token').select(['register_token.sort_name', 'register_token.person']);
    const begun = tokens
      .where('register_token.kind', '=', kind)
      .where('register_token.token', '>=', word)
      .where('register_token.token', '<', beyond(word));
    if (sound === undefined) return begun;
    return begun.unionAll(tokens.where('register_token.kind', '=', `${kind} sound`).where('register_token.token', '=', sound));
  });
  if (first === undefined) return undefined;
  let query = db.selectFrom(first.as('one')).select(['one.sort_name', 'one.person']).distinct();
  for (const other of others) query = query.where('one.person', 'in', db.selectFrom(other.as('other')).select('other.person'));
  if (search.birthYear !== undefined) {
    const born = db
      .selectFrom('register_person')
      .select('register_person.id')
      .where('register_person.birth_year', '=', search.birthYear);
    query = query.where('one.person', 'in', born);
  }
  return query.orderBy('one.sort_name').orderBy('one.person');
}

/** Persons with each household of theirs, for who may find either. Rows may be no match yet: see `fits`. */
export function found(db: Kysely<ReadTables>, sight: RegisterSight, search: RegisterSearch) {
  const bearers = bearersOf(db, search);
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
  const number = search.fileNo === undefined ? undefined : normaliseDocumentNumber(search.fileNo);
  const reference = search.reference === undefined ? undefined : parseReference(search.reference);
  if (search.household !== undefined) query = query.where('h.id', '=', search.household);
  // Who names a file or a reference is shown it whatever became of it; a search by name shows what stands.
  if (number === undefined && reference === undefined && search.household === undefined) {
    query = query
      .where('p.status', 'not in', GONE)
      .where((eb) => eb.or([eb('h.status', 'is', null), eb('h.status', 'not in', GONE)]));
  }
  if (search.birthYear !== undefined && bearers === undefined) query = query.where('p.birth_year', '=', search.birthYear);
  // Whoever may only find a family would else learn place by place where it lives, and how it stands.
  if (search.place !== undefined || search.status !== undefined) query = query.where(visible('hc', sight.read));
  if (number !== undefined) {
    query = query
      .where(visible('hc', sight.numbers))
      .where('h.id', 'in', (eb) =>
        eb.selectFrom('register_number').select('register_number.household').where('register_number.number', '=', number),
      );
  }
  if (reference !== undefined) {
    const wanted = reference.ok ? reference.reference : '';
    query = query.where((eb) => eb.or([eb('h.reference', '=', wanted), eb('p.reference', '=', wanted)]));
  }
  if (search.origin !== undefined) {
    const { origin } = search;
    query = query.where((eb) =>
      eb.or([eb('h.origin_adm1', '=', origin), eb('h.origin_adm2', '=', origin), eb('h.origin_adm3', '=', origin)]),
    );
  }
  if (search.place !== undefined) {
    const { place } = search;
    query = query.where((eb) =>
      eb.or([eb('h.place_adm1', '=', place), eb('h.place_adm2', '=', place), eb('h.place', '=', place)]),
    );
  }
  if (search.status !== undefined) query = query.where('h.status', '=', search.status);
  if (search.branch !== undefined) query = query.where('h.branch_office', '=', search.branch);
  if (search.persons !== undefined) query = query.where('p.id', 'in', search.persons.length > 0 ? [...search.persons] : ['']);
  // Without a word about a person, a household is shown by its head.
  const aboutPerson = search.name ?? search.motherName ?? search.birthYear ?? search.persons ?? search.household;
  if (aboutPerson === undefined && reference === undefined) {
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
