import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { makeBackup } from '../../src/cli/backup/make.ts';
import type { Manifest } from '../../src/cli/backup/manifest.ts';
import { type BackupSource, restoreBackup } from '../../src/cli/backup/restore.ts';
import { verifyStores } from '../../src/cli/backup/verifying.ts';
import { ADMINISTRATOR, ORGANISATIONS } from '../../src/cli/demo/cast.ts';
import { randomFrom } from '../../src/cli/demo/random.ts';
import { openCore } from '../../src/compose.ts';
import { bootstrapAdministrator } from '../../src/eventlog/bootstrap.ts';
import type { StoreKind } from '../../src/eventlog/stores.ts';
import type { Config } from '../../src/platform/config.ts';
import { DEVELOPMENT_ISSUER, openDevelopmentIssuer } from '../../src/platform/developmentIssuer.ts';
import { masterKeyFrom } from '../../src/platform/keys/masterKey.ts';
import { serve } from '../../src/serve.ts';
import { createStubbornClient } from '../support/faults/clients.ts';
import { openFiling } from '../support/faults/filing.ts';
import { forgeBackup } from '../support/faults/forging.ts';
import { openOffices } from '../support/faults/office.ts';
import {
  emptyPlace,
  findings,
  giveSigner,
  makeMasters,
  migrated,
  readModelsOf,
  settle,
  settled,
  shownOf,
  signAll,
  withCore,
  within,
} from '../support/faults/restoring.ts';
import { openRestrictedWork } from '../support/faults/restrictedWork.ts';
import { until } from '../support/faults/rig.ts';
import { seed, size } from '../support/faults/size.ts';
import { silentLog, temporaryDirectory } from '../support/postgres.ts';

const RESTORES = size(1, 20);
const MOST_BETWEEN = 60;
/** Commands that people are ahead of the moment of a backup at most, while it is made. */
const MOST_AHEAD = 40;
const LANES = 5;
/** Of who works where, the restricted store is told by the general one. */
const EMPTY = ['organisation', 'office', 'staff', 'membership', 'name_held'].map((table) => `restricted directory.${table}`);

t.setTimeout(RESTORES * 60_000 + 120_000);

const shelf = temporaryDirectory();
t.teardown(() => rmSync(shelf, { recursive: true, force: true }));
const at = (...names: string[]): string => join(shelf, ...names);
makeMasters(shelf);

interface Backup extends BackupSource {
  /** Events that were covered by a signature before it was begun. */
  readonly signed: { readonly general: number; readonly restricted: number };
  readonly manifest: Manifest;
}
const NOTHING = { lost: [], doubled: [], torn: [], unsettled: [] };

/** A whole Masar that people work with: both stores, the offices, cases of T3, files. */
async function workingDay(t: Test, SEED: number) {
  const source = await emptyPlace(t, shelf, 'source');
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
  const address = async () => running.address ?? '';
  const tokenFor = (login: string) => issuer.token(login);
  const allowed = { commands: Number.POSITIVE_INFINITY };
  const before = (begun: number) => until('the next backup', 600_000, async () => begun < allowed.commands);
  const client = createStubbornClient({ tokenFor, address, prefix: 'deed', before });
  const setUp = createStubbornClient({ tokenFor, address, prefix: 'setup' });
  const offices = await openOffices(setUp, organisation, SEED);
  await offices.welcome(setUp);
  const core = () => running.core;
  const restricted = await openRestrictedWork(client, offices.directory, core);
  const filing = await openFiling({ client, tokenFor, address, core });
  await restricted.round();
  await filing.erase('before');
  // A server that ends signs what it has: there is something the restored logs can be held to.
  await running.stop();
  running = await serve(source, silentLog);

  let isOver = false;
  const day = { ...client, given: () => (isOver ? Number.POSITIVE_INFINITY : client.begun()) };
  const again = async (deed: () => Promise<void>) => {
    while (!isOver) await deed();
  };
  const work = Promise.all([offices.run(day, LANES, Number.MAX_SAFE_INTEGER), again(restricted.round), again(filing.file)]);
  const end = async () => {
    isOver = true;
    allowed.commands = Number.POSITIVE_INFINITY;
    await work;
  };
  return { source, core, client, restricted, filing, allowed, end };
}

t.test(
  `${RESTORES} backups made at random moments of a working day come back whole, provable and without a doubled effect`,
  async (t) => {
    const SEED = seed(t);
    const random = randomFrom(SEED);
    const { source, core, client, restricted, filing, allowed, end } = await workingDay(t, SEED);
    const backups: Backup[] = [];
    for (let n = 0; n < RESTORES; n++) {
      const moment = client.begun() + random.between(10, MOST_BETWEEN);
      allowed.commands = moment + MOST_AHEAD;
      await until('the moment of the backup', 60_000, async () => client.begun() >= moment);
      const [from, keysFrom] = [at(`backup-${n}`), at(`keys-${n}`)];
      const signed = await signAll(core());
      const manifest = await makeBackup(source, silentLog, { to: from, keysTo: keysFrom });
      backups.push({ signed, manifest, from, keysFrom });
    }
    await end();
    await filing.erase('after');
    await settled(core());
    const shown = await shownOf(core());
    const evening = { from: at('evening'), keysFrom: at('keys of the evening') };
    await makeBackup(source, silentLog, { to: evening.from, keysTo: evening.keysFrom });
    t.ok(backups.every(({ manifest }) => (manifest.general?.events ?? 0) > 0 && (manifest.restricted?.events ?? 0) > 0));
    t.ok(
      backups.every(({ manifest }) => manifest.objects?.missing === 1 && manifest.objects.lost === 0),
      'the file of who was erased',
    );

    const seconds: number[] = [];
    for (const [n, { manifest, signed, ...place }] of backups.entries()) {
      const events = { general: manifest.general?.events ?? 0, restricted: manifest.restricted?.events ?? 0 };
      await t.test(`backup ${n + 1}, of ${events.general} events and ${events.restricted} restricted ones`, async (t) => {
        const target = await emptyPlace(t, shelf, `restored-${n}`);
        giveSigner(source, target);
        if (n === 0) {
          await refusals(t, source, target, place);
          const at = { general: random.between(1, signed.general), restricted: random.between(1, signed.restricted) };
          await forgeries(t, source, place, at);
        }
        t.ok(await filing.isIn(place.keysFrom), 'control: it holds the key of somebody who was erased since');
        const restored = await restoreBackup(target, silentLog, place);
        seconds.push(restored.seconds);
        t.match(
          restored.verdicts,
          [
            { store: 'general', ok: true },
            { store: 'restricted', ok: true },
          ],
          'the logs are as signed',
        );
        for (const { store, covered, uncovered } of restored.verdicts) {
          t.ok(
            signed[store] > 0 && covered >= signed[store],
            `${store}: what was signed before the backup is proved, ${covered}`,
          );
          t.equal(covered + uncovered, events[store], `${store}: of every event it is said whether a signature covers it`);
        }
        t.strictSame(restored.losses, []);
        await settle(target);
        await withCore(target, async (core) => {
          const kept = within(client.acknowledged, events);
          t.ok(kept.length > 0 && kept.length < client.acknowledged.length, 'it was made while commands were given');
          t.strictSame(await findings(core, kept), NOTHING);
          const { wrong, empty } = await readModelsOf(core);
          t.strictSame(wrong, [], 'every read model equals a rebuild');
          t.strictSame(empty, EMPTY, 'and there is something in it');
          await filing.check(t, core, events.general);
          if (n === backups.length - 1) await signAll(core);
        });
        if (n < backups.length - 1) return;
        for (const { store, ok, words, covered, uncovered } of (await verifyStores(target, silentLog, madeNow('verified')))
          .verdicts) {
          t.ok(ok, `${store}: ${words}`);
          t.match({ covered, uncovered }, { covered: Number, uncovered: 0 }, `${store}: the whole log is proved`);
        }
        await cutTheLog(t, target);
      });
    }
    await comesBackAlike(t, source, evening, shown);
    const { cleared, granted, emergencies, reviewed } = restricted.counts();
    t.comment(
      `${cleared} clearances, ${granted} grants, ${emergencies} emergencies, ${reviewed} reviewed, ${filing.count()} files`,
    );
    t.comment(`events ${backups.map((one) => `${one.manifest.general?.events}+${one.manifest.restricted?.events}`).join(', ')}`);
    t.comment(`seconds of each restore, verifier included: ${seconds.map((one) => one.toFixed(1)).join(', ')}`);
  },
);

function madeNow(name: string): string {
  mkdirSync(at(name));
  return at(name);
}

/** A backup of what had come to rest: once it is put back nothing follows again, and every reader sees what they saw. */
async function comesBackAlike(t: Test, source: Config, place: BackupSource, shown: ReadonlyMap<string, string>): Promise<void> {
  await t.test(
    'where all was done when the backup was made, both logs and every read model are those of the source',
    async (t) => {
      const target = await emptyPlace(t, shelf, 'of the evening');
      giveSigner(source, target);
      await restoreBackup(target, silentLog, place);
      await settle(target);
      await withCore(target, async (core) => {
        t.strictSame(Object.fromEntries(await shownOf(core)), Object.fromEntries(shown));
        await core.pool.query(`update read.staff set status = 'away' where id = (select id from read.staff limit 1)`);
        const others = [...(await shownOf(core))].filter(([name, sum]) => shown.get(name) !== sum);
        t.strictSame(
          others.map(([name]) => name),
          ['general directory.staff'],
          'control: one row that is another is told',
        );
      });
    },
  );
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
      t.not((await readModelsOf(core, 'cases')).wrong.length, 0, 'control: read models show what is gone');
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
      t.strictSame((await readModelsOf(core)).wrong, []);
    });
  });
}

/** Control: a log that is not as signed is found out, whatever the sums say, and nobody works on what was put back. */
async function forgeries(t: Test, source: Config, place: BackupSource, at: Readonly<Record<StoreKind, number>>): Promise<void> {
  const words = `control: a backup whose event ${at.general}, and ${at.restricted} of the restricted store, was changed is not as signed`;
  await t.test(words, async (t) => {
    const from = join(shelf, 'forged');
    forgeBackup(place.from, from, at);
    const target = await emptyPlace(t, shelf, 'put back forged');
    giveSigner(source, target);
    const { verdicts } = await restoreBackup(target, silentLog, { ...place, from });
    const altered = (store: StoreKind) => ({ store, ok: false, words: new RegExp(`^ENTRY ${at[store]} .* was altered`) });
    t.match(verdicts, [altered('general'), altered('restricted')]);
    const refused = { name: 'ConfigError', message: /what it put back is not what was signed/ };
    await t.rejects(openCore(target, silentLog, 'restore test'), refused, 'nobody starts there');
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
