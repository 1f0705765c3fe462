import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import t from 'tap';
import { randomFrom } from '../../src/cli/demo/random.ts';
import { registryOf } from '../../src/domain/kernel/registry.ts';
import { reservation } from '../../src/domain/reservation/index.ts';
import { createCodec } from '../../src/eventlog/codec.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import { migrations } from '../../src/eventlog/postgres/migrations.ts';
import { createPostgresLog } from '../../src/eventlog/postgres/postgresLog.ts';
import { createPool } from '../../src/platform/database.ts';
import { memoryKeyring } from '../../src/platform/keyring.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { projectionMigrations } from '../../src/projections/runtime/migrations.ts';
import { runProjector } from '../../src/projections/runtime/projector.ts';
import { auditLog } from '../support/faults/audit.ts';
import { POINTS, type Point, points, startPgProxy, WAYS } from '../support/faults/pgProxy.ts';
import { until } from '../support/faults/rig.ts';
import { openSenders } from '../support/faults/senders.ts';
import { seed, size } from '../support/faults/size.ts';
import { tallyOf } from '../support/faults/tally.ts';
import { silentLog, testDatabase } from '../support/postgres.ts';
import { parcel } from '../support/sampleProcess.ts';

const ROUNDS = size(3, 100);
/** Ends that are waited for at the same time. */
const LANES = 4;
/** A stalled connection is given up by who waits for it, before the kernels give it up. */
const IMPATIENT = { appendTimeoutMs: 200, readTimeoutMs: 300, connectTimeoutMs: 300 } as const;
const NOTICED_AFTER_MS = 400;

t.setTimeout(size(120_000, 1_800_000));
const random = randomFrom(seed(t));

const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

const { url, pool } = await testDatabase(t);
await migrate(pool, { schema: 'log', migrations });
await migrate(pool, { schema: 'read', migrations: projectionMigrations });
const registry = registryOf([parcel, reservation]);
const codec = createCodec(registry, memoryKeyring());
const proxy = await startPgProxy(url, NOTICED_AFTER_MS);
t.teardown(() => proxy.close());
const pools: pg.Pool[] = [];
const truth = createPostgresLog({ pool, schema: 'log', listen: false });
t.teardown(() => truth.close());

/** A process of its own, as far as the database sees: a pool and a log by way of the proxy. */
function another(name: string, limits: Partial<typeof IMPATIENT> = IMPATIENT): { pool: pg.Pool; log: EventLog } {
  const own = createPool(proxy.url, { applicationName: name, max: 4, ...limits });
  pools.push(own);
  const log = createPostgresLog({ pool: own, schema: 'log', ...limits });
  t.teardown(async () => {
    await log.close();
    await own.end();
  });
  return { pool: own, log };
}

const NAMES = ['patient process', 'first process', 'second process', 'projector'] as const;
// With the limits of production, so that a slow machine changes no answer.
const senders = await openSenders(t, another(NAMES[0], {}).log, 'patient', 0);
const first = another(NAMES[1]);
const registrar = senders.api.person('registrar');
const appendPoints = points.filter((point) => POINTS[point].during === 'append');
const loginPoints = points.filter((point) => POINTS[point].during === 'login');

/** One try at a parcel. */
async function once(key: string) {
  const { api } = senders;
  const body = { to: '00000000-0000-4000-8000-000000000001', name: 'Synthetic' };
  return api.call('POST', '/v1/parcels', { as: registrar, key, body });
}

/** Struck twice, so that the retry inside does not hide it. */
const twice = (point: Point) => proxy.strike(point, 'cut', 2);

t.test('a command whose append is broken off is answered 503 "again with the same key", and is one effect then', async (t) => {
  for (const point of appendPoints) {
    const key = randomUUID();
    const before = await truth.head();
    const over = twice(point);
    const refused = await once(key);
    t.match(refused, { status: 503, json: { code: 'OUTCOME_UNKNOWN' } }, point);
    t.match(refused.headers.get('retry-after'), /^\d+$/);
    await over;
    const again = await once(key);
    t.equal(again.status, 201, `${point}: given again`);
    const replayed = again.headers.get('idempotency-replayed') === 'true';
    t.equal(replayed, POINTS[point].done, `${point}: ${POINTS[point].done ? 'it was written' : 'nothing was written'}`);
    t.equal((await truth.head()) - before, 1n, 'one event');
  }
});

t.test('a command that finds no connection is answered 503 "nothing was written"', async (t) => {
  for (const point of loginPoints) {
    const key = randomUUID();
    const before = await truth.head();
    const over = proxy.strike(point, 'reset', 1);
    t.match(await once(key), { status: 503, json: { code: 'UNAVAILABLE' } }, point);
    await over;
    t.equal(await truth.head(), before);
    const again = await once(key);
    t.same([again.status, again.headers.get('idempotency-replayed')], [201, null], `${point}: given again`);
  }
});

t.test('a read over a connection that fell silent is given up, and the next one has another connection', async (t) => {
  await first.log.head();
  proxy.silence();
  const failure: unknown = await first.log.head().catch((error: unknown) => error);
  t.match(failure, { name: 'LogUnavailable', cause: { message: 'Query read timeout' } });
  await until('another connection', 5_000, async () => (await first.log.head()) === (await truth.head()));
});

t.test('control: who tries again under a new key has it twice wherever the answer was lost', async (t) => {
  const careless = senders.client('careless', true);
  for (const point of appendPoints) {
    const over = twice(point);
    await senders.request(careless);
    await over;
  }
  const { doubled, lost } = await auditLog(truth, codec, careless.acknowledged, 'careless');
  t.equal(doubled.length, appendPoints.filter((point) => POINTS[point].done).length);
  t.same(lost, []);
});

t.test(
  `${ROUNDS} ends at each of ${points.length} points, of three kinds, while commands run and a read model follows`,
  async (t) => {
    const second = another(NAMES[2]);
    const both = [await openSenders(t, first.log, 'wire-first', 3), await openSenders(t, second.log, 'wire-second', 3)];
    const projector = another(NAMES[3]);
    const stop = new AbortController();
    const tally = tallyOf(registry);
    const projecting = runProjector(
      {
        ...projector,
        schema: 'read',
        codec,
        registry,
        projections: [tally],
        logger: silentLog,
        leaseMs: 2_000,
        retryMs: 50,
        superviseMs: 100,
      },
      stop.signal,
    );
    t.teardown(() => {
      stop.abort();
      return projecting;
    });

    const plan = points.flatMap((point) =>
      Array.from({ length: ROUNDS }, (_, round) => ({ point, way: WAYS[round % WAYS.length]!, order: random.next() })),
    );
    plan.sort((a, b) => a.order - b.order);
    const strikes = async (): Promise<void> => {
      const lane = async (): Promise<void> => {
        for (let next = plan.pop(); next; next = plan.pop()) await proxy.strike(next.point, next.way, random.between(1, 2));
      };
      await Promise.all(Array.from({ length: LANES }, lane));
    };
    const over = strikes();
    await Promise.all(both.map((one) => one.work(over)));

    const clients = both.flatMap((one) => one.clients);
    const acknowledged = clients.flatMap((client) => client.acknowledged);
    const { events, commands, ...findings } = await auditLog(truth, codec, acknowledged, 'wire');
    t.same({ lost: findings.lost, doubled: findings.doubled, torn: findings.torn }, { lost: [], doubled: [], torn: [] });
    t.equal(commands, acknowledged.length, 'each command is in the log, and nothing else');
    const sum = (of: (client: (typeof clients)[number]) => number): number => clients.reduce((all, one) => all + of(one), 0);
    const unanswered = sum((client) => client.answers.get('503') ?? 0);
    const replayed = sum((client) => client.replayed());
    t.ok(unanswered > 0, 'some were answered 503');
    t.equal(
      sum((client) => client.answers.get('connection') ?? 0),
      0,
      'all were answered',
    );
    t.equal(
      sum((client) => client.mute()),
      0,
      'every 503 said when to come back',
    );
    t.comment(
      `${ROUNDS * points.length} strikes: ${commands} commands, ${events} events in all, ${unanswered} answers 503, ${replayed} replayed`,
    );

    const rows = async (from: string) =>
      (await pool.query(`select stream, sum(events)::int as events from ${from} as counted group by 1 order by 1`)).rows;
    const written = await rows('(select stream, 1 as events from log.events)');
    const head = await truth.head();
    const counted = `select 1 from read.projection_build where name = 'tally' and state = 'live' and position >= $1`;
    await until('the read model has caught up', 30_000, async () => (await pool.query(counted, [head])).rowCount === 1);
    t.same(await rows('read.tally'), written, 'every event is counted once');
  },
);

t.test('afterwards pools are whole, and neither connections nor sessions are left over', async (t) => {
  await Promise.all(pools.map((one) => one.query('select')));
  await until('all connections lie idle', 5_000, async () =>
    pools.every((one) => one.idleCount === one.totalCount && one.waitingCount === 0 && one.totalCount <= 4),
  );
  await until('the server has no session more', 5_000, async () => {
    const { rows } = await pool.query<{ sessions: number }>(
      `select count(*)::int as sessions from pg_stat_activity where datname = current_database() and application_name = any($1)`,
      [NAMES],
    );
    return rows[0]?.sessions === proxy.open();
  });
  t.ok(proxy.open() <= pools.reduce((all, one) => all + one.totalCount, 0) + 1, 'one more listens for the projector');
  t.same(unhandled, [], 'no rejection was left alone');
});
