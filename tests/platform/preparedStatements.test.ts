import { CompiledQuery } from 'kysely';
import t from 'tap';
import { createPreparingKysely } from '../../src/platform/preparedStatements.ts';
import { testDatabase } from '../support/postgres.ts';

t.test(
  'a statement with a name is prepared once a connection, and answered as without it when what it shows has changed',
  async (t) => {
    const { pool } = await testDatabase(t);
    const shown = 'select what from shown where what::text <> $1';
    const db = createPreparingKysely<unknown>(pool, new Map([[shown, 'masar_shown']]));
    const ask = async (text: string) => (await db.executeQuery(CompiledQuery.raw(text, ['none']))).rows;
    const prepared = async () => {
      const { rows } = await pool.query<{ name: string }>(`select name from pg_prepared_statements`);
      return rows.map(({ name }) => name);
    };
    await pool.query('create view shown as select 1 as what');
    t.strictSame(await ask(`${shown} `), [{ what: 1 }]);
    t.strictSame(await prepared(), [], 'another statement has no name');
    for (let round = 0; round < 8; round += 1) t.strictSame(await ask(shown), [{ what: 1 }]);
    t.strictSame(await prepared(), ['masar_shown']);
    await pool.query(`drop view shown; create view shown as select 'one'::text as what`);
    t.strictSame(await ask(shown), [{ what: 'one' }], 'another type of a column');
    t.strictSame(await ask(shown), [{ what: 'one' }]);
    await pool.query('drop view shown');
    await t.rejects(ask(shown), { code: '42P01' }, 'other faults are told');
  },
);
