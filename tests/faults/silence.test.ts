import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import t from 'tap';
import { createAccessLog } from '../../src/eventlog/access/accessLog.ts';
import { accessMigrations } from '../../src/eventlog/access/migrations.ts';
import { createKysely, createPool } from '../../src/platform/database.ts';
import { openDevelopmentIssuer } from '../../src/platform/developmentIssuer.ts';
import { masterKeyOf, masterKeys } from '../../src/platform/keys/masterKey.ts';
import { keyringMigrations } from '../../src/platform/keys/migrations.ts';
import { openPostgresKeyring } from '../../src/platform/keys/postgresKeyring.ts';
import { postgresCounts } from '../../src/platform/limits/counts.ts';
import { createLimiter } from '../../src/platform/limits/limiter.ts';
import { limitMigrations } from '../../src/platform/limits/migrations.ts';
import { defaultLimits } from '../../src/platform/limits/settings.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { runProjector } from '../../src/projections/runtime/projector.ts';
import { serve } from '../../src/serve.ts';
import { workerMigrations } from '../../src/workers/migrations.ts';
import { createStore } from '../../src/workers/runtime/store.ts';
import { parcelStories } from '../projections/parcels.ts';
import { logWith, parcel, readModels } from '../projections/support.ts';
import { type Held, startPgProxy } from '../support/faults/pgProxy.ts';
import { emptyPlace, makeMasters, migrated } from '../support/faults/restoring.ts';
import { until } from '../support/faults/rig.ts';
import { tallyOf } from '../support/faults/tally.ts';
import { silentLog, temporaryDirectory, testDatabase } from '../support/postgres.ts';

t.setTimeout(120_000);

const SILENCE_MS = 1_000;
/** Longer than any of this takes: nothing but its own limit tells a pool. */
const NOTICED_AFTER_MS = 110_000;

interface Part {
  /** Asks the database for something. */
  readonly ask: () => Promise<unknown>;
  /** Whether it says of itself that it fails. */
  readonly failing?: () => boolean;
}

const { url, pool: straight } = await testDatabase(t);
const proxy = await startPgProxy(url, NOTICED_AFTER_MS);
t.teardown(() => proxy.close());

/** One connection, so that one that fell silent is in everybody's way. */
function poolBy(name: string, silenceMs: number): pg.Pool {
  const pool = createPool(proxy.url, { applicationName: name, max: 1, silenceMs });
  t.teardown(() => void pool.end());
  return pool;
}

const masters = masterKeys(masterKeyOf(randomBytes(32)));
const metrics = createMetrics({ processMetrics: false });

/** What runs over connections that were open to what, each over a pool of its own. */
const PARTS: Readonly<Record<string, (pool: pg.Pool) => Promise<Part>>> = {
  'the access log': async (pool) => {
    const log = createAccessLog({ pool, schema: 'access' });
    const entry = () => ({
      at: new Date().toISOString(),
      requestId: randomUUID(),
      staff: randomUUID(),
      posts: [],
      route: 'GET /v1/parcels/:id',
      cases: [`parcel-${randomUUID()}`],
      owners: [],
      outcome: 'allowed' as const,
    });
    return { ask: () => log.record([entry()]), failing: log.failing };
  },
  'strict limits': async (pool) => {
    const limiter = createLimiter({ counts: postgresCounts(pool, 'limits'), settings: defaultLimits, metrics });
    t.teardown(limiter.close);
    return { ask: () => limiter.strictly('exports', { subject: randomUUID() }) };
  },
  'the keys': async (pool) => {
    const keyring = await openPostgresKeyring({ db: createKysely(pool), schema: 'keys', masters });
    return { ask: () => keyring.fetch([{ subject: randomUUID(), tier: 'T1' }], true) };
  },
  'the moves of reactors': async (pool) => {
    const store = createStore(pool, 'workers');
    const to = { position: 5n, logIndex: 5n };
    return { ask: () => store.advance('none', '1', 0n, to, []) };
  },
};

/** What becomes of something asked, as far as it is known in good time. */
const fate = (asked: Promise<unknown>): Promise<string> =>
  Promise.race([
    asked.then(
      () => 'answered',
      () => 'failed',
    ),
    delay(2.5 * SILENCE_MS, 'unknown'),
  ]);

t.before(async () => {
  await migrate(straight, { schema: 'access', migrations: accessMigrations });
  await migrate(straight, { schema: 'limits', migrations: limitMigrations });
  await migrate(straight, { schema: 'keys', migrations: keyringMigrations });
  await migrate(straight, { schema: 'workers', migrations: workerMigrations });
});

t.test('over a connection that fell silent what was asked fails in time, and what is asked next is answered', async (t) => {
  const parts = await Promise.all(
    Object.entries(PARTS).map(async ([name, over]) => {
      const limited = await over(poolBy(`${name} limited`, SILENCE_MS));
      const control = await over(poolBy(`${name} control`, 0));
      return { name, limited, control };
    }),
  );
  const askAll = () =>
    Promise.all(
      parts.map(async ({ name, limited, control }) => {
        const [fateOfLimited, fateOfControl] = await Promise.all([fate(limited.ask()), fate(control.ask())]);
        return { name, limited: fateOfLimited, control: fateOfControl, failing: limited.failing?.() };
      }),
    );
  for (const one of await askAll()) t.match(one, { limited: 'answered', control: 'answered' });
  proxy.silence();
  for (const { name, limited, failing } of await askAll()) {
    t.equal(limited, 'failed', name);
    t.not(failing, false, `${name}: says so, if it says anything`);
  }
  for (const { name, limited, control, failing } of await askAll()) {
    t.equal(limited, 'answered', name);
    t.not(failing, true);
    t.not(control, 'answered', `control, ${name}: without a limit of silence it stays in the way of all that come after`);
  }
  t.comment(`1 silence, nothing drawn: ${parts.length} parts of the program, each beside one without a limit, asked 3 times`);
});

t.test('a projector whose connections fell silent goes on over new ones', async (t) => {
  const world = logWith([parcel]);
  const tally = tallyOf(world.registry);
  const follow = async (silenceMs: number) => {
    const models = await readModels(t, world);
    const way = await startPgProxy(models.pool.options.connectionString ?? '', NOTICED_AFTER_MS);
    const pool = createPool(way.url, { applicationName: 'projector', max: 3, connectTimeoutMs: 500, silenceMs });
    const stopping = new AbortController();
    const running = runProjector({ ...models.parts([tally], { leaseMs: 1_000 }), pool }, stopping.signal);
    t.teardown(async () => {
      stopping.abort();
      await way.close();
      await running;
      await pool.end();
    });
    const shows = async (withinMs: number) => models.waitFor([tally.name], await world.log.head(), withinMs);
    return { silence: way.silence, shows };
  };
  const limited = await follow(SILENCE_MS);
  const control = await follow(0);
  await parcelStories(world, 1);
  t.ok(await limited.shows(20_000));
  t.ok(await control.shows(20_000));
  // Often enough that no connection of either is spared.
  for (let round = 0; round < 5; round += 1) {
    limited.silence();
    control.silence();
    await parcelStories(world, 1);
    await delay(100);
  }
  t.ok(await limited.shows(20_000));
  t.notOk(await control.shows(1_000), 'control: without a limit of silence it stands still');
});

t.test('the database itself is asked what became of a statement that brings no answer', async (t) => {
  const { url } = await testDatabase(t);
  const way = await startPgProxy(url, NOTICED_AFTER_MS);
  const pool = (applicationName: string, limits: { readonly suspectMs?: number; readonly silenceMs?: number }) => {
    const one = createPool(way.url, { applicationName, max: 4, connectTimeoutMs: 500, ...limits });
    t.teardown(() => void one.end());
    return one;
  };
  t.teardown(() => way.close());
  const named = (name: string) => way.silent().filter((one) => one.name === name).length;
  const watched = pool('watched', { suspectMs: 300 });
  const neighbour = pool('neighbour', {});
  const hasty = pool('hasty', { silenceMs: 1_000 });
  const control = pool('control', { silenceMs: 0 });

  const slow = 'select pg_sleep(1.5)';
  t.equal((await watched.query(slow)).rowCount, 1, 'one that it is still at is waited for, however long without a word');
  await t.rejects(hasty.query(slow), { code: 'ETIMEDOUT' }, 'control: who does not ask takes a slow one for a silent one');

  const all = [watched, neighbour, control];
  await Promise.all(all.flatMap((one) => [one.query('select pg_sleep(0.1)'), one.query('select pg_sleep(0.1)')]));
  const keeper = await neighbour.connect();
  way.silence();
  t.same([named('watched'), named('neighbour'), named('control')], [2, 2, 2]);
  const begun = performance.now();
  await t.rejects(watched.query('select 1'), { code: 'ETIMEDOUT', message: /has answered or was never asked/ });
  t.ok(performance.now() - begun < 3_000, 'long before its limit');
  await until('what lay idle is gone too', 2_000, async () => named('watched') === 0 && named('neighbour') === 1);
  t.equal(named('control'), 2, 'control: a pool that is not watched keeps what it has');
  t.equal((await neighbour.query('select 1')).rowCount, 1, 'and nobody waits for it');
  keeper.release(true);

  await watched.query('select 1');
  way.silence(true);
  await t.rejects(
    watched.query('select 1'),
    { code: 'ETIMEDOUT' },
    'where it cannot be asked, the connection is given up as well',
  );
  way.silence(false);
  await until('the way is there again', 5_000, () =>
    watched.query('select 1').then(
      () => true,
      () => false,
    ),
  );
});

t.test('a request still being sent is not lost, and a goodbye that never comes keeps nobody from being asked', async (t) => {
  const { url } = await testDatabase(t);
  const { host, port, database, user, password } = new pg.Client(url);
  const ends: Socket[] = [];
  let [slow, fails] = [false, false];
  const way = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({
      ...(host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port }),
      allowHalfOpen: true,
    });
    ends.push(near, far);
    for (const one of [near, far]) one.on('error', () => {});
    // The end of neither is told to the other.
    near.on('data', (bytes) => {
      if (!fails) far.write(bytes);
      if (!slow || bytes.length < 10_000) return;
      slow = false;
      near.pause();
      setTimeout(() => near.resume(), 1_500);
    });
    far.on('data', (bytes) => near.write(bytes));
  });
  way.listen(0, '127.0.0.1');
  await once(way, 'listening');
  t.teardown(() => {
    for (const one of ends) one.destroy();
    way.close();
  });
  const word = password ? `:${password}` : '';
  const through = `postgresql://${user}${word}@127.0.0.1:${(way.address() as AddressInfo).port}/${database}`;
  const pool = (applicationName: string, limits: { readonly suspectMs?: number; readonly silenceMs?: number }) => {
    const one = createPool(through, { applicationName, max: 2, connectTimeoutMs: 500, ...limits });
    t.teardown(() => void one.end());
    return one;
  };
  const watched = pool('watched', { suspectMs: 300 });
  await watched.query('select 1');
  slow = true;
  const [held] = (await watched.query(`select length('${'x'.repeat(30_000_000)}') as held`)).rows;
  t.equal(held.held, 30_000_000, 'it was waited for until it was sent');
  t.notOk(slow, 'control: it was held up');

  t.equal((await watched.query('select pg_sleep(1)')).rowCount, 1, 'the database was asked, and its goodbye swallowed');
  const brief = pool('brief', { suspectMs: 300, silenceMs: 300 });
  const neighbour = pool('neighbour', {});
  await neighbour.query('select 1');
  await t.rejects(brief.query('select pg_sleep(1)'), { code: 'ETIMEDOUT' });
  t.equal(neighbour.idleCount, 1, 'who asks nobody says nothing of the connections of others');
  fails = true;
  const begun = performance.now();
  await t.rejects(watched.query('select 1'), { code: 'ETIMEDOUT', message: /is not there/ });
  t.ok(performance.now() - begun < 10_000, 'it is asked again');
});

/** Pools of a program in all roles, by what they are for; one that is added has to be named here, and to be watched. */
const POOLS = {
  general: [
    ...[
      'masar',
      'masar keys',
      'masar queries',
      'masar limits',
      'masar access writer',
      'masar access sealer',
      'masar access keeper',
    ],
    ...['masar audit', 'masar projector', 'masar worker', 'masar queue'],
  ],
  restricted: [
    ...['masar restricted', 'masar keys', 'masar restricted queries', 'masar restricted projector', 'masar restricted audit'],
    ...['masar restricted worker', 'masar queue'],
  ],
} as const;

t.test('no pool that a program opens is left on connections that fell silent', async (t) => {
  const shelf = temporaryDirectory();
  t.teardown(() => rmSync(shelf, { recursive: true, force: true }));
  makeMasters(shelf);
  mkdirSync(join(shelf, 'elsewhere'));
  const config = await emptyPlace(t, shelf, 'silent');
  await migrated(config);
  const ways = {
    general: await startPgProxy(config.databaseUrl ?? '', NOTICED_AFTER_MS),
    restricted: await startPgProxy(config.restrictedDatabaseUrl ?? '', NOTICED_AFTER_MS),
  };
  const running = await serve(
    { ...config, databaseUrl: ways.general.url, restrictedDatabaseUrl: ways.restricted.url },
    silentLog,
  );
  t.teardown(async () => {
    // What is asked while it stops may meet a connection that just fell silent.
    await running.stop().catch(() => {});
    for (const way of Object.values(ways)) await way.close();
  });
  const { token } = await openDevelopmentIssuer(config.dataDir);
  const headers = { authorization: `Bearer ${await token(randomUUID())}` };
  const ask = (path: string) => fetch(`${running.address}${path}`, { headers }).then((answer) => answer.text());
  const namesOf = (held: readonly Held[]) => [...new Set(held.map(({ name }) => name))].sort();
  // A pool's first connection is opened by the first who needs it.
  await until('every pool has a connection', 30_000, async () => {
    for (const path of ['/v1/queue', '/v1/audit/reads', '/health/ready', '/health/projections']) await ask(path);
    return Object.entries(POOLS).every(([store, names]) =>
      names.every((name) => namesOf(ways[store as keyof typeof ways].held()).includes(name)),
    );
  }).catch((error: unknown) => t.fail(String(error)));
  for (const [store, names] of Object.entries(POOLS)) {
    t.same(namesOf(ways[store as keyof typeof ways].held()), [...names].sort(), store);
  }
  for (const way of Object.values(ways)) way.silence();
  /** What the queue is told of jobs on has no limit, and a reason: see queue.ts. */
  const left = () =>
    Object.values(ways).flatMap((way) => way.silent().filter((one) => !(one.listens && one.name === 'masar queue')));
  await until('nobody holds to a silent connection', 25_000, async () => {
    await Promise.all([ask('/v1/queue'), ask('/health/projections')]);
    return left().length === 0;
  }).catch(() => {});
  t.same(
    left().map(({ name }) => name),
    [],
  );
});
