import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { DatabaseError, type Pool } from 'pg';
import t, { type Test } from 'tap';
import { Bell } from '../../src/eventlog/follow.ts';
import { type EventLog, LogUnavailable, OutcomeUnknown } from '../../src/eventlog/port.ts';
import { asAppendError, asUnavailable, isConnectionLost, isRefused } from '../../src/eventlog/postgres/errors.ts';
import { listen } from '../../src/eventlog/postgres/listener.ts';
import { migrations } from '../../src/eventlog/postgres/migrations.ts';
import { createPostgresLog } from '../../src/eventlog/postgres/postgresLog.ts';
import { createPool } from '../../src/platform/database.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { anEvent, ids, newStream, someEvents, take } from '../support/eventLogContract/harness.ts';
import { eventLogContract } from '../support/eventLogContract.ts';
import { startKillablePostgres } from '../support/killablePostgres.ts';
import { testDatabase } from '../support/postgres.ts';

const schema = 'eventlog';

// A server of its own, since it is killed.
await eventLogContract(t, 'postgres', async (t) => {
  const server = await startKillablePostgres();
  const pool = createPool(server.url, { applicationName: 'contract' });
  await migrate(pool, { schema, migrations });
  const log = createPostgresLog({ pool, schema });
  t.teardown(async () => {
    await log.close();
    await pool.end();
    await server.remove();
  });
  return {
    log,
    fresh: true,
    open: async () => createPostgresLog({ pool, schema }),
    server,
  };
});

t.test('positions are seen in their order', async (t) => {
  const { pool, log } = await logIn(t);

  await t.test('control: over a plain sequence, a reader that polls from its cursor loses an event for ever', async (t) => {
    await pool.query('create table public.naive (position bigserial primary key)');
    const slow = await pool.connect();
    await slow.query('begin; insert into public.naive default values');
    const reader = new Cursor(async (after) => {
      const { rows } = await pool.query<{ position: string }>('select position from public.naive where position > $1', [after]);
      return rows.map(({ position }) => BigInt(position));
    });
    await pool.query('insert into public.naive default values');
    await reader.poll();
    await slow.query('commit');
    slow.release();
    await reader.poll();
    t.same(reader.seen, [2n], 'the first is committed, and was never seen');
  });

  await t.test('on the log the later append waits, and the same reader sees both', async (t) => {
    const reader = new Cursor(async (after) => (await log.readAll(after, 10)).events.map(({ position }) => position));
    const slow = await pool.connect();
    await slow.query('begin');
    await slow.query(
      `select * from ${schema}.append_events('{slow-1}', '{-1}', '{1}', array[gen_random_uuid()], '{x}', '{1}', '{1}', 'x', 'c')`,
    );
    const second = log.append(newStream(), 'none', someEvents(1));
    await reader.poll();
    await slow.query('commit');
    slow.release();
    await second;
    await reader.poll();
    t.same(reader.seen, [1n, 2n]);
  });

  await t.test('an append that is rolled back leaves no gap', async (t) => {
    const client = await pool.connect();
    await client.query('begin');
    await client.query(
      `select * from ${schema}.append_events('{back-1}', '{-1}', '{1}', array[gen_random_uuid()], '{x}', '{1}', '{1}', 'x', 'c')`,
    );
    await client.query('rollback');
    client.release();
    t.equal((await log.append(newStream(), 'none', someEvents(1))).position, 3n);
  });
});

t.test('appends that go together are each answered by what stands before them in their own stream', async (t) => {
  const { pool, log } = await logIn(t);
  const [one, other, behind] = [newStream(), newStream(), newStream()];
  await log.append(behind, 'none', someEvents(2));
  const positionsOf = async (stream: string) => (await log.read(stream)).map(({ position }) => Number(position));
  const head = Number(await log.head());

  await t.test('of different streams', async (t) => {
    const group = await Promise.allSettled([
      log.append(one, 'none', someEvents(2)),
      log.append(behind, 0, someEvents(1)),
      log.append(newStream(), 3, someEvents(1)),
      log.append(other, 'none', someEvents(3)),
    ]);
    t.same(
      group.map(({ status }) => status),
      ['fulfilled', 'rejected', 'rejected', 'fulfilled'],
    );
    t.match(group[1], { reason: { name: 'RevisionConflict', actual: 1 } });
    t.match(group[2], { reason: { name: 'RevisionConflict', actual: 'none' } });
    t.same(
      [await positionsOf(one), await positionsOf(other)],
      [
        [1, 2],
        [3, 4, 5],
      ].map((at) => at.map((n) => head + n)),
    );
  });

  await t.test('of one stream, one after the other', async (t) => {
    const group = await Promise.allSettled([
      log.append(one, 1, someEvents(2)),
      log.append(one, 7, someEvents(1)),
      log.append(other, 2, someEvents(1)),
      log.append(one, 3, someEvents(1)),
    ]);
    t.same(
      group.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled', 'fulfilled'],
    );
    t.match(group[1], { reason: { name: 'RevisionConflict', actual: 3 } });
    t.same(
      (await positionsOf(one)).slice(2),
      [6, 7, 9].map((n) => head + n),
    );
    t.same((await positionsOf(other)).slice(3), [head + 8]);
  });

  const { rows } = await pool.query<{ events: number; last: number }>(
    `select count(*)::int as events, max(position)::int as last from ${schema}.events`,
  );
  t.same(rows, [{ events: head + 9, last: head + 9 }], 'no position is left out');
});

t.test('one append that the database refuses does not take its group with it', async (t) => {
  const { pool, log } = await logIn(t);
  await pool.query(`
    create function public.refuse() returns trigger language plpgsql as $$ begin raise exception 'refused' using errcode = '22000'; end $$;
    create trigger refuse before insert on ${schema}.events for each row when (new.type = 'bad') execute function public.refuse()`);
  const good = Array.from({ length: 9 }, () => newStream());
  const bad = newStream();
  const outcomes = await Promise.allSettled(
    [...good.slice(0, 4), bad, ...good.slice(4)].map((stream) =>
      log.append(stream, 'none', [anEvent(), anEvent(undefined, stream === bad ? 'bad' : 'good')]),
    ),
  );
  t.match(outcomes[4], { status: 'rejected', reason: { message: 'refused' } });
  t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 9);
  t.same(await log.read(bad), []);
  t.equal(await log.head(), 18n);
});

t.test('a connection cut while the append is under way is of unknown outcome', async (t) => {
  const { pool, log } = await logIn(t);
  const holder = await pool.connect();
  await holder.query(`begin; select from ${schema}.append_lock for update`);
  const stream = newStream();
  const events = someEvents(2);
  const cut = t.rejects(log.append(stream, 'none', events), OutcomeUnknown);
  await eventually(async () => {
    // Not over the holder: within its transaction the view would never change.
    const { rowCount } = await pool.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rowCount === 1;
  });
  await cut;
  await holder.query('commit');
  holder.release();
  await log.append(stream, 'none', events);
  t.same(ids(await log.read(stream)), ids(events));
});

t.test('an append that found its stream elsewhere, which then cannot be looked at, is of unknown outcome', async (t) => {
  const { pool, log } = await logIn(t);
  const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
  const blind: Pool = Object.assign(Object.create(pool) as Pool, { query: () => Promise.reject(refused) });
  const other = createPostgresLog({ pool: blind, schema, listen: false });
  const [stream, events] = [newStream(), someEvents(2)];
  await other.append(stream, 'none', events);
  await t.rejects(other.append(stream, 'none', events), OutcomeUnknown);
  t.match(await log.append(stream, 'none', events), { revision: 1, wrote: false }, 'it was written, once');
  await other.close();
});

t.test('an append that the database gives up on was certainly not written', async (t) => {
  const { pool, url } = await logIn(t);
  const hasty = createPool(url, { applicationName: 'hasty', lockTimeoutMs: 50 });
  const log = createPostgresLog({ pool: hasty, schema });
  const holder = await pool.connect();
  await holder.query(`begin; select from ${schema}.append_lock for update`);
  const streams = [newStream(), newStream()];
  for (const outcome of await Promise.allSettled(streams.map((stream) => log.append(stream, 'none', someEvents(1))))) {
    t.match(outcome, { status: 'rejected', reason: { name: 'LogUnavailable' } });
  }
  await holder.query('commit');
  holder.release();
  t.equal(await log.head(), 0n);
  t.equal((await log.append(streams[0]!, 'none', someEvents(1))).position, 1n);
  await log.close();
  await hasty.end();
});

t.test('what an error of the server means does not hang on the language it speaks', async (t) => {
  const failure = (severity: string, code: string) => Object.assign(new DatabaseError('', 0, 'error'), { severity, code });
  for (const word of ['ERROR', 'FEHLER', '错误', 'ОШИБКА']) {
    const refused = failure(word, '22021');
    t.equal(asAppendError(refused), refused, `${word}: refused for what it carries`);
    t.ok(isRefused(refused) && !isConnectionLost(refused));
    for (const code of ['40001', '55P03', '57014']) {
      t.type(asAppendError(failure(word, code)), LogUnavailable, `${word} ${code}: rolled back, to be tried again`);
      t.notOk(isRefused(failure(word, code)) || isConnectionLost(failure(word, code)));
    }
  }
  for (const word of ['FATAL', '致命错误', 'ВАЖНО']) {
    for (const code of ['57P01', '53300', '28P01', '3D000', '25P03', '08006', '58030', 'XX000']) {
      t.type(asAppendError(failure(word, code)), OutcomeUnknown, `${word} ${code}: the connection is gone`);
      t.type(asUnavailable(failure(word, code)), LogUnavailable);
      t.ok(isConnectionLost(failure(word, code)));
    }
  }
  t.ok(isConnectionLost(failure('PANIC', '53100')) && isConnectionLost(failure('FATAL', '22021')));
  t.notOk(isConnectionLost(failure('ERROR', 'XX000')), 'control: a word that is understood');
});

t.test('notifications are a hint: without them polling brings every event', async (t) => {
  const { pool, log } = await logIn(t);
  const deaf = createPostgresLog({ pool, schema, listen: false });
  const events = someEvents(3);
  const heard = take(deaf, 0n, 3);
  await log.append(newStream(), 'none', events);
  t.same(ids(await heard), ids(events));
  await deaf.close();
});

t.test('a subscription outlives the connection it is notified on', async (t) => {
  const { pool, log } = await logIn(t);
  const other = createPostgresLog({ pool, schema, listen: false });
  const listeners = `from pg_stat_activity where datname = current_database() and query like 'listen %'`;
  const heard = take(log, 0n, 20);
  for (let round = 0; round < 2; round += 1) {
    await eventually(async () => (await pool.query(`select ${listeners}`)).rowCount === 1);
    await other.append(newStream(), 'none', someEvents(5));
    await pool.query(`select pg_terminate_backend(pid) ${listeners}`);
    await other.append(newStream(), 'none', someEvents(5));
  }
  t.equal((await heard).length, 20);
  await other.close();
});

t.test('who listens leaves at once, also where nobody is there any more to say goodbye', async (t) => {
  const ways = new Set<Socket>();
  const answers = { welcome: 'R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I', done: 'C\0\0\0\x0bLISTEN\0Z\0\0\0\x05I' };
  // Answers what it is asked, and neither a goodbye nor the end of the way.
  const server = createServer({ allowHalfOpen: true }, (way) => {
    ways.add(way);
    way.on('error', () => {});
    way.once('data', () => way.write(answers.welcome, 'latin1'));
    way.on('data', (data) => data[0] === 'Q'.charCodeAt(0) && way.write(answers.done, 'latin1'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    for (const way of ways) way.destroy();
    server.close();
  });
  const pool = createPool(`postgres://someone@127.0.0.1:${(server.address() as AddressInfo).port}/log`, {
    applicationName: 'deaf',
  });
  const [bell, stop] = [new Bell(), new AbortController()];
  const listening = listen(pool, 'c', bell, stop.signal).then(() => 'left');
  await bell.wait(0, 10_000, stop.signal);
  t.equal(bell.rings, 1);
  stop.abort();
  t.equal(await Promise.race([listening, once(AbortSignal.timeout(1_000), 'abort').then(() => 'it waits')]), 'left');
  await pool.end();
});

t.test('streams that are read together are each looked up in the index, in a log of whatever size', async (t) => {
  const { pool, log } = await logIn(t);
  const streams = Array.from({ length: 400 }, newStream);
  await Promise.all(streams.map((stream) => log.append(stream, 'none', someEvents(5))));
  await pool.query('analyze');
  const scans = async () => {
    const { rows } = await pool.query(
      `select seq_tup_read::int as passed, idx_scan::int as looked from pg_stat_user_tables where relname = 'events'`,
    );
    return rows[0] as { readonly passed: number; readonly looked: number };
  };
  // What appends looked up comes to the figures a little later.
  await eventually(async () => (await scans()).looked >= streams.length);
  const before = await scans();
  for (const from of [0, 1]) {
    const read = await Promise.all(streams.slice(0, 250).map((stream) => log.read(stream, from)));
    t.ok(read.every((events) => events.length === 5 - from));
  }
  await eventually(async () => (await scans()).looked + (await scans()).passed >= before.looked + before.passed + 500);
  const passed = (await scans()).passed - before.passed;
  t.ok(passed < 2_000, `nothing went through the whole log: ${passed} rows were passed`);
});

t.test('a page of categories of which most have no events goes through none of the log besides it', async (t) => {
  const { pool, log } = await logIn(t);
  const streams = Array.from({ length: 200 }, () => newStream('parcel'));
  await Promise.all(streams.map((stream) => log.append(stream, 'none', someEvents(20))));
  await pool.query('analyze');
  const figures = async () => {
    const { rows } = await pool.query(
      `select sum(idx_scan)::int as looks, sum(idx_tup_read) filter (where indexrelname = 'events_pkey')::int as passed
       from pg_stat_user_indexes where relname = 'events'`,
    );
    return rows[0] as { readonly looks: number; readonly passed: number };
  };
  await eventually(async () => (await figures()).looks >= streams.length);
  const before = await figures();
  const categories = ['parcel', 'absent', 'none', 'nothing', 'nowhere'];
  const { events } = await log.readAll(0n, 100, { categories });
  t.equal(events.length, 100);
  await eventually(async () => (await figures()).looks >= before.looks + categories.length);
  const passed = (await figures()).passed - before.passed;
  t.ok(passed < 1_000, `${passed} entries of the whole log were passed`);
});

async function logIn(t: Test): Promise<{ pool: Pool; url: string; log: EventLog }> {
  const { pool, url } = await testDatabase(t);
  await migrate(pool, { schema, migrations });
  const log = createPostgresLog({ pool, schema });
  t.teardown(() => log.close());
  return { pool, url, log };
}

/** A reader as every projector is one: it asks for what comes after the last position it has seen. */
class Cursor {
  readonly seen: bigint[] = [];
  readonly #read: (after: bigint) => Promise<bigint[]>;

  constructor(read: (after: bigint) => Promise<bigint[]>) {
    this.#read = read;
  }

  async poll(): Promise<void> {
    this.seen.push(...(await this.#read(this.seen.at(-1) ?? 0n)));
  }
}

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not come to pass');
  }
}
