import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import t from 'tap';
import { createAccessLog } from '../../src/eventlog/access/accessLog.ts';
import { accessMigrations } from '../../src/eventlog/access/migrations.ts';
import { createKysely, createPool } from '../../src/platform/database.ts';
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
import { workerMigrations } from '../../src/workers/migrations.ts';
import { createStore } from '../../src/workers/runtime/store.ts';
import { parcelStories } from '../projections/parcels.ts';
import { logWith, parcel, readModels } from '../projections/support.ts';
import { startPgProxy } from '../support/faults/pgProxy.ts';
import { tallyOf } from '../support/faults/tally.ts';
import { testDatabase } from '../support/postgres.ts';

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
function poolBy(name: string, silenceMs?: number): pg.Pool {
  const pool = createPool(proxy.url, { applicationName: name, max: 1, ...(silenceMs === undefined ? {} : { silenceMs }) });
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
      const control = await over(poolBy(`${name} control`));
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
});

t.test('a projector whose connections fell silent goes on over new ones', async (t) => {
  const world = logWith([parcel]);
  const tally = tallyOf(world.registry);
  const follow = async (silenceMs?: number) => {
    const models = await readModels(t, world);
    const way = await startPgProxy(models.pool.options.connectionString ?? '', NOTICED_AFTER_MS);
    const limit = silenceMs === undefined ? {} : { silenceMs };
    const pool = createPool(way.url, { applicationName: 'projector', max: 3, connectTimeoutMs: 500, ...limit });
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
  const control = await follow();
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
