import { randomUUID } from 'node:crypto';
import t, { type Test } from 'tap';
import { idOf } from '../../src/domain/kernel/envelope.ts';
import { createEventStoreDbLog } from '../../src/eventlog/eventstoredb/eventStoreDbLog.ts';
import { type EventLog, LogUnavailable } from '../../src/eventlog/port.ts';
import { migrations as logMigrations } from '../../src/eventlog/postgres/migrations.ts';
import { createPostgresLog } from '../../src/eventlog/postgres/postgresLog.ts';
import { createKysely } from '../../src/platform/database.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { migrateQueue } from '../../src/platform/queue.ts';
import { projectionMigrations } from '../../src/projections/runtime/migrations.ts';
import { stepBackWithLog } from '../../src/restoredLog.ts';
import type { Reactor } from '../../src/workers/runtime/reactor.ts';
import { startEventStoreServer } from '../support/eventStoreServer.ts';
import { silentLog, testDatabase } from '../support/postgres.ts';
import { world } from '../support/scenario.ts';
import { eventually, order, receipt, workersFor } from '../workers/support.ts';

const ORDERS = 8;
/** Events that the copy holds which is put back. */
const KEPT = 2;

/** Opens a receipt with each order. */
const receipts: Reactor = {
  name: 'receipts',
  start: 'beginning',
  categories: ['order'],
  react: ({ type, data }) => (type === 'OrderPlaced' ? [{ step: 'open', ids: data as { item: string } }] : []),
  perform: async ({ ids: { item } }, context) => {
    await context.command({ process: 'receipt', command: 'open', id: idOf(context.cause.stream), input: { item } });
  },
};

/** An empty log in each store. `others` writes to the store what is not ours, if anybody else may. */
const stores: readonly { readonly name: string; open(t: Test): Promise<{ log: EventLog; others(): void }> }[] = [
  {
    name: 'postgres',
    open: async (t) => {
      const { pool } = await testDatabase(t);
      await migrate(pool, { schema: 'log', migrations: logMigrations });
      const log = createPostgresLog({ pool, schema: 'log', listen: false });
      t.teardown(() => log.close());
      return { log, others: () => {} };
    },
  },
  {
    name: 'eventstoredb',
    open: async (t) => {
      const server = await startEventStoreServer();
      const log = createEventStoreDbLog({ url: server.url });
      t.teardown(async () => {
        await log.close();
        await server.kill();
      });
      const stats = { type: '$statsCollected', contentType: 'application/json', metadata: new Uint8Array(0) };
      const data = new TextEncoder().encode(`{"cpu":${'9'.repeat(2_000)}}`);
      const others = () => {
        for (let at = 0; at < 20; at += 1) server.data.append('$stats-0', 'any', [{ id: randomUUID(), ...stats, data }]);
      };
      return { log, others };
    },
  },
];

for (const { name, open } of stores) {
  t.test(`reactors ahead of a log that was put back react to what is written then, on ${name}`, async (t) => {
    const { pool, url } = await testDatabase(t);
    await migrate(pool, { schema: 'read', migrations: projectionMigrations });
    const queue = { kind: 'postgres', url, schema: 'queue' } as const;
    await migrateQueue(queue);

    const before = await open(t);
    const old = await shop(before.log);
    const crew = await workersFor(t, old.w, queue, {}, pool);
    for (let at = 1; at <= ORDERS; at += 1) await old.place(`old-${at}`);
    const running = await crew.start([receipts]);
    await eventually('each order has its receipt', async () => (await old.receipts()).length === ORDERS);
    await eventually('and the reactor has read them all', async () => {
      const [reactor] = (await crew.operator.status()).reactors;
      return reactor?.pending === 0 && reactor.position >= (await before.log.head());
    });
    await running.stop();
    const store = {
      name: 'general',
      codec: old.w.codec,
      pool,
      db: createKysely<unknown>(pool),
      read: 'read',
      workers: 'workers',
    } as const;
    t.equal(await stepBackWithLog({ ...store, log: before.log, logger: silentLog }), false, 'nothing was put back yet');
    if (name === 'eventstoredb') {
      let late = 3;
      const readAll: EventLog['readAll'] = async (after, limit, filter) =>
        limit === 1 && late-- > 0 ? { events: [], scannedTo: after } : before.log.readAll(after, limit, filter);
      const lagging = { ...before.log, readAll };
      t.equal(await stepBackWithLog({ ...store, log: lagging, logger: silentLog }), false, 'a node that lags is waited for');
      t.ok(late < 0);
    }
    // An operator let pass one event that the older copy has, and one that it lacks.
    const passed = ['1', String(await before.log.head())];
    for (const position of passed) {
      await pool.query(`insert into read.projection_skip (name, version, position, reason, by) values ('one', 1, $1, '', '')`, [
        position,
      ]);
      await pool.query(`insert into workers.skipped_events (reactor, position, by_whom, reason) values ('one', $1, '', '')`, [
        position,
      ]);
    }
    const stillPassed = async () =>
      (await pool.query<{ position: string }>('select position::text from read.projection_skip order by position')).rows.concat(
        (await pool.query<{ position: string }>('select position::text from workers.skipped_events order by position')).rows,
      );

    const after = await open(t);
    await copyOf(before.log, after.log);
    after.others();
    const now = await shop(after.log);
    const [stood] = (await crew.operator.status()).reactors;
    const read = { ...store, log: after.log, logger: silentLog };
    const naive = await shop((await copied(t, open, before.log)).log);
    await naive.place('new');
    const control = 'control: from where the reactor stood, it would never come to what is written next';
    const next = naive.w.log.readAll(stood?.position ?? 0n, 100, { categories: ['order'] });
    if (name === 'postgres') t.strictSame((await next).events, [], control);
    else await t.rejects(next, LogUnavailable, control);

    t.equal(await stepBackWithLog(read), true, 'at the next start it is noticed, though no read model tells of it');
    t.equal(await stepBackWithLog(read), false, 'and once is enough');
    const [inBoth] = passed;
    t.strictSame(
      await stillPassed(),
      [{ position: inBoth }, { position: inBoth }],
      'what is written next is not passed over for the sake of what is gone',
    );
    // Before this one the copy stands still: it is the read model that is ahead, in the count where positions do not tell.
    const head = await now.w.log.head();
    await pool.query(
      `insert into read.projection_build (name, version, schema, state, position, log_index)
       values ('one', 1, 'read_one', 'live', $1, 1000)`,
      [String(name === 'postgres' ? head + 1n : head)],
    );
    t.equal(await stepBackWithLog(read), true, 'a read model alone tells of it too');
    t.match((await pool.query(`select state from read.projection_build where name = 'one'`)).rows, [{ state: 'retired' }]);
    t.equal(await stepBackWithLog(read), false);
    await now.place('new');
    await (await workersFor(t, now.w, queue, {}, pool)).start([receipts]);
    const whole = [...Array.from({ length: KEPT }, (_, at) => `old-${at + 1}`), 'new'].sort();
    await eventually('the new order has its receipt', async () => (await now.receipts()).includes('new'));
    await eventually('so has each that is still there', async () => (await now.receipts()).length === whole.length);
    t.strictSame(await now.receipts(), whole, 'each once; nothing is done again for what is gone');
  });
}

async function shop(log: EventLog) {
  const w = world([order, receipt], undefined, undefined, undefined, log);
  return {
    w,
    place: (item: string) => w.when('shop', 'order', 'place', undefined, { item }),
    receipts: async (): Promise<readonly string[]> => {
      const { events } = await log.readAll(0n, 1_000, { categories: ['receipt'] });
      return (await w.codec.decode(events, 'none')).map(({ data }) => (data as { item: string }).item).sort();
    },
  };
}

/** Copies the first events of a log into an empty one, byte by byte. */
async function copyOf(from: EventLog, to: EventLog): Promise<void> {
  for (const { stream, revision, id, type, bytes } of (await from.readAll(0n, KEPT)).events) {
    await to.append(stream, revision === 0 ? 'none' : revision - 1, [{ id, type, bytes }]);
  }
}

async function copied(t: Test, open: (typeof stores)[number]['open'], from: EventLog) {
  const copy = await open(t);
  await copyOf(from, copy.log);
  return copy;
}
