import { type Migration, sql } from 'kysely';
import pg from 'pg';
import t from 'tap';
import { createKysely, createPool, isConnectionFault, withAdvisoryLock } from '../../src/platform/database.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { testDatabase } from '../support/postgres.ts';

t.test('values arrive in the documented shapes: nothing is rounded', async (t) => {
  const { pool } = await testDatabase(t);
  const { rows } = await pool.query(`select
    9007199254740993::int8 as big, 0.10::numeric as exact, date '2026-06-01' as day, 7 as small,
    timestamptz '2026-06-01 11:30:00.123456+03' as instant, timestamptz '2026-06-01 00:00Z' as whole,
    'infinity'::timestamptz as forever, '\\xff'::bytea as bytes, array[1::int8, 2] as bigs`);
  t.strictSame(rows, [
    {
      big: '9007199254740993',
      exact: '0.10',
      day: '2026-06-01',
      small: 7,
      instant: '2026-06-01T08:30:00.123456Z',
      whole: '2026-06-01T00:00:00Z',
      forever: 'infinity',
      bytes: Buffer.from([255]),
      bigs: ['1', '2'],
    },
  ]);
});

t.test('a statement, a lock wait and an idle transaction each end at their timeout, and count as a fault to retry', async (t) => {
  const { url, pool } = await testDatabase(t);
  await pool.query('create table public.things (id int primary key); insert into public.things values (1)');
  const impatient = createPool(url, {
    applicationName: 'impatient',
    statementTimeoutMs: 200,
    lockTimeoutMs: 50,
    idleInTransactionTimeoutMs: 100,
  });
  t.teardown(() => impatient.end());
  const faultOf = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => undefined,
      (error: unknown) => error,
    );
    return { code: (error as { code?: string } | undefined)?.code, fault: isConnectionFault(error) };
  };

  t.strictSame(await faultOf(impatient.query('select pg_sleep(10)')), { code: '57014', fault: true });

  const holder = await pool.connect();
  await holder.query('begin; update public.things set id = 2');
  t.strictSame(await faultOf(impatient.query('update public.things set id = 3')), { code: '55P03', fault: true });
  await holder.query('rollback');
  holder.release();

  const idle = await impatient.connect();
  await idle.query('begin');
  await new Promise((resolve) => idle.once('end', resolve));
  t.equal((await faultOf(idle.query('select 1'))).fault, true, 'the session was ended by the server');
  idle.release(true);
});

t.test(
  'what the owner of a database sets for its sessions is not run by a pool: names are those of Postgres itself',
  async (t) => {
    const { url, pool } = await testDatabase(t);
    await pool.query(`create schema evil; create table evil.ran (name text);
    create function evil.note(name text) returns int language plpgsql as $$ begin insert into evil.ran values (name); return 1; end $$;
    create function evil.hashtext(text) returns int language sql as $$ select evil.note('hashtext') $$;
    create view evil.pg_stat_activity as select * from pg_catalog.pg_stat_activity where evil.note('asked') = 1;
    alter database "${new URL(url).pathname.slice(1)}" set search_path = evil, pg_catalog`);
    const ran = async () =>
      (await pool.query<{ name: string }>('select distinct name from evil.ran')).rows.map(({ name }) => name);

    const own = createPool(url, { applicationName: 'ours', suspectMs: 50 });
    t.teardown(() => own.end());
    await withAdvisoryLock(own, 'anything', async () => undefined);
    await migrate(own, { schema: 'read', migrations: { '0001': first } });
    await own.query('select pg_sleep(0.2)');
    t.strictSame(await ran(), []);

    const plain = new pg.Client(url);
    await plain.connect();
    await plain.query(`select hashtext('anything')`);
    await plain.end();
    t.strictSame(await ran(), ['hashtext'], 'control: a session that leaves it to the database runs it');
  },
);

t.test('a mistake in a request is not a connection fault', async (t) => {
  const { pool } = await testDatabase(t);
  for (const statement of ['select nothing', 'select 1/0', `select 'x'::uuid`]) {
    const error = await pool.query(statement).catch((error: unknown) => error);
    t.equal(isConnectionFault(error), false, statement);
  }
  t.equal(isConnectionFault(undefined), false);
  const nowhere = createPool('postgresql:///masar?host=/nowhere', { applicationName: 'nowhere' });
  t.equal(isConnectionFault(await nowhere.query('select 1').catch((error: unknown) => error)), true, 'no server there');
  await nowhere.end();
});

const first: Migration = {
  up: async (db) => {
    await sql`create table households (id int primary key)`.execute(db);
  },
};
const second: Migration = {
  up: async (db) => {
    await sql`insert into households values (1)`.execute(db);
  },
};

t.test('migrations run once, in order, inside their own schema', async (t) => {
  const { pool } = await testDatabase(t);
  t.strictSame(await migrate(pool, { schema: 'read', migrations: { '0001': first } }), ['0001']);
  t.strictSame(await migrate(pool, { schema: 'read', migrations: { '0001': first, '0002': second } }), ['0002']);
  t.strictSame(await migrate(pool, { schema: 'read', migrations: { '0001': first, '0002': second } }), []);
  t.strictSame(await migrate(pool, { schema: 'log', migrations: { '0001': first } }), ['0001'], 'sets do not meet');
  const db = createKysely<{ 'read.households': { id: number } }>(pool);
  t.strictSame(await db.selectFrom('read.households').selectAll().execute(), [{ id: 1 }]);
  t.strictSame((await pool.query(`select to_regclass('public.households') as stray`)).rows, [{ stray: null }]);
});

t.test('processes that migrate at the same moment run each migration once', async (t) => {
  const { pool } = await testDatabase(t);
  const set = { schema: 'read', migrations: { '0001': first, '0002': second } };
  const ran = await Promise.all([1, 2, 3, 4].map(() => migrate(pool, set)));
  t.strictSame(ran.flat().sort(), ['0001', '0002']);
});

t.test('a failing migration is told with its own error and changes nothing', async (t) => {
  const { pool } = await testDatabase(t);
  const broken: Migration = {
    up: async (db) => {
      await sql`select from nowhere_at_all`.execute(db);
    },
  };
  await t.rejects(migrate(pool, { schema: 'read', migrations: { '0001': first, '0002': broken } }), /nowhere_at_all/);
  t.strictSame((await pool.query(`select to_regclass('read.households') as made`)).rows, [{ made: null }]);
  t.strictSame(await migrate(pool, { schema: 'read', migrations: { '0001': first } }), ['0001']);
});
