/** What a backup makes of files that come, move and go while it copies them. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { type BackupPlace, makeBackup } from '../../src/cli/backup/make.ts';
import { emptyDirectory, type Manifest, writeManifest } from '../../src/cli/backup/manifest.ts';
import { backUpNightly } from '../../src/cli/backup/nightly.ts';
import { copyObjects, digestOf } from '../../src/cli/backup/objects.ts';
import { inSnapshot, openPlaces } from '../../src/cli/backup/places.ts';
import { restoreBackup } from '../../src/cli/backup/restore.ts';
import { openCore } from '../../src/compose.ts';
import { type Config, readConfig } from '../../src/platform/config.ts';
import { openFileStore } from '../../src/platform/files/open.ts';
import { contentOf } from '../../src/platform/files/store.ts';
import { holdForRestore } from '../../src/platform/restoring.ts';
import { ensureAccessOwner, migrateAll } from '../../src/schemas.ts';
import { rewriteRows } from '../support/faults/forging.ts';
import { until } from '../support/faults/rig.ts';
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

/** An empty place that has the keys which are in no backup. */
async function emptyTarget(t: Test, name: string) {
  const { url, pool } = await testDatabase(t);
  const target = readConfig({ DATABASE_URL: url, MASAR_DATA: made(name), NODE_ENV: 'test', PORT: '0' });
  for (const key of ['development-master.key', 'development-audit.key']) {
    const file = join(config.dataDir, key);
    if (existsSync(file)) copyFileSync(file, join(target.dataDir, key));
  }
  return { target, pool };
}

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
  t.match((await make('second')).objects, { missing: 2, lost: 1, lostDocuments: [kept.id] }, 'and names them');
});

t.test('a night removes what has been there for too long, and what it left itself where it fails', async (t) => {
  const [to, keysTo] = [made('nights'), made('nights keys')];
  const names = (...days: readonly string[]) => days.map((day) => `2026-02-${day}T013000Z`);
  const about = (at: string) => ({ format: 1, backup: randomUUID(), madeAt: at, origin: 'here', files: {} }) as const;
  const finish = (place: BackupPlace, at: string): Manifest => {
    const data: Manifest = { ...about(at), kind: 'data', general: { takenAt: at } };
    writeManifest(emptyDirectory(place.to), data);
    writeManifest(emptyDirectory(place.keysTo), { ...about(at), kind: 'keys' });
    return data;
  };
  for (const day of ['10', '20', '21', '22', '26', '27'])
    finish({ to: join(to, ...names(day)), keysTo: join(keysTo, ...names(day)) }, `2026-02-${day}T01:30:00Z`);
  const others = ['lost+found', '2020', '2020-01-01T013000Z.copy'];
  for (const name of others)
    for (const directory of [to, keysTo]) mkdirSync(join(directory, name, 'general'), { recursive: true });
  const after = (directory: string) => readdirSync(directory).filter((name) => !others.includes(name));
  const night = (at: string, make = (place: BackupPlace) => finish(place, at), remove?: (directory: string) => void) =>
    backUpNightly({ to, keysTo }, { days: 7, keyDays: 6, origin: 'here' }, async (place) => make(place), {
      now: () => new Date(at),
      ...(remove && { remove }),
    });

  const away = await night('2026-02-28T01:30:00Z', (place) => {
    mkdirSync(join(emptyDirectory(place.to), 'general'));
    emptyDirectory(place.keysTo);
    throw new Error('the database is away');
  });
  t.match(away.made, { failure: { message: 'the database is away' } });
  t.same(after(to), names('10', '20', '21', '22', '26', '27'), 'nothing is left of it, and no data goes');
  t.same(after(keysTo), names('22', '26', '27'), 'but old keys');

  const good = await night('2026-02-28T01:30:00.700Z');
  t.match(good.made, { kind: 'data' });
  t.same(after(to), names('21', '22', '26', '27', '28'));
  t.same(after(keysTo), names('22', '26', '27', '28'));
  t.same(
    good.removed.map((one) => one.slice(shelf.length + 1)).sort(),
    names('10', '20').map((name) => `nights/${name}`),
  );
  t.ok(
    others.every((name) => existsSync(join(to, name)) && existsSync(join(keysTo, name))),
    'nor what is no backup of a night',
  );

  symlinkSync(join(shelf, 'nowhere'), join(to, ...names('01')));
  const stubborn = join(to, ...names('21'));
  const next = await night('2026-03-02T01:30:00Z', undefined, (directory) => {
    if (directory === stubborn) throw new Error('not permitted');
    rmSync(directory, { recursive: true });
  });
  t.match(next.made, { kind: 'data' }, 'the backup is good all the same');
  t.match(next.stuck, [{ directory: stubborn, why: { message: 'not permitted' } }]);
  t.same(
    after(to),
    [...names('01', '21', '26', '27', '28'), '2026-03-02T013000Z'],
    'others go, also beside one nobody can look at',
  );
  const there = { name: 'PlaceRefused', message: /there already/ };
  await t.rejects(night('2026-03-02T01:30:00Z'), there, "what is another run's is not removed");
  t.ok(after(to).includes('2026-03-02T013000Z'));
});

t.test('what runs every night says for how long backups are kept, and keys lie apart', async (t) => {
  const program = fileURLToPath(new URL('../../src/cli/backup.js', import.meta.url));
  const says = (...argv: readonly string[]) => spawnSync(process.execPath, [program, ...argv], { encoding: 'utf8', cwd: shelf });
  const [to, keysTo] = ['--to=every night', '--keys-to=every night/keys'];
  t.match(says('nightly', to, keysTo, '--keep=7', '--keep-keys=0'), { status: 2, stderr: /--keep DAYS --keep-keys DAYS/ });
  t.match(says('nightly', to, keysTo, '--keep=7', '--keep-keys=8'), { status: 2, stderr: /no more DAYS than/ });
  t.match(says('nightly', to, keysTo, '--keep=7', '--keep-keys=7'), { status: 1, stderr: /^keys go into a directory apart/ });
  const apart = says('nightly', to, '--keys-to=keys of it', '--keep=7', '--keep-keys=7');
  t.match(apart, { status: 1, stderr: /every night is not there: is its disk mounted/ });
  t.notOk(existsSync(join(shelf, 'every night')));
});

t.test('a backup beside which a restore begins while it copies files is none', async (t) => {
  const client = await pool.connect();
  const held = await holdForRestore(pool);
  t.teardown(() => held?.release());
  await client.query('begin; lock table files.document in access exclusive mode');
  const place = { to: join(shelf, 'beside'), keysTo: join(shelf, 'beside keys') };
  const making = t.rejects(makeBackup(config, silentLog, place), { name: 'ConfigError', message: /a restore is under way/ });
  await until('it waits for the table', 10_000, async () => {
    const { rowCount } = await pool.query(
      `select from pg_stat_activity where datname = current_database() and application_name = 'masar backup' and wait_event_type = 'Lock'`,
    );
    return (rowCount ?? 0) > 0;
  });
  await held?.mark('another');
  await client.query('commit');
  client.release();
  await making;
  await held?.lift();
  t.notOk(existsSync(join(place.keysTo, 'general')), 'no key is in it');
  const places = await openPlaces(config, silentLog, 'masar backup');
  t.teardown(() => places.close());
  t.equal(places.general.options.idleTimeoutMillis, 0, 'a restore sees it at work however long it copies');
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
  await pool.query(
    `insert into audit.patrol (size, whole_at, begun_at) values (0, now() - interval '5 days', now() - interval '9 days')`,
  );
  const place = { from: join(shelf, 'third'), keysFrom: join(shelf, 'third keys') };
  await makeBackup(config, silentLog, { to: place.from, keysTo: place.keysFrom });
  const { target, pool: other } = await emptyTarget(t, 'restored');
  mkdirSync(join(target.dataDir, 'files', 'lost+found'), { recursive: true });
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
  const { rows } = await other.query('select stream, confirmed from files.attachment order by stream');
  t.same(rows, [
    { stream: 'admitted before, perhaps written after', confirmed: false },
    { stream: 'long ago', confirmed: true },
    { stream: 'meanwhile', confirmed: false },
  ]);
  const patrol = await other.query(`select whole_at, now() - begun_at < interval '1 hour' as fresh from audit.patrol`);
  t.same(patrol.rows, [{ whole_at: null, fresh: true }], 'nor is the log long overdue to be read again');
});

t.test('a backup of an older release comes back, and one of a newer release is refused before anything is written', async (t) => {
  await pool.query(`insert into workers.reactors (name, position) values ('follow-ups', 0)`);
  await pool.query(`insert into audit.halt (code, log_index, until) values ('EVENT_CHANGED', 3, now())`);
  const place = { from: join(shelf, 'fourth'), keysFrom: join(shelf, 'fourth keys') };
  await makeBackup(config, silentLog, { to: place.from, keysTo: place.keysFrom });
  const { target, pool: other } = await emptyTarget(t, 'of another release');
  rewriteRows<{ log_index: number }>(place.from, 'general/workers.reactors.ndjson', ({ log_index: _, ...row }) => ({
    ...row,
    owed: 3,
  }));
  rewriteRows<{ id: number; until: string }>(place.from, 'general/audit.halt.ndjson', ({ id: _, until: __, ...row }) => ({
    kept: true,
    ...row,
  }));
  const newer = { name: 'PlaceRefused', message: /no workers\.reactors\.owed, .* release that made it/ };
  await t.rejects(restoreBackup(target, silentLog, place), newer);
  rewriteRows<{ owed: number }>(place.from, 'general/workers.reactors.ndjson', ({ owed: _, ...row }) => row);
  await restoreBackup(target, silentLog, place);
  const rows = async (query: string) => (await other.query(query)).rows;
  t.same(await rows('select name, position, log_index from workers.reactors'), [
    { name: 'follow-ups', position: '0', log_index: '0' },
  ]);
  t.same(await rows('select id, code, log_index, until from audit.halt'), [
    { id: '1', code: 'EVENT_CHANGED', log_index: '3', until: null },
  ]);
});

t.test('in production nobody but its owner, where the server has one, gets the access log', async (t) => {
  const { target, pool: other } = await emptyTarget(t, 'production');
  const login = `masar_test_${process.pid}`;
  await pool.query(`create role ${login}`);
  t.teardown(() => pool.query(`drop role ${login}`));
  const { rows } = await other.query<{ name: string }>('select current_database() as name');
  await pool.query(`alter database ${rows[0]?.name} set role to ${login}`);
  const place = { from: join(shelf, 'third'), keysFrom: join(shelf, 'third keys') };
  const production = { ...target, environment: 'production' } as const;
  const url = target.databaseUrl ?? '';
  const restore = (change: Partial<Config>) => restoreBackup({ ...production, ...change }, silentLog, place);
  await t.rejects(restore({}), { name: 'ConfigError', message: /ACCESS_DATABASE_URL is not set: this server has masar_access/ });
  const another = { accessDatabaseUrl: url };
  await t.rejects(restore(another), { name: 'ConfigError', message: /ACCESS_DATABASE_URL is not right/ });
  t.equal((await other.query(`select from pg_namespace where nspname = 'access'`)).rowCount, 0, 'nothing was made');
  const key = join(shelf, 'some.key');
  writeFileSync(key, 'key', { mode: 0o600 });
  const env = {
    ...{ NODE_ENV: 'production', DATABASE_URL: url, KEYS_DATABASE_URL: url, FILES_DIR: join(shelf, 'data') },
    ...{ MASAR_MASTER_KEY_FILE: key, MASAR_AUDIT_KEY_FILE: key, MASAR_AUDIT_ORIGIN: 'here', CLAMD_ADDRESS: 'scanner:3310' },
    ...{ OIDC_ISSUER: 'https://id.example.org', OIDC_AUDIENCE: 'masar', PUBLIC_URL: 'https://masar.example.org' },
  };
  const program = fileURLToPath(new URL('../../src/cli/migrate.js', import.meta.url));
  const { stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8', env });
  t.match(stderr, /ACCESS_DATABASE_URL is not set: this server has masar_access/, 'nor is it left to a login by migrating');
  await ensureAccessOwner(production, pool);
});

t.test('a loss is accepted by somebody who is named', async (t) => {
  const program = fileURLToPath(new URL('../../src/cli/restore.js', import.meta.url));
  const argv = [program, 'accept-loss', '--log=masar', '--by= ', '--reason=Letter 12'];
  t.match(spawnSync(process.execPath, argv, { encoding: 'utf8', env: {} }), { status: 2, stderr: /accept-loss/ });
});

t.test('an option that there is not is told in a word, with those that there are', async (t) => {
  const program = fileURLToPath(new URL('../../src/cli/restore.js', import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [program, '--form', 'somewhere'], { encoding: 'utf8' });
  t.equal(status, 2);
  t.match(stderr, /'--form'[\s\S]*--from DIR --keys-from DIR/);
  t.notMatch(stderr, /^ +at /m, 'and no stack');
});
