import { appendFileSync, copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { makeBackup } from '../../src/cli/backup/make.ts';
import type { Manifest } from '../../src/cli/backup/manifest.ts';
import { type BackupSource, restoreBackup } from '../../src/cli/backup/restore.ts';
import { verifyStores } from '../../src/cli/backup/verifying.ts';
import { ADMINISTRATOR, ORGANISATIONS } from '../../src/cli/demo/cast.ts';
import { randomFrom } from '../../src/cli/demo/random.ts';
import { type Core, migrateAll, openCore, SCHEMAS } from '../../src/compose.ts';
import { bootstrapAdministrator } from '../../src/eventlog/bootstrap.ts';
import { type Config, readConfig } from '../../src/platform/config.ts';
import { createPool } from '../../src/platform/database.ts';
import { DEVELOPMENT_ISSUER, openDevelopmentIssuer } from '../../src/platform/developmentIssuer.ts';
import { masterKeyFrom } from '../../src/platform/keys/masterKey.ts';
import { projectionsOf } from '../../src/projections/index.ts';
import { checkProjection } from '../../src/projections/runtime/check.ts';
import { runnerParts } from '../../src/projections/runtime/projector.ts';
import { projectionStatus } from '../../src/projections/runtime/status.queries.ts';
import { migrateRestricted } from '../../src/restrictedStore.ts';
import { serve } from '../../src/serve.ts';
import { createOperator } from '../../src/workers/runtime/status.ts';
import { auditLog } from '../support/faults/audit.ts';
import { type Acknowledged, createStubbornClient } from '../support/faults/clients.ts';
import { openOffices } from '../support/faults/office.ts';
import { until } from '../support/faults/rig.ts';
import { seed, size } from '../support/faults/size.ts';
import { silentLog, temporaryDirectory, testDatabase } from '../support/postgres.ts';

const RESTORES = size(2, 20);
const MOST_BETWEEN = 60;
const LANES = 6;
const SETTLED_WITHIN_MS = 120_000;

t.setTimeout(RESTORES * 60_000 + 120_000);

const shelf = temporaryDirectory();
t.teardown(() => rmSync(shelf, { recursive: true, force: true }));
const at = (...names: string[]): string => join(shelf, ...names);
mkdirSync(at('master'));
masterKeyFrom(at('master', 'general.key'), true);
masterKeyFrom(at('master', 'restricted.key'), true);

/** An empty place of two databases and a directory, with the keys that never lie beside what they open. */
async function emptyPlace(test: Test, name: string): Promise<Config> {
  const [general, restricted] = [await testDatabase(test), await testDatabase(test)];
  mkdirSync(at(name));
  return readConfig({
    DATABASE_URL: general.url,
    RESTRICTED_DATABASE_URL: restricted.url,
    MASAR_DATA: at(name),
    MASAR_MASTER_KEY_FILE: at('master', 'general.key'),
    RESTRICTED_MASTER_KEY_FILE: at('master', 'restricted.key'),
    NODE_ENV: 'test',
    PORT: '0',
    RATE_LIMITS: 'requests=999999',
  });
}

/** The key that signs is not in a backup either. */
const giveSigner = (from: Config, to: Config): void =>
  copyFileSync(join(from.dataDir, 'development-audit.key'), join(to.dataDir, 'development-audit.key'));

async function migrated(config: Config): Promise<void> {
  for (const [url, run] of [
    [config.databaseUrl ?? '', migrateAll],
    [config.restrictedDatabaseUrl ?? '', migrateRestricted],
  ] as const) {
    const pool = createPool(url, { applicationName: 'migrations', max: 2 });
    await run(pool, url).finally(() => pool.end());
  }
}

/** Runs a projector and a worker until all that is owed is done. */
async function settle(config: Config): Promise<void> {
  const running = await serve({ ...config, roles: new Set(['projector', 'worker']) }, silentLog);
  const { core } = running;
  try {
    const workers = createOperator(core.pool, SCHEMAS.workers);
    await until('follow-ups done and read models at the head', SETTLED_WITHIN_MS, async () => {
      const head = await core.log.head();
      const { reactors } = await workers.status();
      const builds = (await projectionStatus(core.db, SCHEMAS.read, head)).filter((one) => one.state === 'live');
      const done = reactors.length > 0 && reactors.every((one) => one.pending === 0 && one.position === head);
      return done && builds.length > 0 && builds.every((one) => one.behind === false) && (await core.log.head()) === head;
    });
  } finally {
    await running.stop();
  }
}

/** Names of tables of read models that are not what a rebuild makes of them. */
async function wrongTables({ pool, log, codec, registry, keyring }: Core): Promise<readonly string[]> {
  const projections = projectionsOf(registry, keyring.mac);
  const parts = runnerParts({ pool, schema: SCHEMAS.read, log, codec, registry, projections, logger: silentLog });
  const wrong: string[] = [];
  for (const projection of projections) {
    const { tables } = await checkProjection(parts, projection, AbortSignal.timeout(60_000));
    wrong.push(...tables.filter((one) => !one.same).map((one) => `${projection.name}.${one.table}`));
  }
  return wrong;
}

async function findings(core: Core, acknowledged: readonly Acknowledged[]) {
  const { lost, doubled, torn, unsettled } = await auditLog(core.log, core.codec, acknowledged, 'deed');
  return { lost, doubled, torn, unsettled };
}

interface Backup extends BackupSource {
  readonly manifest: Manifest;
}
const NOTHING = { lost: [], doubled: [], torn: [], unsettled: [] };

async function withCore<T>(config: Config, work: (core: Core) => Promise<T>): Promise<T> {
  const core = await openCore(config, silentLog, 'restore test');
  return work(core).finally(() => core.close());
}

t.test(
  `${RESTORES} backups made at random moments of a working day come back whole, provable and without a doubled effect`,
  async (t) => {
    const SEED = seed(t);
    const random = randomFrom(SEED);
    const source = await emptyPlace(t, 'source');
    await migrated(source);
    const issuer = await openDevelopmentIssuer(source.dataDir);
    let running = await serve(source, silentLog);
    t.teardown(() => running.stop());
    const { organisation } = await bootstrapAdministrator(
      { ...running.core.executor, cases: running.core.cases },
      {
        issuer: DEVELOPMENT_ISSUER,
        subject: ADMINISTRATOR,
        name: { ar: 'مدير النظام', latin: 'Administrator' },
        ministry: ORGANISATIONS.ministry.names,
        from: '2003-01-01',
        ranBy: 'restore test',
        synthetic: true,
      },
    );
    const clientOf = (prefix: string) =>
      createStubbornClient({ tokenFor: (login) => issuer.token(login), address: async () => running.address ?? '', prefix });
    const offices = await openOffices(clientOf('setup'), organisation, SEED);
    const { uploaded } = await upload(running.core);
    // A server that ends signs what it has: there is something the restored logs can be held to.
    await running.stop();
    running = await serve(source, silentLog);

    const client = clientOf('deed');
    let isOver = false;
    const day = { ...client, given: () => (isOver ? Number.POSITIVE_INFINITY : client.begun()) };
    const work = offices.run(day, LANES, Number.MAX_SAFE_INTEGER);
    const backups: Backup[] = [];
    for (let n = 0; n < RESTORES; n++) {
      const moment = client.begun() + random.between(10, MOST_BETWEEN);
      await until('the moment of the backup', 60_000, async () => client.begun() >= moment);
      const [from, keysFrom] = [at(`backup-${n}`), at(`keys-${n}`)];
      const manifest = await makeBackup(source, silentLog, { to: from, keysTo: keysFrom });
      backups.push({ manifest, from, keysFrom });
    }
    isOver = true;
    await work;
    t.ok(backups.every(({ manifest }) => (manifest.general?.events ?? 0) > 0));

    const seconds: number[] = [];
    for (const [n, { manifest, ...place }] of backups.entries()) {
      await t.test(`backup ${n + 1}, of ${manifest.general?.events} events`, async (t) => {
        const target = await emptyPlace(t, `restored-${n}`);
        giveSigner(source, target);
        if (n === 0) await refusals(t, source, target, place);
        const restored = await restoreBackup(target, silentLog, place);
        seconds.push(restored.seconds);
        t.match(restored.verdicts[0], { store: 'general', ok: true }, 'the log is as signed');
        t.ok(restored.verdicts.every(({ ok }) => ok !== false));
        await settle(target);
        await withCore(target, async (core) => {
          const within = client.acknowledged.filter(({ answer }) => Number(answer.position) <= (manifest.general?.events ?? 0));
          t.ok(within.length > 0 && within.length < client.acknowledged.length, 'it was made while commands were given');
          t.strictSame(await findings(core, within), NOTHING);
          t.strictSame(await wrongTables(core), [], 'every read model equals a rebuild');
          const file = await core.documents.read(uploaded);
          t.equal(file?.sha256.length, 64);
          let bytes = 0;
          for await (const chunk of file?.content ?? []) bytes += chunk.length;
          t.equal(bytes, PAPER.length, 'files open');
        });
        if (n < backups.length - 1) return;
        for (const { store, ok, words } of await verifyStores(target, silentLog, madeNow('verified'))) {
          t.ok(ok !== false, `${store}: ${words}`);
        }
        await cutTheLog(t, target);
      });
    }
    t.comment(`events ${backups.map((one) => one.manifest.general?.events).join(', ')}`);
    t.comment(`seconds of each restore, verifier included: ${seconds.map((one) => one.toFixed(1)).join(', ')}`);
  },
);

const PAPER = Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n');

async function upload({ documents }: Core): Promise<{ readonly uploaded: string }> {
  return { uploaded: (await documents.store(PAPER, { name: 'paper.pdf', by: 'system:test' })).id };
}

function madeNow(name: string): string {
  mkdirSync(at(name));
  return at(name);
}

/** Takes away the end of a log whose read models and reactors have seen it: an older copy was put back beside newer tables. */
async function cutTheLog(t: Test, config: Config): Promise<void> {
  await t.test('a log that is behind its checkpoints is found at the start, and what had followed follows again', async (t) => {
    await withCore(config, async (core) => {
      const { rows } = await core.pool.query<{ position: string }>(
        `select max(position) as position from log.events where type like '%.ReservationConfirmed.v1'`,
      );
      const cut = rows[0]?.position;
      t.ok(cut, 'there is an effect to lose');
      await core.pool.query('delete from log.events where position >= $1', [cut]);
      t.not((await wrongTables(core)).length, 0, 'control: read models show what is gone');
      t.not((await findings(core, [])).unsettled.length, 0, 'control: an effect is missing');
    });
    const told: string[] = [];
    const core = await openCore(
      config,
      { ...silentLog, warn: (...said: unknown[]) => told.push(said.join(' ')) },
      'restore test',
    );
    await core.close();
    t.equal(told.filter((one) => one.includes('behind its checkpoints')).length, 1);
    await settle(config);
    await withCore(config, async (core) => {
      t.strictSame(await findings(core, []), NOTHING);
      t.strictSame(await wrongTables(core), []);
    });
  });
}

/** What a restore into an empty place does not take; nothing was written there afterwards. */
async function refusals(t: Test, source: Config, target: Config, first: BackupSource): Promise<void> {
  await t.test('what is not as it was made, and what would be mixed into something else, is refused', async (t) => {
    const restore = (change: Partial<BackupSource>) => restoreBackup(target, silentLog, { ...first, ...change });
    await t.rejects(restore({ keysFrom: first.from }), { name: 'BackupBroken', message: /holds data, not keys/ });
    const broken = at('broken');
    mkdirSync(broken);
    await t.rejects(restore({ from: broken }), { name: 'BackupBroken', message: /no manifest/ });
    const table = join(first.from, 'general/log.events.ndjson');
    const before = readFileSync(table);
    appendFileSync(table, '{}\n');
    await t.rejects(restore({}), { name: 'BackupBroken', message: /log\.events\.ndjson is not what was written/ });
    writeFileSync(table, before);
    await t.rejects(makeBackup(source, silentLog, { to: at('one'), keysTo: at('one', 'keys') }), { name: 'PlaceRefused' });
    await t.rejects(makeBackup(source, silentLog, { to: first.from, keysTo: at('two') }), { message: /is not empty/ });
    await t.rejects(restoreBackup(source, silentLog, first), { name: 'PlaceRefused', message: /not empty/ });
    await t.rejects(restoreBackup({ ...target, auditOrigin: 'elsewhere' }, silentLog, first), { name: 'PlaceRefused' });
    masterKeyFrom(at('master', 'other.key'), true);
    const other = { ...target, masterKeyFile: at('master', 'other.key') };
    await t.rejects(restoreBackup(other, silentLog, first), { message: /which this process was not given/ });
  });
}
