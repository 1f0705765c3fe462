import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { ADMINISTRATOR } from '../../src/cli/demo/cast.ts';
import { registerFamily } from '../../src/cli/demo/families.ts';
import { randomFrom } from '../../src/cli/demo/random.ts';
import { migrations as logMigrations } from '../../src/eventlog/postgres/migrations.ts';
import { createPostgresLog } from '../../src/eventlog/postgres/postgresLog.ts';
import { ClockWrong, openClock } from '../../src/platform/clock.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { SCHEMAS } from '../../src/schemas.ts';
import { auditLog } from '../support/faults/audit.ts';
import { createStubbornClient } from '../support/faults/clients.ts';
import { openOffices } from '../support/faults/office.ts';
import { createRig, until } from '../support/faults/rig.ts';
import { seed } from '../support/faults/size.ts';
import { silentLog, testDatabase } from '../support/postgres.ts';
import { world } from '../support/scenario.ts';
import { order, receipt } from '../workers/support.ts';

const DAYS = 2;
const SHIFT_MS = DAYS * 86_400_000;
/** So far off that nothing is too much: the program as it would be without the check. */
const BOUNDLESS = '999999';
const SHIFTED = new URL('../support/faults/shiftedClock.js', import.meta.url).href;
const SCAN = fileURLToPath(new URL('../support/faults/orderScan.js', import.meta.url));

/** The environment of a process whose clock is so far off. */
const shiftedBy = (ms: number) => ({ NODE_OPTIONS: `--import ${SHIFTED}`, MASAR_TEST_SHIFT_MS: String(ms) });

t.setTimeout(180_000);

t.test('a clock tells the time as long as it is near the database’s', async (t) => {
  let wall = 1_000_000_000_000;
  let steady = 0;
  let theirs = () => wall;
  const pass = (ms: number): void => {
    wall += ms;
    steady += ms;
  };
  const open = () =>
    openClock({
      ask: async () => theirs(),
      boundMs: 60_000,
      logger: silentLog,
      wall: () => wall,
      steady: () => steady,
      everyMs: 3_600_000,
    });
  const settled = () => new Promise(setImmediate);

  const clock = await open();
  t.teardown(() => clock.stop());
  t.equal(clock.now(), new Date(wall).toISOString());
  pass(3_600_000);
  t.equal(clock.skewMs(), 0, 'that time passes is no difference');

  wall += SHIFT_MS;
  theirs = () => wall - SHIFT_MS;
  t.throws(() => clock.now(), ClockWrong, 'set while the program runs, before anybody was asked');
  await settled();
  t.equal(clock.skewMs(), SHIFT_MS, 'and once it was asked');
  theirs = () => {
    throw new Error('away');
  };
  t.throws(() => clock.now(), ClockWrong, 'nor while the database is away');
  await settled();
  wall -= SHIFT_MS;
  t.equal(clock.now(), new Date(wall).toISOString(), 'set right again it tells the time at once');

  theirs = () => {
    pass(90_000);
    return wall - 80_000;
  };
  const slow = await open();
  t.teardown(() => slow.stop());
  t.equal(slow.skewMs(), 0, 'an answer that takes long proves nothing');
  for (const [by, name] of [
    [61_000, 'ahead'],
    [-61_000, 'behind'],
  ] as const) {
    theirs = () => wall - by;
    const off = await open();
    t.teardown(() => off.stop());
    t.throws(() => off.now(), new RegExp(`61 s ${name}`), name);
  }
  theirs = () => wall - 59_000;
  const near = await open();
  t.teardown(() => near.stop());
  t.equal(near.now(), new Date(wall).toISOString(), 'a little is borne');
});

t.test('within a case nothing is recorded at an earlier moment than what stands before it', async (t) => {
  const w = world([order, receipt]);
  const { outcome } = await w.when('shop', 'order', 'place', undefined, { item: 'bread' });
  w.at('2026-03-01T07:59:30.000Z');
  const { meta } = await w.when('shop', 'order', 'change', outcome.id, { item: 'rice' });
  t.equal(meta[0]?.recordedAt, '2026-03-01T08:00:00.000Z');
});

t.test('deadlines', async (t) => {
  const { url, pool } = await testDatabase(t);
  await migrate(pool, { schema: 'log', migrations: logMigrations });
  const log = createPostgresLog({ pool, schema: 'log', listen: false });
  t.teardown(() => log.close());
  const shop = world([order, receipt], new Date().toISOString(), undefined, undefined, log);
  await shop.when('shop', 'order', 'place', undefined, { item: 'bread' });
  const scan = async (boundSeconds: string, env: Readonly<Record<string, string>>): Promise<string> => {
    const child = spawn(process.execPath, [SCAN, url, boundSeconds], {
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    return line;
  };
  t.equal(await scan('60', {}), 'escalated 0', 'none is due');
  t.equal(await scan('60', shiftedBy(SHIFT_MS)), 'ClockWrong', 'a worker that is ahead calls nothing overdue');
  t.equal(await scan('60', shiftedBy(-SHIFT_MS)), 'ClockWrong', 'one that is behind says so, instead of never finding any');
  t.equal((await log.readAll(0n, 10)).events.length, 1, 'nothing is written');
  t.equal(await scan(BOUNDLESS, shiftedBy(SHIFT_MS)), 'escalated 3', 'control: without the check it escalates to the last level');
  t.comment('4 scans of 1 order: 1 right, 2 off and checked, 1 off and unchecked');
});

t.test('an API whose clock is two days off', async (t) => {
  const rig = await createRig(t);
  const programs = {
    right: rig.start('api'),
    ahead: rig.startWith(shiftedBy(SHIFT_MS), 'api'),
    behind: rig.startWith(shiftedBy(-SHIFT_MS), 'api'),
    unchecked: rig.startWith({ ...shiftedBy(-SHIFT_MS), CLOCK_SKEW_SECONDS: BOUNDLESS }, 'api'),
  };
  const token = await rig.tokenFor(ADMINISTRATOR);
  const ask = async (base: string, path: string, body?: object): Promise<Response> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': 'one' };
    for (;;) {
      const answer = await fetch(`${base}${path}`, body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers });
      // A machine under load says so before it looks at a request.
      if (answer.status !== 503 || !(await answer.clone().text()).includes('"BUSY"')) return answer;
      await delay(100);
    }
  };
  const before = await rig.core.log.head();
  for (const [name, skew] of [
    ['ahead', '1'],
    ['behind', '-1'],
  ] as const) {
    const base = await programs[name].ready();
    const ready = await ask(base, '/health/ready');
    t.equal(ready.status, 503, `${name}: not ready`);
    t.match(await ready.json(), { checks: [{ name: 'database', ok: true }, {}, { name: 'clock', ok: false }] });
    for (const answer of [await ask(base, '/v1/me'), await ask(base, `/v1/organisations`, {})]) {
      t.equal(answer.status, 503, `${name}: neither reads nor writes, whatever the token says`);
      t.ok(answer.headers.get('retry-after'));
      t.match(await answer.json(), { code: 'UNAVAILABLE' });
    }
    t.equal((await ask(base, '/health/live')).status, 200);
    t.match(await (await ask(base, '/metrics')).text(), new RegExp(`^masar_clock_skew_seconds ${skew}\\d{5}`, 'm'));
  }
  t.equal(await rig.core.log.head(), before, 'nothing is written');
  const right = await programs.right.ready();
  t.equal((await ask(right, '/v1/me')).status, 200, 'the others go on');
  t.equal((await ask(right, '/health/ready')).status, 200);
  const unchecked = await ask(await programs.unchecked.ready(), '/v1/me');
  t.equal(unchecked.status, 200, 'control: without the check a token of the day after tomorrow is good');
  for (const one of Object.values(programs)) t.strictSame(one.fell, { early: [], late: [] });
  t.comment(`4 programs: 1 right, 2 off by ${DAYS} days and checked with 5 requests each, 1 off and unchecked`);
});

t.test('a projector and a worker whose clocks are two days off', async (t) => {
  const drawn = seed(t);
  const rig = await createRig(t);
  const { pool, log, codec } = rig.core;
  const api = rig.start('api');
  const projector = rig.startWith(shiftedBy(SHIFT_MS), 'projector');
  const client = createStubbornClient({ tokenFor: rig.tokenFor, address: api.ready, prefix: 'clock' });
  const { directory } = await openOffices(client, rig.ministry, drawn);
  const register = (index: number) => registerFamily(client, randomFrom(drawn + index), index, directory);
  const owed = async () => (await auditLog(log, codec, [], 'none')).unsettled.length;
  const ahead = async () => {
    const { events } = await log.readAll(0n, 10_000);
    const decoded = await codec.decode(events, 'none');
    return decoded.filter(({ meta }) => Date.parse(meta.recordedAt) > Date.now() + SHIFT_MS / 2).length;
  };
  const wrong = rig.startWith(shiftedBy(SHIFT_MS), 'worker');
  await wrong.ready();
  await register(0);
  await until('a try of the task', 30_000, async () => {
    const { rows } = await pool.query(`select from ${SCHEMAS.workers}.jobs where ended_at is null and attempts > 0`);
    return rows.length > 0;
  });
  const head = await log.head();
  await until('the projector', 30_000, async () => {
    const { rows } = await pool.query<{ position: string }>(
      `select min(position) as position from ${SCHEMAS.read}.projection_build where state = 'live'`,
    );
    return BigInt(rows[0]?.position ?? 0) >= head;
  });
  t.pass('a projector, which asks no clock, shows everything');
  t.equal(await owed(), 1, 'the worker gives no command');
  t.equal(await ahead(), 0, 'and nothing of the day after tomorrow is written');
  await wrong.stop();
  const right = rig.start('worker');
  await until('what was owed', 60_000, async () => (await owed()) === 0);
  t.equal(await ahead(), 0);

  await right.stop();
  rig.startWith({ ...shiftedBy(SHIFT_MS), CLOCK_SKEW_SECONDS: BOUNDLESS }, 'worker');
  await register(12);
  await until('the naive worker', 60_000, async () => (await owed()) === 0);
  t.ok((await ahead()) > 0, 'control: without the check it writes what happens the day after tomorrow');
  t.strictSame(projector.fell, { early: [], late: [] });
  t.comment(`1 projector and 1 worker ${DAYS} days ahead, ${client.acknowledged.length} commands`);
});
