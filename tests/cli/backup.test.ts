/** What a backup makes of files that come, move and go while it copies them. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { type BackupPlace, makeBackup } from '../../src/cli/backup/make.ts';
import { backUpNightly } from '../../src/cli/backup/nightly.ts';
import { copyObjects, digestOf } from '../../src/cli/backup/objects.ts';
import { inSnapshot } from '../../src/cli/backup/places.ts';
import { restoreBackup } from '../../src/cli/backup/restore.ts';
import { migrateAll, openCore } from '../../src/compose.ts';
import { readConfig } from '../../src/platform/config.ts';
import { openFileStore } from '../../src/platform/files/open.ts';
import { contentOf } from '../../src/platform/files/store.ts';
import { silentLog, temporaryDirectory, testDatabase } from '../support/postgres.ts';

const paper = (words: string) =>
  Buffer.from(`%PDF-1.4\n% ${words}\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n`);

t.setTimeout(60_000);

const shelf = temporaryDirectory();
t.teardown(() => rmSync(shelf, { recursive: true, force: true }));
const made = (name: string): string => {
  mkdirSync(join(shelf, name));
  return join(shelf, name);
};
const { url, pool } = await testDatabase(t);
await migrateAll(pool, url);
const config = readConfig({ DATABASE_URL: url, MASAR_DATA: made('data'), NODE_ENV: 'test', PORT: '0' });
const core = await openCore(config, silentLog, 'backup test');
t.teardown(() => core.close());
const { documents } = core;

const kept = await documents.store(paper('kept'), { name: 'kept.pdf', by: 'system:test' });
const erased = await documents.store(paper('erased'), { name: 'erased.pdf', by: 'system:test' });
await core.destroyKeys([erased.id]);
await documents.discard([erased.id]);

const placeOf = async (id: string): Promise<string> => {
  const { rows } = await pool.query<{ key: string }>('select storage_key as key from files.document where id = $1', [id]);
  return rows[0]?.key ?? '';
};
const partsOf = async (id: string): Promise<readonly string[]> => {
  const { rows } = await pool.query<{ key: string }>('select storage_key as key from files.part where document = $1', [id]);
  return rows.map(({ key }) => key);
};

t.test(
  'an upload that becomes whole while files are copied is whole in the backup, and no transaction waits for it',
  async (t) => {
    const [staff, bytes] = [randomUUID(), paper('uploaded in two pieces')];
    const by = { staff, organisation: randomUUID(), office: randomUUID() };
    const wish = { id: randomUUID(), name: 'upload.pdf', size: bytes.length, by };
    const { id } = await documents.begin(wish);
    await documents.append(id, staff, 0, contentOf(bytes.subarray(0, 20)));
    const pieces = await partsOf(id);
    t.equal(pieces.length, 1);

    const disk = await openFileStore(config.files);
    let waiting = 0;
    const store: typeof disk = {
      ...disk,
      get: async (key) => {
        // The first look at the store comes when the tables have been looked at.
        if ((await partsOf(id)).length > 0) await documents.append(id, staff, 20, contentOf(bytes.subarray(20)));
        const { rows } = await pool.query<{ open: number }>(
          `select count(*)::int as open from pg_stat_activity where datname = current_database() and state like 'idle in%'`,
        );
        waiting += rows[0]?.open ?? 0;
        return disk.get(key);
      },
    };
    const to = made('objects of one');
    const looks: string[] = [];
    const copied = await copyObjects(
      {
        store,
        to,
        keepTables: (look) =>
          inSnapshot(pool, async (client) => {
            const { rows } = await client.query<{ state: string }>('select state from files.document where id = $1', [id]);
            looks.push(rows[0]?.state ?? '');
            return look(client);
          }),
      },
      {},
    );
    t.equal(waiting, 0, 'a transaction that stays open would keep the database from cleaning up');
    t.same(looks, ['uploading', 'ready'], 'the tables are looked at again after something had moved');
    t.same(copied.missing, [{ key: await placeOf(erased.id), document: erased.id }], 'all that is missing is erased');
    const lines = readFileSync(join(to, 'objects.ndjson'), 'utf8').trim().split('\n');
    const named = lines.map((line) => JSON.parse(line) as { key: string; sha256: string });
    t.same(named.map(({ key }) => key).sort(), [await placeOf(id), await placeOf(kept.id)].sort());
    for (const { key, sha256 } of named) t.equal((await digestOf(join(to, 'objects', key))).sha256, sha256);
    for (const key of pieces)
      t.notOk(
        named.some((one) => one.key === key),
        'its pieces belong to nobody any more',
      );
  },
);

t.test('a backup tells files that somebody erased from files that are lost', async (t) => {
  const make = (name: string) => makeBackup(config, silentLog, { to: join(shelf, name), keysTo: join(shelf, `${name} keys`) });
  t.match((await make('first')).objects, { missing: 1, lost: 0 });
  rmSync(join(shelf, 'data', 'files', await placeOf(kept.id)));
  t.match((await make('second')).objects, { missing: 2, lost: 1 });
});

t.test(
  'backups of every night stay for their days, keys for fewer, and nothing old goes before something new is there',
  async (t) => {
    const [to, keysTo] = [made('nights'), made('nights keys')];
    const nights = ['2026-02-20T013000Z', '2026-02-21T013000Z', '2026-02-22T013000Z', '2026-02-27T013000Z'];
    const others = ['lost+found', '2020', '2020-01-01T013000Z.copy'];
    for (const name of [...nights, ...others])
      for (const directory of [to, keysTo]) mkdirSync(join(directory, name, 'general'), { recursive: true });
    const after = (directory: string) => readdirSync(directory).filter((name) => !others.includes(name));
    const night = (make: (place: BackupPlace) => ReturnType<typeof makeBackup>, at: string) =>
      backUpNightly({ to, keysTo }, { days: 7, keyDays: 6 }, make, () => new Date(at));
    const real = (place: BackupPlace) => makeBackup(config, silentLog, place);

    await t.rejects(
      night(() => Promise.reject(new Error('the database is away')), '2026-02-28T01:30:00Z'),
      /away/,
    );
    t.same([after(to), after(keysTo)], [nights, nights], 'a night without a backup');

    const lacking = await night(real, '2026-02-28T01:30:00.700Z');
    t.match(lacking.manifest.objects, { lost: 1 });
    t.same(after(to), [...nights, '2026-02-28T013000Z'], 'a lost file may be in an earlier one');
    t.same(after(keysTo), ['2026-02-22T013000Z', '2026-02-27T013000Z', '2026-02-28T013000Z']);
    t.same(readdirSync(lacking.place.keysTo).sort(), ['general', 'manifest.json']);

    const whole = await night(async (place) => {
      const manifest = await real(place);
      return { ...manifest, objects: { count: 0, bytes: 0, missing: 1, lost: 0 } };
    }, '2026-03-01T01:30:00Z');
    t.same(after(to), ['2026-02-22T013000Z', '2026-02-27T013000Z', '2026-02-28T013000Z', '2026-03-01T013000Z']);
    t.same(after(keysTo), ['2026-02-27T013000Z', '2026-02-28T013000Z', '2026-03-01T013000Z']);
    t.same(whole.removed.map((one) => one.slice(shelf.length + 1)).sort(), [
      'nights keys/2026-02-22T013000Z',
      'nights/2026-02-20T013000Z',
      'nights/2026-02-21T013000Z',
    ]);
    t.ok(
      others.every((name) => existsSync(join(to, name)) && existsSync(join(keysTo, name))),
      'nor what is no backup of a night',
    );
  },
);

t.test('what runs every night says for how long backups are kept, and keys lie apart', async (t) => {
  const program = fileURLToPath(new URL('../../src/cli/backup.js', import.meta.url));
  const says = (...argv: readonly string[]) => spawnSync(process.execPath, [program, ...argv], { encoding: 'utf8', cwd: shelf });
  const [to, keysTo] = ['--to=every night', '--keys-to=every night/keys'];
  t.match(says('nightly', to, keysTo, '--keep=7', '--keep-keys=0'), { status: 2, stderr: /--keep DAYS --keep-keys DAYS/ });
  t.match(says('nightly', to, keysTo, '--keep=7', '--keep-keys=34'), { status: 1, stderr: /^keys go into a directory apart/ });
  t.notOk(existsSync(join(shelf, 'every night')));
});

t.test('what was noted of files after the log was taken is looked up again where the backup is put back', async (t) => {
  for (const [stream, at] of [
    ['long ago', "now() - interval '1 hour'"],
    ['admitted before, perhaps written after', "now() - interval '14 minutes'"],
    ['meanwhile', "now() + interval '1 hour'"],
  ] as const) {
    const row = `insert into files.attachment (document, stream, confirmed, at) values ($1, $2, true, ${at})`;
    await pool.query(row, [erased.id, stream]);
  }
  const place = { from: join(shelf, 'third'), keysFrom: join(shelf, 'third keys') };
  await makeBackup(config, silentLog, { to: place.from, keysTo: place.keysFrom });
  const other = await testDatabase(t);
  const target = readConfig({ DATABASE_URL: other.url, MASAR_DATA: made('restored'), NODE_ENV: 'test', PORT: '0' });
  for (const key of ['development-master.key', 'development-audit.key']) {
    const file = join(config.dataDir, key);
    if (existsSync(file)) copyFileSync(file, join(target.dataDir, key));
  }
  const nowhere = join(shelf, 'nowhere');
  const refused = { name: 'PlaceRefused', message: /nowhere is no place for it: .*--work/ };
  await t.rejects(restoreBackup(target, silentLog, { ...place, work: nowhere }), refused, 'before anything is written');
  const { TMPDIR } = process.env;
  process.env.TMPDIR = nowhere;
  await restoreBackup(target, silentLog, place).finally(() => {
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  });
  t.same(
    readdirSync(place.from).filter((name) => name.startsWith('.')),
    [],
    'written once more beside the backup, not in the memory of a container, and nothing of it stays',
  );
  const { rows } = await other.pool.query('select stream, confirmed from files.attachment order by stream');
  t.same(rows, [
    { stream: 'admitted before, perhaps written after', confirmed: false },
    { stream: 'long ago', confirmed: true },
    { stream: 'meanwhile', confirmed: false },
  ]);
});

t.test('an option that there is not is told in a word, with those that there are', async (t) => {
  const program = fileURLToPath(new URL('../../src/cli/restore.js', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [program, '--form', 'somewhere'], { encoding: 'utf8' });
  t.equal(status, 2);
  t.match(stderr, /'--form'[\s\S]*--from DIR --keys-from DIR/);
  t.notMatch(stderr, /^ +at /m, 'and no stack');
});
