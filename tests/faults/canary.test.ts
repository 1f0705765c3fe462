import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import pg from 'pg';
import t from 'tap';
import { ADMINISTRATOR, ORGANISATIONS } from '../../src/cli/demo/cast.ts';
import { createClient, UnexpectedAnswer } from '../../src/cli/demo/client.ts';
import { buildDirectory } from '../../src/cli/demo/directory.ts';
import { registerFamily } from '../../src/cli/demo/families.ts';
import { randomFrom } from '../../src/cli/demo/random.ts';
import { refer } from '../../src/cli/demo/referrals.ts';
import { openCore, SCHEMAS } from '../../src/compose.ts';
import { registry } from '../../src/domain/index.ts';
import { bootstrapAdministrator } from '../../src/eventlog/bootstrap.ts';
import { readConfig } from '../../src/platform/config.ts';
import { DEVELOPMENT_ISSUER, openDevelopmentIssuer } from '../../src/platform/developmentIssuer.ts';
import { projectionStatus } from '../../src/projections/runtime/status.queries.ts';
import { seededEvents } from '../support/canary/everyField.ts';
import { CANARY, CANARY_DIGITS, CONTROL, type Sighting, sightings } from '../support/canary/marks.ts';
import { pdfOf } from '../support/documents.ts';
import { until } from '../support/faults/rig.ts';
import { silentLog, temporaryDirectory } from '../support/postgres.ts';
import { testRedis, withoutRedis } from '../support/redis.ts';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const REGISTRAR = 'ninewa.registrar';
const CONTROL_NAME = `${CONTROL}NAME`;

t.setTimeout(240_000);

/** Every file below a directory. */
const filesBelow = (directory: string): readonly string[] =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());

/** Every row of every table as text: what a page compresses is not to be seen in its file. */
async function* rowsOf(url: string): AsyncGenerator<readonly [string, Buffer]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const tables = await client.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname !~ '^(pg_|information_schema)'`,
    );
    for (const { name } of tables.rows) {
      const { rows } = await client.query<{ row: string }>(`select t::text as row from ${name} t`);
      yield [`table ${name}`, Buffer.from(rows.map(({ row }) => row).join('\n'))];
    }
  } finally {
    await client.end();
  }
}

t.test(
  'nothing of T2 or T3 lies open in any place where data is kept, while what is T1 is found',
  { skip: withoutRedis },
  async (t) => {
    const data = temporaryDirectory();
    const redis = await testRedis(t);
    const env = { MASAR_DATA: data, NODE_ENV: 'development', REDIS_URL: redis.url, RATE_LIMITS: 'requests=999999' };
    const core = await openCore(readConfig(env), silentLog, 'canary test');
    const { organisation } = await bootstrapAdministrator(
      { ...core.executor, cases: core.cases },
      {
        issuer: DEVELOPMENT_ISSUER,
        subject: ADMINISTRATOR,
        name: { ar: 'مدير النظام', latin: 'Administrator' },
        ministry: ORGANISATIONS.ministry.names,
        from: '2003-01-01',
        ranBy: 'canary test',
        synthetic: true,
      },
    );

    const logFile = join(data, 'program.log');
    const output = openSync(logFile, 'w');
    const own = { ...env, MASAR_ROLES: 'api,projector,worker', PORT: '0', LOG_LEVEL: 'debug', PATH: process.env.PATH ?? '' };
    const program = spawn(process.execPath, ['--enable-source-maps', MAIN], { env: own, stdio: ['ignore', output, output] });
    closeSync(output);
    const gone = once(program, 'exit');
    const stop = async () => {
      if (program.exitCode === null) program.kill('SIGTERM');
      await gone;
    };
    // One step, so that the program goes before the database does, and the data last.
    t.teardown(async () => {
      await stop();
      await core.close();
      rmSync(data, { recursive: true, force: true });
    });
    let address = '';
    await until('the program is at work', 40_000, async () => {
      address = /"url":"(http[^"]+)"/.exec(readFileSync(logFile, 'utf8'))?.[1] ?? '';
      return address !== '';
    });

    const issuer = await openDevelopmentIssuer(data);
    const client = createClient(address, (login) => issuer.token(login));
    const directory = await buildDirectory(client, organisation, () => undefined);
    const random = randomFrom(11);
    const families = [];
    for (const index of [0, 6]) families.push(await registerFamily(client, random, index, directory));

    // By way of the API: the control, and canaries in a command, in a command refused, in searches, in a file and its name.
    const control = await client.give(REGISTRAR, '/v1/persons', 'control', {
      name: { ar: { first: CONTROL_NAME } },
      sex: 'female',
    });
    const path = `/v1/persons/${control.id}`;
    const paper = { docType: 'passport', number: `${CANARY}9001X`, status: 'valid' };
    await client.give(REGISTRAR, `${path}/record-document`, 'paper', paper);
    await client.give(REGISTRAR, `${path}/note`, 'note', { text: `${CANARY}9002X` });
    const refusals = [
      () =>
        client.give(REGISTRAR, `${path}/record-document`, 'refused', {
          ...paper,
          number: `${CANARY}9003X`,
          status: `${CANARY}9004X`,
        }),
      () => client.get(REGISTRAR, `/v1/persons/${CANARY}9005X`),
      () => client.give(REGISTRAR, '/v1/register/lookup', 'malformed', { by: 'phone', number: `${CANARY}9006X` }),
    ];
    for (const refused of refusals) await t.rejects(refused(), UnexpectedAnswer);
    const found = await client.give(REGISTRAR, '/v1/register/lookup', 'lookup', {
      by: 'document_number',
      number: `${CANARY} 9001-X`,
    });
    t.match(found, { items: [{ person: { id: control.id } }] }, 'the canary is in there, sealed');
    const scan = Buffer.concat([pdfOf(20_000), Buffer.from(`${CANARY}9007X`)]);
    const file = await client.upload(REGISTRAR, `${CANARY}9008X.pdf`, scan);
    await client.give(REGISTRAR, `${path}/attach`, 'attach', { document: { docType: 'passport', ref: 'scan', ...file } });
    for (const [at, family] of families.entries()) {
      const service = directory.services[at];
      if (service) await refer(client, random, 5, family, service, Date.now());
    }
    await client.file(REGISTRAR, '/v1/list-exports', {
      key: 'export',
      body: { list: 'registerSearch', format: 'xlsx', filter: { name: CONTROL_NAME } },
    });

    // Straight into the logs: every field of every process that can hold free text or a number.
    const restricted = await core.restricted?.open();
    const fields: string[] = [];
    const processes = new Set<string>();
    for (const process of registry.all) {
      const store = process.store === 'restricted' ? restricted : core;
      for (const { draft, fields: own } of store ? seededEvents(process) : []) {
        const [event] = (await store?.codec.encode([draft])) ?? [];
        if (event) await store?.log.append(draft.stream, 'none', [event]);
        fields.push(...own);
        processes.add(process.name);
      }
    }
    t.comment(`${fields.length} fields of ${processes.size} processes`);
    t.ok(fields.length > 80 && processes.size >= 12, `${fields.length} fields of ${processes.size} processes`);
    t.ok(
      fields.some((field) => field.startsWith('clearance.')),
      'restricted ones too',
    );

    await until('the read models hold it all', 60_000, async () => {
      const models = await projectionStatus(core.db, SCHEMAS.read, await core.log.head());
      return models.length > 0 && models.every((one) => one.behind === false);
    });
    const { rows: referrals } = await core.pool.query<{ id: string }>(
      `select case_id as id from ${SCHEMAS.read}.case_index where process = 'referral' and status = 'in_progress'`,
    );
    const slip = `/v1/referrals/${referrals[0]?.id}`;
    await client.give(REGISTRAR, `${slip}/print`, 'print', { paper: 'slip' });
    const pdf = await client.file(REGISTRAR, `${slip}/prints/1`);
    t.equal(pdf.subarray(0, 4).toString(), '%PDF', 'a paper was printed');
    await stop();

    const seen: Sighting[] = [];
    const open: Sighting[] = [];
    const look = (where: string, bytes: Buffer): void => {
      for (const mark of [CANARY, CANARY_DIGITS]) seen.push(...sightings(where, bytes, mark));
      open.push(...sightings(where, bytes, CONTROL));
    };
    const { rows } = await core.pool.query<{ data_directory: string }>('show data_directory');
    const cluster = rows[0]?.data_directory ?? '';
    const restrictedUrl = core.restricted?.databaseUrl;
    for (const url of [core.databaseUrl, ...(restrictedUrl === undefined ? [] : [restrictedUrl])]) {
      for await (const [where, bytes] of rowsOf(url)) look(where, bytes);
    }
    // What is in memory goes to the files, which then stand still.
    await core.close();
    const memory = new Redis(redis.url);
    const [, directoryOfRedis = ''] = (await memory.config('GET', 'dir')) as string[];
    await memory.config('SET', 'rdbcompression', 'no');
    await memory.save();
    memory.disconnect();
    const places = [...new Set([...filesBelow(data), ...filesBelow(cluster), ...filesBelow(directoryOfRedis)])];
    for (const place of places) look(place, readFileSync(place));

    t.ok(
      places.some((one) => one.includes('pg_wal')),
      'the write-ahead log was looked through',
    );
    t.ok(
      places.some((one) => one.endsWith('dump.rdb')),
      'and the dump of Redis',
    );
    t.ok(
      places.some((one) => one.startsWith(join(data, 'files'))),
      'and the files',
    );
    t.same(seen.slice(0, 20), [], `${seen.length} canaries lie open`);
    const controls = open.map(({ where }) => where);
    t.ok(
      controls.some((one) => /^table .*register_person/.test(one)),
      `names are found in a read model: ${controls.join(', ')}`,
    );
    t.ok(
      controls.some((one) => one.includes('pg_wal')),
      'and in the write-ahead log, so that the search is known to work',
    );
  },
);
