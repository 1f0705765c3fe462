import t from 'tap';
import type { Rights } from '../../src/domain/access/access.ts';
import { readDb, sightOf } from '../../src/projections/reads.queries.ts';
import { type RegisterSearch, searchRegister } from '../../src/projections/register.queries.ts';
import { testDatabase } from '../support/postgres.ts';
import { DAY, fillReadTables } from './filling.ts';

/** Which of the statements of a search this is. */
function askedFor(text: string): string | undefined {
  if (text.includes('"near" as materialized')) return 'the first bearers';
  if (text.includes('as "bearers"')) return 'how common';
  return text.includes('"register_person" as "p"') ? 'all bearers' : undefined;
}

/** Half as many again as make a word common. */
const PERSONS = 3_000;
const SCHEMA = 'read';
const rights: Rights = {
  staff: 'officer',
  day: DAY,
  posts: [
    { id: 'post', role: 'registrar', organisation: 'ministry', office: 'office-1', governorate: 'IQG15', from: '2015-01-01' },
  ],
};

t.test(
  'of a name that thousands bear every page is told in the order of the list, nobody left out and nobody twice',
  async (t) => {
    const { pool } = await testDatabase(t);
    const sent: (() => readonly { readonly args: readonly unknown[] }[])[] = [];
    pool.on('connect', (client) => {
      sent.push(t.capture(client, 'query', client.query));
    });
    /** What one search sends, page by page in order. */
    const statements = () =>
      sent.flatMap((calls) =>
        calls().flatMap(({ args: [first] }) => {
          const text = typeof first === 'string' ? first : (first as { readonly text?: string }).text;
          return askedFor(text ?? '') ?? [];
        }),
      );
    await fillReadTables({ pool, schema: SCHEMA, claims: 10, persons: PERSONS });
    // Everybody is an Omar, in five spellings; the name goes on in a hundred ways for who is a Salman, and those have no spelling alike.
    await pool.query(`
    create temporary table called as select id, n, 'omar' || (array['', 'a', 'b', 'c', 'd'])[1 + n % 5] as first, 'salm' || chr(97 + n % 10) || chr(97 + n / 10 % 10) as father
      from (select id, abs(hashtext(id)) % 5000 as n from ${SCHEMA}.register_person) p;
    update ${SCHEMA}.register_person set name = jsonb_build_object('ar', jsonb_build_object('first', first, 'father', father)),
      sort_name = first || ' ' || father from called where called.id = register_person.id;
    delete from ${SCHEMA}.register_token;
    insert into ${SCHEMA}.register_token (kind, token, sort_name, person)
      select 'name', token, first || ' ' || father, id from called, lateral (values (first), (father)) t(token);
    insert into ${SCHEMA}.register_token (kind, token, sort_name, person)
      select 'name', first || ' as well', first || ' ' || father, id from called where n % 7 = 0;
    analyze`);
    const db = readDb({ pool, schema: SCHEMA });
    const [find, read] = [sightOf(rights, 'find', ['person', 'household']), sightOf(rights, 'read', ['person', 'household'])];

    /** References of everybody found, page by page, and how many pages there were. */
    async function found(search: RegisterSearch, limit: number) {
      const references: string[] = [];
      let pages = 0;
      let cursor: string | undefined;
      do {
        const page = await searchRegister(db, { find, read, numbers: read }, search, { limit, cursor });
        t.ok(page.items.length <= limit);
        references.push(...page.items.map((one) => one.personReference));
        pages += 1;
        cursor = page.next;
      } while (cursor !== undefined);
      return { references, pages };
    }
    /** The same, told without words. */
    async function wanted(condition: string): Promise<readonly string[]> {
      const { rows } = await pool.query<{ reference: string }>(
        `select p.reference from ${SCHEMA}.register_person p join ${SCHEMA}.register_household h on h.head = p.id
       where ${condition} order by p.sort_name, p.id`,
      );
      return rows.map(({ reference }) => reference);
    }
    for (const [search, condition, least] of [
      [{ name: 'omar' }, 'true', PERSONS],
      [{ name: 'omarb' }, `p.sort_name like 'omarb %'`, 400],
      [{ name: 'salm' }, 'true', PERSONS],
      [{ name: 'omar salma' }, `p.sort_name like '% salma%'`, 200],
      [{ name: 'omar', birthYear: 1_960 }, 'p.birth_year = 1960', 30],
      [{ name: 'omar', branch: 'office-7' }, `h.branch_office = 'office-7'`, 40],
      [{ name: 'omar', motherName: 'nobody' }, 'false', 0],
    ] as const) {
      const { references, pages } = await found(search, 170);
      const all = await wanted(condition);
      t.strictSame(references, all, `${JSON.stringify(search)}: ${all.length} on ${pages} pages`);
      t.ok(all.length >= least, 'and there are some');
    }
    const first = async (search: RegisterSearch) => {
      statements();
      await searchRegister(db, { find, read, numbers: read }, search, { limit: 170, cursor: undefined });
      return statements();
    };
    t.strictSame(await first({ name: 'omar' }), ['how common', 'the first bearers']);
    t.strictSame(await first({ name: 'omarb salmaa' }), ['how common', 'all bearers'], 'a rare word');
    t.strictSame(await first({ name: 'salm' }), ['how common', 'all bearers'], 'which goes on in too many ways');
    t.strictSame(
      await first({ name: 'omar', motherName: 'nobody' }),
      ['how common', 'the first bearers', 'the first bearers'],
      'more of them where few of the first fit, and then there are no others',
    );
  },
);
