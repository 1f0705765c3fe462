import { randomUUID } from 'node:crypto';
import t from 'tap';
import { idOf, type RecordedEvent } from '../../src/domain/kernel/envelope.ts';
import { LogUnavailable } from '../../src/eventlog/port.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { migrateQueue, openQueue, type QueuePlace, QueueUnavailable } from '../../src/platform/queue.ts';
import type { WorkerSettings } from '../../src/workers/index.ts';
import { workerMigrations } from '../../src/workers/migrations.ts';
import type { Reactor, TaskContext } from '../../src/workers/runtime/reactor.ts';
import { createStore } from '../../src/workers/runtime/store.ts';
import { silentLog, testDatabase } from '../support/postgres.ts';
import { testRedis, withoutRedis } from '../support/redis.ts';
import { world } from '../support/scenario.ts';
import { eventually, gate, order, receipt, type Test, workersFor } from './support.ts';

/** Where jobs wait in a test, and how all of them get lost. */
interface Place {
  readonly place: QueuePlace;
  wipe(): Promise<void>;
  /** Jobs that the queue still holds, whatever their state. */
  held(): Promise<number>;
}

const places: readonly { readonly name: string; readonly skip: string | false; make(t: Test): Promise<Place> }[] = [
  {
    name: 'Postgres',
    skip: false,
    make: async (t) => {
      const { url, pool } = await testDatabase(t);
      const place = { kind: 'postgres', url, schema: 'jobs' } as const;
      await migrateQueue(place);
      return {
        place,
        wipe: async () => {
          await pool.query('truncate jobs.job cascade');
        },
        held: async () => Number((await pool.query('select count(*) from jobs.job')).rows[0].count),
      };
    },
  },
  {
    name: 'Redis',
    skip: withoutRedis,
    make: async (t) => {
      const redis = await testRedis(t);
      return { place: { kind: 'redis', url: redis.url }, wipe: redis.wipe, held: redis.jobs };
    },
  },
];

/** Opens a receipt with each order under the order's id, and notes each change on it. */
const receipts = (perform?: (context: TaskContext, go: () => Promise<unknown>) => Promise<unknown>): Reactor => ({
  name: 'receipts',
  start: 'beginning',
  categories: ['order'],
  react: ({ type, data }) => {
    if (type === 'OrderPlaced') return [{ step: 'open', ids: data as { item: string } }];
    return type === 'OrderChanged' ? [{ step: 'note', ids: data as { item: string } }] : [];
  },
  perform: async ({ step, ids: { item } }, context) => {
    const go = () => context.command({ process: 'receipt', command: step, id: idOf(context.cause.stream), input: { item } });
    await (perform ? perform(context, go) : go());
  },
});

/** A world of orders and receipts with workers, which stop with the test. */
async function workshop(t: Test, { place }: Pick<Place, 'place'>, settings: Partial<WorkerSettings> = {}) {
  const w = world([order, receipt]);
  const crew = await workersFor(t, w, place, settings);
  const placeOrder = async (item: string) => (await w.when('shop', 'order', 'place', undefined, { item })).outcome.id;
  const itemsOf = async (id: string): Promise<readonly string[]> => {
    const { state } = await w.cases.glance(`receipt-${id}`);
    return state.status === 'noted' ? (state as typeof state & { items: readonly string[] }).items : [];
  };
  const noted = async () => (await w.log.readAll(0n, 10_000, { categories: ['receipt'] })).events.length;
  return { ...w, ...crew, placeOrder, itemsOf, noted };
}

for (const { name, skip, make } of places) {
  t.test(`jobs queued on ${name}`, { skip }, async (t) => {
    const place = await make(t);

    t.test('a job is taken as often as it is added, and once while it waits', async (t) => {
      const queue = openQueue(place.place, { name: 'plain', log: silentLog });
      t.teardown(() => queue.close());
      const seen: string[] = [];
      await queue.add(['a', 'b', 'b', 'c']);
      await queue.add(['b']);
      const worker = queue.work(async (id) => void seen.push(id), 1);
      await eventually('all were taken', () => seen.length === 3);
      await eventually('nothing is kept of what has ended', async () => (await place.held()) === 0);
      await queue.add(['b']);
      await eventually('the same id again', () => seen.length === 4);
      await worker.stop();
      t.strictSame(seen, ['a', 'b', 'c', 'b']);
    });

    t.test('stopping waits for the job in hand and takes no other', async (t) => {
      const queue = openQueue(place.place, { name: 'draining', log: silentLog });
      t.teardown(() => queue.close());
      const begun = gate();
      const finish = gate();
      const seen: string[] = [];
      await queue.add(['first', 'second']);
      const worker = queue.work(async (id) => {
        seen.push(id);
        begun.open();
        await finish.opened;
        seen.push(`${id} ended`);
      }, 1);
      await begun.opened;
      let stopped = false;
      const stopping = worker.stop().then(() => {
        stopped = true;
      });
      await new Promise(setImmediate);
      t.equal(stopped, false);
      finish.open();
      await stopping;
      t.strictSame(seen, ['first', 'first ended']);
    });

    t.test('what follows from an event is done once, in the order of its stream', async (t) => {
      const w = await workshop(t, place);
      const ids = await Promise.all(['a', 'b', 'c'].map(w.placeOrder));
      const changes = Array.from({ length: 10 }, (_, n) => String(n));
      for (const id of ids) for (const item of changes) await w.when('shop', 'order', 'change', id, { item });
      await w.start([receipts()]);
      await w.settled();
      for (const [n, id] of ids.entries()) t.strictSame(await w.itemsOf(id), ['abc'[n], ...changes]);
      t.equal(await w.jobs("ending = 'done'"), 33);
      const { history } = await w.cases.load(receipt, ids[0]!);
      const { history: causes } = await w.cases.load(order, ids[0]!);
      t.strictSame(
        history.map(({ meta }) => [meta.causationId, meta.correlationId, meta.actor.id]),
        causes.map(({ meta }) => [meta.eventId, meta.correlationId, 'system:receipts']),
      );
    });

    t.test('four workers side by side do everything once', async (t) => {
      const w = await workshop(t, place);
      await Promise.all([1, 2, 3, 4].map(() => w.start([receipts()])));
      await Promise.all(Array.from({ length: 100 }, (_, n) => w.placeOrder(`item ${n}`)));
      await eventually('every receipt is opened', async () => (await w.noted()) >= 100);
      await w.settled();
      t.equal(await w.noted(), 100);
      t.equal(await w.jobs(), 100);
    });

    const half = async (t: Test, againMs: number) => {
      const w = await workshop(t, place, { againMs, concurrency: 4 });
      const enough = gate();
      const wiped = gate();
      let performed = 0;
      for (let n = 0; n < 60; n++) await w.placeOrder(`item ${n}`);
      const hold = receipts(async (_, go) => {
        performed += 1;
        if (performed === 20) enough.open();
        if (performed >= 20) await wiped.opened;
        await go();
      });
      await w.start([hold]);
      await enough.opened;
      await eventually('all jobs were queued', async () => (await w.jobs('due > created_at')) === 60);
      await place.wipe();
      wiped.open();
      return { ...w, performed: () => performed };
    };

    t.test('wiping the queue half-way loses nothing', async (t) => {
      const w = await half(t, 300);
      await w.settled();
      t.equal(await w.noted(), 60);
    });

    t.test('control: without the second sweep the same wipe does lose jobs', async (t) => {
      const w = await half(t, 3_600_000);
      await eventually(
        'what was in hand has ended',
        async () => (await w.noted()) === w.performed() && (await place.held()) === 0,
      );
      t.ok((await w.jobs('ended_at is null')) > 0);
      t.ok((await w.noted()) < 60);
    });
  });
}

t.test('Redis comes and goes', { skip: withoutRedis }, async (t) => {
  const redis = await testRedis(t);
  const w = await workshop(t, { place: { kind: 'redis', url: redis.url } });
  const queue = openQueue({ kind: 'redis', url: redis.url }, { name: 'other', log: silentLog, timeoutMs: 300 });
  t.teardown(() => queue.close());
  await queue.add(['warm']);
  await w.start([receipts()]);
  await w.placeOrder('before');
  await w.settled();
  await redis.kill();
  const started = performance.now();
  await t.rejects(queue.add(['late']), QueueUnavailable, 'nobody waits for it');
  t.ok(performance.now() - started < 2_000);
  await w.placeOrder('meanwhile');
  await eventually('the reactor goes on without a queue', async () => (await w.jobs()) === 2);
  await redis.restart();
  await w.settled();
  t.equal(await w.noted(), 2);
});

/** What does not depend on where jobs wait is tested on Postgres. */
t.test('reactors', async (t) => {
  const place = await places[0]!.make(t);

  t.test('a worker that dies between the effect and its mark leaves one effect', async (t) => {
    const w = await workshop(t, place, { againMs: 100 });
    let runs = 0;
    // The mark cannot be written the first time, as when the process is gone after the effect.
    await w.pool.query(`
      create sequence workers.deaths;
      create function workers.die() returns trigger language plpgsql as $$
      begin if nextval('workers.deaths') = 1 then raise 'gone'; end if; return new; end $$;
      create trigger die before update of ended_at on workers.jobs for each row execute function workers.die()`);
    t.teardown(() => w.pool.query('drop trigger die on workers.jobs; drop function workers.die; drop sequence workers.deaths'));
    const dying = receipts(async (_, go) => {
      await go();
      runs += 1;
    });
    await w.start([dying]);
    const id = await w.placeOrder('one');
    await w.settled();
    t.equal(runs, 2);
    t.strictSame(await w.itemsOf(id), ['one']);
    t.equal(await w.noted(), 1);
  });

  t.test('the checkpoint and the jobs are written together or not at all', async (t) => {
    const w = await workshop(t, place);
    await w.pool.query(`
      create function workers.fail() returns trigger language plpgsql as $$ begin raise exception 'no'; end $$;
      create trigger fail before insert on workers.jobs for each row execute function workers.fail()`);
    await w.start([receipts()]);
    const before = await w.log.head();
    await w.placeOrder('one');
    await eventually('the reactor has tried', async () => {
      const { rows } = await w.pool.query(`select position from workers.reactors where name = 'receipts'`);
      return rows.length === 1;
    });
    const [status] = (await w.operator.status()).reactors;
    t.ok(status && status.position <= before, 'it stands where it stood');
    await w.pool.query('drop trigger fail on workers.jobs');
    await w.settled();
    await eventually('and goes on', async () => (await w.noted()) === 1);
  });

  t.test('a reactor that starts now leaves history alone', async (t) => {
    const w = await workshop(t, place);
    await w.placeOrder('old');
    const running = await w.start([{ ...receipts(), start: 'now' }]);
    await eventually('it is on record', async () => (await w.operator.status()).reactors.length === 1);
    await w.placeOrder('new');
    await eventually('the new one is noted', async () => (await w.noted()) === 1);
    await running.stop();
    await w.placeOrder('while away');
    await w.start([{ ...receipts(), start: 'now' }]);
    await eventually('now was then: nothing is missed', async () => (await w.noted()) === 2);
    await w.settled();
    t.equal(await w.jobs(), 2);
  });

  t.test('at an event it cannot react to a reactor stands still and says so, while others go on', async (t) => {
    const w = await workshop(t, place);
    const careful: Reactor = {
      ...receipts(),
      name: 'careful',
      react: (event) => {
        if ((event.data as { item?: string }).item === 'poison') throw new TypeError('secret name');
        return [{ step: 'none', ids: {} }];
      },
      perform: async () => {},
    };
    await w.start([careful, receipts()]);
    for (const item of ['good', 'poison', 'better']) await w.placeOrder(item);
    await eventually('the other goes on', async () => (await w.noted()) === 3);
    const standing = async () => (await w.operator.status()).reactors.find((one) => one.name === 'careful')?.fault;
    await eventually('it stands still', async () => (await standing()) !== undefined);
    const fault = await standing();
    t.equal(fault?.what, 'TypeError', 'a message could quote the event');
    t.equal(await w.jobs("reactor = 'careful'"), 1, 'what came before is done');
    t.match((await w.metrics.scrape()).body, /masar_worker_reactor_halted\{reactor="careful"\} 1/);

    t.equal(await w.operator.skipEvent('careful', 99n, 'operator', 'elsewhere'), false, 'only the event it stands at');
    t.equal(await w.operator.skipEvent('careful', fault?.position ?? 0n, 'operator', 'known mistake'), true);
    await eventually('it goes on after the skipped event', async () => (await w.jobs("reactor = 'careful'")) === 2);
    t.equal(await standing(), undefined);
    const { rows } = await w.pool.query('select by_whom, reason from workers.skipped_events');
    t.strictSame(rows, [{ by_whom: 'operator', reason: 'known mistake' }]);
  });

  t.test('whether a task is needed is asked up to the event a reactor stands at, of a few cases at once', async (t) => {
    const w = await workshop(t, place);
    const asked: string[] = [];
    let [now, most] = [0, 0];
    const itemOf = ({ data }: RecordedEvent): string => (data as { item: string }).item;
    const careful: Reactor = {
      ...receipts(),
      name: 'careful',
      react: (event) => {
        if (itemOf(event) === 'poison') throw new TypeError('no');
        return [{ step: 'none', ids: {} }];
      },
      isNeeded: async (_, event, cases) => {
        now += 1;
        most = Math.max(most, now);
        asked.push(itemOf(event));
        await cases.load(w.registry.ofStream(event.meta.stream), idOf(event.meta.stream));
        now -= 1;
        return itemOf(event) === '7';
      },
      perform: async () => {},
    };
    const before = Array.from({ length: 100 }, (_, n) => `${n}`);
    for (const item of [...before, 'poison', 'behind']) await w.placeOrder(item);
    await w.start([careful]);
    const standing = async () => (await w.operator.status()).reactors[0]?.fault;
    await eventually('it stands still', async () => (await standing()) !== undefined);
    t.strictSame(asked, before);
    t.equal(most, 64);
    t.equal(await w.jobs(), 1, 'and what is needed is a job');
    t.equal(await w.operator.skipEvent('careful', (await standing())?.position ?? 0n, 'operator', 'known mistake'), true);
    await eventually('it goes on', async () => (await standing()) === undefined && asked.includes('behind'));
    t.strictSame(asked, [...before, 'behind']);
  });

  t.test('an event of a type this version does not know stops the reactor, not the program', async (t) => {
    const w = await workshop(t, place);
    await w.start([receipts()]);
    const bytes = Buffer.from('{}');
    await w.log.append(`order-${randomUUID()}`, 'none', [{ id: randomUUID(), type: 'order.OrderShipped.v9', bytes }]);
    await eventually('it says which', async () =>
      ((await w.operator.status()).reactors[0]?.fault?.what ?? '').includes('order.OrderShipped.v9'),
    );
    t.pass();
  });

  t.test('a refused follow-up is ended on record, and what comes after it is done', async (t) => {
    const w = await workshop(t, place);
    const id = randomUUID();
    await w.when('somebody', 'receipt', 'open', id, { item: 'there before' });
    await w.when('shop', 'order', 'place', id, { item: 'one' });
    await w.start([receipts()]);
    await w.when('shop', 'order', 'change', id, { item: 'two' });
    await w.settled();
    t.strictSame(await w.itemsOf(id), ['there before', 'two']);
    const [trouble, ...rest] = await w.operator.troubled(10);
    t.equal(rest.length, 0);
    t.match(trouble, { reactor: 'receipts', step: 'open', stream: `order-${id}`, refusal: { code: 'ALREADY_EXISTS' } });
    t.match((await w.metrics.scrape()).body, /masar_worker_jobs_total\{reactor="receipts",ended="refused"\} 1/);

    t.equal(await w.operator.retry(trouble?.id ?? ''), true);
    await eventually('it was refused again', async () => (await w.jobs("ending = 'refused'")) === 1);
    t.equal(await w.operator.drop(trouble?.id ?? '', 'operator', 'done by hand'), true);
    t.strictSame(await w.operator.troubled(10), []);
  });

  t.test('a fault that passes is tried again until it has passed, and holds up its own stream only', async (t) => {
    const w = await workshop(t, place);
    const back = gate();
    let away = true;
    let tries = 0;
    void back.opened.then(() => {
      away = false;
    });
    const ill = await w.placeOrder('ill');
    const faulty = receipts(async ({ cause }, go) => {
      if (away && cause.stream === `order-${ill}`) {
        tries += 1;
        throw new LogUnavailable('away');
      }
      await go();
    });
    await w.start([faulty]);
    await w.when('shop', 'order', 'change', ill, { item: 'still ill' });
    const well = await w.placeOrder('well');
    await eventually('others are served', async () => (await w.itemsOf(well)).length === 1);
    await eventually('it is tried again', () => tries >= 4);
    t.strictSame(await w.itemsOf(ill), []);
    const [trouble] = await w.operator.troubled(10);
    t.match(trouble, { fault: 'LogUnavailable', stream: `order-${ill}` });
    t.match((await w.metrics.scrape()).body, /masar_worker_jobs_pending\{reactor="receipts"\} 2/);
    back.open();
    await w.settled();
    t.strictSame(await w.itemsOf(ill), ['ill', 'still ill']);
  });

  t.test('stopping finishes the job in hand, and another worker goes on with the rest at once', async (t) => {
    const w = await workshop(t, place, { concurrency: 1, againMs: 200, leaseMs: 60_000 });
    const begun = gate();
    const finish = gate();
    const slow = receipts(async (_, go) => {
      begun.open();
      await finish.opened;
      await go();
    });
    const first = await w.start([slow]);
    for (let n = 0; n < 5; n++) await w.placeOrder(`item ${n}`);
    await begun.opened;
    const stopping = first.stop();
    finish.open();
    await stopping;
    t.equal(await w.noted(), 1, 'the one in hand, and no other');
    await w.start([receipts()]);
    await w.placeOrder('later');
    await eventually('the lease was given up', async () => (await w.noted()) === 6);
  });
});

t.test('that a job was refused is on disk before it goes on; that one is done may be lost, for it is done again', async (t) => {
  const { pool } = await testDatabase(t);
  await migrate(pool, { schema: 'workers', migrations: workerMigrations });
  // What is deferred runs at the commit, under the settings of the commit.
  await pool.query(`
    create table workers.commits (ending text, waits text);
    create function workers.note_commit() returns trigger language plpgsql as $$
      begin insert into workers.commits values (new.ending, current_setting('synchronous_commit')); return null; end $$;
    create constraint trigger note_commit after update on workers.jobs deferrable initially deferred
      for each row execute function workers.note_commit()`);
  const store = createStore(pool, 'workers');
  for (const ending of ['done', 'refused'] as const) {
    const { rows } = await pool.query<{ id: string }>(
      `insert into workers.jobs (id, reactor, step, task, event, stream, revision, position, part, occurred_at, correlation)
       values (gen_random_uuid(), 'receipts', 'open', '{}', gen_random_uuid(), $1, 0, 1, 0, '', '') returning id`,
      [`order-${ending}`],
    );
    const job = await store.find(rows[0]?.id ?? '');
    if (!job) throw new Error('no job');
    await store.end(job, 1_000, ending, ending === 'refused' ? { code: 'ALREADY_EXISTS', params: {} } : undefined);
  }
  const { rows } = await pool.query('select ending, waits from workers.commits order by ending');
  t.same(rows, [
    { ending: 'done', waits: 'off' },
    { ending: 'refused', waits: 'on' },
  ]);
});
