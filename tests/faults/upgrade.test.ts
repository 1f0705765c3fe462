import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Migration, sql } from 'kysely';
import type pg from 'pg';
import t, { type Test } from 'tap';
import { openCore } from '../../src/compose.ts';
import { registryOf } from '../../src/domain/kernel/registry.ts';
import { reservation } from '../../src/domain/reservation/index.ts';
import { createCodec } from '../../src/eventlog/codec.ts';
import { noFiles } from '../../src/eventlog/documents/attaching.ts';
import { createMemoryLog } from '../../src/eventlog/memory/memoryLog.ts';
import { migrations as logMigrations } from '../../src/eventlog/postgres/migrations.ts';
import { createPostgresLog } from '../../src/eventlog/postgres/postgresLog.ts';
import { readConfig } from '../../src/platform/config.ts';
import { createKysely, createPool } from '../../src/platform/database.ts';
import { memoryKeyring } from '../../src/platform/keyring.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { casesProjection } from '../../src/projections/cases.ts';
import { checkProjection } from '../../src/projections/runtime/check.ts';
import type { Projection } from '../../src/projections/runtime/projection.ts';
import { runnerParts } from '../../src/projections/runtime/projector.ts';
import { projectionStatus } from '../../src/projections/runtime/status.queries.ts';
import { readModels, SCHEMA, writerOf } from '../projections/support.ts';
import { startApi } from '../support/api.ts';
import { box } from '../support/faults/box.ts';
import { startProgram } from '../support/faults/program.ts';
import { until } from '../support/faults/rig.ts';
import { startRollout } from '../support/faults/rollout.ts';
import { tallyOf } from '../support/faults/tally.ts';
import { silentLog, temporaryDirectory, testDatabase } from '../support/postgres.ts';
import { world } from '../support/scenario.ts';

const SECONDS = 20_000;
const program = (path: string) => fileURLToPath(new URL(`../../src/${path}`, import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs one of the programs to its end. */
function run(path: string, env: Readonly<Record<string, string>>): Promise<Ended> {
  const child = spawn(process.execPath, [program(path)], { env: { ...env, PATH: process.env.PATH ?? '' } });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out, err })));
}

/** What a release to come adds. */
const nextRelease: Migration = {
  up: async (db) => {
    await sql`alter table events add column noted text`.execute(db);
  },
};
const withNext = { schema: 'log', migrations: { ...logMigrations, '9999_next': nextRelease } };

t.test('a program refuses a database older than itself, two migrate at once, and it starts beside a newer one', async (t) => {
  const { url, pool } = await testDatabase(t);
  const data = temporaryDirectory();
  t.teardown(() => rmSync(data, { recursive: true, force: true }));
  const env = { DATABASE_URL: url, MASAR_DATA: data, NODE_ENV: 'development' };

  const early = await run('main.js', { ...env, MASAR_ROLES: 'projector' });
  t.equal(early.code, 1);
  t.match(early.err, /DATABASE_URL: the database is older than this program and lacks log\.0001_log,.*npm run migrate/);
  t.notMatch(early.err, /\n\s+at /, 'without a stack');

  const both = await Promise.all([run('cli/migrate.js', env), run('cli/migrate.js', env)]);
  t.strictSame(
    both.map(({ code }) => code),
    [0, 0],
    both.map(({ err }) => err).join(),
  );
  const ran = both.flatMap(({ out }) => out.split('\n')).filter((line) => line.includes('.'));
  t.equal(ran.filter((line) => line === 'log.0001_log').length, 1, 'each migration ran once');
  t.equal(new Set(ran).size, ran.length);

  // The next release is migrated first: the program of this one goes on, and may be started anew.
  t.strictSame(await migrate(pool, withNext), ['9999_next']);
  const beside = startProgram(['projector'], env);
  await beside.ready();
  t.equal((await beside.stop()).code, 0);
  t.strictSame(beside.fell, { early: [], late: [] });

  await pool.query(`delete from read.kysely_migration where name = '002_forgotten'`);
  const behind = openCore(readConfig(env), silentLog, 'upgrade test');
  await t.rejects(behind, { message: /lacks read\.002_forgotten: run/ }, 'and names what is missing, no more');
  t.comment(`2 processes ran ${ran.length} migrations, each once; every part of this file is staged, nothing drawn`);
});

/** A log in use, with a reader whose transaction stays open over its table. */
async function logInUse(t: Test) {
  const { url, pool } = await testDatabase(t);
  await migrate(pool, { schema: 'log', migrations: logMigrations });
  const log = createPostgresLog({ pool, schema: 'log', listen: false });
  t.teardown(() => log.close());
  const reader = await pool.connect();
  await reader.query('begin; select from log.events');
  const append = () =>
    log.append(`box-${randomUUID()}`, 'none', [{ id: randomUUID(), type: 'box.BoxSent.v1', bytes: Buffer.from('{}') }]);
  return { url, pool, append, finish: () => reader.query('commit').then(() => reader.release()) };
}

/** Resolves when a statement like this waits for a lock. */
const waits = (pool: pg.Pool, like: string): Promise<void> =>
  until(`${like} waits`, SECONDS, async () => {
    const { rowCount } = await pool.query(
      `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like $1`,
      [`%${like}%`],
    );
    return (rowCount ?? 0) > 0;
  });

t.test('a migration that waits for a lock lets those behind it through, and is done when it may', async (t) => {
  const { pool, append, finish } = await logInUse(t);
  const migrating = migrate(pool, withNext, { lockTimeoutMs: 100, tries: 1_000 });
  await waits(pool, 'alter table events');
  const meanwhile = 5;
  for (let more = 0; more < meanwhile; more++) await append();
  t.pass('appends are answered while the migration waits');
  await finish();
  t.strictSame(await migrating, ['9999_next']);
  await append();
  const { rowCount } = await pool.query('select noted from log.events');
  t.equal(rowCount, meanwhile + 1, 'the program of before goes on beside what was added');
  t.comment(`1 migration, ${meanwhile} appends while it waited, 1 after it`);
});

t.test('one that waits without an end holds up every append behind it', async (t) => {
  const { url, append, pool, finish } = await logInUse(t);
  const naive = createPool(url, { applicationName: 'naive', lockTimeoutMs: 0 });
  const altering = naive.query('alter table log.events add column noted text');
  await waits(pool, 'alter table log.events');
  const appending = append();
  await waits(pool, 'append_events(');
  t.pass('an append waits behind it');
  await finish();
  await Promise.all([altering, appending]);
  await naive.end();
  t.comment('1 migration without an end of its patience: 1 append waited as long as it did');
});

t.test('a migration that never gets its lock says so and leaves everything as it was', async (t) => {
  const { pool, finish } = await logInUse(t);
  const tries = 3;
  await t.rejects(migrate(pool, withNext, { lockTimeoutMs: 20, tries }), { code: '55P03' });
  await finish();
  t.strictSame(await migrate(pool, withNext), ['9999_next']);
  t.comment(`${tries} tries in vain, 1 that came through`);
});

/** Two releases of the program over one log and one set of read models. */
async function releases(t: Test) {
  const { pool } = await testDatabase(t);
  await migrate(pool, { schema: 'log', migrations: logMigrations });
  const log = createPostgresLog({ pool, schema: 'log' });
  t.teardown(() => log.close());
  const keyring = memoryKeyring();
  const release = (which: 'old' | 'next') => {
    const registry = registryOf([box[which], reservation]);
    const codec = createCodec(registry, keyring);
    return { log, registry, codec, write: writerOf(log, codec, which).write };
  };
  const [old, next] = [release('old'), release('next')];
  return { log, old, next, models: await readModels(t, old) };
}

t.test(
  'a projector that meets a version it does not know waits and says so, others go on, and the next one goes on',
  async (t) => {
    const { log, old, next, models } = await releases(t);
    const metrics = createMetrics({ processMetrics: false });
    const others = { ...tallyOf(registryOf([reservation])), name: 'others' };
    models.run([casesProjection(old.registry), others], { metrics, leaseMs: 300 });
    const id = randomUUID();
    const known = await old.write('box', id, { type: 'BoxPacked', data: { kilos: 2 } });
    t.ok(await models.waitFor(['cases', 'others'], known, SECONDS));
    const unknown = await next.write('box', randomUUID(), { type: 'BoxPacked', data: { grams: 5 } });
    await old.write('box', id, { type: 'BoxSent', data: {} });
    const reserved = { scope: 'box', hash: 'x', holder: `box-${id}` };
    const head = await old.write('reservation', randomUUID(), { type: 'Reserved', data: reserved });

    t.ok(await models.waitFor(['others'], head, SECONDS), 'the other read model is up to date');
    const status = async () =>
      (await projectionStatus(createKysely(models.pool), SCHEMA, head)).find((one) => one.name === 'cases');
    await until('the halt is told', SECONDS, async () => (await status())?.halted !== undefined);
    t.match(await status(), {
      position: String(known),
      behind: true,
      halted: { kind: 'unknown_type', type: 'box.BoxPacked.v2', position: String(unknown), revision: 0 },
    });
    const { body } = await metrics.scrape();
    t.match(body, 'masar_projection_halted{projection="cases",state="live"} 1');
    t.match(body, 'masar_projection_halted{projection="others",state="live"} 0');
    const shown = () => models.pool.query(`select status from ${SCHEMA}.case_index where case_id = $1`, [id]);
    t.strictSame((await shown()).rows, [{ status: 'packed' }], 'what came before is shown');

    const build = (await runnerParts(models.parts([others])).builds.buildsOf('cases'))[0];
    const projection = casesProjection(next.registry);
    models.run([projection], { ...next, leaseMs: 300 });
    t.ok(await models.waitFor(['cases'], head, SECONDS), 'the next release, beside the old one, goes on from there');
    const parts = runnerParts(models.parts([projection], next));
    t.strictSame(
      (await parts.builds.buildsOf('cases')).map((one) => one.id),
      [build?.id],
      'without a rebuild',
    );
    t.strictSame((await shown()).rows, [{ status: 'sent' }]);
    t.equal((await models.pool.query(`select from ${SCHEMA}.case_index`)).rowCount, 3);
    const { tables } = await checkProjection(parts, projection, new AbortController().signal);
    t.ok(tables.length > 0 && tables.every((table) => table.same), 'and shows what a rebuild shows');
    t.equal(await log.head(), head);
    t.comment(`${head} events, 1 of them of a version to come; 2 read models, 2 releases`);
  },
);

t.test('control: who passes over a version he does not know never shows it, not in the next release either', async (t) => {
  const { log, old, next } = await releases(t);
  const shown = new Set<string>();
  let after = 0n;
  const follow = async ({ codec }: Pick<typeof old, 'codec'>) => {
    for (;;) {
      const { events, scannedTo } = await log.readAll(after, 100);
      if (events.length === 0) return;
      for (const one of events) {
        await codec.decode([one], 'none').then(
          () => shown.add(one.stream),
          () => undefined,
        );
      }
      after = scannedTo;
    }
  };
  await old.write('box', randomUUID(), { type: 'BoxPacked', data: { kilos: 1 } });
  await next.write('box', randomUUID(), { type: 'BoxPacked', data: { grams: 5 } });
  await follow(old);
  await next.write('box', randomUUID(), { type: 'BoxPacked', data: { grams: 6 } });
  await follow(next);
  t.equal(shown.size, 2, 'of three');
  t.comment('3 boxes in 2 versions: 1 never shown by the naive reader');
});

t.test('an API of before answers 503 for a case it cannot read, writes nothing, and serves the others', async (t) => {
  const log = createMemoryLog();
  const place = { organisation: randomUUID(), office: randomUUID() };
  const open = (release: 'old' | 'next') => startApi(world([box[release]], undefined, 'as brought', noFiles, log));
  const [old, next] = [await open('old'), await open('next')];
  t.teardown(() => Promise.all([old.close(), next.close()]));
  const [before, after] = [old.person('registrar', place), next.person('registrar', place)];
  const packedByOld = await old.call('POST', '/v1/boxes', { as: before, body: { kilos: 2 } });
  t.equal(packedByOld.status, 201, packedByOld.text);
  const packed = await next.call('POST', '/v1/boxes', { as: after, body: { grams: 5 } });
  t.equal(packed.status, 201, packed.text);
  const head = await log.head();

  const path = `/v1/boxes/${packed.json.id}`;
  for (const [method, to] of [
    ['GET', path],
    ['POST', `${path}/send`],
  ] as const) {
    const answer = await old.call(method, to, { as: before, ...(method === 'POST' ? { body: {} } : {}) });
    t.equal(answer.status, 503, to);
    t.equal(answer.json.code, 'WRITTEN_BY_NEWER_VERSION');
    t.ok(answer.headers.get('retry-after'));
  }
  t.equal(await log.head(), head, 'nothing was written');
  t.equal((await old.call('GET', `/v1/boxes/${packedByOld.json.id}`, { as: before })).status, 200);
  t.equal((await next.call('POST', `/v1/boxes/${packedByOld.json.id}/send`, { as: after, body: {} })).json.status, 'sent');
  t.equal((await next.call('POST', `${path}/send`, { as: after, body: {} })).json.status, 'sent', 'nothing was lost');
  t.comment('2 cases, 1 of them written by the next release: 2 requests for it refused, 2 for the other answered');
});

t.test(
  'what a release writes the one before reads: role by role two releases come, nobody halts and nobody is refused',
  async (t) => {
    const installation = await startRollout(t, 'old', ['projector', 'api', 'worker']);
    const { log, models, met } = installation;
    const followed = async (what: string) => {
      t.ok(await models.waitFor(['cases'], await log.head(), SECONDS), `${what}: the read model is at the end`);
      const all = await projectionStatus(createKysely(models.pool), SCHEMA, await log.head());
      t.strictSame(
        all.map(({ name, halted, behind }) => ({ name, halted, behind })),
        [{ name: 'cases', halted: undefined, behind: false }],
        `${what}: and did not halt`,
      );
    };
    await installation.use();
    await followed('the first release');
    await installation.bring('ready');
    await followed('the one that reads what is to come');
    t.strictSame([...met.packed.keys()], ['box.BoxPacked.v1'], 'and does not write it yet');
    await installation.bring('next');
    await followed('the one that writes it');
    t.strictSame([...met.packed.keys()].sort(), ['box.BoxPacked.v1', 'box.BoxPacked.v2']);
    t.strictSame([...met.answers.keys()].sort(), [200, 201], 'every request was answered');
    const answers = [...met.answers.values()].reduce((sum, count) => sum + count, 0);
    const boxes = [...met.packed.values()].reduce((sum, count) => sum + count, 0);
    t.comment(`${answers} requests over ${boxes} boxes, 2 releases in 3 roles each, every role old and new side by side`);
  },
);

t.test('control: a release that writes what the one before does not read has people refused while both run', async (t) => {
  const installation = await startRollout(t, 'old', ['projector', 'api']);
  await installation.use();
  await installation.bring('next');
  const refused = installation.met.answers.get(503) ?? 0;
  t.ok(refused > 0);
  t.comment(`${refused} requests refused while both ran`);
});

t.test('two versions of a read model do not fight: the old one is shown until the new one has caught up, and once', async (t) => {
  const { log, old, models } = await releases(t);
  for (let more = 0; more < 30; more++) await old.write('box', randomUUID(), { type: 'BoxPacked', data: { kilos: more } });
  const first = tallyOf(old.registry);
  const stopFirst = [models.run([first], { leaseMs: 200 }), models.run([first], { leaseMs: 200 })];
  t.ok(await models.waitFor(['tally'], await log.head(), SECONDS));
  const builds = async () =>
    (await models.pool.query(`select version, state, position from ${SCHEMA}.projection_build order by version`)).rows;

  // The new version comes to its first page and waits there.
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const second: Projection = {
    ...first,
    version: 2,
    start: (context) => {
      const fold = first.start(context);
      return async (batch) => {
        await gate;
        return fold(batch);
      };
    },
  };
  for (let more = 0; more < 2; more++) models.run([second], { leaseMs: 200, batch: 5 });
  await until('the new version is being built', SECONDS, async () => (await builds()).length === 2);
  const during = await old.write('box', randomUUID(), { type: 'BoxPacked', data: { kilos: 31 } });
  t.ok(await models.waitFor(['tally'], during, SECONDS), 'the old version goes on');
  t.match(await builds(), [
    { version: 1, state: 'live', position: String(during) },
    { version: 2, state: 'building', position: '0' },
  ]);

  // Every look, from here to the swap and beyond, shows all that was there before.
  let fewest = 31;
  let times = 0;
  let looking = true;
  const looks = (async () => {
    for (; looking; times++) fewest = Math.min(fewest, (await models.pool.query(`select from ${SCHEMA}.tally`)).rowCount ?? 0);
  })();
  release();
  for (let more = 0; more < 10; more++) await old.write('box', randomUUID(), { type: 'BoxPacked', data: { kilos: more } });
  await until('the new version is shown', SECONDS, async () => {
    const all = await builds();
    return all.length === 1 && all[0].version === 2 && all[0].state === 'live';
  });
  // A program of before that starts now finds nothing to do, and takes nothing back.
  await Promise.all(stopFirst.map((stop) => stop()));
  const late = models.run([first], { leaseMs: 200 });
  const head = await old.write('box', randomUUID(), { type: 'BoxPacked', data: { kilos: 99 } });
  t.ok(await models.waitFor(['tally'], head, SECONDS));
  await late();
  looking = false;
  await looks;
  t.equal(fewest, 31, 'no look showed less than there was');
  t.match(await builds(), [{ version: 2, state: 'live', position: String(head) }]);
  t.equal((await models.pool.query(`select from ${SCHEMA}.tally`)).rowCount, 42);
  t.comment(`42 boxes, 5 projectors of 2 versions, ${times} looks`);
});
