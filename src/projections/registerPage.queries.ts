import { type Expression, expressionBuilder, type Kysely, type SqlBool, sql } from 'kysely';
import { packCursor, unpackCursor } from './keyset.ts';
import type { ReadTables } from './reads.queries.ts';
import type { RegisterTables } from './register.ts';
import {
  type Bearer,
  type Bearers,
  bearersOf,
  type FoundRow,
  found,
  orderOf,
  type RegisterSight,
  type Sought,
  type SoughtWord,
} from './registerRows.ts';
import { type Places, rowsOf } from './statements.ts';

type Db = Kysely<ReadTables>;

const CURSOR = 'register';

/** The hit that a page comes after. A cursor holds ids only: a name that sorts a page must not leave with it to who may not read it. */
interface Behind {
  readonly person: string;
  readonly household: string;
}

/** Places for where a page begins. @throws BadCursor */
export function placesBehind(places: Places, cursor: string | undefined): Behind | undefined {
  if (cursor === undefined) return undefined;
  const [person = '', household = ''] = unpackCursor(CURSOR, 2, cursor);
  return { person: places.of('behind person', person), household: places.of('behind household', household) };
}

const sortNameOf = (person: string) =>
  expressionBuilder<RegisterTables, never>().selectFrom('register_person').select('sort_name').where('id', '=', person);

function afterHit(behind: Behind | undefined, by: ReturnType<typeof orderOf>): Expression<SqlBool> {
  if (behind === undefined) return sql<SqlBool>`true`;
  const { person, household } = behind;
  // Said of the person alone as well, so that those before the cursor are passed over where they are found.
  return sql<SqlBool>`((${by.name}, ${by.id}) >= ((${sortNameOf(person)}), ${person})
    and (${by.name}, ${by.id}, coalesce(h.id, '')) > ((${sortNameOf(person)}), ${person}, ${household}))`;
}

/** A cursor at the end of a page. */
export const cursorAt = (row: FoundRow): string => packCursor(CURSOR, [row.person, row.household ?? '']);

/** A page of what is looked for, with places for what its statement only passes on. */
export interface Asked {
  readonly sight: RegisterSight;
  readonly sought: Sought;
  readonly limit: number;
  readonly behind: Behind | undefined;
}

const pageOf = (db: Db, { sight, sought, limit, behind }: Asked, among?: Bearers) => {
  const by = orderOf(sought);
  return found(db, sight, sought, among)
    .where(afterHit(behind, by))
    .orderBy(by.name)
    .orderBy(by.id)
    .orderBy(sql`coalesce(h.id, '')`)
    .limit(limit + 1);
};

/** Rows of a page in the order of lists, and one more than it shows. */
export async function rowsAfter(db: Db, places: Places, asked: Asked): Promise<readonly FoundRow[]> {
  const [word] = asked.sought.words;
  if (word && (await isCommonInFewWays(db, places, word))) {
    for (const pages of LOOKED_THROUGH) {
      const rows = await rowsAmong(db, places, { ...asked, word, nearest: pages * (asked.limit + 1) });
      if (rows) return rows;
    }
  }
  return rowsOf(db, { what: 'register', ...asked }, places.values, () => pageOf(db, asked), true);
}

/** A word that so many names begin with is common: sorting all who bear it takes longer than looking for the first of them. */
const COMMON = 2_000;
/** In so many ways at most a common word goes on, for each of which the first bearers are looked for. */
const SPELLINGS = 40;
/** Among how many pages of bearers of a common word, in order, a page is looked for before all of them are. */
const LOOKED_THROUGH = [2, 20];

/** Whether looking for the first who bear a word pays. */
async function isCommonInFewWays(db: Db, places: Places, word: SoughtWord): Promise<boolean> {
  const [counted] = await rowsOf(db, { what: 'bearers', word }, places.values, () =>
    db
      .withRecursive('spelled', () => spelledOf(db, word))
      .selectFrom(
        bearersOf(db, { ...word, sound: undefined })
          .limit(COMMON)
          .as('bearer'),
      )
      .select([
        sql<number>`count(*)::int`.as('bearers'),
        sql<number>`(select count(*)::int from (${begunOf(db, word)}) as way)`.as('ways'),
      ]),
  );
  return counted !== undefined && counted.bearers >= COMMON && counted.ways <= SPELLINGS;
}

/** The ways in which a word goes on, one after the other by way of the index of words; an absent one at their end. It stands as `spelled`. */
function spelledOf(db: Db, word: SoughtWord) {
  const upTo = db
    .selectFrom('register_token')
    .where('register_token.kind', '=', word.kind)
    .where('register_token.token', '<', word.to)
    .select('register_token.token')
    .orderBy('register_token.token')
    .limit(1);
  return db
    .selectFrom(upTo.where('register_token.token', '>=', word.from).as('first'))
    .select(sql<string | null>`first.token`.as('token'))
    .unionAll(
      // The query itself so far, which is in no schema.
      db
        .selectFrom(sql<{ token: string | null }>`spelled`.as('before'))
        .where('before.token', 'is not', null)
        .select(sql<string | null>`(${upTo.where(sql<SqlBool>`register_token.token > before.token`)})`.as('token')),
    );
}

/** Of what stands as `spelled` one more way than is looked through, so that too many are known without looking for all. */
const begunOf = (db: Db, word: SoughtWord) =>
  db
    .selectFrom(sql<{ token: string }>`spelled`.as('begun'))
    .where('begun.token', 'is not', null)
    .select([sql<string>`${word.kind}::text`.as('kind'), 'begun.token'])
    .limit(SPELLINGS + 1);

/** A page among so many of the first bearers of a word. */
interface AskedAmong extends Asked {
  readonly word: SoughtWord;
  readonly nearest: number;
}

/**
 * A page found among the first bearers of a word, which the index of words gives in order for each way in which the word goes on; none
 * where it has come to go on in too many, or where it takes more bearers to fill the page.
 */
async function rowsAmong(db: Db, places: Places, asked: AskedAmong): Promise<readonly FoundRow[] | undefined> {
  const { nearest, limit } = asked;
  const rows = await rowsOf(db, { ...asked, what: 'register by words' }, places.values, () => amongFirst(db, asked), true);
  const [first] = rows;
  if (!first || first.spellings > SPELLINGS) return undefined;
  const hits = rows.flatMap(({ bearers: _, spellings: __, ...row }) => (row.person === null ? [] : [row as FoundRow]));
  return hits.length > limit || first.bearers < nearest ? hits : undefined;
}

function amongFirst(db: Db, asked: AskedAmong) {
  const { word, nearest, behind } = asked;
  const start =
    behind &&
    sql<SqlBool>`(register_token.sort_name, register_token.person) >= ((${sortNameOf(behind.person)}), ${behind.person})`;
  return db
    .withRecursive('spelled', () => spelledOf(db, word))
    .with('spelling', () => {
      const all = db.selectFrom(begunOf(db, word).as('one')).selectAll();
      if (word.sound === undefined) return all;
      const heard = sql<{
        kind: string;
        token: string;
      }>`(select ${`${word.kind} sound`}::text as kind, ${word.sound}::text as token)`;
      return all.unionAll(db.selectFrom(heard.as('heard')).selectAll());
    })
    .with(
      (cte) => cte('near').materialized(),
      () => {
        const ofSpelling = db
          .selectFrom('register_token')
          .where(sql<SqlBool>`register_token.kind = way.kind and register_token.token = way.token`)
          .where(start ?? sql<SqlBool>`true`)
          .select(['register_token.sort_name', 'register_token.person'])
          .orderBy('register_token.sort_name')
          .orderBy('register_token.person')
          .limit(nearest);
        return db
          .selectFrom(sql<{ kind: string; token: string }>`spelling`.as('way'))
          .innerJoinLateral(ofSpelling.as('bearer'), (join) => join.onTrue())
          .select(['bearer.sort_name', 'bearer.person'])
          .distinct()
          .orderBy('bearer.sort_name')
          .orderBy('bearer.person')
          .limit(nearest);
      },
    )
    .with('page', () => pageOf(db, asked, sql<Bearer>`near`.as('one')))
    .selectFrom(
      sql<{ bearers: number; spellings: number }>`(select (select count(*)::int from near) as bearers,
        (select count(*)::int from spelling where kind = ${word.kind}) as spellings)`.as('looked'),
    )
    .leftJoin('page', (join) => join.onTrue())
    .selectAll('page')
    .select(['looked.bearers', 'looked.spellings'])
    .orderBy('page.sortName')
    .orderBy('page.person')
    .orderBy(sql`coalesce(page.household, '')`);
}
