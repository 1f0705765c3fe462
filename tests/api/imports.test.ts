import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { createClient } from '../../src/cli/demo/client.ts';
import { PLANS } from '../../src/domain/importRun/index.ts';
import { bootstrapAdministrator } from '../../src/eventlog/bootstrap.ts';
import { readConfig } from '../../src/platform/config.ts';
import { DEVELOPMENT_ISSUER, openDevelopmentIssuer } from '../../src/platform/developmentIssuer.ts';
import { readTable } from '../../src/platform/tables/readTable.ts';
import { migrateAll } from '../../src/schemas.ts';
import { serve } from '../../src/serve.ts';
import { pdfOf } from '../support/documents.ts';
import { silentLog, temporaryDirectory, testDatabase } from '../support/postgres.ts';
import { eventually } from '../workers/support.ts';

const COMMAND = fileURLToPath(new URL('../../src/cli/import.js', import.meta.url));

interface Answered {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: bodies differ from route to route, and tests look into them
  readonly json: any;
  readonly bytes: Buffer;
  readonly headers: Headers;
}

/** A whole Masar with a branch of two officers, another branch, and the command as they type it. */
async function branch(t: Parameters<typeof testDatabase>[0]) {
  const { url, pool } = await testDatabase(t);
  const data = temporaryDirectory();
  t.teardown(() => rmSync(data, { recursive: true, force: true }));
  await migrateAll(pool, url);
  const running = await serve(readConfig({ DATABASE_URL: url, MASAR_DATA: data, PORT: '0', NODE_ENV: 'test' }), silentLog);
  t.teardown(() => running.stop());
  const { core, address = '' } = running;
  const issuer = await openDevelopmentIssuer(data);
  const client = createClient(address, (login) => issuer.token(login));
  const { organisation } = await bootstrapAdministrator(
    { ...core.executor, cases: core.cases },
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
  const enrol = async (office: string, login: string, role: string): Promise<void> => {
    const staff = { issuer: DEVELOPMENT_ISSUER, subject: login, name: { ar: login }, synthetic: true };
    const { id } = await client.give('admin', '/v1/staff', `enrol ${login}`, staff);
    const post = { role, organisation, office, from: '2020-01-01' };
    await client.give('admin', `/v1/staff/${id}/grant-membership`, `post ${login}`, post);
  };
  const open = async (governorate: string): Promise<string> => {
    const names = { ar: 'فرع', en: 'Branch' };
    const body = { organisation, names, kind: 'branch', governorate, from: '2015-01-01' };
    return (await client.give('admin', '/v1/offices', governorate, body)).id;
  };
  const office = await open('IQG15');
  await enrol(office, 'registrar', 'registrar');
  await enrol(office, 'verifier', 'verifier');
  await enrol(await open('IQG01'), 'stranger', 'registrar');

  /** Asks as somebody, and answers whatever comes. */
  const ask = async (as: string | undefined, path: string, init: RequestInit = {}): Promise<Answered> => {
    const headers = {
      ...(init.headers as Record<string, string>),
      ...(as ? { authorization: `Bearer ${await issuer.token(as)}` } : {}),
    };
    const response = await fetch(`${address}${path}`, { ...init, headers });
    const bytes = Buffer.from(await response.arrayBuffer());
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      json: isJson ? JSON.parse(bytes.toString()) : undefined,
      bytes,
      headers: response.headers,
    };
  };
  let deeds = 0;
  const give = (as: string, path: string, body: object, headers: Record<string, string> = {}): Promise<Answered> => {
    const sent = { 'content-type': 'application/json', 'idempotency-key': `deed-of-${++deeds}`, ...headers };
    return ask(as, path, { method: 'POST', headers: sent, body: JSON.stringify(body) });
  };
  /** `npm run import -- …`, as the script starts it. */
  const typed = async (...args: readonly string[]): Promise<{ status: number; out: string; err: string }> => {
    const child = spawn(process.execPath, [COMMAND, ...args], {
      env: { ...process.env, MASAR_DATA: data, PORT: new URL(address).port, NODE_ENV: 'test' },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (piece) => (out += piece));
    child.stderr.on('data', (piece) => (err += piece));
    const [status] = (await once(child, 'close')) as [number];
    return { status, out, err };
  };
  const fileOf = (name: string, content: string | Buffer): string => {
    const path = join(data, name);
    writeFileSync(path, content);
    return path;
  };
  return { core, office, ask, give, typed, fileOf };
}

type Branch = Awaited<ReturnType<typeof branch>>;
const referenceIn = (out: string): string => /import ([0-9-]+):/.exec(out)?.[1] ?? '';

// A whole Masar and a dozen commands, each a process of its own: more than half a minute on a busy machine.
t.setTimeout(180_000);

t.test('a branch brings its paper in over HTTP, from the empty template until the file is taken back', async (t) => {
  const b = await branch(t);
  let headings: readonly string[] = [];
  let file = '';
  let reference = '';

  await t.test('templates are given to whoever is enrolled, and read back as what they were written from', async (t) => {
    t.equal((await b.ask(undefined, '/v1/import-templates/households.csv')).status, 401);
    for (const [kind, { columns }] of Object.entries(PLANS)) {
      const sheet = await b.ask('registrar', `/v1/import-templates/${kind}.xlsx`);
      t.equal(sheet.headers.get('content-disposition'), `attachment; filename="${kind}.xlsx"`);
      const text = await b.ask('registrar', `/v1/import-templates/${kind}.csv`);
      t.same(text.bytes.subarray(0, 3), Buffer.from('\ufeff'), 'spreadsheets know the letters by the mark');
      const lines = await readTable(text.bytes);
      t.same(await readTable(sheet.bytes), lines, 'CSV and XLSX say the same');
      t.equal(lines[0]?.length, columns.length);
      if (kind === 'households') headings = lines[0] ?? [];
    }
    t.match(await b.ask('registrar', '/v1/import-templates/convoys.csv'), { status: 404, json: { code: 'NOT_FOUND' } });
    t.match(await b.ask('registrar', '/v1/import-templates/households.exe'), { status: 400 });
  });

  await t.test('the command shows what is wrong with each row, and a partial file waits for a second officer', async (t) => {
    file = b.fileOf('families.csv', families(headings));
    const { status, out, err } = await b.typed(file, '--as', 'registrar');
    t.equal(status, 0, err);
    reference = referenceIn(out);
    t.match(out, /4 rows, 2 without errors, 2 that cannot be committed/);
    t.match(out, /4 +sex +CODE_UNKNOWN/);
    t.match(out, /5 +registeredOn +MISSING/);
    const { json } = await b.ask('registrar', `/v1/imports/${reference}`);
    t.match(json, { status: 'ready', state: { found: { rows: 4, good: 2, bad: 2, units: 2 } } });
    t.match(json.waits, [{ key: 'commit' }]);
  });

  await t.test('rows are paged and filtered, errors are a list to mend the file by', async (t) => {
    const rows = `/v1/imports/${reference}/rows`;
    const first = (await b.ask('registrar', `${rows}?limit=2`)).json;
    t.match(first, { counts: { ready: 2, bad: 2 }, items: [{ row: 2 }, { row: 3 }], next: 3 });
    const second = (await b.ask('registrar', `${rows}?limit=2&after=${first.next}`)).json;
    t.match(second.items, [
      { row: 4, status: 'bad', statusLabel: { en: String, ar: String }, errors: [{ column: 'sex', words: { ar: String } }] },
      { row: 5 },
    ]);
    t.notOk('next' in second);
    t.equal((await b.ask('registrar', `${rows}?status=bad`)).json.items.length, 2);
    t.match(await b.ask('registrar', `${rows}?status=wrong`), { status: 400, json: { code: 'INVALID_INPUT' } });
    t.equal((await b.ask('registrar', `${rows}?colour=red`)).status, 400);
    const list = await readTable((await b.ask('registrar', `/v1/imports/${reference}/errors.csv`)).bytes);
    t.same(
      list.map((line) => [line[0], line[2]]),
      [
        ['الصف / Row', 'الرمز / Code'],
        ['4', 'CODE_UNKNOWN'],
        ['5', 'MISSING'],
      ],
    );
    for (const path of ['', '/rows', '/errors.csv']) {
      t.equal((await b.ask('stranger', `/v1/imports/${reference}${path}`)).status, 404, `another branch sees no import${path}`);
      t.equal((await b.ask(undefined, `/v1/imports/${reference}${path}`)).status, 401);
    }
  });

  await t.test('who uploaded does not commit, a second officer does, having looked', async (t) => {
    const commit = `/v1/imports/${reference}/commit`;
    const { revision } = (await b.ask('verifier', `/v1/imports/${reference}`)).json;
    const looked = { 'if-match': `"${revision}"` };
    t.match(await b.give('registrar', commit, {}, looked), { status: 403, json: { code: 'FORBIDDEN' } });
    t.match(await b.give('verifier', commit, {}), { status: 428 });
    t.match(await b.give('verifier', commit, {}, { 'if-match': '"0"' }), { status: 412 });
    const wrong = await b.typed(file, '--as', 'registrar', '--commit', '--by', 'registrar');
    t.equal(wrong.status, 1);
    t.match(wrong.err, /FORBIDDEN/);
    t.same(await entered(b), 0, 'nothing is entered by now');
    const { status, out, err } = await b.typed(file, '--as', 'registrar', '--commit', '--by', 'verifier');
    t.equal(status, 0, err);
    t.match(out, new RegExp(`import ${reference}: committed(.|\\n)*2 entered, 0 refused`));
    const { items } = (await b.ask('registrar', `/v1/imports/${reference}/rows?status=done`)).json;
    const family = items[0].cases.find((one: { process: string }) => one.process === 'household').reference;
    t.match((await b.ask('registrar', `/v1/households/${family}`)).json, { status: 'displaced', state: { fileNo: '15/1' } });
  });

  await t.test(
    'the same file twice changes nothing; the same family in another file is shown before it is entered',
    async (t) => {
      const again = await b.typed(file, '--as', 'registrar', '--commit', '--by', 'verifier');
      t.equal(again.status, 0, again.err);
      t.equal(referenceIn(again.out), reference);
      t.equal(await entered(b), 2);
      const other = b.fileOf(
        'other.csv',
        tableOf(headings, [head('15/77'), head('15/8', { firstName: 'وفاء', fatherName: 'صالح', birth: '1955' })]),
      );
      const doubtful = await b.typed(other, '--as', 'registrar');
      t.match(doubtful.out, /in_review[\s\S]*Rows that may be on record already[\s\S]*2 +score/);
      const held = await b.typed(other, '--as', 'registrar', '--commit', '--by', 'verifier');
      t.match([held.status, held.err], [1, /DUPLICATES_UNDECIDED/]);
      const decided = await b.typed(other, '--as', 'registrar', '--leave-out', '2', '--commit', '--by', 'verifier');
      t.match(decided.out, /committed[\s\S]*1 entered, 0 refused/, decided.err);
      t.equal(await entered(b), 3);
    },
  );

  await t.test('a wrong file is taken back whole by a second officer', async (t) => {
    const { revision } = (await b.ask('verifier', `/v1/imports/${reference}`)).json;
    const path = `/v1/imports/${reference}/take-back`;
    const reason = { reason: 'register of another branch' };
    t.equal((await b.give('registrar', path, reason, { 'if-match': `"${revision}"` })).status, 403);
    t.equal((await b.give('verifier', path, reason, { 'if-match': `"${revision}"` })).status, 200);
    const now = async () => (await b.ask('verifier', `/v1/imports/${reference}`)).json;
    await eventually('it is taken back', async () => (await now()).status === 'taken_back');
    t.match(await now(), { state: { takingBack: { done: 2, refused: 0 } } });
    const { items } = (await b.ask('verifier', `/v1/imports/${reference}/rows`)).json;
    const family = items[0].cases.find((one: { process: string }) => one.process === 'household').reference;
    t.match((await b.ask('verifier', `/v1/households/${family}`)).json, { status: 'retracted', waits: [] });
  });

  await t.test('what cannot be read is said in words, and so is what was typed wrongly', async (t) => {
    const paper = await b.typed(b.fileOf('scan.pdf', pdfOf(3_000)), '--as', 'registrar');
    t.match(paper.out, /unreadable\nit cannot be read \(NOT_A_TABLE\): This is neither an XLSX file nor/);
    t.equal(paper.status, 1);
    const few = await b.typed(b.fileOf('few.csv', 'a,b\n1,2\n'), '--as', 'registrar', '--commit', '--by', 'verifier');
    t.equal(few.status, 1);
    t.match(few.out, /unreadable\nit cannot be read \(COLUMN_MISSING\): Columns of the template are missing\. fileNo, /);
    const mistakes: readonly (readonly [readonly string[], RegExp])[] = [
      [[file, '--as', 'registrar', '--commit'], /say which second officer commits/],
      [[file, '--as', 'registrar', '--kind', 'convoys'], /--kind households or claims/],
      [[file, '--as', 'nobody.here'], /NOT_ENROLLED/],
      // It was taken back above: there is nothing that this enters.
      [[file, '--as', 'registrar', '--commit', '--by', 'verifier'], /^$/],
      [[file, '--as', 'registrar', '--url', 'http://127.0.0.1:1'], /nothing answers at http:\/\/127\.0\.0\.1:1/],
    ];
    const told = await Promise.all(mistakes.map(([args]) => b.typed(...args)));
    for (const [at, { status, err }] of told.entries()) {
      t.match([status, err], [1, mistakes[at]?.[1]]);
      t.notMatch(err, /\n +at /, 'no stack');
    }
  });
});

type Cells = Readonly<Record<string, string>>;

const head = (fileNo: string, more: Cells = {}): Cells => ({
  fileNo,
  relation: 'رب الأسرة',
  firstName: 'سعاد',
  fatherName: 'حسن',
  sex: 'أنثى',
  birth: '١٩٨٤',
  registeredOn: '15/9/2014',
  letterNumber: '41/7',
  letterDate: '2014-09-15',
  letterIssuedBy: 'قائمقامية',
  origin: 'IQG15Q07N03',
  displacedOn: '8/2014',
  wave: 'aug_2014',
  cause: 'conflict',
  area: 'IQG08Q04',
  siteType: 'camp',
  shelter: 'camp',
  rationCard: `r${fileNo}`,
  ...more,
});

const tableOf = (headings: readonly string[], rows: readonly Cells[]): string => {
  const keys = PLANS.households.columns.map((one) => one.key);
  return `\ufeff${[headings, ...rows.map((row) => keys.map((key) => row[key] ?? ''))].map((line) => line.join(';')).join('\r\n')}\r\n`;
};

/** Two families that can be entered, and two that cannot. */
const families = (headings: readonly string[]): string =>
  tableOf(headings, [
    head('15/1', { rationCard: 'r/1' }),
    head('15/2', { firstName: 'كريمة', fatherName: 'عبد', birth: '1961' }),
    head('15/3', { firstName: 'نادية', fatherName: 'ياسين', birth: '1972', sex: 'x' }),
    head('15/4', { firstName: 'هناء', fatherName: 'خليل', birth: '1979', registeredOn: '' }),
  ]);

/** How many households there are. */
async function entered({ core }: Branch): Promise<number> {
  const opened = new Set<string>();
  for (let from = 0n; from < (await core.log.head()); ) {
    const { events, scannedTo } = await core.log.readAll(from, 1_000);
    for (const one of events) if (one.stream.startsWith('household-')) opened.add(one.stream);
    from = scannedTo;
  }
  return opened.size;
}
