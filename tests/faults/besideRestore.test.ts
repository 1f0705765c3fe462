/** What else is there while a backup is put back: processes that start by themselves, and heads that lie outside the database. */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { makeBackup } from '../../src/cli/backup/make.ts';
import { acceptLoss } from '../../src/cli/backup/outside.ts';
import { restoreBackup } from '../../src/cli/backup/restore.ts';
import { ADMINISTRATOR, ORGANISATIONS } from '../../src/cli/demo/cast.ts';
import { openCore } from '../../src/compose.ts';
import { INSTALLATION } from '../../src/domain/installation/ids.ts';
import { openLedger } from '../../src/eventlog/audit/ledger.ts';
import { bootstrapAdministrator } from '../../src/eventlog/bootstrap.ts';
import { type Config, readConfig } from '../../src/platform/config.ts';
import { createPool } from '../../src/platform/database.ts';
import { DEVELOPMENT_ISSUER } from '../../src/platform/developmentIssuer.ts';
import { SCHEMAS } from '../../src/schemas.ts';
import { serve } from '../../src/serve.ts';
import { auditWitness, restrictedOrigin } from '../../src/signing.ts';
import { forgeBackup } from '../support/faults/forging.ts';
import { startProgram } from '../support/faults/program.ts';
import { emptyPlace, giveSigner, makeMasters, migrated, settle, withCore } from '../support/faults/restoring.ts';
import { until } from '../support/faults/rig.ts';
import { sqlIn } from '../support/operation/infra.ts';
import { silentLog, type TestDatabase, temporaryDirectory, testDatabase } from '../support/postgres.ts';

t.setTimeout(120_000);

const RESTORE = fileURLToPath(new URL('../../src/cli/restore.js', import.meta.url));

const shelf = temporaryDirectory();
t.teardown(() => rmSync(shelf, { recursive: true, force: true }));
makeMasters(shelf);
const witnessDir = join(shelf, 'outside');
const witnessed = (config: Config): Config => ({ ...config, auditWitnessDir: witnessDir });

/** Gives commands that are written to the general log. */
const write = (config: Config, names: readonly string[]) =>
  withCore(config, async ({ executor: { execute } }) => {
    for (const name of names) {
      await execute({
        ...{ process: 'organisation', command: 'register', key: name, principal: { kind: 'system', name: 'bootstrap' } },
        input: { kind: 'ministry', names: ORGANISATIONS.ministry.names, from: '2003-01-01', synthetic: true },
      });
    }
  });

/** A server that ends signs what it has, and keeps its heads outside. */
const sign = async (config: Config) => (await serve(witnessed(config), silentLog)).stop();

const source = await emptyPlace(t, shelf, 'source');
await migrated(source);
await withCore(source, ({ executor, cases }) =>
  bootstrapAdministrator(
    { ...executor, cases },
    {
      ...{ issuer: DEVELOPMENT_ISSUER, subject: ADMINISTRATOR, from: '2003-01-01', ranBy: 'restore test', synthetic: true },
      ...{ name: { ar: 'مدير النظام', latin: 'Administrator' }, ministry: ORGANISATIONS.ministry.names },
    },
  ),
);
await sign(source);
const backup = { from: join(shelf, 'backup'), keysFrom: join(shelf, 'backup keys') };
const manifest = await makeBackup(source, silentLog, { to: backup.from, keysTo: backup.keysFrom });

/** An empty place with tables, and the test's own way into its general database. */
async function target(t: Test, name: string) {
  const [general, restricted] = [await testDatabase(t), await testDatabase(t)];
  mkdirSync(join(shelf, name));
  const env = {
    DATABASE_URL: general.url,
    RESTRICTED_DATABASE_URL: restricted.url,
    MASAR_DATA: join(shelf, name),
    MASAR_MASTER_KEY_FILE: join(shelf, 'master', 'general.key'),
    RESTRICTED_MASTER_KEY_FILE: join(shelf, 'master', 'restricted.key'),
    ERASED_LIST_FILE: join(shelf, 'elsewhere', 'erased.list'),
    NODE_ENV: 'development',
  };
  const config = readConfig({ ...env, PORT: '0' });
  await migrated(config);
  giveSigner(source, config);
  return { config, env, general, restricted };
}

const isMarked = async ({ pool }: TestDatabase) =>
  (await pool.query(`select from pg_namespace where nspname = 'restoring'`)).rowCount === 1;

t.test('a program that starts by itself beside a restore is refused until all is back, and works then', async (t) => {
  const { config, env, general, restricted } = await target(t, 'beside');
  await general.pool.query(`
    create table public.word (given boolean);
    create function public.wait_for_word() returns trigger language plpgsql as $$ begin
      while not exists (select from public.word) loop perform pg_sleep(0.05); end loop;
      return null;
    end $$;
    create trigger slow before insert on keys.data_key for each statement execute function public.wait_for_word()`);
  const restoring = restoreBackup(config, silentLog, backup);
  await until('half of it is back', 30_000, async () => {
    const { rows } = await general.pool.query<{ n: number }>('select count(*)::int as n from log.events');
    return (rows[0]?.n ?? 0) > 0;
  });
  t.ok((await isMarked(general)) && (await isMarked(restricted)), 'both databases are marked');
  const program = startProgram(['api', 'projector', 'worker'], env);
  t.teardown(() => program.stop());
  await until('it was refused', 30_000, async () => program.fell.early.length > 0);
  t.match(program.fell.early[0], /DATABASE_URL: a restore is under way there/, 'it says why');
  await t.rejects(restoreBackup(config, silentLog, backup), { name: 'PlaceRefused', message: /another restore/ });
  await general.pool.query('insert into public.word values (true)');
  t.match((await restoring).verdicts, [{ store: 'general', ok: true, covered: manifest.general?.events, uncovered: 0 }, {}]);
  await program.ready();
  t.notOk((await isMarked(general)) || (await isMarked(restricted)));
  t.same(program.fell.late, []);
});

t.test('where a restore broke off nobody starts, backs up or restores until the place was emptied', async (t) => {
  const { config, general, restricted } = await target(t, 'broken off');
  await general.pool.query('alter table keys.data_key add constraint never check (false) not valid');
  await t.rejects(restoreBackup(config, silentLog, backup), { message: /never/ });
  await t.rejects(openCore(config, silentLog, 'restore test'), {
    name: 'ConfigError',
    message: /DATABASE_URL: a restore broke off there/,
  });
  await t.rejects(restoreBackup(config, silentLog, backup), { name: 'PlaceRefused', message: /not empty/ });
  const nowhere = { to: join(shelf, 'of a half'), keysTo: join(shelf, 'keys of a half') };
  await t.rejects(makeBackup(config, silentLog, nowhere), { name: 'ConfigError', message: /broke off/ });
  await general.pool.query('drop schema restoring');
  const mine = { ...config, restrictedDatabaseUrl: restricted.url };
  await t.rejects(openCore(mine, silentLog, 'restore test'), { message: /RESTRICTED_DATABASE_URL: a restore broke off there/ });
});

t.test(
  'the runbook empties a place that was at work so that nothing of it is left, and a backup can be put back into it',
  async (t) => {
    const { config, general, restricted } = await target(t, 'emptied');
    await restoreBackup(config, silentLog, backup);
    await settle(config);
    const schemas = async ({ pool }: TestDatabase) => {
      const { rows } = await pool.query<{ name: string }>(
        `select nspname as name from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema'`,
      );
      return rows.map(({ name }) => name);
    };
    const builds = async (database: TestDatabase) => (await schemas(database)).filter((one) => /^read_\w+_v\d+_\d+$/.test(one));
    t.ok((await builds(general)).length > 5, 'control: there are read models');
    t.ok((await builds(restricted)).length > 0, 'in both');

    for (const one of [general, restricted]) await one.pool.query('create schema read_only');
    const emptying = sqlIn('night.md', 'drop schema if exists log');
    const [kept] = await builds(general);
    for (const one of [general, restricted]) await one.pool.query(emptying.slice(0, emptying.indexOf(';')));
    rmSync(join(config.dataDir, 'files'), { recursive: true, force: true });
    await t.rejects(restoreBackup(config, silentLog, backup), {
      name: 'PlaceRefused',
      message: /the read model read_\w+ was left over/,
    });
    for (const one of [general, restricted]) {
      await one.pool.query(emptying);
      t.same((await schemas(one)).sort(), ['public', 'read_only'], "but for what is somebody else's");
    }
    t.match((await restoreBackup(config, silentLog, backup)).verdicts, [{ ok: true }, { store: 'restricted' }]);
    await settle(config);
    t.ok((await builds(general)).includes(kept ?? ''), 'its read models are made under the names of before');
  },
);

t.test('a log that comes back other than it was signed ends the command with 1, and nobody starts on it', async (t) => {
  const { config, env, general, restricted } = await target(t, 'forged');
  const from = join(shelf, 'forged backup');
  forgeBackup(backup.from, from, { general: 2 });
  const restoring = promisify(execFile)(process.execPath, [RESTORE, '--from', from, '--keys-from', backup.keysFrom], { env });
  const said = await restoring.then(
    ({ stdout }) => ({ code: 0, stdout }),
    ({ code, stdout }: { readonly code: number; readonly stdout: string }) => ({ code, stdout }),
  );
  t.match(said, { code: 1, stdout: /general log: ENTRY 2 .* was altered[\s\S]*is not what was signed: nobody starts there/ });
  t.ok((await isMarked(general)) && (await isMarked(restricted)), 'both databases stay marked');
  const refused = { name: 'ConfigError', message: /DATABASE_URL: .*what it put back is not what was signed/ };
  await t.rejects(openCore(config, silentLog, 'restore test'), refused);
  await t.rejects(makeBackup(config, silentLog, { to: join(shelf, 'of it'), keysTo: join(shelf, 'keys of it') }), refused);
});

t.test('a place where somebody is at work is refused, and left as it was', async (t) => {
  const { config, general, restricted } = await target(t, 'at work');
  const pool = createPool(general.url, { applicationName: 'masar worker' });
  await pool.query('select 1');
  await t.rejects(restoreBackup(config, silentLog, backup), {
    name: 'PlaceRefused',
    message: /Masar is at work in DATABASE_URL \(masar worker.*stop every process/,
  });
  t.notOk((await isMarked(general)) || (await isMarked(restricted)), 'nobody is kept out of it');
  await pool.end();
  t.match((await restoreBackup(config, silentLog, backup)).verdicts, [{ ok: true }, { store: 'restricted' }]);
});

t.test('a restore says what heads outside tell of more, and signing goes on once somebody accepted the loss', async (t) => {
  const { config, env, general } = await target(t, 'behind');
  await write(source, ['behind the backup']);
  await sign(source);
  const events = manifest.general?.events ?? 0;
  const before = await auditWitness(witnessed(source))?.newest();
  t.ok((before?.size ?? 0) > events, 'control: more was signed than is in the backup');

  const { losses, verdicts } = await restoreBackup(witnessed(config), silentLog, backup);
  t.match(verdicts, [{ ok: true, covered: events, uncovered: 0 }, {}]);
  t.match(
    losses.filter(({ log }) => !log.includes('/access/')),
    [{ log: config.auditOrigin, code: 'BEHIND_WITNESS', outside: before?.size, here: events }],
  );
  const halted = () => openLedger(general.pool, SCHEMAS.audit).halted();
  const behind = await serve(witnessed(config), silentLog);
  t.teardown(() => behind.stop());
  await until('the tree stands still', 20_000, async () => (await halted())?.code === 'BEHIND_WITNESS');

  const word = { log: config.auditOrigin, by: 'The board of auditors', reason: 'Letter 12: the disk is lost' };
  const core = await openCore(witnessed(config), silentLog, 'restore test');
  t.teardown(() => core.close());
  await t.rejects(acceptLoss(core, { ...word, log: restrictedOrigin(config) }), { name: 'PlaceRefused' });
  // As a try that broke off between the record and the heads leaves it: those of a copy were put aside.
  const copied = join(shelf, 'copied heads');
  cpSync(witnessDir, copied, { recursive: true });
  await acceptLoss({ ...core, config: { ...core.config, auditWitnessDir: copied } }, word);
  const accept = ['accept-loss', '--log', word.log, '--by', word.by, '--reason', word.reason];
  const { stdout } = await promisify(execFile)(process.execPath, [RESTORE, ...accept], {
    env: { ...env, AUDIT_WITNESS_DIR: witnessDir },
  });
  const [, aside = 'nothing'] = /on record; its heads are kept as (.*)\.\n/.exec(stdout) ?? [];
  t.ok(
    readdirSync(witnessDir).some((file) => aside.endsWith(file)),
    'the heads are kept beside the others',
  );
  await t.rejects(acceptLoss(core, word), { name: 'PlaceRefused', message: /no loss to accept/ });
  await until('it goes on', 20_000, async () => (await halted()) === undefined);
  const said = await core.log.read(`installation-${INSTALLATION}`);
  const accepted = (await core.codec.decode(said, 'T1')).filter(({ type }) => type === 'LossAccepted');
  t.equal(accepted.length, 1, 'once, however often it was tried');
  const [event] = accepted;
  t.match(event, {
    type: 'LossAccepted',
    data: { ...word, outside: before?.size, root: before?.root.toString('base64'), here: events },
  });
  await behind.stop();
  t.ok(((await auditWitness(witnessed(config))?.newest())?.size ?? 0) > events, 'what was said is signed and kept outside');
});
