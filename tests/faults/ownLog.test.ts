/** A log that is not the one an installation wrote, and one that is put back while it is read. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import t, { type Test } from 'tap';
import { makeBackup } from '../../src/cli/backup/make.ts';
import { ADMINISTRATOR, ORGANISATIONS } from '../../src/cli/demo/cast.ts';
import { type Core, openCore } from '../../src/compose.ts';
import { bootstrapAdministrator } from '../../src/eventlog/bootstrap.ts';
import { copyLog } from '../../src/eventlog/copy.ts';
import { createEventStoreDbLog } from '../../src/eventlog/eventstoredb/eventStoreDbLog.ts';
import { createPostgresLog } from '../../src/eventlog/postgres/postgresLog.ts';
import { isBehind, nothingSeen } from '../../src/ownLog.ts';
import { type Config, readConfig } from '../../src/platform/config.ts';
import { DEVELOPMENT_ISSUER } from '../../src/platform/developmentIssuer.ts';
import { migrateRestricted } from '../../src/restrictedStore.ts';
import { migrateAll, SCHEMAS } from '../../src/schemas.ts';
import { serve } from '../../src/serve.ts';
import { startEventStoreServer } from '../support/eventStoreServer.ts';
import { startProgram } from '../support/faults/program.ts';
import { until } from '../support/faults/rig.ts';
import { silentLog, temporaryDirectory, testDatabase } from '../support/postgres.ts';

const PATIENCE_MS = 60_000;
t.setTimeout(180_000);

async function place(t: Test) {
  const { url, pool } = await testDatabase(t);
  await migrateAll(pool, url);
  const data = temporaryDirectory();
  t.teardown(() => rmSync(data, { recursive: true, force: true }));
  return { pool, env: { DATABASE_URL: url, MASAR_DATA: data, NODE_ENV: 'development', PORT: '0' } };
}

async function eventStore(t: Test): Promise<string> {
  const server = await startEventStoreServer();
  t.teardown(() => server.kill());
  return server.url;
}

async function withCore<T>(config: Config, work: (core: Core) => Promise<T>, onlyLooks = false): Promise<T> {
  const core = await openCore(config, silentLog, 'own log test', { onlyLooks });
  return work(core).finally(() => core.close());
}

const bootstrap = ({ executor, cases }: Core): Promise<unknown> =>
  bootstrapAdministrator(
    { ...executor, cases },
    {
      issuer: DEVELOPMENT_ISSUER,
      subject: ADMINISTRATOR,
      name: { ar: 'مدير النظام', latin: 'Administrator' },
      ministry: ORGANISATIONS.ministry.names,
      from: '2003-01-01',
      ranBy: 'own log test',
      synthetic: true,
    },
  );

/** What was made from the log, and which log that was. */
async function kept(pool: pg.Pool): Promise<readonly unknown[]> {
  const tables: unknown[] = [];
  for (const look of [
    'select name, state, position, log_index from read.projection_build order by name, id',
    'select name, position, log_index from workers.reactors order by name',
    'select id, ended_at, position from workers.jobs order by id',
    'select kind, first_event from workers.own_log',
  ]) {
    tables.push((await pool.query(look)).rows);
  }
  return tables;
}

/** Read models and reactors have read the log up to its head, in whatever positions it has. */
const isRead = (pool: pg.Pool, events: bigint) => async (): Promise<boolean> => {
  const { rows } = await pool.query<{ least: string; builds: number; reactors: number }>(
    `select (select count(*)::int from read.projection_build where state = 'live' and log_index = $1) as builds,
       (select count(*)::int from workers.reactors where log_index > 0) as reactors`,
    [String(events)],
  );
  return (rows[0]?.builds ?? 0) > 0 && (rows[0]?.reactors ?? 0) > 0;
};

async function countOf({ log }: Core): Promise<bigint> {
  return (await log.readAll(0n, 10_000)).events.at(-1)?.logIndex ?? 0n;
}

async function cli(name: string, args: readonly string[], env: Readonly<Record<string, string>>) {
  const path = fileURLToPath(new URL(`../../src/cli/${name}.js`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { env: { ...env, PATH: process.env.PATH ?? '' } });
  const words: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => words.push(String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, words: words.join('') };
}

t.test('a log that is not the one an installation wrote is refused, and nothing is made anew for its sake', async (t) => {
  const { pool, env } = await place(t);
  const right = { ...env, EVENTSTORE_URL: await eventStore(t) };
  await withCore(readConfig(right), bootstrap);
  t.strictSame((await kept(pool)).at(-1), [], 'before its first event nobody knows whose a log is');
  const running = await serve({ ...readConfig(right), roles: new Set(['projector', 'worker']) }, silentLog);
  const events = await countOf(running.core);
  await until('all is read', PATIENCE_MS, isRead(pool, events)).finally(() => running.stop());
  const before = await kept(pool);
  t.match(before.at(-1), [{ kind: 'eventstoredb', first_event: /^[0-9a-f-]{36}$/ }], 'which it is now on record');

  const foreign = await eventStore(t);
  const log = createEventStoreDbLog({ url: foreign });
  const began = randomUUID();
  const boxes = Array.from({ length: Number(events) }, (_, at) => ({
    id: at === 0 ? began : randomUUID(),
    type: 'box.BoxSent.v1',
    bytes: Buffer.from('{}'),
  }));
  await log.append('box-1', 'none', boxes);
  await log.close();
  for (const [what, wrong, words] of [
    ['forgotten', env, /is empty.*Is EVENTSTORE_URL forgotten\?/],
    ['of an empty store', { ...env, EVENTSTORE_URL: await eventStore(t) }, /EVENTSTORE_URL and DATABASE_URL: .* is empty/],
    ['of another installation', { ...env, EVENTSTORE_URL: foreign }, /begins with the event .* so it is not the log/],
  ] as const) {
    const config = readConfig(wrong);
    const refused = { name: 'ConfigError', message: words };
    await t.rejects(openCore(config, silentLog, 'own log test'), refused, `an address that is ${what}`);
    const to = join(env.MASAR_DATA, `backup ${what}`);
    await t.rejects(makeBackup(config, silentLog, { to, keysTo: `${to} keys` }), refused, 'is not backed up either');
    t.strictSame(await kept(pool), before, 'nothing is changed');
  }
  const looking = await cli('projections', ['status'], env);
  t.match(looking, { code: 1, words: /EVENTSTORE_URL and DATABASE_URL: the general log in postgres is empty/ });
  t.strictSame(await kept(pool), before);

  await pool.query('delete from workers.own_log');
  await t.rejects(
    openCore(readConfig(env), silentLog, 'own log test'),
    { name: 'ConfigError' },
    'where nothing is on record too',
  );
  await withCore(readConfig(right), async () => undefined);
  t.strictSame(await kept(pool), before, 'the right one is taken, and on record again');

  t.match(await cli('log', ['accept', '--first', randomUUID()], env), { code: 1, words: /it is empty/ });
  t.strictSame(await kept(pool), before, 'who accepts says what he expects');
  const theirs = { ...env, EVENTSTORE_URL: foreign };
  t.match(await cli('log', ['accept', '--first', began], theirs), { code: 0, words: /is this installation's now/ });
  const [builds, reactors, ...rest] = await kept(pool);
  t.ok((builds as { state: string }[]).every(({ state }) => state === 'retired'));
  t.ok((reactors as { position: string; log_index: string }[]).every((one) => one.position === '0' && one.log_index === '0'));
  t.strictSame(
    rest,
    [[], [{ kind: 'eventstoredb', first_event: began }]],
    'a log that is as long is read from its beginning too',
  );

  t.match(await cli('log', ['accept', '--first', 'none'], env), { code: 0, words: /is this installation's now/ });
  await pool.query('update workers.reactors set position = 5, log_index = 5');
  const ahead = await kept(pool);
  await withCore(readConfig(env), async () => undefined, true);
  t.strictSame(await kept(pool), ahead, 'who only looks leaves all as it is, even then');
  await withCore(readConfig(env), async () => undefined);
  const [, back] = await kept(pool);
  t.ok(
    (back as { position: string }[]).every(({ position }) => position === '0'),
    'control: without the refusal all begins anew',
  );
  await pool.query(`delete from workers.kysely_migration where name = '0004_own_log'`);
  const old = { code: 1, words: /DATABASE_URL: the database is older than this program and lacks workers\.0004_own_log/ };
  t.match(await cli('log', ['accept', '--first', 'none'], env), old, 'an older database is told in words');
  await pool.query('create schema restoring');
  t.match(await cli('log', ['accept', '--first', 'none'], env), { code: 1, words: /DATABASE_URL: a restore broke off there/ });
});

t.test('a copy of the log in another kind of store is the same log; what it left behind is not taken by mistake', async (t) => {
  const { pool, env } = await place(t);
  const elsewhere = { ...env, EVENTSTORE_URL: await eventStore(t) };
  const [here, copy] = [
    createPostgresLog({ pool, schema: 'log', listen: false }),
    createEventStoreDbLog({ url: elsewhere.EVENTSTORE_URL }),
  ];
  t.teardown(() => Promise.all([here.close(), copy.close()]));
  const events = await withCore(readConfig(env), async (core) => {
    await bootstrap(core);
    return countOf(core);
  });
  await withCore(readConfig(env), async () => undefined);
  await pool.query(
    `insert into workers.reactors (name, position, log_index) values ('all', ${events}, ${events - 1n}), ('some', 2, 2)`,
  );
  await pool.query(`insert into workers.jobs (id, reactor, step, task, event, stream, revision, position, part, occurred_at, correlation)
    select gen_random_uuid(), 'all', 'one', '{}', id, stream, revision, position, 0, '', '' from log.events where position = 3`);
  await pool.query(
    `insert into workers.skipped_events (reactor, position, by_whom, reason) values ('all', 1, '', ''), ('all', 2, '', '')`,
  );
  await pool.query(`insert into read.projection_skip (name, version, position, reason, by) values ('one', 1, 2, '', '')`);
  const places = async () => {
    const { rows } = await pool.query<{
      what: string;
      at: string;
    }>(`select name as what, position::text as at from workers.reactors
      union all select 'task', position::text from workers.jobs union all select 'passed', max(position)::text from workers.skipped_events
      union all select 'not shown', max(position)::text from read.projection_skip
      union all select 'kind', kind from workers.own_log order by what`);
    return Object.fromEntries(rows.map(({ what, at }) => [what, at]));
  };
  const build = `insert into read.projection_build (name, version, schema, state, position, log_index)
    values ('one', 1, 'read_one', 'live', $1, 2) on conflict do nothing`;
  await pool.query(build, [String(events)]);

  await copyLog(here, copy);
  await pool.query(`insert into workers.jobs select (jsonb_populate_record(j, $1)).* from workers.jobs j`, [
    JSON.stringify({ id: randomUUID(), event: randomUUID() }),
  ]);
  const whole = await kept(pool);
  const lost = { name: 'ConfigError', message: /lacks the events of 1 tasks.*nothing was changed/ };
  await t.rejects(openCore(readConfig(elsewhere), silentLog, 'own log test'), lost);
  t.strictSame(await kept(pool), whole, 'no task goes because its event is not in a copy that is said to be whole');
  await pool.query('delete from workers.jobs where event not in (select id from log.events)');
  await withCore(readConfig(elsewhere), async () => undefined);
  const there = (await copy.readAll(0n, 1_000)).events.map(({ position }) => String(position));
  const [, second, third] = there;
  const moved = { all: there.at(-1), some: second, task: third, passed: second, 'not shown': second, kind: 'eventstoredb' };
  t.strictSame(await places(), moved, 'reactors, tasks and what is passed over keep their events, not their positions');
  t.match((await pool.query('select state from read.projection_build')).rows, [{ state: 'retired' }]);

  const { position } = await copy.append('box-1', 'none', [
    { id: randomUUID(), type: 'box.BoxSent.v1', bytes: Buffer.from('{}') },
  ]);
  await pool.query(`update workers.reactors set position = $1, log_index = $2 where name = 'all'`, [
    String(position),
    String(events + 1n),
  ]);
  const before = await kept(pool);
  await t.rejects(openCore(readConfig(env), silentLog, 'own log test'), { message: /Is EVENTSTORE_URL forgotten\?/ });
  t.strictSame(await kept(pool), before);

  const [first] = (await here.readAll(0n, 1)).events;
  t.match(await cli('log', ['accept', '--first', first?.id ?? ''], env), { code: 0 });
  await withCore(readConfig(env), async () => undefined);
  const back = { all: String(events), some: '2', task: '3', passed: null, 'not shown': null, kind: 'postgres' };
  t.strictSame(
    await places(),
    back,
    'an older one that is accepted is gone on from where it ends; no task of an event that it has goes',
  );

  await copyLog(copy, here);
  await withCore(readConfig(elsewhere), async () => undefined);
  t.match(await places(), { kind: 'eventstoredb', all: there.at(-1), some: second, task: third });
  await withCore(readConfig(env), async () => undefined);
  t.match(await places(), back, 'a whole copy is taken without a word of the operator');
});

t.test(
  'a log in another kind of store than was read, while nobody knows whose it is, waits for a word; then no event is passed over',
  async (t) => {
    const { pool, env } = await place(t);
    const elsewhere = { ...env, EVENTSTORE_URL: await eventStore(t) };
    const here = createPostgresLog({ pool, schema: 'log', listen: false });
    const copy = createEventStoreDbLog({ url: elsewhere.EVENTSTORE_URL });
    t.teardown(() => Promise.all([here.close(), copy.close()]));
    const events = await withCore(readConfig(env), async (core) => {
      await bootstrap(core);
      return countOf(core);
    });
    await copyLog(here, copy);
    const [first] = (await here.readAll(0n, 1)).events;
    const there = (await copy.readAll(0n, 1_000)).events.map(({ position }) => String(position));
    const standsThere = { all: there.at(-1), late: there[1], task: there[2] };
    const standsHere = { all: String(events), late: '2', task: '3' };
    await pool.query(`insert into workers.reactors (name, position, log_index) values ('all', $1, ${events}), ('late', $2, 2)`, [
      standsThere.all,
      standsThere.late,
    ]);
    await pool.query(
      `insert into workers.jobs (id, reactor, step, task, event, stream, revision, position, part, occurred_at, correlation)
     select gen_random_uuid(), 'all', 'one', '{}', id, stream, revision, $1, 0, '', '' from log.events where position = 3`,
      [standsThere.task],
    );
    const places = async () => {
      const { rows } = await pool.query<{ what: string; at: string }>(
        `select name as what, position::text as at from workers.reactors union all select 'task', position::text from workers.jobs`,
      );
      return Object.fromEntries(rows.map(({ what, at }) => [what, at]));
    };

    for (const [at, before, after] of [
      [env, standsThere, standsHere],
      [elsewhere, standsHere, standsThere],
    ] as const) {
      await pool.query('delete from workers.own_log');
      const refused = { name: 'ConfigError', message: /has other positions than what was read before.*log -- accept --first/ };
      await t.rejects(openCore(readConfig(at), silentLog, 'own log test'), refused);
      t.strictSame(await places(), before, 'nothing is changed');
      const told = await cli('log', ['accept', '--first', first?.id ?? ''], at);
      t.match(told, { code: 0, words: /nobody knew whose log it was: reactors go on from where they came to/ });
      await withCore(readConfig(at), async () => undefined);
      t.strictSame(await places(), after, 'who was late is late by the same events, and no task goes');
    }
    await pool.query('delete from workers.own_log');
    await withCore(readConfig(elsewhere), async () => undefined);
    t.strictSame(await places(), standsThere, 'control: in the kind of store that was read nobody is asked');
  },
);

t.test('a log that is put back under running processes ends them, and the next start goes on from it', async (t) => {
  const { pool, env } = await place(t);
  const events = await withCore(readConfig(env), async (core) => {
    await bootstrap(core);
    return countOf(core);
  });
  t.ok(events > 2n);
  const program = startProgram(['projector', 'worker'], env);
  t.teardown(() => program.stop());
  await program.ready();
  await until('all is read', PATIENCE_MS, isRead(pool, events));
  await pool.query('delete from log.events where position > 2');
  await until('the process ends', PATIENCE_MS, async () => program.fell.late.length > 0);
  t.match(program.fell.late, [
    /^1: the general log lacks events that were read from it: it was put back under a running process/,
  ]);
  await program.ready();
  await until('it is read as it is now', PATIENCE_MS, isRead(pool, 2n));
  await until('no reactor stands where it would pass over what is written next', PATIENCE_MS, async () => {
    const { rows } = await pool.query('select name from workers.reactors where position > 2');
    return rows.length === 0;
  });
  t.equal(program.fell.late.length, 1, 'once');
});

t.test('a log that is put back is noticed by a process that saw more of it, though nothing else tells so any more', async (t) => {
  const { env } = await place(t);
  for (const config of [readConfig(env), readConfig({ ...env, EVENTSTORE_URL: await eventStore(t) })]) {
    await withCore(config, async (core) => {
      await bootstrap(core);
      const { log, pool, db } = core;
      const store = { name: 'general', log, pool, db, read: SCHEMAS.read, workers: SCHEMAS.workers } as const;
      const seen = nothingSeen();
      await pool.query(`insert into workers.reactors (name, position, log_index) values ('one', 0, $1)`, [
        String(await countOf(core)),
      ]);
      t.equal(await isBehind(store, seen), false);
      await pool.query('delete from workers.reactors');
      const older = {
        ...log,
        head: async () => 1n,
        positionOf: async () => 1n,
        readAll: async () => ({ events: [], scannedTo: 1n }),
      };
      t.equal(await isBehind({ ...store, log: older }), false, 'control: the checkpoints alone do not tell');
      t.equal(await isBehind({ ...store, log: older }, seen), true, log.kind);
      t.equal(await isBehind(store, seen), false);
      const asked = async () => Promise.reject(new Error('it was read again'));
      const idle = { ...log, positionOf: asked, readAll: asked };
      t.equal(await isBehind({ ...store, log: idle }, seen), false, 'a log to which nothing came is not read again');
      await pool.query('delete from workers.own_log');
    });
  }
});

t.test('a start that finds the restricted log behind steps back and stays up, and the general store with it', async (t) => {
  const { env } = await place(t);
  const { url, pool } = await testDatabase(t);
  await migrateRestricted(pool, url);
  await pool.query(`insert into workers.own_log (kind) values ('postgres')`);
  await pool.query(`insert into workers.reactors (name, position, log_index) values ('one', 5, 5)`);
  const running = { ...env, RESTRICTED_DATABASE_URL: url };
  const ofApi = startProgram(['api'], running);
  t.teardown(() => ofApi.stop());
  await ofApi.ready();
  const looks = `select count(*)::int as looks from pg_stat_activity
    where application_name like '%restricted' and datname = current_database() and query like '%coalesce(max(position), 0) as head%'`;
  await until('it looked', PATIENCE_MS, async () => (await pool.query<{ looks: number }>(looks)).rows[0]!.looks > 0);
  const [before] = (await pool.query('select position::int from workers.reactors')).rows;
  t.strictSame(before, { position: 5 }, 'an API that nobody asked for a restricted case leaves it as it is');

  const all = startProgram(['api', 'projector', 'worker'], running);
  t.teardown(() => all.stop());
  await all.ready();
  const isBack = async () =>
    (await pool.query(`select from workers.reactors where name = 'one' and position = 0`)).rows.length === 1;
  await until('it steps back', PATIENCE_MS, isBack);
  await all.ready();
  t.strictSame([all.fell, ofApi.fell], Array(2).fill({ early: [], late: [] }), 'none of them ended');
});
