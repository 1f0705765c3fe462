import type { EventEmitter } from 'node:events';
import { CompiledQuery } from 'kysely';
import t from 'tap';
import { createPreparingKysely } from '../../src/platform/preparedStatements.ts';
import { testDatabase } from '../support/postgres.ts';

t.test(
  'a statement with a name is prepared once a connection, and answered as without it when what it shows has changed',
  async (t) => {
    const { pool } = await testDatabase(t);
    const shown = 'select what from public.shown where what::text <> $1';
    const db = createPreparingKysely<unknown>(pool, new Map([[shown, 'masar_shown']]));
    const ask = async (text: string) => (await db.executeQuery(CompiledQuery.raw(text, ['none']))).rows;
    const prepared = async () => {
      const { rows } = await pool.query<{ name: string }>(`select name from pg_prepared_statements`);
      return rows.map(({ name }) => name);
    };
    await pool.query('create view public.shown as select 1 as what');
    t.strictSame(await ask(`${shown} `), [{ what: 1 }]);
    t.strictSame(await prepared(), [], 'another statement has no name');
    for (let round = 0; round < 8; round += 1) t.strictSame(await ask(shown), [{ what: 1 }]);
    t.strictSame(await prepared(), ['masar_shown']);
    await pool.query(`drop view public.shown; create view public.shown as select 'one'::text as what`);
    t.strictSame(await ask(shown), [{ what: 'one' }], 'another type of a column');
    t.strictSame(await ask(shown), [{ what: 'one' }]);
    await pool.query('drop view public.shown');
    await t.rejects(ask(shown), { code: '42P01' }, 'other faults are told');
  },
);

t.test('what has changed is met once: from then on every connection prepares it under another name', async (t) => {
  const { pool } = await testDatabase(t);
  const shown = 'select what from public.shown';
  const names = new Map([[shown, 'masar_shown']]);
  const db = createPreparingKysely<unknown>(pool, names);
  let faults = 0;
  pool.on('acquire', (client) => {
    const { connection } = client as typeof client & { connection: EventEmitter };
    if (connection.listenerCount('errorMessage', fault) === 0) connection.on('errorMessage', fault);
  });
  function fault(): void {
    faults += 1;
  }
  /** On as many connections at once. */
  const askOn = async (connections: number): Promise<readonly unknown[]> => {
    const rows: unknown[] = [];
    const on = (left: number): Promise<void> =>
      db.connection().execute(async (one) => {
        rows.push(...(await one.executeQuery(CompiledQuery.raw(shown))).rows);
        if (left > 1) await on(left - 1);
      });
    await on(connections);
    return rows;
  };
  await pool.query('create view public.shown as select 1 as what');
  t.strictSame(await askOn(2), [{ what: 1 }, { what: 1 }]);
  for (const [round, what] of ['one', 2].entries()) {
    await pool.query(
      `drop view public.shown; create view public.shown as select ${typeof what === 'string' ? `'${what}'::text` : what} as what`,
    );
    faults = 0;
    for (let call = 0; call < 3; call += 1) t.strictSame(await askOn(2), [{ what }, { what }]);
    t.equal(faults, 1, 'by one connection alone');
    t.equal(names.get(shown), `masar_shown.${round + 2}`);
  }
});
