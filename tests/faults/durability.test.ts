import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { openCore } from '../../src/compose.ts';
import { ConfigError, readConfig } from '../../src/platform/config.ts';
import { createPool } from '../../src/platform/database.ts';
import { ensureDurable } from '../../src/platform/durability.ts';
import { findBinaries } from '../../src/platform/embedded/binaries.ts';
import { findPlace, prepareSocketDirectory } from '../../src/platform/embedded/place.ts';
import { createCluster, launch, readStatus, SUPERUSER } from '../../src/platform/embedded/server.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { checksOf, watchChecks } from '../../src/roles/checks.ts';
import { migrateAll } from '../../src/schemas.ts';
import { until } from '../support/faults/rig.ts';
import { silentLog as log, temporaryDirectory } from '../support/postgres.ts';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));

/** A Postgres whose settings are its file's, as an administrator has them; the embedded one takes none from there. */
const directory = temporaryDirectory();
const place = findPlace(directory, '/var/lib/masar', log);
const binaries = findBinaries(place, undefined, log);
createCluster(place, binaries);
const socket = prepareSocketDirectory(place);
// Writes who is let in, before the server of the administrator starts.
await (await launch(place, binaries, socket)).stop();
const server = spawn(
  `${binaries.directory}/postgres`,
  ['-D', place.cluster, ...['listen_addresses=', `unix_socket_directories=${socket}`].flatMap((one) => ['-c', one])],
  { ...place.identity, cwd: '/', env: { LC_ALL: 'C', TZ: 'UTC' }, stdio: 'ignore' },
);
t.teardown(async () => {
  const ended = once(server, 'exit');
  server.kill('SIGINT');
  await ended;
  rmSync(directory, { recursive: true, force: true });
});
await until('the server', 20_000, async () => readStatus(place)?.pid === server.pid && readStatus(place)?.ready === true);
const url = `postgresql:///postgres?host=${encodeURIComponent(socket)}&user=${SUPERUSER}`;
const env = { DATABASE_URL: url, MASAR_DATA: directory, NODE_ENV: 'development' };

/** Runs a statement on a session of its own: what is set for a login holds for new sessions. */
async function ask<Row extends object>(text: string): Promise<readonly Row[]> {
  const pool = createPool(url, { applicationName: 'administrator', max: 1 });
  return pool
    .query<Row>(text)
    .then(({ rows }) => rows)
    .finally(() => pool.end());
}

/** Changes the server's file and has it read; resolves when new sessions show it. */
async function administer(change: string, setting: string, value: string): Promise<void> {
  await ask(change);
  await ask('select pg_reload_conf()');
  await until(`${setting} ${value}`, 10_000, async () => {
    const [row] = await ask<{ value: string }>(`select current_setting('${setting}') as value`);
    return row?.value === value;
  });
}

/** Why nothing starts, if so. */
const starting = (more: Readonly<Record<string, string>> = {}): Promise<unknown> =>
  openCore(readConfig({ ...env, ...more }), log, 'durability test').then(
    async (core) => void (await core.close()),
    (error: unknown) => error,
  );

const migrating = createPool(url, { applicationName: 'migrations', max: 2 });
await migrateAll(migrating, url).finally(() => migrating.end());

t.test('control: all is well with nothing off', async (t) => {
  t.equal(await starting(), undefined);
});

t.test('a server that keeps what it acknowledges is taken; where only standbys are not waited for, too', async (t) => {
  const pool = createPool(url, { applicationName: 'durable', max: 1 });
  t.teardown(() => pool.end());
  for (const value of ['on', 'local', 'remote_write', 'remote_apply']) {
    await pool.query(`set synchronous_commit = ${value}`);
    await t.resolves(ensureDurable(pool, 'DATABASE_URL'), value);
  }
});

const SABOTAGES: readonly (readonly [setting: string, source: string, change: string, back: string])[] = [
  ['fsync', 'configuration file', 'alter system set fsync = off', 'alter system reset fsync'],
  ['full_page_writes', 'configuration file', 'alter system set full_page_writes = off', 'alter system reset full_page_writes'],
  [
    'synchronous_commit',
    'configuration file',
    'alter system set synchronous_commit = off',
    'alter system reset synchronous_commit',
  ],
  [
    'synchronous_commit',
    'user',
    `alter role ${SUPERUSER} set synchronous_commit = off`,
    `alter role ${SUPERUSER} reset synchronous_commit`,
  ],
  [
    'synchronous_commit',
    'database',
    'alter database postgres set synchronous_commit = off',
    'alter database postgres reset synchronous_commit',
  ],
];

for (const [setting, source, change, back] of SABOTAGES) {
  t.test(`nothing starts on a server with ${setting} off, set by: ${source}`, async (t) => {
    await administer(change, setting, 'off');
    const refusal = await starting();
    await administer(back, setting, 'on');
    t.ok(refusal instanceof ConfigError);
    const [problem, ...others] = (refusal as ConfigError).problems;
    t.match(problem, `DATABASE_URL: ${setting} is off there (set by: ${source})`);
    t.strictSame(others, []);
  });
}

t.test('databases beside the first are held to the same, each under its own name', async (t) => {
  const off = `${url}&options=${encodeURIComponent('-c synchronous_commit=off')}`;
  const problem = 'synchronous_commit is off there (set by: client)';
  for (const variable of ['KEYS_DATABASE_URL', 'RESTRICTED_DATABASE_URL']) {
    t.match(await starting({ [variable]: off }), { problems: [`${variable}: ${problem}`] });
  }
  t.equal(
    await starting({ RESTRICTED_DATABASE_URL: 'postgresql:///none?host=/nowhere' }),
    undefined,
    'one that is away says nothing',
  );
});

t.test('the program says so in one line and ends, whatever NODE_ENV is', async (t) => {
  await administer('alter system set fsync = off', 'fsync', 'off');
  const child = spawn(process.execPath, [MAIN], {
    env: { ...env, PATH: process.env.PATH ?? '' },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text: Buffer) => {
    said += text;
  });
  const [code] = await once(child, 'close');
  await administer('alter system reset fsync', 'fsync', 'on');
  t.equal(code, 1);
  t.match(said, /^the configuration is wrong:\n {2}DATABASE_URL: fsync is off there .*\n$/);
});

t.test('a server that stops keeping its word while the program runs makes it not ready', async (t) => {
  const core = await openCore(readConfig(env), log, 'durability test');
  t.teardown(() => core.close());
  const failing = async () => (await checksOf(core)).filter((one) => !one.ok).map((one) => one.name);
  const metrics = createMetrics({ processMetrics: false });
  watchChecks(core, metrics);
  const shown = async () => (await metrics.scrape()).body.match(/^masar_check_failing\{.*$/gm);
  t.strictSame(await failing(), []);
  await administer('alter system set fsync = off', 'fsync', 'off');
  await until('notice', 10_000, async () => (await failing()).includes('durability'));
  t.strictSame(await failing(), ['durability'], 'the rest is as it was');
  const figures = ['database', 'durability', 'clock', 'log'].map((name) => `masar_check_failing{check="${name}"} `);
  t.strictSame(
    await shown(),
    figures.map((one, index) => `${one}${index === 1 ? 1 : 0}`),
    'and its figures say which',
  );
  await administer('alter system reset fsync', 'fsync', 'on');
  await until('readiness', 10_000, async () => (await failing()).length === 0);
  const settings = new Set(SABOTAGES.map(([setting]) => setting));
  t.comment(
    `${settings.size} settings put off in ${SABOTAGES.length} ways, 1 more in 2 databases beside, 1 on a program that ran; nothing drawn`,
  );
  t.strictSame(
    await shown(),
    figures.map((one) => `${one}0`),
  );
});
