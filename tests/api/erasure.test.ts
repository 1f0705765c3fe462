import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { createClient } from '../../src/cli/demo/client.ts';
import { openCore } from '../../src/compose.ts';
import { isOpen } from '../../src/domain/kernel/privacy.ts';
import type { PersonState } from '../../src/domain/person/index.ts';
import { bootstrapAdministrator } from '../../src/eventlog/bootstrap.ts';
import { erasedSubjects } from '../../src/eventlog/erasures.ts';
import { readConfig } from '../../src/platform/config.ts';
import { createPool } from '../../src/platform/database.ts';
import { DEVELOPMENT_ISSUER, openDevelopmentIssuer } from '../../src/platform/developmentIssuer.ts';
import { projectionsOf } from '../../src/projections/index.ts';
import { checkProjection } from '../../src/projections/runtime/check.ts';
import { runnerParts } from '../../src/projections/runtime/projector.ts';
import { migrateAll, SCHEMAS } from '../../src/schemas.ts';
import { serve } from '../../src/serve.ts';
import { silentLog, temporaryDirectory, testDatabase } from '../support/postgres.ts';
import { eventually } from '../workers/support.ts';

t.setTimeout(120_000);

const KEYS = fileURLToPath(new URL('../../src/cli/keys.js', import.meta.url));

const named = (first: string, family: string) => ({ ar: { first, father: 'كريم', family } });

t.test(
  'an erased person is gone from every read model and stays gone when the keys are put back, while all that counts stands',
  async (t) => {
    const { url, pool } = await testDatabase(t);
    const data = temporaryDirectory();
    t.teardown(() => rmSync(data, { recursive: true, force: true }));
    await migrateAll(pool, url);
    const listFile = join(data, 'elsewhere', 'erased.list');
    const config = readConfig({ DATABASE_URL: url, MASAR_DATA: data, PORT: '0', NODE_ENV: 'test', ERASED_LIST_FILE: listFile });
    let running = await serve(config, silentLog);
    let stopped = false;
    const stop = async () => {
      if (!stopped) await running.stop();
      stopped = true;
    };
    t.teardown(stop);
    const start = async () => {
      running = await serve(config, silentLog);
      stopped = false;
    };
    const issuer = await openDevelopmentIssuer(data);
    let client = createClient(running.address ?? '', (login) => issuer.token(login));

    const { organisation } = await bootstrapAdministrator(
      { ...running.core.executor, cases: running.core.cases },
      {
        issuer: DEVELOPMENT_ISSUER,
        subject: 'admin',
        name: { ar: 'مدير النظام' },
        ministry: { ar: 'الوزارة', en: 'The ministry' },
        from: '2003-01-01',
        ranBy: 'test',
        synthetic: true,
      },
    );
    const branch = { organisation, names: { ar: 'فرع', en: 'Branch' }, kind: 'branch', governorate: 'IQG15', from: '2015-01-01' };
    const { id: office } = await client.give('admin', '/v1/offices', 'office', branch);
    for (const [login, role] of [
      ['registrar', 'registrar'],
      ['head', 'headOfBranch'],
    ] as const) {
      const staff = { issuer: DEVELOPMENT_ISSUER, subject: login, name: { ar: login }, synthetic: true };
      const { id } = await client.give('admin', '/v1/staff', `enrol ${login}`, staff);
      const post = { role, organisation, office, from: '2020-01-01' };
      await client.give('admin', `/v1/staff/${id}/grant-membership`, `post ${login}`, post);
    }
    const register = (first: string, family: string) =>
      client.give('registrar', '/v1/persons', `person ${first}`, {
        name: named(first, family),
        motherName: `ام${first}`,
        sex: 'female',
        birth: { date: '1980-05-05', precision: 'day' },
        phones: ['07701234567'],
      });
    const gone = await register('زليخة', 'المحذوف');
    const other = await register('بلقيس', 'الباقي');
    const note = await client.give('registrar', `/v1/persons/${gone.id}/note`, 'note', { text: 'زليخة came with her papers' });
    const search = (name: string) =>
      client.get<{ items: { person: { id: string } }[] }>(
        'registrar',
        `/v1/register?name=${encodeURIComponent(name)}`,
        note.position,
      );
    t.equal((await search('زليخة')).items.length, 1);

    const readSchemas = async (from = pool) =>
      (
        await from.query<{ schema: string; name: string }>(
          `select schemaname as schema, tablename as name from pg_tables where schemaname like 'read%' or schemaname = 'workers'`,
        )
      ).rows;
    const mentions = async (word: string, from = pool) => {
      let found = 0;
      for (const { schema, name } of await readSchemas(from)) {
        const { rows } = await from.query(`select count(*)::int as n from "${schema}"."${name}" x where x::text like $1`, [
          `%${word}%`,
        ]);
        found += rows[0].n;
      }
      return found;
    };
    t.ok((await mentions('زليخه')) > 0, 'the control: the folded name is found');
    t.ok((await mentions('زليخة')) > 0, 'the control: the name is found');
    const keysOfGone = async () =>
      (await pool.query(`select count(*)::int as n from keys.data_key where subject = $1 and wrapped is not null`, [gone.id]))
        .rows[0].n;
    // A copy of everything as it was, file by file.
    await stop();
    const whole = await copyOf(t, url);
    await start();
    client = createClient(running.address ?? '', (login) => issuer.token(login));
    const { core } = running;
    const before = await core.log.head();
    const written = async () =>
      (
        await pool.query(
          `select md5(string_agg(e.bytes, ''::bytea order by e.position)) as sum from log.events e where e.position <= $1`,
          [String(before)],
        )
      ).rows[0].sum;
    const sum = await written();
    await pool.query('create table public.backup_of_keys as select * from keys.data_key');

    const wish = { subject: { kind: 'person', id: gone.id }, ground: 'registered_in_error', requester: 'branch' };
    const erasure = await client.give('registrar', '/v1/erasures', 'erasure', wish);
    const at = `/v1/erasures/${erasure.id}`;
    const shown = () => client.get<{ status: string; revision: number; state: object }>('head', at);
    await eventually('it is examined', async () => (await shown()).status === 'examined');
    const { revision } = await shown();
    const approved = await client.give('head', `${at}/approve`, 'approve', {}, revision);
    await eventually('it is carried out', async () => (await shown()).status === 'carried_out');
    t.match(await shown(), { state: { certificate: { final: false } } });

    t.equal(await keysOfGone(), 0);
    await eventually('the read models know', async () => (await mentions('زليخه')) + (await mentions('زليخة')) === 0);
    t.equal((await search('زليخة')).items.length, 0);
    t.equal((await search('بلقيس')).items.length, 1, 'others stay');
    t.equal(await mentions('المحذوف'), 0);
    const person = await client.get<{ status: string; state: unknown }>('head', `/v1/persons/${gone.id}`, approved.position);
    t.equal(person.status, 'recorded', 'the record counts on');
    t.match(person.state, { name: { erased: true }, phones: { erased: true }, sex: 'female' });
    const trail = await client.get<{ items: unknown[] }>('head', `/v1/persons/${gone.id}/timeline`);
    t.equal(trail.items.length, 2);
    t.notOk(JSON.stringify(trail).includes('زليخة'));
    t.equal(await written(), sum, 'no byte of an event was touched');

    await t.test('every live read model equals a rebuild', async (t) => {
      const projections = projectionsOf(core.registry, core.keyring.mac);
      const readers = createPool(url, { applicationName: 'check', max: 5 });
      t.teardown(() => readers.end());
      const tools = {
        pool: readers,
        schema: SCHEMAS.read,
        log: core.log,
        codec: core.codec,
        registry: core.registry,
        projections,
        logger: silentLog,
      };
      const parts = runnerParts(tools);
      for (const projection of projections) {
        const { tables } = await checkProjection(parts, projection, new AbortController().signal);
        for (const table of tables)
          t.ok(table.same, `${projection.name} ${table.table} ${JSON.stringify(table.difference ?? '')}`);
      }
    });

    await t.test('what holds many people has an end of its own, at which no object of it opens any more', async (t) => {
      const rows = Buffer.from('name,phone\nزليخة المحذوف,07701234567\n');
      const file = await core.documents.store(rows, { name: 'rows.csv', by: 'system:test' });
      const key = async () =>
        (await pool.query('select storage_key from files.document where id = $1', [file.id])).rows[0].storage_key;
      const object = join(data, 'files', await key());
      t.ok(existsSync(object) && (await core.documents.read(file.id)), 'the control: it is there');
      const gone = { document: file.id, sha256: String(file.sha256), keptUntil: '2026-01-01' };
      const [run, list] = [randomUUID(), randomUUID()];
      await given('importRun', run, 'ImportUploaded', { kind: 'households', office: { organisation, office }, ...gone });
      const words = { list: 'registerSearch', filter: {}, words: { name: 'زليخة' }, format: 'csv', rows: 1 };
      await given('listExport', list, 'ListExported', { ...words, keptUntil: '2026-01-01' });
      const keys = async () =>
        (await pool.query('select from keys.data_key where subject = any($1) and wrapped is not null', [[file.id, list]]))
          .rowCount;
      const head = String(await core.log.head());
      await eventually('the read models know when', async () => {
        const behind = await pool.query(`select from read.projection_build where state = 'live' and position < $1`, [head]);
        return behind.rowCount === 0;
      });
      // Deadlines are looked for at the start, and again half a minute later.
      await stop();
      await start();
      const { documents } = running.core;
      await eventually('the days are over', async () => (await keys()) === 0 && !existsSync(object), 60);
      t.equal(await documents.read(file.id), undefined);
      t.equal((await documents.describe(file.id))?.state, 'erased');
      await eventually('and no read model knows the words', async () => (await mentions('زليخة')) === 0);
      const told = await erasedSubjects(running.core.log, running.core.codec);
      t.ok(told.includes(file.id) && told.includes(list), 'and what is put back from a backup is destroyed again');

      async function given(process: string, id: string, type: string, content: object) {
        const now = new Date().toISOString();
        const draft = {
          ...{ id: randomUUID(), stream: `${process}-${id}`, revision: 0, type, recordedAt: now, data: content },
          metadata: {
            ...{ commandId: randomUUID(), command: 'given', inputMac: '', correlationId: 'test', channel: 'in_person' as const },
            ...{ occurredAt: now, actor: { id: 'x', post: 'registrar', organisation, office } },
          },
        };
        await core.log.append(draft.stream, 'none', await core.codec.encode([draft]));
      }
    });

    await t.test('keys put back from a backup are destroyed again before anything is served', async (t) => {
      await stop();
      await pool.query('delete from keys.data_key');
      await pool.query('insert into keys.data_key select * from public.backup_of_keys');
      t.ok((await keysOfGone()) > 0, 'the control: the backup holds the keys');
      const again = await openCore(config, silentLog, 'test');
      try {
        t.equal(await keysOfGone(), 0);
        const nameOf = async (id: string) =>
          ((await again.cases.load(again.registry.byName('person')!, id)).record.state as PersonState).name;
        t.notOk(isOpen(await nameOf(gone.id)));
        t.match(await nameOf(other.id), named('بلقيس', 'الباقي'));
      } finally {
        await again.close();
      }
    });

    await t.test('a backup of log, keys and read models from before the erasure revives nobody', async (t) => {
      t.match(readFileSync(listFile, 'utf8').split('\n')[0], gone.id, 'who is erased is listed elsewhere');
      const { address } = whole;
      const old = readConfig({ DATABASE_URL: address, MASAR_DATA: data, PORT: '0', NODE_ENV: 'test' });
      const nameIn = async (config: typeof old, id: string) => {
        const again = await openCore(config, silentLog, 'test');
        const state = (await again.cases.load(again.registry.byName('person')!, id)).record.state as PersonState;
        return again.close().then(() => state.name);
      };
      t.match(await nameIn(old, gone.id), named('زليخة', 'المحذوف'), 'control: without the list the person is back');
      const listed = { ...old, erasedListFile: listFile };
      t.ok((await mentions('زليخه', whole.pool)) > 0, 'control: and in its read models');
      t.notOk(isOpen(await nameIn(listed, gone.id)));
      t.match(await nameIn(listed, other.id), named('بلقيس', 'الباقي'));
      const back = await serve(listed, silentLog);
      const there = createClient(back.address ?? '', (login) => issuer.token(login));
      const find = (name: string) =>
        there.get<{ items: unknown[] }>('registrar', `/v1/register?name=${encodeURIComponent(name)}`, note.position);
      await eventually('the read models are there again', async () => (await find('بلقيس')).items.length === 1);
      t.equal((await find('زليخة')).items.length, 0);
      await eventually('what is retired is gone', async () => {
        const { rows } = await whole.pool.query(`select from read.projection_build where state = 'retired'`);
        return rows.length === 0;
      });
      for (const word of ['زليخة', 'زليخه', 'المحذوف'])
        t.equal(await mentions(word, whole.pool), 0, 'no read model knows the name');
      await back.stop();
      const text = readFileSync(listFile, 'utf8');
      writeFileSync(
        listFile,
        text.replace(/.$/m, (last) => (last === '0' ? '1' : '0')),
      );
      await t.rejects(openCore(listed, silentLog, 'test'), { name: 'ErasedListBroken', message: /line 1: .*reconcile --with/ });
      for (const bare of [{ onlyLooks: true }, { isRestoring: true }]) {
        await openCore(listed, silentLog, 'test', bare).then((core) => core.close());
      }
      const keys = (...words: string[]) =>
        promisify(execFile)(process.execPath, [KEYS, ...words], {
          env: { DATABASE_URL: address, MASAR_DATA: data, NODE_ENV: 'test', ERASED_LIST_FILE: listFile },
        });
      await t.resolves(keys('tombstones'), 'what the log tells is printed beside a broken list');
      await t.rejects(
        keys('reconcile'),
        { message: /was changed at line 1/ },
        'and nothing is destroyed that could not be listed',
      );
      writeFileSync(
        `${listFile}.aside`,
        text.replace(/^./, (first) => (first === '0' ? '1' : '0')),
      );
      rmSync(listFile);
      await keys('reconcile', '--with', `${listFile}.aside`);
      t.match(readFileSync(listFile, 'utf8'), gone.id, 'and a new one is begun from the log and the one that was moved');
      writeFileSync(listFile, `${text}a line that was not fin`);
      await openCore(listed, silentLog, 'test').then((core) => core.close());
    });
  },
);

/** Another database with the same bytes in it. */
async function copyOf(t: Pick<Test, 'teardown'>, url: string) {
  const name = new URL(url).pathname.slice(1);
  const at = (database: string): string => {
    const address = new URL(url);
    address.pathname = `/${database}`;
    return address.href;
  };
  const admin = createPool(at('postgres'), { applicationName: 'copy', max: 1 });
  await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
  await admin.query(`create database ${name}_copy template ${name}`);
  const pool = createPool(at(`${name}_copy`), { applicationName: 'copy', max: 2 });
  t.teardown(async () => {
    await pool.end();
    await admin.query(`drop database ${name}_copy with (force)`);
    await admin.end();
  });
  return { address: at(`${name}_copy`), pool };
}
