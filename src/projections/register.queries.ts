import { type Expression, expressionBuilder, type Kysely, type SqlBool, sql } from 'kysely';
import { nameMatches, nameTokens, normaliseDocumentNumber } from '../domain/kernel/names.ts';
import { parseReference } from '../domain/kernel/reference.ts';
import type { PersonName } from '../domain/person/index.ts';
import { type Page, packCursor, unpackCursor } from './keyset.ts';
import type { ReadTables } from './reads.queries.ts';
import type { RegisterTables } from './register.ts';
import { type Sight, visibleTo } from './visibility.ts';

type Db = Kysely<ReadTables>;

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

/** Too little to look for: a name needs one word of three letters, unless something else is given. */
export class SearchTooShort extends Error {
  constructor() {
    super('SEARCH_TOO_SHORT');
    this.name = 'SearchTooShort';
  }
}

export interface RegisterHousehold {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly fileNo: string | null;
  readonly head: string | null;
  readonly headName: unknown;
  readonly members: number;
  readonly branchOffice: string | null;
  readonly originAdm1: string | null;
  readonly originAdm2: string | null;
  readonly originAdm3: string | null;
  readonly siteType: string | null;
  readonly place: string | null;
  readonly absorbedBy: string | null;
}

export interface RegisterPerson {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly name: unknown;
  readonly motherName: unknown;
  readonly sex: string | null;
  readonly birth: unknown;
  readonly relation: string | null;
}

/**
 * One person found, with a household of theirs. Who may only find a record learns its reference and the branch to ask; `person`
 * and `household` are there for who may read them.
 */
export interface RegisterHit {
  readonly personReference: string;
  readonly householdReference: string | null;
  readonly branchOrganisation: string | null;
  readonly branchOffice: string | null;
  readonly person?: RegisterPerson;
  readonly household?: RegisterHousehold;
}

/** `find` and `read` of persons and households. */
export interface RegisterSight {
  readonly find: Sight;
  readonly read: Sight;
}

type Condition = Expression<SqlBool>;
const GONE = ['merged_into', 'void', 'retracted'];

/** `text` sorts by code point here, so every word that begins with a prefix lies between it and this. */
const beyond = (prefix: string): string => `${prefix}\u{10ffff}`;

function found(db: Db, sight: RegisterSight, search: RegisterSearch) {
  let query = db
    .selectFrom('register_person as p')
    .leftJoin('register_member as m', 'm.person', 'p.id')
    .leftJoin('register_household as h', 'h.id', 'm.household')
    .leftJoin('register_person as head', 'head.id', 'h.head')
    .leftJoin('case_index as pc', (join) => join.on('pc.process', '=', 'person').onRef('pc.case_id', '=', 'p.id'))
    .leftJoin('case_index as hc', (join) => join.on('hc.process', '=', 'household').onRef('hc.case_id', '=', 'h.id'))
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
  for (const [kind, typed] of [
    ['name', search.name],
    ['mother', search.motherName],
  ] as const) {
    for (const word of wordsOf(typed)) {
      query = query.where('p.id', 'in', (eb) =>
        eb
          .selectFrom('register_token')
          .select('register_token.person')
          .where('register_token.kind', '=', kind)
          .where('register_token.token', '>=', word)
          .where('register_token.token', '<', beyond(word)),
      );
    }
  }
  if (search.birthYear !== undefined) query = query.where('p.birth_year', '=', search.birthYear);
  if (number !== undefined) {
    query = query.where('h.id', 'in', (eb) =>
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

const visible = (table: string, way: Sight): Condition => sql<SqlBool>`coalesce(${visibleTo(way, table)}, false)`;

/** The words typed, the longest first: it narrows the search most. */
const wordsOf = (typed: string | undefined): readonly string[] =>
  typed === undefined ? [] : nameTokens(typed).sort((a, b) => b.length - a.length);

const LEAST_LETTERS = 3;

function longEnough({ name, motherName, ...other }: RegisterSearch): boolean {
  if (Object.values(other).some((value) => value !== undefined)) return true;
  return [...wordsOf(name), ...wordsOf(motherName)].some((word) => word.length >= LEAST_LETTERS);
}

type Row = Awaited<ReturnType<ReturnType<typeof found>['execute']>>[number];

/** Whether each word typed begins a different word of one of the person's names: the tables only know words. */
function fits(row: Row, search: RegisterSearch): boolean {
  if (search.name !== undefined && !fullNames(row.name).some((name) => nameMatches(search.name ?? '', nameTokens(name))))
    return false;
  if (search.motherName === undefined) return true;
  return typeof row.motherName === 'string' && nameMatches(search.motherName, nameTokens(row.motherName));
}

function fullNames(name: unknown): readonly string[] {
  if (typeof name === 'string') return [name];
  const { ar, latin, kurdish } = (name ?? {}) as Partial<PersonName>;
  return [ar, latin, kurdish].flatMap((one) =>
    one ? [[one.first, one.father, one.grandfather, one.family].filter((part) => part !== undefined).join(' ')] : [],
  );
}

const CURSOR = 'register';

/**
 * Rows after a cursor, which holds ids only: a name that sorts a page must not leave with it to who may not read it.
 * @throws BadCursor
 */
function afterHit(cursor: string | undefined): Condition {
  if (cursor === undefined) return sql<SqlBool>`true`;
  const [person = '', household = ''] = unpackCursor(CURSOR, 2, cursor);
  const sortName = expressionBuilder<RegisterTables, never>()
    .selectFrom('register_person')
    .select('sort_name')
    .where('id', '=', person);
  return sql<SqlBool>`(p.sort_name, p.id, coalesce(h.id, '')) > ((${sortName}), ${person}, ${household})`;
}

const cursorAt = (row: Row): string => packCursor(CURSOR, [row.person, row.household ?? '']);

/**
 * Persons of the register with their households, by name. Nobody is shown whom the caller may not find.
 * @throws SearchTooShort, BadCursor
 */
export async function searchRegister(
  db: Db,
  sight: RegisterSight,
  search: RegisterSearch,
  paging: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<RegisterHit>> {
  if (!longEnough(search)) throw new SearchTooShort();
  const hits: Row[] = [];
  let { cursor } = paging;
  // Of what the tables give, a few are no match (one name typed twice): read on until the page is full.
  for (;;) {
    const want = paging.limit + 1 - hits.length;
    const rows = await found(db, sight, search)
      .where(afterHit(cursor))
      .orderBy('p.sort_name')
      .orderBy('p.id')
      .orderBy(sql`coalesce(h.id, '')`)
      .limit(want)
      .execute();
    hits.push(...rows.filter((row) => fits(row, search)));
    const last = rows.at(-1);
    if (rows.length < want || hits.length > paging.limit || last === undefined) break;
    cursor = cursorAt(last);
  }
  const items = hits.slice(0, paging.limit).map(hitOf);
  const end = hits[paging.limit - 1];
  return hits.length > paging.limit && end ? { items, next: cursorAt(end) } : { items };
}

function hitOf(row: Row): RegisterHit {
  return {
    personReference: row.personReference,
    householdReference: row.findHousehold ? row.householdReference : null,
    branchOrganisation: row.findHousehold ? row.branchOrganisation : null,
    branchOffice: row.findHousehold ? row.branchOffice : null,
    ...(row.readPerson ? { person: personOf(row) } : {}),
    ...(row.readHousehold && row.household !== null ? { household: { ...householdOf(row), id: row.household } } : {}),
  };
}

const personOf = (row: Row): RegisterPerson => ({
  id: row.person,
  reference: row.personReference,
  status: row.personStatus,
  name: row.name,
  motherName: row.motherName,
  sex: row.sex,
  birth: row.birth,
  relation: row.relation,
});

const householdOf = (row: Row): Omit<RegisterHousehold, 'id'> => ({
  reference: row.householdReference ?? '',
  status: row.householdStatus ?? '',
  fileNo: row.fileNo,
  head: row.head,
  headName: row.headName,
  members: row.members ?? 0,
  branchOffice: row.branchOffice,
  originAdm1: row.originAdm1,
  originAdm2: row.originAdm2,
  originAdm3: row.originAdm3,
  siteType: row.siteType,
  place: row.place,
  absorbedBy: row.absorbedBy,
});

/** A household as its page opens: its row and everyone in it. Undefined when the caller may not read it. */
export async function householdCard(
  db: Db,
  read: Sight,
  id: string,
): Promise<{ readonly household: RegisterHousehold; readonly members: readonly RegisterPerson[] } | undefined> {
  const rows = await found(db, { find: read, read }, { household: id }).orderBy('p.sort_name').orderBy('p.id').execute();
  const [first] = rows;
  if (!first?.readHousehold) return undefined;
  return { household: { ...householdOf(first), id }, members: rows.map(personOf) };
}
