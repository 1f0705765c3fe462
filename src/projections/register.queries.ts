import type { Kysely } from 'kysely';
import type { Page } from './keyset.ts';
import type { ReadTables } from './reads.queries.ts';
import { cursorAt, placesBehind, rowsAfter } from './registerPage.queries.ts';
import { type FoundRow, fits, found, type RegisterSearch, type RegisterSight, soughtOf, wordsOf } from './registerRows.ts';
import { Places, rowsOf } from './statements.ts';
import type { Sight } from './visibility.ts';

export type { RegisterSearch, RegisterSight } from './registerRows.ts';

type Db = Kysely<ReadTables>;

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

const LEAST_LETTERS = 3;

function longEnough({ name, motherName, ...other }: RegisterSearch): boolean {
  if (Object.values(other).some((value) => value !== undefined)) return true;
  return [...wordsOf(name), ...wordsOf(motherName)].some((word) => word.length >= LEAST_LETTERS);
}

/**
 * Persons of the register with their households, by name. Nobody is shown whom the caller may not find. `persons` are the ids of
 * those on the page, for the record of who was shown: to the caller they are not told.
 * @throws SearchTooShort, BadCursor
 */
export async function searchRegister(
  db: Db,
  sight: RegisterSight,
  search: RegisterSearch,
  paging: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Page<RegisterHit> & { readonly persons: readonly string[] }> {
  if (!longEnough(search)) throw new SearchTooShort();
  const hits: FoundRow[] = [];
  const places = new Places();
  const asked = { sight: withPlaces(places, sight), sought: soughtOf(places, search), limit: paging.limit };
  let { cursor } = paging;
  // Of what the tables give, a few are no match (one name typed twice): read on until the page is full.
  for (;;) {
    const rows = await rowsAfter(db, places, { ...asked, behind: placesBehind(places, cursor) });
    hits.push(...rows.filter((row) => fits(row, search)));
    const last = rows.at(-1);
    if (rows.length <= paging.limit || hits.length > paging.limit || last === undefined) break;
    cursor = cursorAt(last);
  }
  const onPage = hits.slice(0, paging.limit);
  const items = onPage.map(hitOf);
  const persons = [...new Set(onPage.map((row) => row.person))];
  const end = hits[paging.limit - 1];
  return hits.length > paging.limit && end ? { items, persons, next: cursorAt(end) } : { items, persons };
}

const withPlaces = (places: Places, { find, read, numbers }: RegisterSight): RegisterSight => ({
  find: places.sight(find, 'find'),
  read: places.sight(read, 'read'),
  numbers: places.sight(numbers, 'numbers'),
});

function hitOf(row: FoundRow): RegisterHit {
  return {
    personReference: row.personReference,
    householdReference: row.findHousehold ? row.householdReference : null,
    branchOrganisation: row.findHousehold ? row.branchOrganisation : null,
    branchOffice: row.findHousehold ? row.branchOffice : null,
    ...(row.readPerson ? { person: personOf(row) } : {}),
    ...(row.readHousehold && row.household !== null ? { household: { ...householdOf(row), id: row.household } } : {}),
  };
}

const personOf = (row: FoundRow): RegisterPerson => ({
  id: row.person,
  reference: row.personReference,
  status: row.personStatus,
  name: row.name,
  motherName: row.motherName,
  sex: row.sex,
  birth: row.birth,
  relation: row.relation,
});

const householdOf = (row: FoundRow): Omit<RegisterHousehold, 'id'> => ({
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
  const places = new Places();
  const sight = withPlaces(places, { find: read, read, numbers: read });
  const sought = soughtOf(places, { household: id });
  const rows: FoundRow[] = await rowsOf(db, { what: 'household card', sight, sought }, places.values, () =>
    found(db, sight, sought).orderBy('p.sort_name').orderBy('p.id'),
  );
  const [first] = rows;
  if (!first?.readHousehold) return undefined;
  return { household: { ...householdOf(first), id }, members: rows.map(personOf) };
}
