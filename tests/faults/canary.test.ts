import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, closeSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Redis } from 'ioredis';
import pg from 'pg';
import t from 'tap';
import { claimsFiles } from '../../src/cli/demo/backlog.ts';
import { ADMINISTRATOR, ORGANISATIONS } from '../../src/cli/demo/cast.ts';
import { createClient, UnexpectedAnswer } from '../../src/cli/demo/client.ts';
import { buildDirectory } from '../../src/cli/demo/directory.ts';
import { registerFamily } from '../../src/cli/demo/families.ts';
import { importClaims } from '../../src/cli/demo/papers.ts';
import { randomFrom } from '../../src/cli/demo/random.ts';
import { refer } from '../../src/cli/demo/referrals.ts';
import { inParallel } from '../../src/cli/demo/steps.ts';
import { openCore } from '../../src/compose.ts';
import { registry } from '../../src/domain/index.ts';
import { bootstrapAdministrator } from '../../src/eventlog/bootstrap.ts';
import { staffIdOf } from '../../src/eventlog/ids.ts';
import { readConfig } from '../../src/platform/config.ts';
import { DEVELOPMENT_ISSUER, openDevelopmentIssuer } from '../../src/platform/developmentIssuer.ts';
import { projectionStatus } from '../../src/projections/runtime/status.queries.ts';
import { SCHEMAS } from '../../src/schemas.ts';
import { type Driven, driveCommands, everyRole, type Send } from '../support/canary/everyCommand.ts';
import { seededCases } from '../support/canary/everyField.ts';
import { CANARY, CANARY_DIGITS, CONTROL, formsOf, LEAK, type Sighting, searchFor } from '../support/canary/marks.ts';
import { pdfOf } from '../support/documents.ts';
import { until } from '../support/faults/rig.ts';
import { silentLog, temporaryDirectory } from '../support/postgres.ts';
import { testRedis, withoutRedis } from '../support/redis.ts';

const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const REGISTRAR = 'ninewa.registrar';
const CONTROL_NAME = `${CONTROL}NAME`;
/** Holds every role, as nobody may in earnest: what one role is refused another is not. */
const EVERYBODY = 'canary.everybody';
const RATE_LIMITS = 'requests=999999,searches=999999,lookups=999999,exports=999999,rejections=999999';

t.setTimeout(240_000);

/** How many commands on made-up cases are known to be taken; fewer would say that the rest was refused at the door. */
const DONE_AT_LEAST = 50;

/** Lists that are taken out: of cases with secrets, and of those that many see. All are made by the same code. */
const LISTS = [
  'personList',
  'householdList',
  'claimList',
  'docRequestList',
  'hlpCaseList',
  'referralList',
  'casesList',
  'queueList',
];

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

t.test('a mark is found in every form and wherever it lies', async (t) => {
  const search = searchFor([CANARY, LEAK]);
  const noise = () => randomBytes(1 + Math.floor(Math.random() * 50));
  for (const { name, bytes } of formsOf(LEAK)) {
    t.match(search('here', Buffer.concat([noise(), bytes, noise()])), [{ mark: LEAK, where: 'here' }], name);
  }
  t.same(search('here', randomBytes(100_000)), [], 'and not where there is none');
  const far = Buffer.concat([Buffer.alloc(32 * 1024 * 1024 - 4), Buffer.from(LEAK)]);
  t.equal(search('here', far).length, 1, 'also across the border of what is looked through at once');
});

t.test(
  'nothing of T2 or T3 lies open in any place where data is kept, while what is T1 is found',
  { skip: withoutRedis },
  async (t) => {
    const data = temporaryDirectory();
    const redis = await testRedis(t);
    const env = { MASAR_DATA: data, NODE_ENV: 'development', REDIS_URL: redis.url, RATE_LIMITS };
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

    // A file of claims, with a canary among what is lost, and rows with errors.
    const register = { governorate: 'IQG15', submitted: 2, payable: 0, finalised: 0, wrong: true, deed: `${CANARY}9010X` };
    const officers = { clerk: 'ninewa.clerk', chair: 'ninewa.chair', office: directory.offices.ninewaClaims ?? '' };
    const [claims = Buffer.alloc(0)] = claimsFiles(register, 7);
    t.ok(claims.includes(CANARY), 'a canary is in the file');
    const imported = await importClaims(client, officers, 'canary', claims);
    t.ok(imported.claims.size > 0, `${imported.claims.size} claims were imported`);

    // Straight into the logs: cases of every process, with canaries in all that can hold free text or a number.
    const restricted = await core.restricted?.open();
    const staff = staffIdOf(issuer.issuer, EVERYBODY);
    const enrolled = await core.codec.encode(everyRole(staff, { issuer: issuer.issuer, subject: EVERYBODY }));
    await core.log.append(`staff-${staff}`, 'none', enrolled);
    const seeded = registry.all
      .map((process) => ({ process, cases: seededCases(process) }))
      .filter(({ cases }) => cases.length > 0);
    for (const { process, cases } of seeded) {
      const store = process.store === 'restricted' ? restricted : core;
      for (const { id, drafts } of cases) {
        await store?.log.append(`${process.name}-${id}`, 'none', await store.codec.encode(drafts));
      }
    }
    const fields = new Set(seeded.flatMap(({ cases }) => cases.flatMap((one) => one.fields)));
    t.ok(fields.size > 100 && seeded.length >= 14, `${fields.size} fields of ${seeded.length} processes`);
    t.ok(
      [...fields].some((field) => field.startsWith('clearance.')),
      'restricted ones too',
    );

    // And by way of the API: every command of these processes, with canaries in what is secret.
    const token = await issuer.token(EVERYBODY);
    const send: Send = async (path, body, revision) => {
      const answer = await fetch(`${address}${path}`, {
        method: 'POST',
        headers: {
          ...{ authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
          ...(revision === undefined ? {} : { 'if-match': `"${revision}"` }),
        },
        body: JSON.stringify(body),
      });
      return { status: answer.status, text: await answer.text() };
    };
    const driven: Driven = { sent: 0, done: 0, fields: new Set(), failed: [], papers: [] };
    await inParallel(seeded.length, 4, async (at) => {
      const { process, cases } = seeded[at]!;
      const own = process.store === 'restricted' ? restricted?.cases : core.cases;
      const statusOf = async (id: string) => (await own?.glance(`${process.name}-${id}`))?.status ?? '';
      await driveCommands(process, cases, statusOf, send, driven);
    });
    t.comment(`${driven.sent} commands sent, ${driven.done} done, canaries in ${driven.fields.size} fields of their inputs`);
    t.same(driven.failed, [], `the server failed at none: ${readFileSync(logFile, 'utf8').match(/.*"level":"error".*/g) ?? ''}`);
    t.ok(driven.done > DONE_AT_LEAST && driven.fields.size > 60, `${driven.done} done, ${driven.fields.size} fields`);

    // What is made of it: lists and papers.
    await until('the read models hold it all', 60_000, async () => {
      const models = await projectionStatus(core.db, SCHEMAS.read, await core.log.head());
      return models.length > 0 && models.every((one) => one.behind === false);
    });
    const exports = await inParallel(LISTS.length, 4, (at) => send('/v1/list-exports', { list: LISTS[at], format: 'csv' }));
    const made = exports.filter((one) => one.status < 300);
    t.equal(made.length, LISTS.length, 'the lists were taken out');
    const { rows: referrals } = await core.pool.query<{ id: string }>(
      `select case_id as id from ${SCHEMAS.read}.case_index where process = 'referral' and status = 'in_progress'`,
    );
    const slip = `/v1/referrals/${referrals[0]?.id}`;
    await client.give(REGISTRAR, `${slip}/print`, 'print', { paper: 'slip' });
    const pdf = await client.file(REGISTRAR, `${slip}/prints/1`);
    t.equal(pdf.subarray(0, 4).toString(), '%PDF', 'a paper was printed');
    for (const paper of driven.papers) await client.file(EVERYBODY, `${paper}/1`).catch(() => undefined);
    await stop();

    // Laid open on purpose, as a careless line of code would: in a column, a job, a log line and a file.
    await core.pool.query(`create table ${SCHEMAS.read}.careless as select '${LEAK}COLUMN'::text as seen`);
    const memory = new Redis(redis.url);
    await memory.hset('bull:masar:careless', 'data', JSON.stringify({ number: `${LEAK}JOB` }));
    appendFileSync(logFile, `${JSON.stringify({ level: 'info', message: `saved ${LEAK}LINE` })}\n`);
    writeFileSync(join(data, 'files', 'careless.csv'), `${LEAK}EXPORT`);

    const search = searchFor([CANARY, CANARY_DIGITS, LEAK, CONTROL]);
    const sighted: Sighting[] = [];
    const look = (where: string, bytes: Buffer): void => {
      sighted.push(...search(where, bytes));
    };
    const { rows } = await core.pool.query<{ data_directory: string }>('show data_directory');
    const cluster = rows[0]?.data_directory ?? '';
    const restrictedUrl = core.restricted?.databaseUrl;
    for (const url of [core.databaseUrl, ...(restrictedUrl === undefined ? [] : [restrictedUrl])]) {
      for await (const [where, bytes] of rowsOf(url)) look(where, bytes);
    }
    // What is in memory goes to the files, which then stand still.
    await core.close();
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
    const where = (...marks: readonly string[]): readonly Sighting[] => sighted.filter(({ mark }) => marks.includes(mark));
    const seen = where(CANARY, CANARY_DIGITS);
    t.same(seen.slice(0, 20), [], `${seen.length} canaries lie open`);
    for (const [mark, what] of [
      [LEAK, 'what a careless line of code would lay open'],
      [CONTROL, 'a name'],
    ] as const) {
      const places = where(mark).map((one) => one.where);
      const isFound = (name: string, place: RegExp) =>
        t.ok(
          places.some((one) => place.test(one)),
          `${what} is found in ${name}: ${places.join(', ')}`,
        );
      isFound('a table', mark === LEAK ? /^table .*careless/ : /^table .*register_person/);
      isFound('the write-ahead log', /pg_wal/);
      if (mark === CONTROL) continue;
      isFound('the dump of Redis', /dump\.rdb$/);
      isFound('the log', /program\.log$/);
      isFound('the files', /careless\.csv$/);
    }
  },
);
