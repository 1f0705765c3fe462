import type pg from 'pg';
import t, { type Test } from 'tap';
import { migrate } from '../../src/platform/migrations.ts';
import { LeaseLost } from '../../src/projections/runtime/checkpoints.ts';
import type { Projection } from '../../src/projections/runtime/projection.ts';
import { runProjector } from '../../src/projections/runtime/projector.ts';
import { createWaitFor } from '../../src/projections/runtime/waitFor.queries.ts';
import { stepBackWithLog } from '../../src/restoredLog.ts';
import { workerMigrations } from '../../src/workers/migrations.ts';
import {
  createGapWatcher,
  createNaive,
  type Naive,
  poll,
  pollCategory,
  pollForgivingly,
  pollThenAskHead,
  rebuildInPlace,
} from '../support/faults/naiveProjector.ts';
import { interrupted, openRaceStage, type RaceStage } from '../support/faults/raceStage.ts';
import { silentLog } from '../support/postgres.ts';

const RESERVATIONS = 5_000;

/** Each race: first a naive projector goes wrong in it, then ours goes through the same. */
async function race(t: Test): Promise<{ naive: Naive; stage: RaceStage }> {
  const stage = await openRaceStage(t);
  return { naive: await createNaive(stage.pool), stage };
}

/** Runs something with a transaction that is open, and is then ended as told. */
async function inTransaction(pool: pg.Pool, end: 'commit' | 'rollback', work: (client: pg.PoolClient) => Promise<unknown>) {
  const client = await pool.connect();
  await client.query('begin');
  await work(client).finally(() => client.query(end));
  client.release();
}

/** Every event stands in the read model, once. */
async function isWhole(t: Test, stage: RaceStage, message: string): Promise<void> {
  t.strictSame(await stage.shown(), await stage.written(), message);
}

/** Every event stands in both read models of a process, once in each. */
async function areWhole(t: Test, stage: RaceStage, message: string): Promise<void> {
  await isWhole(t, stage, message);
  t.strictSame(await stage.shown('second'), await stage.written(), `${message}, in the second read model too`);
}

t.test('an event that commits after one with a higher position was seen is not passed over', async (t) => {
  const { naive, stage } = await race(t);
  await inTransaction(stage.pool, 'commit', async (slow) => {
    await naive.append('slow', 'parcel', slow);
    await naive.append('fast');
    await poll(naive);
  });
  await poll(naive);
  t.strictSame(await naive.shown(), { fast: 1 }, 'naive: the late one is never seen');

  for (let at = 1; at <= 7; at++) await stage.append(`before-${at}`);
  const take = stage.together(3, stage.tally, stage.second);
  const [ahead, behind] = [await take(stage.tally), await take(stage.second)];
  await ahead.writer.advance();
  await behind.writer.advance(2n);
  t.strictSame([ahead.writer.position, behind.writer.position], [3n, 2n], 'of two read models one is in the middle of a page');
  const release = await stage.holdCommits();
  const slow = stage.append('slow');
  await stage.waiting(1);
  const fast = stage.append('fast');
  await stage.waiting(2);
  await ahead.catchUp();
  t.equal(ahead.writer.position, 7n, 'nothing higher is to be seen before');
  await release();
  t.strictSame(await Promise.all([slow, fast]), [8n, 9n]);
  await Promise.all([behind.catchUp(), ahead.catchUp()]);
  await areWhole(t, stage, 'both are seen');
});

t.test('an event that is appended between two statements of a read is not passed over', async (t) => {
  const { naive, stage } = await race(t);
  await naive.append('before');
  await pollThenAskHead(naive, 'parcel', () => naive.append('between'));
  await pollThenAskHead(naive, 'parcel', async () => undefined);
  t.strictSame(await naive.shown(), { before: 1 }, 'naive: what came between is behind the checkpoint');

  await stage.append('before');
  let left = 3;
  // After every statement of the reader, whichever that is, one more event was appended.
  const meanwhile = async () => left > 0 && (await stage.append(`between-${left--}`));
  const log = stage.anotherLog(interrupted(stage.pool, meanwhile));
  const ours = await stage.projector({ log, projection: { ...stage.tally, categories: ['parcel'] } });
  await ours.catchUp();
  t.equal(left, 0);
  t.equal(ours.writer.position, 4n);
  await isWhole(t, stage, 'all are seen');
});

t.test('an event that is appended while a read model is built anew is neither lost nor counted twice', async (t) => {
  const { naive, stage } = await race(t);
  await naive.append('before');
  await poll(naive);
  await rebuildInPlace(naive, () => naive.append('during'));
  await poll(naive);
  t.strictSame(await naive.shown(), { before: 1 }, 'naive: what came at the end of the rebuild is lost');

  await stage.append('before');
  const live = await stage.projector();
  await live.catchUp();
  const { builds } = live.parts;
  const second = await stage.projector({ build: await builds.rebuild(stage.tally) });
  await second.catchUp();
  await stage.append('during');
  await live.catchUp();
  t.equal(await builds.swap(second.lease), false, 'a build that lacks what is shown is not shown');
  await isWhole(t, stage, 'what is shown goes on meanwhile');
  await second.catchUp();
  t.equal(await builds.swap(second.lease), true);
  await isWhole(t, stage, 'after the swap');

  const third = await stage.projector({ build: await builds.rebuild(stage.tally) });
  await third.catchUp();
  const release = await stage.holdCommits();
  const late = stage.append('on-its-way');
  await stage.waiting(1);
  t.equal(await builds.swap(third.lease), true);
  await release();
  await late;
  await third.catchUp();
  await isWhole(t, stage, 'an append on its way at the swap is seen after it');
  await t.rejects(second.writer.advance(), LeaseLost, 'and whoever wrote the old build can no longer write');
});

t.test('an append that is rolled back leaves no gap to wait at', async (t) => {
  const { naive, stage } = await race(t);
  const watch = createGapWatcher(naive, Number.POSITIVE_INFINITY, Date.now);
  await inTransaction(stage.pool, 'rollback', (client) => naive.append('undone', 'parcel', client));
  await naive.append('after');
  for (let times = 1; times <= 5; times++) await watch();
  t.strictSame(await naive.shown(), {}, 'naive: who waits for a gap to be filled waits for ever');

  const ours = await stage.projector();
  const release = await stage.holdCommits();
  const undone = stage.append('undone').then(
    () => 'written',
    () => 'undone',
  );
  await stage.waiting(1);
  await stage.pool.query(`select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and wait_event = 'advisory'`);
  t.equal(await undone, 'undone');
  await release();
  t.equal(await stage.append('after'), 1n, 'the next append takes the position');
  await ours.catchUp();
  t.strictSame(await stage.shown(), { after: 1 });
});

t.test('of two projectors at the same events one writes', async (t) => {
  const { naive, stage } = await race(t);
  await naive.append('a');
  const [mine, yours] = [await naive.read(), await naive.read()];
  for (const events of [mine, yours]) {
    await naive.show(events);
    await naive.moveTo(1);
  }
  t.strictSame(await naive.shown(), { a: 2 }, 'naive: both count it');

  await stage.append('a');
  const first = await stage.projector();
  t.equal(
    await first.parts.builds.acquire(first.lease.build, 'another', 60_000),
    'held',
    'the second waits while the first works',
  );
  const second = await stage.projector();
  const written = await Promise.allSettled([first.writer.advance(), second.writer.advance()]);
  t.match(
    written,
    [
      { status: 'rejected', reason: LeaseLost },
      { status: 'fulfilled', value: true },
    ],
    'or takes its place',
  );
  await isWhole(t, stage, 'it is counted once');
});

t.test('a bad event stops the read model that cannot fold it, and nothing beside it is lost', async (t) => {
  const { naive, stage } = await race(t);
  for (const name of ['a', 'bad', 'c']) await naive.append(name);
  await pollForgivingly(naive, 'bad');
  await pollForgivingly(naive, 'mended');
  t.strictSame(await naive.shown(), {}, 'naive: good events of the same batch are lost with the bad one');

  for (const name of ['a', 'bad', 'c']) await stage.append(name);
  let bad = 'parcel-bad';
  const { tally } = stage;
  const picky: Projection = {
    ...tally,
    start: (context) => {
      const fold = tally.start(context);
      return (batch) => {
        if (batch.some(({ meta }) => meta.stream === bad)) throw new Error('cannot fold that');
        return fold(batch);
      };
    },
  };
  const ours = await stage.projector({ projection: picky });
  await t.rejects(ours.catchUp(), { name: 'Halted', at: { stream: 'parcel-bad', position: 2n } });
  t.strictSame(await stage.shown(), { a: 1 }, 'what came before it is shown');
  const again = await stage.projector({ projection: picky });
  t.equal(again.writer.position, 1n);
  await t.rejects(again.catchUp(), { name: 'Halted' }, 'it is not passed over by trying again');
  bad = '';
  await (await stage.projector({ projection: picky })).catchUp();
  await isWhole(t, stage, 'once the fold is mended, all of it is shown');
});

t.test('a log that was put back behind the checkpoints is noticed, and what is written then is not passed over', async (t) => {
  const { naive, stage } = await race(t);
  for (let at = 1; at <= 10; at++) await naive.append(`old-${at}`);
  await poll(naive);
  await naive.restore(5);
  for (let at = 1; at <= 6; at++) await naive.append(`new-${at}`);
  await poll(naive);
  const { 'new-5': fifth, 'new-6': sixth } = await naive.shown();
  t.strictSame([fifth, sixth], [undefined, 1], 'naive: of the new events it sees those behind its old checkpoint');

  const { pool, db, codec, log } = stage;
  await migrate(pool, { schema: 'workers', migrations: workerMigrations });
  const store = { name: 'general', log, codec, pool, db, read: 'read', workers: 'workers', logger: silentLog } as const;
  for (let at = 1; at <= 10; at++) await stage.append(`old-${at}`);
  const take = stage.together(20, stage.tally, stage.second);
  const [ahead, behind] = [await take(stage.tally), await take(stage.second)];
  await ahead.catchUp();
  await behind.writer.advance(4n);
  t.equal(await stepBackWithLog(store), false);
  await pool.query('delete from log.events where position > 5');
  t.equal(await stepBackWithLog(store), true, 'at the next start of another process');
  for (let at = 1; at <= 6; at++) await stage.append(`new-${at}`);
  await t.rejects(ahead.writer.advance(), LeaseLost, 'whoever still stands at the old checkpoint can no longer write');
  await t.rejects(behind.writer.advance(), LeaseLost, 'nor who has only been given what was read before');
  for (const projection of [stage.tally, stage.second]) await (await take(projection)).catchUp();
  await areWhole(t, stage, 'the read models are made anew from the log that there is');
});

t.test(
  'a page without an event that is wanted is neither the end of the log nor a way past what is being appended',
  async (t) => {
    const { naive, stage } = await race(t);
    for (let at = 0; at < 25; at++) await naive.append(`reservation-${at}`, 'reservation');
    await naive.append('wanted');
    for (let times = 1; times <= 10; times++) await pollCategory(naive, 'parcel', 10);
    t.strictSame(await naive.shown(), {}, 'naive: it never comes past the first page');

    await stage.reserve(25);
    const [parcels, all] = [{ ...stage.tally, categories: ['parcel'] }, stage.second];
    const take = stage.together(10, parcels, all);
    const [ours, other] = [await take(parcels), await take(all)];
    // Another process reads nothing but what is wanted.
    const apart = await stage.projector({ projection: parcels, batch: 10, build: await ours.parts.builds.rebuild(parcels) });
    const release = await stage.holdCommits();
    const wanted = stage.append('wanted');
    await stage.waiting(1);
    await other.writer.advance(4n);
    await Promise.all([ours.catchUp(), apart.catchUp()]);
    const stands = () => [ours, other, apart].map(({ writer }) => writer.position);
    t.strictSame(stands(), [25n, 4n, 25n], 'past all that is there, and no further');
    await release();
    t.equal(await wanted, 26n);
    await Promise.all([ours.catchUp(), other.catchUp(), apart.catchUp()]);
    t.strictSame(stands(), [26n, 26n, 26n]);
    t.strictSame(await stage.shown(), { wanted: 1 });
    t.strictSame(await stage.shown('second'), await stage.written());
    t.equal(await apart.parts.builds.swap(apart.lease), true);
    t.strictSame(await stage.shown(), { wanted: 1 }, 'there as well');
  },
);

t.test('a projector that dies between rows and checkpoint leaves neither', async (t) => {
  const { naive, stage } = await race(t);
  await naive.append('a');
  await naive.show(await naive.read());
  // Here it dies; the next one begins at the checkpoint.
  await poll(naive);
  t.strictSame(await naive.shown(), { a: 2 }, 'naive: the next one counts it again');

  await stage.append('a');
  await stage.pool.query(`create function read.die() returns trigger language plpgsql as $$
    begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(1); return null; end $$`);
  const { build } = (await stage.projector()).lease;
  // The server ends the session that writes the one or the other from within, when only its commit is left to do.
  for (const [what, table] of [
    ['insert or update', `"${build.schema}".tally`],
    ['update of position', 'read.projection_build'],
  ]) {
    const ours = await stage.projector();
    await stage.pool.query(`create constraint trigger die after ${what} on ${table} deferrable initially deferred
      for each row execute function read.die()`);
    await t.rejects(ours.writer.advance());
    t.strictSame(await stage.shown(), {}, 'no row');
    await stage.pool.query(`drop trigger die on ${table}`);
  }
  const next = await stage.projector();
  t.equal(next.writer.position, 0n, 'no checkpoint');
  await next.catchUp();
  await isWhole(t, stage, 'the next one counts it once');
});

t.test('5,000 reservations on their way after a long quiet time are waited for, however long they take', async (t) => {
  const { naive, stage } = await race(t);
  let now = 0;
  const watch = createGapWatcher(naive, 3_000, () => now);
  await naive.append('before');
  await watch();
  now += 3_600_000;
  await inTransaction(stage.pool, 'commit', async (client) => {
    await client.query(
      `insert into naive.events (category, name) select 'reservation', 'r' from generate_series(1, ${RESERVATIONS})`,
    );
    await naive.append('after');
    await watch();
  });
  await watch();
  t.strictSame(
    await naive.shown(),
    { before: 1, after: 1 },
    'naive: to who reckons patience from when it last went on, the gap of a moment is an hour old',
  );

  await stage.append('before');
  const stopping = new AbortController();
  const projector = runProjector({ ...stage.projectorParts(), log: stage.anotherLog(), superviseMs: 20 }, stopping.signal);
  const waitFor = createWaitFor(stage.pool, 'read', stopping.signal);
  t.ok(await waitFor(['tally'], 1n, 10_000), 'our projector, whole, has come to the end and is idle');
  const release = await stage.holdCommits();
  const reserved = stage.reserve(RESERVATIONS);
  await stage.waiting(1);
  const after = stage.append('after');
  await stage.waiting(2);
  t.strictSame(await stage.shown(), { before: 1 }, 'nothing is seen of what is not there');
  await release();
  await Promise.all([reserved, after]);
  t.ok(await waitFor(['tally'], BigInt(RESERVATIONS + 2), 20_000));
  t.strictSame(await stage.shown(), { after: 1, before: 1, reservations: RESERVATIONS });
  stopping.abort();
  await projector;
  t.comment(`10 races, each staged once for a naive reader and once for ours, nothing drawn; here ${RESERVATIONS} reservations`);
});
