import type { Kysely } from 'kysely';
import t from 'tap';
import { pause } from '../../src/eventlog/follow.ts';
import { createKysely } from '../../src/platform/database.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { casesProjection } from '../../src/projections/cases.ts';
import { createWriter } from '../../src/projections/runtime/buildRunner.ts';
import { checkProjection } from '../../src/projections/runtime/check.ts';
import { LeaseLost } from '../../src/projections/runtime/checkpoints.ts';
import type { Projection } from '../../src/projections/runtime/projection.ts';
import { runnerParts, runProjector } from '../../src/projections/runtime/projector.ts';
import { resetReadModels } from '../../src/projections/runtime/reset.ts';
import { projectionStatus } from '../../src/projections/runtime/status.queries.ts';
import { timelineProjection } from '../../src/projections/timeline.ts';
import { again, byHand, cutEveryWhichWay } from './byHand.ts';
import { parcelStories } from './parcels.ts';
import { logWith, parcel, readModels, SCHEMA, type World } from './support.ts';

type Tallies = Record<string, { type: string; events: number; version: number }>;

/** Counts events a type: small enough to see through. `poison` is a type it cannot fold. */
function tally(settings: { name?: string; version?: number; poison?: () => string | undefined } = {}): Projection {
  const table = settings.name ?? 'tally';
  return {
    name: table,
    version: settings.version ?? 1,
    categories: ['parcel'],
    opening: 'none',
    tables: [{ name: table, columns: { type: 'text', events: 'integer', version: 'integer' }, key: ['type'] }],
    start: ({ db }) => {
      const counts = new Map<string, number>();
      return async (batch) => {
        const known = counts.size === 0 ? await (db as Kysely<Tallies>).selectFrom(table).selectAll().execute() : [];
        for (const row of known) counts.set(row.type, row.events);
        for (const { type } of batch) {
          if (type === settings.poison?.()) throw new Error(`no idea what a ${type} is`);
          counts.set(type, (counts.get(type) ?? 0) + 1);
        }
        const put = [...counts].map(([type, events]) => ({ type, events, version: settings.version ?? 1 }));
        return [{ table, put }];
      };
    },
  };
}

const readModelsOf = (world: World) => [casesProjection(world.registry), timelineProjection(world.registry)];

t.test('however the log is cut into batches, and wherever a projector takes over, the rows are the same bytes', async (t) => {
  const world = logWith([parcel]);
  await parcelStories(world, 4);
  const models = await readModels(t, world);
  for (const projection of readModelsOf(world)) {
    const { rows, differing } = await cutEveryWhichWay(models, projection, await world.log.head());
    t.ok(rows > 0);
    t.strictSame(differing, [], projection.name);
  }
});

t.test('a batch that is folded twice is written once: the second writer finds the checkpoint elsewhere', async (t) => {
  const world = logWith([parcel]);
  await parcelStories(world, 3);
  const models = await readModels(t, world);
  for (const projection of [...readModelsOf(world), tally()]) {
    const tables = projection.tables.map((table) => table.name);
    const hand = await byHand(models, projection, 10);
    const writers = [
      await createWriter(hand.parts, projection, hand.lease),
      await createWriter(hand.parts, projection, hand.lease),
    ] as const;
    await writers[0].advance();
    const once = await models.dump(tables, hand.build.schema);
    await t.rejects(writers[1].advance(), LeaseLost);
    t.strictSame(await models.dump(tables, hand.build.schema), once, projection.name);
  }
});

t.test('control: without the checkpoint in the same transaction, a batch folded twice counts twice', async (t) => {
  const world = logWith([parcel]);
  await parcelStories(world, 3);
  const models = await readModels(t, world);
  const hand = await byHand(models, tally(), 1_000);
  await (await createWriter(hand.parts, tally(), hand.lease)).advance();
  const once = await models.dump(['tally'], hand.build.schema);
  await models.pool.query(`update ${SCHEMA}.projection_build set position = 0 where id = $1`, [hand.build.id]);
  await (await createWriter(hand.parts, tally(), await again(hand))).advance();
  t.notSame(await models.dump(['tally'], hand.build.schema), once);
});

t.test('a projector whose lease was taken can never write, however late it wakes', async (t) => {
  const world = logWith([parcel]);
  await parcelStories(world, 3);
  const models = await readModels(t, world);
  const hand = await byHand(models, tally(), 5);
  const stale = await createWriter(hand.parts, tally(), hand.lease);
  await stale.advance();
  const before = await models.dump(['tally'], hand.build.schema);
  await again(hand);
  await t.rejects(stale.advance(), LeaseLost, 'the position is right, the epoch is not');
  t.strictSame(await models.dump(['tally'], hand.build.schema), before);
});

t.test('of two projectors one works and the other takes over when it stops', async (t) => {
  const world = logWith([parcel]);
  await parcelStories(world, 5);
  const models = await readModels(t, world);
  const written: string[] = [];
  const projection = tally();
  const counting = (who: string): Projection => ({
    ...projection,
    start: (context) => {
      const fold = projection.start(context);
      return (batch) => {
        written.push(who);
        return fold(batch);
      };
    },
  });
  const stopA = models.run([counting('a')], { leaseMs: 300, batch: 5 });
  t.ok(await models.waitFor(['tally'], await world.log.head(), 5_000));
  const stopB = models.run([counting('b')], { leaseMs: 300, batch: 5 });
  const position = await world.write('parcel', world.random.uuid(), { type: 'NoteAdded', data: { text: 'x' } });
  t.ok(await models.waitFor(['tally'], position, 5_000));
  t.strictSame([...new Set(written)], ['a'], 'b stands by');
  await stopA();
  const next = await world.write('parcel', world.random.uuid(), { type: 'NoteAdded', data: { text: 'y' } });
  t.ok(await models.waitFor(['tally'], next, 5_000));
  t.equal(written.at(-1), 'b');
  await stopB();
  const { rows } = await models.pool.query(`select sum(events)::int as sum from ${SCHEMA}.tally`);
  t.equal(rows[0].sum, Number(await world.log.head()), 'nothing is counted twice or left out');
});

t.test('a connection that dies between rows and checkpoint leaves neither', async (t) => {
  const world = logWith([parcel]);
  await parcelStories(world, 5);
  const models = await readModels(t, world);
  // The server ends the projector's own session from within the write, at the last moment before the commit.
  await models.pool.query(`
    create function ${SCHEMA}.die() returns trigger language plpgsql as $$
    begin perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(1); return null; end $$`);
  const stop = models.run([tally()], { batch: 10, leaseMs: 150 });
  const first = await world.log.head();
  t.ok(await models.waitFor(['tally'], first, 5_000));
  const { rows: builds } = await models.pool.query(`select id, schema, position from ${SCHEMA}.projection_build`);
  await models.pool.query(`
    create constraint trigger die after insert or update on "${builds[0].schema}".tally deferrable initially deferred
    for each row execute function ${SCHEMA}.die()`);
  const before = await models.dump(['tally']);
  const head = await world.write('parcel', world.random.uuid(), { type: 'NoteAdded', data: { text: 'x' } });
  t.equal(await models.waitFor(['tally'], head, 400), false);
  t.strictSame(await models.dump(['tally']), before, 'no row');
  const { rows: after } = await models.pool.query(`select position from ${SCHEMA}.projection_build`);
  t.equal(after[0].position, builds[0].position, 'no checkpoint');
  await models.pool.query(`drop trigger die on "${builds[0].schema}".tally`);
  t.ok(await models.waitFor(['tally'], head, 5_000), 'and it goes on by itself');
  const { rows } = await models.pool.query(`select sum(events)::int as sum from ${SCHEMA}.tally`);
  t.equal(rows[0].sum, Number(head));
  await stop();
});

t.test('a bad event halts the projection that cannot fold it, where and why is told, and the others go on', async (t) => {
  const world = logWith([parcel]);
  const id = world.random.uuid();
  await world.write('parcel', id, { type: 'NoteAdded', data: { text: 'a' } });
  const bad = await world.write('parcel', id, { type: 'CaseReopened', data: { reason: 'b' } });
  const head = await world.write('parcel', id, { type: 'NoteAdded', data: { text: 'c' } });
  const models = await readModels(t, world);
  const db = createKysely<unknown>(models.pool);
  let poison: string | undefined = 'CaseReopened';
  const metrics = createMetrics({ processMetrics: false });
  models.run([tally({ poison: () => poison }), tally({ name: 'other' })], { metrics });
  t.ok(await models.waitFor(['other'], head, 5_000), 'the other read model is up to date');
  t.ok(await models.waitFor(['tally'], bad - 1n, 5_000), 'what came before the bad event is shown');
  const halted = async () => (await projectionStatus(db, SCHEMA, head)).find((one) => one.name === 'tally')?.halted;
  while (!(await halted())) await pause(10, new AbortController().signal);
  t.match(await halted(), {
    position: String(bad),
    stream: `parcel-${id}`,
    revision: 1,
    type: 'parcel.CaseReopened.v1',
    kind: 'failed',
  });
  t.notMatch(JSON.stringify(await halted()), /no idea/, 'a message may quote personal data, so only its place is kept');

  const { body } = await metrics.scrape();
  t.match(body, 'masar_projection_halted{projection="tally",state="live"} 1');
  t.match(body, 'masar_projection_halted{projection="other",state="live"} 0');
  t.match(body, 'masar_projection_events_total{projection="other"} 3');
  t.match(body, 'masar_projection_lag_seconds{projection="other",state="live"} 0');

  poison = undefined;
  t.ok(await models.waitFor(['tally'], head, 5_000), 'it tries again by itself');
  t.equal(await halted(), undefined);
});

t.test('a build that halts beside the read model that is shown is told of, and not any more once it is shown', async (t) => {
  const world = logWith([parcel]);
  await parcelStories(world, 5);
  const id = world.random.uuid();
  await world.write('parcel', id, { type: 'CaseReopened', data: { reason: 'b' } });
  const models = await readModels(t, world);
  await models.catchUp([tally()]);
  const metrics = createMetrics({ processMetrics: false });
  const told = async () => (await metrics.scrape()).body;
  let poison: string | undefined = 'CaseReopened';
  models.run([tally({ version: 2, poison: () => poison })], { metrics });
  t.match(await told(), 'masar_projector_running 1', 'somebody is at work, whatever there is to show');
  const halted = 'masar_projection_halted{projection="tally",state="building"} 1';
  while (!(await told()).includes(halted)) await pause(10, new AbortController().signal);
  const body = await told();
  t.match(body, 'masar_projection_halted{projection="tally",state="live"} 0', 'the one that is shown stands well');
  t.match(body, /masar_projection_lag_seconds\{projection="tally",state="building"\} [1-9]/, 'and how far behind the build is');
  t.match(body, 'masar_projection_lag_seconds{projection="tally",state="live"} 0');
  poison = undefined;
  while ((await told()).includes('state="building"')) await pause(10, new AbortController().signal);
  t.match(
    await told(),
    'masar_projection_halted{projection="tally",state="live"} 0',
    'shown, and nothing is left of its building',
  );
});

t.test(
  'an operator passes over exactly the event a projection is halted at, on the record, and a rebuild does the same',
  async (t) => {
    const world = logWith([parcel]);
    const id = world.random.uuid();
    const first = await world.write('parcel', id, { type: 'NoteAdded', data: { text: 'a' } });
    const bad = await world.write('parcel', id, { type: 'CaseReopened', data: { reason: 'b' } });
    const head = await world.write('parcel', id, { type: 'NoteAdded', data: { text: 'c' } });
    const models = await readModels(t, world);
    const projection = tally({ poison: () => 'CaseReopened' });
    const { builds } = runnerParts(models.parts([projection]));
    models.run([projection]);
    t.ok(await models.waitFor(['tally'], first, 5_000));
    t.equal(await builds.skip('tally', first, 'ops', 'not halted there'), false);
    while (!(await builds.skip('tally', bad, 'ops', 'known duplicate'))) await pause(10, new AbortController().signal);
    t.ok(await models.waitFor(['tally'], head, 5_000));
    t.strictSame(await models.dump(['tally']), { tally: ['(NoteAdded,2,1)'] });
    t.match((await models.pool.query(`select name, by, reason from ${SCHEMA}.projection_skip`)).rows, [
      { name: 'tally', by: 'ops', reason: 'known duplicate' },
    ]);
    const checked = await checkProjection(runnerParts(models.parts([projection])), projection, new AbortController().signal);
    t.match(checked.tables, [{ table: 'tally', rows: 1, same: true }]);
  },
);

t.test('an event of an unknown version is waited for, not guessed at, and read once the program knows it', async (t) => {
  const world = logWith([parcel]);
  const id = world.random.uuid();
  const before = await world.write('parcel', id, { type: 'NoteAdded', data: { text: 'a' } });
  const [known] = await world.log.read(`parcel-${id}`);
  const future = { id: world.random.uuid(), type: 'parcel.NoteAdded.v2', bytes: known!.bytes };
  const { position } = await world.log.append(`parcel-${id}`, 0, [future]);
  const models = await readModels(t, world);
  const projection = tally();
  models.run([projection]);
  t.ok(await models.waitFor(['tally'], before, 5_000));
  const db = createKysely<unknown>(models.pool);
  const halt = async () => (await projectionStatus(db, SCHEMA))[0]?.halted;
  while (!(await halt())) await pause(10, new AbortController().signal);
  t.match(await halt(), { kind: 'unknown_type', position: String(position), reason: /parcel.NoteAdded.v2.*not known/ });

  // The next release knows it: here, a codec that reads the new name as the old.
  const newer = {
    ...world,
    codec: {
      ...world.codec,
      decode: (stored: Parameters<typeof world.codec.decode>[0], opening: Parameters<typeof world.codec.decode>[1]) =>
        world.codec.decode(
          stored.map((one) => ({ ...one, type: one.type.replace('.v2', '.v1') })),
          opening,
        ),
    },
  };
  models.run([projection], { ...newer, leaseMs: 300 });
  t.ok(await models.waitFor(['tally'], position, 5_000), 'the newer program beside the halted one takes over');
});

t.test('a new version is built beside the one that is shown, and swapped in when it has caught up', async (t) => {
  const world = logWith([parcel]);
  await parcelStories(world, 6);
  const models = await readModels(t, world);
  await models.catchUp([tally()]);
  const shown = await models.dump(['tally']);
  t.ok(shown.tally?.every((line) => line.endsWith(',1)')));

  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const second = tally({ version: 2 });
  const slow: Projection = {
    ...second,
    start: (context) => {
      const fold = second.start(context);
      return async (batch) => {
        await gate;
        return fold(batch);
      };
    },
  };
  models.run([tally()]);
  models.run([slow]);
  const during = await world.write('parcel', world.random.uuid(), { type: 'NoteAdded', data: { text: 'x' } });
  t.ok(await models.waitFor(['tally'], during, 5_000), 'the old version goes on meanwhile');
  t.ok(
    (await models.dump(['tally'])).tally?.every((line) => line.endsWith(',1)')),
    'and is what is shown',
  );
  release();
  const versionShown = async () => (await models.pool.query(`select min(version) as v from ${SCHEMA}.tally`)).rows[0].v;
  while ((await versionShown()) !== 2) await pause(10, new AbortController().signal);
  t.ok(await models.waitFor(['tally'], during, 5_000), 'what was written meanwhile is in the new one');
  const builds = async () => (await models.pool.query(`select version, state from ${SCHEMA}.projection_build`)).rows;
  while ((await builds()).length > 1) await pause(10, new AbortController().signal);
  t.strictSame(await builds(), [{ version: 2, state: 'live' }]);
  const { rows } = await models.pool.query(`select sum(events)::int as sum from ${SCHEMA}.tally`);
  t.equal(rows[0].sum, Number(await world.log.head()));
});

t.test('a rebuild during live traffic loses nothing and never shows an empty table', async (t) => {
  const world = logWith([parcel]);
  await parcelStories(world, 10);
  const models = await readModels(t, world);
  const projections = readModelsOf(world);
  models.run(projections, { batch: 7 });
  t.ok(await models.waitFor(['cases', 'timeline'], await world.log.head(), 10_000));
  const { builds } = runnerParts(models.parts(projections));
  let fewest = Number.POSITIVE_INFINITY;
  const watching = new AbortController();
  const watcher = (async () => {
    while (!watching.signal.aborted) {
      const { rows } = await models.pool.query(`select count(*)::int as rows from ${SCHEMA}.case_index`);
      fewest = Math.min(fewest, rows[0].rows);
      await pause(1, watching.signal);
    }
  })();
  const old = (await builds.buildsOf('cases')).map((one) => one.id);
  await builds.rebuild(projections[0]!);
  await parcelStories(world, 10);
  const isLive = async () => (await builds.buildsOf('cases')).some((one) => one.state === 'live' && !old.includes(one.id));
  while (!(await isLive())) await pause(10, new AbortController().signal);
  t.ok(await models.waitFor(['cases', 'timeline'], await world.log.head(), 10_000));
  watching.abort();
  await watcher;
  t.ok(fewest >= 10, 'never less than before');
  const stop = new AbortController();
  for (const projection of projections) {
    const checked = await checkProjection(runnerParts(models.parts(projections)), projection, stop.signal);
    t.ok(
      checked.tables.every((table) => table.same),
      `${projection.name} is what a rebuild gives`,
    );
  }
});

t.test(
  'a build that was retired is never shown, however late it would be swapped in, and one that is shown never dropped',
  async (t) => {
    const world = logWith([parcel]);
    await parcelStories(world, 3);
    const models = await readModels(t, world);
    await models.catchUp([tally()]);
    const parts = runnerParts(models.parts([tally()]));
    const { builds } = parts;
    const caughtUp = async () => {
      const lease = await builds.acquire(await builds.rebuild(tally()), 'me', 60_000);
      if (typeof lease === 'string') throw new Error(lease);
      const writer = await createWriter(parts, tally(), lease);
      while (await writer.advance());
      return lease;
    };
    const states = async () => (await builds.buildsOf('tally')).map(({ state }) => state);
    const early = await caughtUp();
    const late = await caughtUp();
    await t.rejects(builds.swap(early), LeaseLost, 'of two rebuilds the one that was begun first');
    t.strictSame(await states(), ['live', 'retired', 'building']);
    t.equal(await builds.swap(late), true, 'control');
    const last = await caughtUp();
    await resetReadModels(parts.db, SCHEMA);
    await t.rejects(builds.swap(last), LeaseLost, 'and after all were taken away');
    t.strictSame(new Set(await states()), new Set(['retired']));
    await builds.ensure(tally());
    const [shown] = (await builds.buildsOf('tally')).filter(({ state }) => state === 'live');
    await builds.drop(shown!);
    await builds.sweep();
    t.strictSame(await states(), ['live']);
    t.same((await models.dump(['tally'])).tally, []);
  },
);

t.test('a projector whose read models are taken away ends, and the next makes them anew', async (t) => {
  const world = logWith([parcel]);
  await parcelStories(world, 3);
  const models = await readModels(t, world);
  const stopping = new AbortController();
  t.teardown(() => stopping.abort());
  const running = runProjector(models.parts([tally(), tally({ name: 'other' })]), stopping.signal);
  const head = await world.log.head();
  t.ok(await models.waitFor(['tally', 'other'], head, 5_000));
  const ended = t.rejects(running, { name: 'ReadModelsTaken', message: /^the read model \w+ was taken away/ });
  await resetReadModels(createKysely(models.pool), SCHEMA);
  await ended;
  const made = await models.pool.query(`select from ${SCHEMA}.projection_build where state <> 'retired'`);
  t.equal(made.rowCount, 0, 'it may still read the log as it was');
  await models.catchUp([tally(), tally({ name: 'other' })]);
});

t.test('a check that is told to stop says so, calls nothing different and takes nobody the lease', async (t) => {
  const world = logWith([parcel]);
  await parcelStories(world, 3);
  const models = await readModels(t, world);
  const projection = tally();
  models.run([projection]);
  t.ok(await models.waitFor(['tally'], await world.log.head(), 5_000));
  const epoch = async () =>
    (await models.pool.query(`select epoch from ${SCHEMA}.projection_build where name = 'tally' and state = 'live'`)).rows[0]
      .epoch;
  const before = await epoch();
  const stopped = AbortSignal.abort(new Error('told to stop'));
  await t.rejects(checkProjection(runnerParts(models.parts([projection])), projection, stopped), { message: 'told to stop' });
  t.equal(await epoch(), before);
});

t.test('the check finds a single changed byte and says where, while the projector runs', async (t) => {
  const world = logWith([parcel]);
  await parcelStories(world, 10);
  const models = await readModels(t, world);
  const [cases] = readModelsOf(world);
  models.run([cases!], { leaseMs: 300 });
  t.ok(await models.waitFor(['cases'], await world.log.head(), 10_000));
  const parts = runnerParts(models.parts([cases!]));
  const { signal } = new AbortController();
  t.ok((await checkProjection(parts, cases!, signal)).tables.every((table) => table.same));
  await models.pool.query(`update ${SCHEMA}.queue set party = 'nobody' where from_index = 1 and wait_key = 'send'`);
  const found = (await checkProjection(parts, cases!, signal)).tables.find((one) => one.table === 'queue');
  t.equal(found?.same, false);
  t.match(found?.difference, { key: { process: 'parcel', wait_key: 'send', from_index: 1 }, in: ['party'] });
  t.notOk(JSON.stringify(found).includes('nobody'), 'values are not told');
  const head = await world.write('parcel', world.random.uuid(), { type: 'NoteAdded', data: { text: 'x' } });
  t.ok(await models.waitFor(['cases'], head, 5_000), 'the projector goes on after the check');
});

t.test('a check ends though the log grows all the time', async (t) => {
  const world = logWith([parcel]);
  await parcelStories(world, 2);
  const models = await readModels(t, world);
  await models.catchUp([tally()]);
  const busy: Projection = {
    ...tally(),
    start: (context) => {
      const fold = tally().start(context);
      return async (batch) => {
        await world.write('parcel', world.random.uuid(), { type: 'NoteAdded', data: { text: 'x' } });
        return fold(batch);
      };
    },
  };
  const checked = await checkProjection(runnerParts(models.parts([busy])), busy, AbortSignal.timeout(10_000));
  t.ok(checked.tables.every(({ same }) => same));
});

t.test('of a case that a lagging node knows a part of, the rest is waited for', async (t) => {
  const world = logWith([parcel]);
  const note = { type: 'NoteAdded', data: { text: 'x' } };
  await world.write('parcel', world.random.uuid(), note, note);
  const models = await readModels(t, world);
  const lengths: Projection = {
    ...tally({ name: 'lengths' }),
    start:
      ({ history }) =>
      async (batch) => {
        const { stream, revision } = batch.at(-1)!.meta;
        return [{ table: 'lengths', put: [{ type: 'NoteAdded', events: (await history(stream, revision)).length, version: 1 }] }];
      },
  };
  let lags = 2;
  const log: typeof world.log = {
    ...world.log,
    read: async (...asked) => (await world.log.read(...asked)).slice(0, lags-- > 0 ? 1 : undefined),
  };
  await models.catchUp([lengths], { log });
  t.same((await models.dump(['lengths'])).lengths, ['(NoteAdded,2,1)']);
  t.ok(lags < 0);
});

t.test('waiting for a position ends when it is shown, or in time with a no', async (t) => {
  const world = logWith([parcel]);
  await parcelStories(world, 2);
  const models = await readModels(t, world);
  await models.catchUp([tally(), tally({ name: 'other' })]);
  const head = await world.log.head();
  t.equal(await models.waitFor(['tally'], head, 0), true);
  t.equal(await models.waitFor(['tally', 'nothing'], head, 0), false, 'an unknown read model never arrives');
  const started = Date.now();
  t.equal(await models.waitFor(['tally'], head + 1n, 150), false);
  t.ok(Date.now() - started >= 140);
  const waiting = models.waitFor(['tally', 'other'], head + 1n, 5_000);
  await world.write('parcel', world.random.uuid(), { type: 'NoteAdded', data: { text: 'x' } });
  models.run([tally(), tally({ name: 'other' })]);
  t.equal(await waiting, true);
});

t.test('however many wait for read models, one look each time is made for all of them', async (t) => {
  const world = logWith([parcel]);
  await parcelStories(world, 1);
  const models = await readModels(t, world);
  await models.catchUp([tally(), tally({ name: 'other' })]);
  const head = await world.log.head();
  let looks = 0;
  models.pool.on('acquire', () => {
    looks += 1;
  });
  const looksOf = async (waiters: number): Promise<number> => {
    looks = 0;
    const sets = [['tally'], ['other'], ['tally', 'other']];
    const waits = Array.from({ length: waiters }, (_, at) => models.waitFor(sets[at % 3]!, head + 1n, 350));
    t.notOk((await Promise.all(waits)).includes(true));
    return looks;
  };
  const alone = await looksOf(1);
  const together = await looksOf(50);
  t.ok(alone > 0 && together <= 8, `${together} looks for fifty in a third of a second, ${alone} for one`);
});
