import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import t from 'tap';
import { randomFrom } from '../../src/cli/demo/random.ts';
import { projectionsOf } from '../../src/projections/index.ts';
import { checkProjection } from '../../src/projections/runtime/check.ts';
import { runnerParts } from '../../src/projections/runtime/projector.ts';
import { projectionStatus } from '../../src/projections/runtime/status.queries.ts';
import { SCHEMAS } from '../../src/schemas.ts';
import { createOperator } from '../../src/workers/runtime/status.ts';
import { auditLog } from '../support/faults/audit.ts';
import { createStubbornClient, type StubbornClient } from '../support/faults/clients.ts';
import { planKills, type Victim } from '../support/faults/kills.ts';
import { openOffices } from '../support/faults/office.ts';
import { type Rebuilt, rebuildAll } from '../support/faults/rebuilds.ts';
import { createRig, until, whileAppendsWait } from '../support/faults/rig.ts';
import { seed, size } from '../support/faults/size.ts';
import { tallyOf } from '../support/faults/tally.ts';
import { silentLog } from '../support/postgres.ts';

const SEED = seed(t);
/** What fits into `npm test`, and what `npm run chaos` does; `npm run test:kills` gives five times as many as the former. */
const COMMANDS = Number(process.env.MASAR_FAULTS_COMMANDS ?? size(600, 20_000));
const KILLS = Number(process.env.MASAR_FAULTS_KILLS ?? size(10, 200));
/**
 * How often every second read model is built anew while commands are given. The others are shown from the first command to the
 * last: what is shown in the end has either lived through every kill or been begun among them.
 */
const REBUILDS = size(1, 5);
/** With fewer commands a rebuild may be done before the kill that is to cut it short. */
const LONG_REBUILD = 5_000;
const LANES = 8;
/** Killing at random, about one kill in three falls between the two commits. */
const MOST_KILLS = 40;
const SETTLED_WITHIN_MS = size(120_000, 600_000);
const CHECKED_WITHIN_MS = size(60_000, 300_000);

const GIVEN_WITHIN_MS = Math.max(280_000, COMMANDS * 150);

t.setTimeout(GIVEN_WITHIN_MS);

const rig = await createRig(t);

t.test(
  `${KILLS} random kills during ${COMMANDS} commands lose nothing, double nothing and leave the read models right`,
  async (t) => {
    const clock = stopwatch();
    const programs = { server: rig.start('api'), projector: rig.start('projector'), worker: rig.start('worker') };
    const address = () => programs.server.ready();
    const setup = createStubbornClient({ tokenFor: rig.tokenFor, address, prefix: 'setup' });
    const offices = await openOffices(setup, rig.ministry, SEED);
    await offices.welcome(setup);
    clock('set up');

    const random = randomFrom(SEED);
    const { server, projector, worker } = programs;
    let servers = 0;
    const victims: readonly Victim[] = [
      // Every second time between an append and its answer, which chance alone hits too seldom.
      {
        name: 'server',
        kill: async () => {
          await server.ready();
          await (servers++ % 2 === 0 ? whileAppendsWait(rig, server.kill, 2_000) : server.kill());
        },
      },
      { name: 'projector', kill: projector.kill },
      { name: 'worker', kill: worker.kill },
      {
        name: 'Postgres',
        kill: async () => {
          await rig.postgres.kill();
          await rig.postgres.start();
        },
      },
    ];
    const client = createStubbornClient({
      tokenFor: rig.tokenFor,
      address,
      prefix: 'deed',
      before: (begun) => kills.pace(begun),
    });
    const kills = planKills(random, victims, KILLS, COMMANDS, () => client.acknowledged.length);
    const struck = kills.over.then(() => client.acknowledged.length);
    const rebuilt: Rebuilt[] = [];
    const rebuilding = async (): Promise<void> => {
      const { pool } = rig.core;
      const { parts, projections } = readModels();
      const renewed = projections.filter((_, at) => at % 2 === SEED % 2);
      for (let round = 1; round <= REBUILDS; round++) {
        const point = (COMMANDS * round) / (REBUILDS + 1);
        await until(`${point} commands`, GIVEN_WITHIN_MS, async () => client.begun() >= point);
        rebuilt.push(await rebuildAll({ pool, ...parts, projections: renewed, kill: projector.kill, withinMs: GIVEN_WITHIN_MS }));
      }
    };
    const shownFirst = await shownBuilds();
    await Promise.all([offices.run(client, LANES, COMMANDS), rebuilding()]);
    clock('commands');
    t.ok((await struck) < client.acknowledged.length, 'the last kill struck while commands were given');
    t.equal(kills.done.length, KILLS, 'every kill was done');
    t.ok(client.replayed() > 0, 'some answers got lost after the append and were given again');
    t.equal(client.mute(), 0, 'every 503 says when to come back');

    await settled();
    clock('settled');
    for (const [name, program] of Object.entries(programs)) {
      t.same(program.fell.late, [], `${name} never gives up by itself`);
      t.strictSame(await program.stop(), { code: 0, signal: null }, `${name} ends in order`);
    }
    const audit = await auditLog(rig.core.log, rig.core.codec, client.acknowledged, 'deed');
    const { lost, doubled, torn, unsettled, ...counts } = audit;
    t.strictSame(
      { lost, doubled, torn, unsettled },
      { lost: [], doubled: [], torn: [], unsettled: [] },
      'nothing is lost, doubled, torn or left undone',
    );
    t.equal(counts.commands, client.acknowledged.length, 'nothing stands in the log that nobody was told of');
    t.ok(client.acknowledged.length >= COMMANDS, 'every command was acknowledged');
    const shown = await shownBuilds();
    t.strictSame(
      shown,
      new Map([...shownFirst, ...(rebuilt.at(-1)?.ids ?? [])]),
      'shown is the last rebuild, or what was all along',
    );
    const kept = [...shown].filter(([name, id]) => shownFirst.get(name) === id).map(([name]) => name);
    t.ok(kept.length > 0 && kept.length < shown.size, `some lived through every kill: ${kept.join(', ')}`);
    const cutShort = rebuilt.reduce((sum, { unfinished }) => sum + unfinished, 0);
    if (COMMANDS >= LONG_REBUILD) t.ok(cutShort > 0, 'some rebuilds were cut short by a kill of the projector');
    const empty: string[] = [];
    for (const checked of await checkAll()) {
      for (const table of checked.tables) {
        if (table.rows === 0) empty.push(`${checked.name}.${table.table}`);
        t.ok(table.same, `${checked.name}.${table.table}: ${table.rows} rows as in a rebuild`, table);
      }
    }
    t.strictSame(empty, [], 'there is something in every table');
    clock('checked');
    t.comment(`kills: ${kills.done.join(' ')}`);
    t.comment(`rebuilds cut short by a kill of the projector: ${rebuilt.map(({ unfinished }) => unfinished).join(' ')}`);
    t.comment(`acknowledged ${client.acknowledged.length}, given again ${client.replayed()}, ${JSON.stringify(counts)}`);
    t.comment(`answers ${JSON.stringify(Object.fromEntries(client.answers))}, seconds ${JSON.stringify(clock.laps)}`);
    for (const [name, { fell, errors }] of Object.entries(programs)) {
      t.comment(`${name}: ${fell.early.length} failed starts, errors ${JSON.stringify(Object.fromEntries(errors))}`);
    }
  },
);

t.test(
  'control: what answers got lost is written once under the same key, and twice when every try has a key of its own',
  async (t) => {
    const server = rig.start('api');
    const clientOf = (prefix: string, freshKeys: boolean) =>
      createStubbornClient({ tokenFor: rig.tokenFor, address: server.ready, prefix, freshKeys });
    const register = (client: StubbornClient) =>
      client.give('ninewa.registrar', '/v1/persons', '', { name: { ar: { first: 'سعد' } }, sex: 'male' });

    const careful = clientOf('careful', false);
    await Promise.all([register(careful), whileAppendsWait(rig, server.kill)]);
    const kept = await auditLog(rig.core.log, rig.core.codec, careful.acknowledged, 'careful');
    t.strictSame([kept.lost, kept.doubled, kept.commands], [[], [], 1]);
    t.equal(careful.replayed(), 1, 'the answer was lost, and given again');

    const careless = clientOf('careless', true);
    await Promise.all([register(careless), whileAppendsWait(rig, server.kill)]);
    const spoilt = await auditLog(rig.core.log, rig.core.codec, careless.acknowledged, 'careless');
    t.equal(spoilt.doubled.length, 1, 'the audit finds the command that was executed twice');

    const forged = careful.acknowledged.map((one) => ({ ...one, correlationId: 'careful-99999999' }));
    const { lost } = await auditLog(rig.core.log, rig.core.codec, forged, 'careful');
    t.equal(lost.length, 1, 'the audit finds an acknowledged command that is not in the log');
    await server.stop();
  },
);

t.test('control: a projector that commits rows and checkpoint apart differs from a rebuild after kills', async (t) => {
  const { pool, db, log, codec, registry } = rig.core;
  const tally = tallyOf(registry);
  const parts = runnerParts({ pool, schema: SCHEMAS.read, log, codec, registry, projections: [tally], logger: silentLog });
  await parts.builds.ensure(tally);
  const [build] = await parts.builds.buildsOf('tally');
  if (!build) throw new Error('no build of the tally');
  const random = randomFrom(SEED + 1);
  const project = (commit: 'apart' | 'together', batch: number, untilLine?: number) =>
    runHandmade([rig.postgres.url, build.schema, commit, String(batch)], untilLine);
  /** Events counted beyond the checkpoint: 0 while rows and checkpoint agree. */
  const excess = async (): Promise<number> => {
    const { rows } = await pool.query<{ excess: number }>(
      `select (select coalesce(sum(events), 0)::int from ${build.schema}.tally) - position::int as excess
       from ${SCHEMAS.read}.projection_build where id = ${build.id}`,
    );
    return rows[0]?.excess ?? Number.NaN;
  };
  const verdict = async () => (await checkProjection(parts, tally, AbortSignal.timeout(60_000))).tables[0];

  for (let kill = 1; kill <= 4; kill++) {
    await project('together', 3, random.between(1, 20));
    t.equal(await excess(), 0, `committed as one, rows and checkpoint agree after kill ${kill}`);
  }
  let kills = 0;
  for (; (await excess()) === 0 && kills < MOST_KILLS; kills++) await project('apart', 3, random.between(1, 20));
  t.comment(`committed apart, they disagree after ${kills} kills`);
  await project('together', 1_000);
  t.match(await verdict(), { same: false, difference: { key: Object, in: Array } }, 'the check finds a row that is wrong');

  await sql`truncate ${sql.table(`${build.schema}.tally`)}`.execute(db);
  await pool.query(`update ${SCHEMAS.read}.projection_build set position = 0 where id = $1`, [build.id]);
  await project('together', 3, random.between(1, 20));
  await project('together', 1_000);
  t.match(await verdict(), { same: true }, 'and finds nothing where they were committed as one');
});

t.test('control: a projector that polls a plain sequence passes over what commits late', async (t) => {
  const { pool } = rig.core;
  await pool.query('create table public.plain (position bigserial primary key, event text)');
  const [slow, fast] = [await pool.connect(), await pool.connect()];
  const projected: string[] = [];
  let checkpoint = '0';
  const poll = async () => {
    const { rows } = await pool.query('select position, event from public.plain where position > $1 order by position', [
      checkpoint,
    ]);
    for (const row of rows) projected.push(row.event);
    checkpoint = rows.at(-1)?.position ?? checkpoint;
  };
  try {
    await slow.query(`begin; insert into public.plain (event) values ('slow')`);
    await fast.query(`insert into public.plain (event) values ('fast')`);
    await poll();
    await slow.query('commit');
    await poll();
  } finally {
    slow.release();
    fast.release();
  }
  const { rows } = await pool.query('select event from public.plain order by position');
  const rebuilt = rows.map((row) => row.event);
  t.strictSame({ projected, rebuilt }, { projected: ['fast'], rebuilt: ['slow', 'fast'] });
});

/** Waits until reactors have done all that is owed and read models show all that happened; which may bring new events. */
async function settled(): Promise<void> {
  const { core } = rig;
  const workers = createOperator(core.pool, SCHEMAS.workers);
  await until('follow-ups done and read models at the head', SETTLED_WITHIN_MS, async () => {
    const head = await core.log.head();
    const { reactors } = await workers.status();
    const builds = await projectionStatus(core.db, SCHEMAS.read, head);
    const done = reactors.length > 0 && reactors.every((one) => one.pending === 0 && one.position === head);
    const shown = builds.length > 0 && builds.every((one) => one.state === 'live' && one.behind === false);
    return done && shown && (await core.log.head()) === head;
  });
}

function readModels() {
  const { pool, log, codec, registry, keyring } = rig.core;
  const projections = projectionsOf(registry, keyring.mac);
  const parts = runnerParts({ pool, schema: SCHEMAS.read, log, codec, registry, projections, logger: silentLog });
  return { parts, projections };
}

/** Ids of the builds that are shown, by read model. */
async function shownBuilds(): Promise<ReadonlyMap<string, number>> {
  const { parts, projections } = readModels();
  const live = (await parts.builds.all()).filter(({ state }) => state === 'live');
  return new Map(projections.map(({ name }) => [name, live.find((one) => one.name === name)?.id ?? Number.NaN]));
}

async function checkAll() {
  const { parts, projections } = readModels();
  const results = [];
  for (const projection of projections) {
    results.push(await checkProjection(parts, projection, AbortSignal.timeout(CHECKED_WITHIN_MS)));
  }
  return results;
}

/** Seconds each part of the run took, by name. */
function stopwatch() {
  const laps: Record<string, number> = {};
  let last = performance.now();
  return Object.assign(
    (name: string) => {
      const now = performance.now();
      laps[name] = Math.round((now - last) / 100) / 10;
      last = now;
    },
    { laps },
  );
}

const HANDMADE = fileURLToPath(new URL('../support/faults/handmadeProjector.js', import.meta.url));

/** Runs the handmade projector to the end of the log, or until it has written so many lines and is killed. */
async function runHandmade(given: readonly string[], lines = Number.POSITIVE_INFINITY): Promise<void> {
  const child = spawn(process.execPath, [HANDMADE, ...given], { stdio: ['ignore', 'pipe', 'inherit'] });
  let written = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    written += chunk.toString().split('\n').length - 1;
    if (written >= lines) child.kill('SIGKILL');
  });
  await once(child, 'close');
  // The database carries out what it was sent before the kill.
  await until('its connection is gone', 20_000, async () => {
    const { rowCount } = await rig.core.pool.query(`select from pg_stat_activity where application_name = 'handmade'`);
    return rowCount === 0;
  });
}
