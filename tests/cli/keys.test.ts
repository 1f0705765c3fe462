import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t from 'tap';
import { type KeyTools, keysCommand } from '../../src/cli/keys/commands.ts';
import type { Config } from '../../src/platform/config.ts';
import { createPool } from '../../src/platform/database.ts';
import { masterKeyFrom, masterKeyOf } from '../../src/platform/keys/masterKey.ts';
import { emptyPlace, makeMasters, migrated, withCore } from '../support/faults/restoring.ts';
import { temporaryDirectory } from '../support/postgres.ts';

const KEYS = fileURLToPath(new URL('../../src/cli/keys.js', import.meta.url));

function tools() {
  const printed: string[] = [];
  const destroyed: string[] = [];
  const asked: Readonly<Record<string, string>>[] = [];
  const made: KeyTools = {
    keyring: { destroy: async (subjects) => destroyed.push(...[subjects].flat()) },
    rotate: async (store, { id }, progress) => {
      progress(2);
      printed.push(`${store} ${id}`);
      return { wrapped: 2, before: 1 };
    },
    service: () => ({ ...masterKeyOf(Buffer.alloc(32)), id: 'transit:masar' }),
    missing: async () => [
      {
        store: 'general',
        keys: [
          { subject: 'm', tier: 'T1' },
          { subject: 'm', tier: 'T2' },
        ],
        keyring: made.keyring,
      },
      { store: 'restricted', keys: [], keyring: made.keyring },
    ],
    erased: async () => ['a', 'b'],
    processes: ['claim', 'referral'],
    classes: async () => ({ '*': 5, claim: 10 }),
    kinds: async () => [{ kind: 'uploads', kept: '7 days', setBy: 'a rule', source: 'nobody' }],
    runOut: async (before) => {
      asked.push(before);
      return [{ process: 'claim', id: 'x', reference: '12-3', changedAt: '2015-01-01T08:00:00.000Z' }];
    },
    now: () => new Date('2026-03-01T08:00:00.000Z'),
    print: (line) => printed.push(line),
  };
  return { made, printed, destroyed, asked };
}

t.test('the list of who is erased is printed, and keys are destroyed again by the log and by such a list', async (t) => {
  const dir = temporaryDirectory();
  t.teardown(() => rmSync(dir, { recursive: true }));
  const { made, printed, destroyed } = tools();
  t.equal(await keysCommand(['tombstones'], made), 0);
  t.same(printed, ['a', 'b']);
  const file = join(dir, 'list');
  writeFileSync(file, `b\n${'0'.repeat(64)} 2026-03-01T08:00:00.000Z c\n\n`);
  t.equal(await keysCommand(['reconcile', '--with', file], made), 0);
  t.same(destroyed, ['a', 'b', 'c']);
  writeFileSync(file, 'not an id!\n');
  await t.rejects(keysCommand(['reconcile', '--with', file], made));
});

t.test('missing keys are listed, and given up only when that is asked for', async (t) => {
  const { made, printed, destroyed } = tools();
  t.equal(await keysCommand(['missing'], made), 1);
  t.same(printed, ['general: 2 keys of 1 subjects are missing', 'T1 m', 'T2 m', 'restricted: 0 keys of 0 subjects are missing']);
  t.same(destroyed, []);
  t.equal(await keysCommand(['missing', '--write-off'], made), 0);
  t.same(destroyed, ['m', 'm']);
});

t.test('what need not be kept any more is listed by the years of its class, and nothing is erased by it', async (t) => {
  const { made, printed, destroyed, asked } = tools();
  t.equal(await keysCommand(['retention'], made), 0);
  t.same(asked, [{ claim: '2016-03-01T08:00:00.000Z', referral: '2021-03-01T08:00:00.000Z' }]);
  t.match(printed, [
    'uploads: 7 days (a rule; nobody)',
    'claim 12-3 last entry 2015-01-01',
    '1 records need not be kept any more',
  ]);
  t.same(destroyed, []);
});

t.test('a rotation makes no master key, and says how many keys it wrapped', async (t) => {
  const dir = temporaryDirectory();
  t.teardown(() => rmSync(dir, { recursive: true }));
  const { made, printed } = tools();
  const file = join(dir, 'new.key');
  await t.rejects(keysCommand(['rotate', '--to', file], made), { code: 'ENOENT' }, 'it might be gone with the container');
  t.notOk(existsSync(file));
  t.same(printed, []);
  masterKeyFrom(file, true);
  t.equal(await keysCommand(['rotate', '--to', file], made), 0);
  t.match(printed.at(-1), /^2 keys are now wrapped by file:[0-9a-f]{16}; 1 were before$/);
  t.match(printed, [/wrapped/, /^general file:/]);
  t.equal(await keysCommand(['rotate', '--to', 'kms'], made), 0);
  t.match(printed.at(-1), /^2 keys are now wrapped by transit:masar; 1 were before$/);
  for (const wrong of [['rotate'], ['rotate', '--to', 'new.key', '--store', 'other'], ['missing', '--store', 'restricted']]) {
    t.equal(await keysCommand(wrong, made), 2, 'a wrong call explains itself');
    t.match(printed.at(-1), /npm run keys/);
  }
});

t.test('the keys of the restricted store are wrapped anew by a key of its own, and by none of the general store', async (t) => {
  const shelf = temporaryDirectory();
  t.teardown(() => rmSync(shelf, { recursive: true }));
  makeMasters(shelf);
  const config = await emptyPlace(t, shelf, 'place');
  await migrated(config);
  const name = { subject: 's', tier: 'T3' };
  const keyIn = (place: Config, make = false) =>
    withCore(place, async ({ restricted }) => {
      const key = (await (await restricted?.open())?.keyring.fetch([name], make))?.(name);
      return Buffer.isBuffer(key) ? key.toString('hex') : key;
    });
  const before = await keyIn(config, true);
  t.match(before, /^[0-9a-f]{64}$/);
  const rotate = (file: string, also = '', store = 'restricted') =>
    promisify(execFile)(process.execPath, [KEYS, 'rotate', '--to', file, '--store', store], {
      env: {
        DATABASE_URL: config.databaseUrl,
        RESTRICTED_DATABASE_URL: config.restrictedDatabaseUrl,
        MASAR_DATA: config.dataDir,
        MASAR_MASTER_KEY_FILE: config.masterKeyFile,
        RESTRICTED_MASTER_KEY_FILE: config.restrictedMasterKeyFile,
        [store === 'restricted' ? 'RESTRICTED_MASTER_KEY_ALSO' : 'MASAR_MASTER_KEY_ALSO']: also,
      },
    });
  await t.rejects(rotate(config.masterKeyFile ?? ''), { message: /master key of the other store/ });
  const file = join(shelf, 'new.key');
  masterKeyFrom(file, true);
  await t.rejects(
    rotate(file),
    { message: /RESTRICTED_MASTER_KEY_ALSO/ },
    'processes that were not given it would lose every key',
  );
  t.equal(await keyIn(config), before, 'and nothing was wrapped');
  await t.rejects(rotate('kms'), { message: /MASAR_KMS_URL is not set/ });
  t.match(
    (await rotate(file, file)).stdout,
    /^2 keys are now wrapped by file:[0-9a-f]{16}; 0 were before$/m,
    'the key, and the secret',
  );

  t.equal(await keyIn({ ...config, restrictedMasterKeyFile: file }), before, 'with the new key alone');
  t.equal(await keyIn({ ...config, otherRestrictedMasterKeyFiles: [file] }), before, 'with both');
  await t.rejects(keyIn(config), 'with the old key alone');
  await t.rejects(rotate(file, file, 'general'), { message: /master key of the other store/ }, 'by what it wrapped there');
  const general = createPool(config.databaseUrl ?? '', { applicationName: 'keys test', max: 1 });
  t.teardown(() => general.end());
  const { id } = masterKeyOf(masterKeyFrom(config.masterKeyFile ?? '', false));
  t.same(
    (await general.query('select distinct master from keys.secret')).rows,
    [{ master: id }],
    'the general store is as it was',
  );
});

t.test('a master key that is at hand for both stores keeps everything from starting, whatever its file is called', async (t) => {
  const shelf = temporaryDirectory();
  t.teardown(() => rmSync(shelf, { recursive: true }));
  makeMasters(shelf);
  const config = await emptyPlace(t, shelf, 'place');
  await migrated(config);
  const [general, link, copy, other] = ['master/general.key', 'link.key', 'copy.key', 'other.key'].map((one) =>
    join(shelf, one),
  ) as [...[string, string, string, string]];
  symlinkSync(general, link);
  copyFileSync(general, copy);
  masterKeyFrom(other, true);
  const starts = (change: Partial<Config>) => withCore({ ...config, ...change }, async () => undefined);
  for (const file of [relative('.', general), link, copy]) {
    for (const change of [{ restrictedMasterKeyFile: file }, { otherRestrictedMasterKeyFiles: [other, file] }]) {
      await t.rejects(starts(change), { name: 'ConfigError', message: /RESTRICTED_MASTER_KEY/ }, JSON.stringify(change));
    }
  }
  await t.rejects(starts({ masterKeyFile: other, otherMasterKeyFiles: [link], restrictedMasterKeyFile: copy }), {
    name: 'ConfigError',
  });
  await t.resolves(starts({ otherRestrictedMasterKeyFiles: [other] }), 'control');
  await t.resolves(starts({ restrictedMasterKeyFile: join(shelf, 'away.key') }), 'the general store starts without the other');
});
