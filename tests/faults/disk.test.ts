import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { isConnectionFault } from '../../src/platform/database.ts';
import { projectionsOf } from '../../src/projections/index.ts';
import { checkProjection } from '../../src/projections/runtime/check.ts';
import { runnerParts } from '../../src/projections/runtime/projector.ts';
import { SCHEMAS } from '../../src/schemas.ts';
import { auditLog } from '../support/faults/audit.ts';
import { createStubbornClient } from '../support/faults/clients.ts';
import { openOffices } from '../support/faults/office.ts';
import { createRig, type Rig, until } from '../support/faults/rig.ts';
import { seed, size } from '../support/faults/size.ts';
import { silentLog, temporaryDirectory } from '../support/postgres.ts';

const REGISTRAR = 'ninewa.registrar';
/** Room for a new Postgres with the schemas, and little more. */
const DISK_MIB = 220;
const REFUSALS = size(5, 200);
const ROUNDS = size(1, 10);
const LANES = 6;
const CHECKED_WITHIN_MS = 60_000;

t.setTimeout(size(180_000, 1_200_000));

/** A small disk of its own, gone when the test ends. */
function smallDisk(t: Pick<Test, 'teardown'>): { readonly directory: string; fill(): void; free(): void } {
  const directory = temporaryDirectory();
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m,mode=755`, 'tmpfs', directory], {
    encoding: 'utf8',
  });
  if (mounted.status !== 0) throw new Error(`no tmpfs: ${mounted.stderr}`);
  t.teardown(() => {
    spawnSync('umount', ['-l', directory]);
    rmSync(directory, { recursive: true, force: true });
  });
  const filler = join(directory, 'filler');
  return {
    directory,
    fill: () => {
      const file = openSync(filler, 'w');
      try {
        for (const bytes of [1_048_576, 4_096])
          while (statfsSync(directory).bavail * 4_096 >= bytes) writeSync(file, Buffer.alloc(bytes));
      } finally {
        closeSync(file);
      }
    },
    free: () => rmSync(filler),
  };
}

/** Whether this machine lets us mount a small disk. */
function withoutDisks(): string | false {
  if (process.getuid?.() !== 0) return 'a small disk is mounted by root alone';
  const directory = temporaryDirectory();
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory]);
  if (status === 0) spawnSync('umount', [directory]);
  rmSync(directory, { recursive: true, force: true });
  return status === 0 ? false : 'no tmpfs can be mounted here';
}

const isDown = (rig: Rig): Promise<boolean> =>
  rig.core.pool.query('select 1').then(
    () => false,
    () => true,
  );

/** What becomes of a large write beside the log. */
const writing = (rig: Rig): Promise<unknown> =>
  rig.core.pool
    .query(`create table public.large as select repeat('x', 1000) from generate_series(1, 100000)`)
    .catch((error: unknown) => error);

t.test('the disk of the database fills up', { skip: withoutDisks() }, async (t) => {
  const drawn = seed(t);
  const disk = smallDisk(t);
  await t.test('control: a log kept as lines of a file has a line in part', async (t) => {
    const line = `${'x'.repeat(999)}\n`;
    const path = join(disk.directory, 'lines');
    const file = openSync(path, 'a');
    for (let n = 0; n < 3; n++) writeSync(file, line);
    disk.fill();
    t.throws(
      () => {
        for (;;) writeSync(file, line);
      },
      { code: 'ENOSPC' },
    );
    closeSync(file);
    disk.free();
    const torn = readFileSync(path).length % line.length;
    t.ok(torn > 0, 'what was written last is neither there nor absent');
    rmSync(path);
    t.comment(`1 full disk, ${torn} bytes of a line of ${line.length}`);
  });
  const place = join(disk.directory, 'database');
  mkdirSync(place);
  const rig = await createRig(t, place);
  const program = rig.start('api', 'projector', 'worker');
  const setup = createStubbornClient({ tokenFor: rig.tokenFor, address: program.ready, prefix: 'setup' });
  const offices = await openOffices(setup, rig.ministry, drawn);
  await offices.welcome(setup);
  const pid = program.pid();

  for (let round = 1; round <= ROUNDS; round++) {
    await t.test('commands are answered 503 meanwhile and go on by themselves; no event is there in part', async (t) => {
      const client = createStubbornClient({ tokenFor: rig.tokenFor, address: program.ready, prefix: `full${round}` });
      disk.fill();
      const fault = await writing(rig);
      t.match(fault, { code: '53100' }, 'the disk is full');
      t.ok(isConnectionFault(fault), 'which is nothing wrong with a request, whoever meets it');
      const refused = () => client.answers.get('503') ?? 0;
      let isFreed = false;
      const working = offices.run({ ...client, given: () => (isFreed ? client.begun() : 0) }, LANES, 1);
      await until('refusals', 60_000, async () => refused() >= REFUSALS);
      t.strictSame(
        [...client.answers.keys()].filter((one) => !['200', '201', '503'].includes(one)),
        [],
        'nothing worse than 503',
      );
      const ready = await fetch(`${await program.ready()}/health/live`);
      t.equal(ready.status, 200, 'the program is alive');
      disk.free();
      isFreed = true;
      // What cannot write its log ahead stops at once, and whoever runs it starts it again.
      if (await isDown(rig)) await rig.postgres.start();
      await working;
      const last = await client.give(REGISTRAR, '/v1/persons', '', { name: { ar: { first: 'سعد' } }, sex: 'male' });
      await until('read models', 45_000, async () => {
        const { items } = await client.get<{ items: readonly unknown[] }>(
          REGISTRAR,
          `/v1/persons/${last.id}/timeline`,
          last.position,
        );
        return items.length === 1;
      });
      await until('what follows', 45_000, async () => {
        const { unsettled } = await auditLog(rig.core.log, rig.core.codec, [], 'none');
        return unsettled.length === 0;
      });
      const { lost, doubled, torn, unsettled, commands } = await auditLog(
        rig.core.log,
        rig.core.codec,
        client.acknowledged,
        `full${round}`,
      );
      t.strictSame({ lost, doubled, torn, unsettled }, { lost: [], doubled: [], torn: [], unsettled: [] });
      t.equal(commands, client.acknowledged.length, 'what was refused is written once, when it was given again');
      t.equal(client.mute(), 0, 'every 503 said when to come back');
      t.comment(`answers ${JSON.stringify(Object.fromEntries(client.answers))}`);
    });
  }

  await t.test('also when Postgres itself goes down over it, for want of room for its write-ahead log', async (t) => {
    const client = createStubbornClient({ tokenFor: rig.tokenFor, address: program.ready, prefix: 'down' });
    disk.fill();
    await until('its end', 60_000, async () => {
      await rig.core.pool
        .query(`select pg_switch_wal(), pg_logical_emit_message(false, 'x', repeat('x', 100000))`)
        .catch(() => undefined);
      return isDown(rig);
    });
    const giving = client.give(REGISTRAR, '/v1/persons', '', { name: { ar: { first: 'سعد' } }, sex: 'male' });
    await until('refusals', 30_000, async () => (client.answers.get('503') ?? 0) >= 3);
    disk.free();
    await rig.postgres.start();
    const { id } = await giving;
    t.equal((await rig.core.log.read(`person-${id}`)).length, 1);
    const { lost, doubled, torn } = await auditLog(rig.core.log, rig.core.codec, client.acknowledged, 'down');
    t.strictSame({ lost, doubled, torn }, { lost: [], doubled: [], torn: [] });
  });

  await t.test('read models are in the end as a rebuild makes them', async (t) => {
    const { log, codec, registry, keyring, pool } = rig.core;
    const projections = projectionsOf(registry, keyring.mac);
    const parts = runnerParts({ pool, schema: SCHEMAS.read, log, codec, registry, projections, logger: silentLog });
    const head = await log.head();
    await until('the end of the log', 45_000, async () => {
      const { rows } = await pool.query<{ position: string }>(
        `select min(position) as position from ${SCHEMAS.read}.projection_build where state = 'live'`,
      );
      return BigInt(rows[0]?.position ?? 0) >= head;
    });
    let rows = 0;
    const empty: string[] = [];
    for (const projection of projections) {
      const checked = await checkProjection(parts, projection, AbortSignal.timeout(CHECKED_WITHIN_MS));
      for (const table of checked.tables) {
        rows += table.rows;
        if (table.rows === 0) empty.push(`${checked.name}.${table.table}`);
        t.ok(table.same, `${checked.name}.${table.table}: ${table.rows} rows as in a rebuild`, table);
      }
    }
    t.strictSame(empty, [], 'there is something in every table');
    t.comment(`${rows} rows of ${projections.length} read models as in a rebuild`);
  });

  t.equal(program.pid(), pid, 'the same process all along');
  t.strictSame(program.fell, { early: [], late: [] });
});
