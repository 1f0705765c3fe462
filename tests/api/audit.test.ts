import { createHash, generateKeyPairSync, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type pg from 'pg';
import t from 'tap';
import { statusOf } from '../../src/api/problemCodes.ts';
import { addDays, baghdadDate } from '../../src/domain/kernel/dates.ts';
import { referenceOf } from '../../src/domain/kernel/reference.ts';
import { listExport } from '../../src/domain/listExport/index.ts';
import { createAccessLog } from '../../src/eventlog/access/accessLog.ts';
import { checkMonth } from '../../src/eventlog/access/check.ts';
import type { AccessEntry } from '../../src/eventlog/access/entry.ts';
import { accessMigrations } from '../../src/eventlog/access/migrations.ts';
import { keepMonths, monthAfter } from '../../src/eventlog/access/months.ts';
import { type AccessDuty, accessStanding, migrateAccess } from '../../src/eventlog/access/roles.ts';
import { sealMonths } from '../../src/eventlog/access/trees.ts';
import { createPool } from '../../src/platform/database.ts';
import { createSigner, openNote } from '../../src/platform/merkle/note.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { verifyReceipt } from '../../src/verifier/receipts.ts';
import { type Api, type SignedIn, startApi } from '../support/api.ts';
import { withReadModels } from '../support/apiReads.ts';
import { until } from '../support/audit/audited.ts';
import { families } from '../support/families.ts';
import { testDatabase } from '../support/postgres.ts';
import { parcel } from '../support/sampleProcess.ts';

t.setTimeout(120_000);

const freshKey = () => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
const signer = createSigner('masar.test', freshKey());
const other = createSigner('masar.test', freshKey());

/** A pool that counts the writes to the access log through it. */
function counting(pool: pg.Pool) {
  const database = { inserts: 0 };
  const query: (...args: unknown[]) => unknown = pool.query.bind(pool);
  const counted: pg.Pool = Object.create(pool, {
    query: {
      value: (text: unknown, values: unknown) => {
        if (String(text).includes('record_access')) database.inserts += 1;
        return query(text, values);
      },
    },
  });
  return { pool: counted, database };
}

/** An API with read models and an access log of its own; `entries` is what lies in that, in order. */
async function startWithAccessLog(test: Pick<typeof t, 'teardown'>, over: Parameters<typeof startApi>[0]) {
  let used: ReturnType<typeof counting> | undefined;
  let waiting = 0;
  const api = await startApi(over, async (parts) => {
    const models = await withReadModels(test)(parts);
    const { pool } = models.reads ?? parts.reads;
    await migrate(pool, { schema: 'access', migrations: accessMigrations });
    used = counting(pool);
    const log = createAccessLog({ pool: used.pool, schema: 'access' });
    const record = async (entries: readonly AccessEntry[]) => {
      waiting += 1;
      await log.record(entries).finally(() => {
        waiting -= 1;
      });
    };
    return { ...models, signer, accessLog: { ...log, record } };
  });
  test.teardown(() => api.close());
  const { pool, database } = used ?? counting(api.parts.reads.pool);
  const entries = async () => (await pool.query('select * from access.entry order by leaf')).rows;
  return { api, pool, database, entries, waiting: () => waiting };
}

/** A reference with its check digit wrong. */
const mistyped = (reference: string) => `${reference.slice(0, -1)}${(Number(reference.at(-1)) + 1) % 10}`;

const after = async (api: Api) => ({ 'masar-after': String(await api.log.head()) });

let shared: Awaited<ReturnType<typeof startWithAccessLog>>;
t.before(async () => {
  shared = await startWithAccessLog(t, [parcel, listExport]);
});

/** A branch of its own, and what is put on record from now on. */
async function parcels() {
  const { api, pool, database } = shared;
  const registrar = api.person('registrar');
  const before = (await shared.entries()).length;
  const entries = async () => (await shared.entries()).slice(before);
  const open = async (as: SignedIn, need?: string): Promise<string> => {
    const body = { to: as.post.organisation, name: 'Synthetic', ...(need ? { need } : {}) };
    const { json, text } = await api.call('POST', '/v1/parcels', { as, body });
    if (!json?.id) throw new Error(text);
    return json.id;
  };
  return { api, registrar, open, pool, database, entries };
}

t.test('who opens a T2 value is on record before the answer leaves; who opens none is not', async (t) => {
  const { api, registrar, open, entries } = await parcels();
  const [plain, sensitive] = [await open(registrar), await open(registrar, 'insulin')];
  t.same(await entries(), [], 'commands show no values');
  t.equal((await api.call('GET', `/v1/parcels/${plain}`, { as: registrar })).status, 200);
  t.same(await entries(), [], 'everyday work at T1');
  const { headers, text } = await api.call('GET', `/v1/parcels/${sensitive}`, { as: registrar });
  t.match(text, /insulin/);
  const { organisation, office, role } = registrar.post;
  const [entry, ...others] = await entries();
  t.same(others, []);
  t.match(entry, {
    request_id: headers.get('request-id'),
    staff: registrar.id,
    posts: [{ role, organisation, office }],
    route: 'GET /v1/parcels/:id',
    cases: [`parcel-${sensitive}`],
    owners: [office],
    tier: 'T2',
    outcome: 'allowed',
    code: null,
  });
  t.notMatch(JSON.stringify(entry), /insulin|Synthetic/, 'and holds no values');

  const page = await api.call('GET', `/v1/parcels/${sensitive}/timeline`, { as: registrar, headers: await after(api) });
  t.match(page.text, /insulin/);
  t.match((await entries())[1], { route: 'GET /v1/parcels/:id/timeline', cases: [`parcel-${sensitive}`], tier: 'T2' });
});

t.test('refusals are on record with who was refused and what; who did not prove who they are is counted', async (t) => {
  const { api, registrar, open, entries } = await parcels();
  const id = await open(registrar, 'insulin');
  const stranger = api.person('registrar');
  const refused = await api.call('GET', `/v1/parcels/${id}`, { as: stranger });
  t.equal(refused.status, 404);
  const absent = randomUUID();
  t.equal((await api.call('GET', `/v1/parcels/${absent}`, { as: stranger })).status, 404);
  t.equal((await api.call('POST', `/v1/parcels/${id}/send`, { as: stranger, body: { weight: 2 } })).status, refused.status);
  const bulk = { commands: [{ process: 'parcel', command: 'send', id, input: { weight: 2 }, key: 'bulk-key-1' }] };
  t.equal((await api.call('POST', '/v1/bulk', { as: stranger, body: bulk })).json.refused, 1);
  const code = refused.json.code;
  t.match(await entries(), [
    { staff: stranger.id, route: 'GET /v1/parcels/:id', cases: [`parcel-${id}`], owners: [registrar.post.office], code },
    { staff: stranger.id, route: 'GET /v1/parcels/:id', cases: [`parcel-${absent}`], owners: [], code: 'NOT_FOUND', tier: null },
    { staff: stranger.id, route: 'POST /v1/parcels/:id/send', cases: [`parcel-${id}`], outcome: 'refused', code },
    { staff: stranger.id, route: 'POST /v1/bulk', cases: [`parcel-${id}`], outcome: 'refused', code },
  ]);
  const unknown = { subject: randomUUID() };
  t.equal((await api.call('GET', `/v1/parcels/${id}`, { as: unknown })).json.code, 'NOT_ENROLLED');
  t.match((await entries())[4], { posts: [], outcome: 'refused', code: 'NOT_ENROLLED' });

  t.equal((await api.call('GET', `/v1/parcels/${id}`)).status, 401);
  t.equal((await entries()).length, 5);
  t.match((await api.parts.metrics.scrape()).body, /masar_unauthenticated_total\{code="TOKEN_MISSING"\} 1/);
});

t.test(
  'who may not decide on what they did themselves is refused like everybody without the right, and so on record',
  async (t) => {
    const codes = ['FOUR_EYES', 'SECOND_OFFICER_NEEDED', 'SECOND_PERSON_NEEDED', 'GRANTED_TO_ONESELF', 'REVIEWED_BY_ANOTHER'];
    for (const code of codes) t.equal(statusOf(code), 403, code);
  },
);

t.test('what cannot be put on record is not shown, and no refusal leaves either', async (t) => {
  const { api, registrar, open, pool, entries } = await parcels();
  const id = await open(registrar, 'insulin');
  const plain = await open(registrar);
  await pool.query('alter table access.entry rename to elsewhere');
  const { status, json, text, headers } = await api.call('GET', `/v1/parcels/${id}`, { as: registrar });
  t.equal(status, 503);
  t.equal(json.code, 'ACCESS_LOG_UNAVAILABLE');
  t.notMatch(text, /insulin|Synthetic|requested/);
  t.notOk(headers.get('etag'));
  t.equal((await api.call('GET', `/v1/parcels/${id}`, { as: api.person('registrar') })).status, 503);
  t.equal((await api.call('GET', `/v1/parcels/${plain}`, { as: registrar })).status, 200, 'everyday work goes on');
  const ready = async () => (await api.call('GET', '/health/ready')).json;
  t.match(await ready(), { status: 'degraded' });
  t.notOk((await ready()).checks.find((one: { name: string }) => one.name === 'access log').ok);
  const { body } = await api.parts.metrics.scrape();
  t.match(body, 'masar_access_log_failing 1');
  t.match(body, 'masar_access_log_unwritten_total 2');
  await pool.query('alter table access.elsewhere rename to entry');
  t.equal((await api.call('GET', `/v1/parcels/${id}`, { as: registrar })).status, 200);
  t.equal((await entries()).length, 1);
  t.notMatch(await ready(), { status: 'not ready' });
  t.match((await api.parts.metrics.scrape()).body, 'masar_access_log_failing 0');
});

t.test('two hundred who read at once share a few writes, and none is lost', async (t) => {
  const { api, registrar, open, pool, database, entries } = await parcels();
  const id = await open(registrar, 'insulin');
  const before = database.inserts;
  const read = () => api.call('GET', `/v1/parcels/${id}`, { as: registrar });
  // The database holds up the first write until every other reader waits for theirs: however fast the machine, they go together.
  const holding = await pool.connect();
  await holding.query('begin');
  await holding.query('lock table access.month in exclusive mode');
  const { waiting } = shared;
  const answers = Array.from({ length: 200 }, read);
  await until(async () => waiting() === 200);
  t.equal(database.inserts - before, 1, 'one write is under way, and nobody has an answer');
  await holding.query('commit');
  holding.release();
  const answered = await Promise.all(answers);
  t.ok(answered.every((one) => one.status === 200));
  const found = await entries();
  t.same(new Set(found.map((one) => one.request_id)), new Set(answered.map((one) => one.headers.get('request-id'))));
  t.same(
    found.map((one) => one.leaf),
    found.map((_, index) => found[0].leaf + index),
    'numbered without a gap',
  );
  t.equal(database.inserts - before, 2, 'those who waited are written together');
});

t.test('the log is only added to, and a month is dropped whole when its time is over', async (t) => {
  const { pool } = await testDatabase(t);
  await migrate(pool, { schema: 'access', migrations: accessMigrations });
  const { pool: counted, database } = counting(pool);
  const log = createAccessLog({ pool: counted, schema: 'access' });
  const entry = (at: string): AccessEntry => ({
    ...{ at, requestId: randomUUID(), staff: 'officer', posts: [], route: 'GET /x', cases: [], owners: [] },
    outcome: 'allowed',
  });
  const months = async () =>
    (await pool.query(`select starts, entries, dropped_at is not null as gone from access.month order by starts`)).rows;
  t.same(await keepMonths(pool, 'access', '2026-01-31T23:59:59.999Z', 2), { dropped: [] });
  await Promise.all(
    ['2026-01-31T23:59:59.999Z', '2026-02-01T00:00:00.000Z', '2026-01-05T00:00:00.000Z'].map((at) => log.record([entry(at)])),
  );
  t.match(await months(), [
    { starts: '2026-01-01', entries: 2 },
    { starts: '2026-02-01', entries: 1 },
    { starts: '2026-03-01', entries: 0 },
  ]);
  const writes = database.inserts;
  await Promise.all(Array.from({ length: 200 }, () => log.record([entry('2026-03-05T00:00:00.000Z')])));
  t.ok(database.inserts - writes <= 3, `${database.inserts - writes} writes for two hundred at once`);
  await log.record([entry('2027-07-01T00:00:00.000Z')]);
  t.equal((await months()).length, 6, 'a month nobody made ahead is made when it is needed');
  const inOrder = (await log.page({ highestTier: 'T2' }, { limit: 300 })).map((one) => one.at.slice(0, 10));
  t.same([...new Set(inOrder)], ['2027-07-01', '2026-03-05', '2026-02-01', '2026-01-31', '2026-01-05']);

  await t.rejects(pool.query(`update access.entry set staff = 'nobody'`), /only added to/);
  await t.rejects(pool.query('delete from access.entry'), /only added to/);

  t.same(await keepMonths(pool, 'access', '2026-03-31T12:00:00.000Z', 2), { dropped: [] }, 'January is two months old');
  t.same(await keepMonths(pool, 'access', '2026-04-01T00:00:00.000Z', 2), { dropped: [] }, 'its tree has not every entry');
  t.equal(await sealMonths(pool, 'access', signer, '2026-03-31T12:01:00.000Z'), 204);
  t.equal(await sealMonths(pool, 'access', signer, '2026-03-31T12:02:00.000Z'), 0, 'once');
  t.same(await keepMonths(pool, 'access', '2026-04-01T00:00:00.000Z', 2), { dropped: ['2026-01-01'] });
  t.same(await keepMonths(pool, 'access', '2026-04-01T00:00:00.000Z', 2), { dropped: [] });
  t.match((await months())[0], { starts: '2026-01-01', entries: 2, gone: true }, 'that it was there stays on record');
  t.equal((await log.page({ highestTier: 'T2' }, { limit: 300 })).length, 202);
  await t.rejects(log.record([entry('2026-01-31T00:00:00.000Z')]), 'nothing is added to what was dropped');
});

t.test('the access log belongs to nobody who works with it: each may do their own duty and nothing else', async (t) => {
  const { pool, url } = await testDatabase(t);
  t.same(await migrateAccess(pool, 'access'), Object.keys(accessMigrations));
  t.same(await migrateAccess(pool, 'access'), [], 'and again does nothing');
  const { roles } = await accessStanding(pool, 'access');
  const as = (duty: AccessDuty) => {
    const own = createPool(url, { applicationName: duty, max: 2, role: roles.get(duty) });
    t.teardown(() => own.end());
    return own;
  };
  const [writer, sealer, keeper] = [as('writer'), as('sealer'), as('keeper')];
  const log = createAccessLog({ pool: writer, schema: 'access' });
  const entry = (at: string): AccessEntry => ({
    ...{ at, requestId: randomUUID(), staff: 'officer', posts: [], route: 'GET /x', cases: [], owners: [] },
    outcome: 'allowed',
  });
  await log.record([entry('2026-01-05T00:00:00.000Z'), entry('2026-01-06T00:00:00.000Z')]);
  t.equal((await log.page({ highestTier: 'T2' }, { limit: 9 })).length, 2, 'the writer writes and reads');
  const owners = await pool.query(
    `select distinct pg_get_userbyid(relowner) as owner from pg_class where relnamespace = 'access'::regnamespace`,
  );
  t.same(owners.rows, [{ owner: 'masar_access' }], 'the months that are made later too');

  const wrong = [
    `update access.entry set staff = 'nobody'`,
    'delete from access.entry',
    'truncate access.entry',
    'truncate access.entry_2026_01',
    'drop table access.entry_2026_01',
    'drop table access.entry cascade',
    'alter table access.entry disable trigger all',
    'alter table access.entry detach partition access.entry_2026_01',
    `insert into access.entry select * from access.entry`,
    'update access.month set entries = 0',
    'delete from access.checkpoint',
    'delete from access.tree_node',
    'create table access.more (x int)',
    `create or replace function access.record_access(entries jsonb) returns void language sql as 'select'`,
  ];
  for (const one of [writer, sealer, keeper]) {
    for (const statement of wrong) {
      await t.rejects(one.query(statement), { code: '42501' }, `${one.options.application_name}: ${statement}`);
    }
  }
  const month = `'2026-01-01', now()`;
  await t.rejects(writer.query(`select access.drop_month(${month})`), { code: '42501' }, 'the writer drops no month');
  await t.rejects(sealer.query(`select access.drop_month(${month})`), { code: '42501' }, 'nor who seals');
  await t.rejects(keeper.query(`select access.record_access('[]')`), { code: '42501' }, 'who keeps months writes nothing');
  await t.rejects(keeper.query('select from access.entry'), { code: '42501' }, 'and reads nothing');
  await t.rejects(writer.query(`update access.tree set size = 9`), { code: '42501' });

  await keeper.query(`select access.drop_month(${month})`);
  t.equal((await log.page({ highestTier: 'T2' }, { limit: 9 })).length, 2, 'what is not sealed is not dropped, whoever asks');
  t.equal(await sealMonths(sealer, 'access', signer, '2026-01-07T00:00:00.000Z'), 2);
  const coming = monthAfter(new Date().toISOString(), 0);
  await keeper.query('select access.make_month($1)', [coming]);
  await t.rejects(keeper.query('select access.drop_month($1, now())', [coming]), { code: 'MA002' }, 'nor what is not over');
  // A table of its own by the same name does not stand in for the tree.
  await keeper.query(`create temporary table tree as select 'access-2026-01'::text as name, 7 as size`).catch(() => {});
  t.same(await keepMonths(keeper, 'access', '2026-04-01T00:00:00.000Z', 2), { dropped: ['2026-01-01'] });
  t.same((await checkMonth(writer, 'access', coming, [signer.key])).firstWrong, undefined);
});

t.test('the application’s own login of infra/postgres/logins.sh cannot become the owner of the access log', async (t) => {
  const { pool } = await testDatabase(t);
  await migrateAccess(pool, 'access');
  t.ok((await accessStanding(pool, 'access')).isOwner, 'a superuser is every owner');
  const login = `masar_test_${process.pid}`;
  await pool.query(`create role ${login} login`);
  const grants = readFileSync('infra/postgres/logins.sh', 'utf8').match(/^grant masar_access_.* to masar\b.*;$/gm) ?? [];
  t.equal(grants.length, 2);
  for (const grant of grants) await pool.query(grant.replace(/ to masar\b/, ` to ${login}`));
  const one = await pool.connect();
  t.teardown(() => pool.query(`drop role ${login}`));
  try {
    await one.query(`set session authorization ${login}`);
    const own: pg.Pool = Object.create(pool, { query: { value: one.query.bind(one) } });
    const { isOwner, roles } = await accessStanding(own, 'access');
    t.notOk(isOwner);
    t.same([...roles.keys()], ['writer', 'sealer', 'keeper']);
    for (const role of ['masar_access', 'postgres'])
      await t.rejects(one.query(`set role ${role}`), /permission denied|not exist/);
    await one.query('select from access.entry');
    const drop = `select access.drop_month('2026-01-01', now())`;
    await t.rejects(one.query(drop), { code: '42501' }, 'nor drop a month by the way');
    await t.rejects(one.query(`update access.tree set size = 9`), { code: '42501' }, 'nor change a tree');
    for (const duty of ['writer', 'sealer', 'keeper'] as const) await one.query(`set role ${roles.get(duty)}`);
    await one.query(drop);
  } finally {
    one.release(true);
  }
});

t.test('each month is a tree with signed heads, and the first entry that is not what was sealed is named', async (t) => {
  const { pool } = await testDatabase(t);
  await migrate(pool, { schema: 'access', migrations: accessMigrations });
  const log = createAccessLog({ pool, schema: 'access' });
  for (let one = 0; one < 9; one += 1) {
    const at = `2026-03-0${1 + one}T08:00:00.120Z`;
    const post = { role: 'registrar', organisation: randomUUID(), ...(one % 2 ? { office: randomUUID() } : {}) };
    await log.record([
      {
        at,
        requestId: `r${one}`,
        staff: 's',
        posts: [post],
        route: 'GET /x',
        cases: ['a-1'],
        owners: [],
        tier: 'T2',
        outcome: 'allowed',
      },
      {
        at,
        requestId: `r${one}`,
        staff: 's',
        posts: [],
        route: 'GET /x',
        cases: [],
        owners: ['o'],
        outcome: 'refused',
        code: 'NOT_FOUND',
        missed: `hash ${one}`,
      },
    ]);
    if (one === 4) await sealMonths(pool, 'access', signer, at);
  }
  t.same(await log.unsealed('2026-03-06T08:05:00.000Z'), [], 'the sixth day is not late yet');
  t.same(await log.unsealed('2026-03-06T08:11:00.000Z'), ['2026-03-01'], 'and is after ten minutes');
  t.equal(await sealMonths(pool, 'access', signer, '2026-03-10T08:00:00.000Z'), 8);
  t.same(await log.unsealed('2027-01-01T00:00:00.000Z'), []);
  const check = () => checkMonth(pool, 'access', '2026-03-01', [signer.key]);
  const slow: pg.Pool = Object.create(pool, { query: { value: () => new Promise(() => {}) } });
  const busy = createAccessLog({ pool, reads: slow, schema: 'access' });
  void busy.page({ highestTier: 'T2' }, { limit: 1 });
  const more = async (at: string) => {
    const about = { requestId: 'r', staff: 's', posts: [], route: 'GET /x', cases: [], owners: [] };
    await busy.record([{ at, ...about, outcome: 'refused', code: 'NOT_FOUND' }]);
  };
  t.same(await check(), { starts: '2026-03-01', sealed: 18, firstWrong: undefined, signed: true });
  t.notOk((await checkMonth(pool, 'access', '2026-03-01', [other.key])).signed, 'a foreign key');

  /** What somebody could do who owns the database. */
  const tamper = async (statement: string) => {
    await pool.query('alter table access.entry disable trigger all');
    await pool.query(statement);
  };
  await tamper(`update access.entry set route = 'GET /y' where leaf = 11`);
  t.equal((await check()).firstWrong, 11);
  t.match(await log.page({ highestTier: 'T2' }, { limit: 1 }), [{ missed: /^hash \d$/ }]);
  await tamper(`update access.entry set missed = null where leaf = 9`);
  t.equal((await check()).firstWrong, 9);
  await tamper(`update access.entry set at = at + interval '1 ms' where leaf = 7`);
  t.equal((await check()).firstWrong, 7);
  await tamper('delete from access.entry where leaf = 3');
  t.equal((await check()).firstWrong, 3);

  for (let one = 0; one < 3; one += 1) await more('2026-03-11T08:00:00.000Z');
  await more('2026-04-01T08:00:00.000Z');
  const seal = () => sealMonths(pool, 'access', signer, '2026-04-01T09:00:00.000Z');
  await tamper('delete from access.entry where leaf = 18');
  await t.rejects(seal(), { name: 'AccessLogChanged', message: /entry 18 is not there/ });
  t.equal((await checkMonth(pool, 'access', '2026-04-01', [signer.key])).sealed, 1, 'other months are sealed all the same');
  t.same(await log.unsealed('2026-04-01T09:00:00.000Z'), ['2026-03-01'], 'and the one that cannot be is told of');
  await tamper(`update access.tree set peaks = sha256('x') || substr(peaks, 33) where name = 'access-2026-03'`);
  await t.rejects(seal(), { name: 'AccessLogChanged', message: /not as it was signed/ });
  t.equal((await check()).sealed, 18, 'nothing more of it is signed');
  await tamper(`update access.checkpoint set note = replace(note, E'\n18\n', E'\n17\n')`);
  t.notOk((await check()).signed);
});

t.test('an auditor sees every office, who answers for an office sees their own', async (t) => {
  const { api, registrar, open } = await parcels();
  const head = api.colleague(registrar, 'headOfBranch');
  const other = api.person('registrar');
  const auditor = api.person('auditor');
  const [mine, theirs] = [await open(registrar, 'insulin'), await open(other, 'a wheelchair')];
  const look = (id: string, as: SignedIn) => api.call('GET', `/v1/parcels/${id}`, { as });
  await look(mine, registrar);
  await look(theirs, other);
  await look(theirs, registrar);
  await look(mine, other);
  const audit = async (as: SignedIn, query = '') => api.call('GET', `/v1/audit${query}`, { as, headers: await after(api) });
  interface Line {
    readonly kind: string;
    readonly actor: string;
    readonly cases: readonly { readonly id: string }[];
    readonly outcome: string;
    readonly action: string;
  }
  const seen = async (as: SignedIn, query = ''): Promise<string[]> => {
    const { json, text } = await audit(as, query);
    if (!json?.items) throw new Error(text);
    const who = (id: string) => (id === registrar.id ? 'we' : 'they');
    const ofTest = (one: Line) => [mine, theirs].includes(one.cases[0]?.id ?? '');
    return json.items
      .filter(ofTest)
      .map((one: Line) => `${who(one.actor)} ${one.kind} ${one.cases[0]?.id === mine ? 'mine' : 'theirs'} ${one.outcome}`);
  };
  const everything = [
    'we looked mine allowed',
    'they looked theirs allowed',
    'we looked theirs refused',
    'they looked mine refused',
    'we did mine allowed',
    'they did theirs allowed',
  ];
  t.same((await seen(auditor)).toSorted(), everything.toSorted());
  t.same((await seen(head)).toSorted(), everything.filter((one) => !/they .* theirs/.test(one)).toSorted());
  t.notMatch((await audit(auditor)).text, /insulin|wheelchair|Synthetic/, 'no values');

  const { office } = registrar.post;
  t.same((await seen(auditor, '?refused=true')).toSorted(), ['they looked mine refused', 'we looked theirs refused']);
  t.same((await seen(auditor, '?tier=T2')).toSorted(), ['they looked theirs allowed', 'we looked mine allowed']);
  t.same(await seen(auditor, `?kind=did&case=${mine}`), ['we did mine allowed']);
  const named = encodeURIComponent(referenceOf(mine));
  t.same(await seen(auditor, `?kind=did&case=${named}`), ['we did mine allowed'], 'by its reference');
  t.equal((await seen(auditor, `?case=${named}`)).length, 3);
  t.same((await audit(auditor, `?case=${referenceOf(randomUUID())}`)).json.items, [], 'of what is not there nothing is told');
  t.equal((await audit(auditor, '?case=hello')).json.code, 'ID_MALFORMED');
  t.equal((await audit(auditor, `?case=${mistyped(referenceOf(mine))}`)).json.code, 'REFERENCE_MISTYPED');
  t.equal((await seen(auditor, `?case=${mine}`)).length, 3);
  t.equal((await seen(auditor, `?actor=${other.id}`)).length, 3);
  t.equal((await seen(auditor, `?office=${office}`)).length, 4);
  t.same(await seen(head, '?action=ParcelRequested'), ['we did mine allowed']);
  t.equal((await seen(auditor, `?action=${encodeURIComponent('GET /v1/parcels/:id')}`)).length, 4);
  t.same(await seen(auditor, '?before=2020-01-01T00:00:00Z'), []);
  t.same(await seen(auditor, '?from=2030-01-01T00:00:00Z'), []);
  t.equal((await seen(auditor, '?from=2026-01-01T00:00:00Z&before=2030-01-01T00:00:00Z')).length, 6);
  const today = baghdadDate(api.parts.now());
  t.equal((await seen(auditor, `?from=${addDays(today, -1)}&until=${today}`)).length, 6, 'the days as they are in Iraq');
  t.same(await seen(auditor, `?before=${addDays(today, -1)}`), []);
  t.same(await seen(auditor, `?until=${addDays(today, -2)}&before=2030-01-01`), [], 'the earlier end of two counts');
  t.same((await audit(auditor, '?from=soon')).json.errors[0].pointer, '/from');
  t.match(
    (await audit(auditor, '?actor=Ahmad')).json,
    { code: 'INVALID_INPUT', errors: [{ pointer: '/actor' }] },
    'a name is no id',
  );
  t.same(await seen(auditor, '?actor=system:timers'), []);
  t.equal((await seen(head, `?office=${office}`)).length, 4);
  t.equal((await audit(head, `?office=${other.post.office}`)).json.code, 'FORBIDDEN', 'an office that is not theirs');
  t.equal((await audit(head, '?tier=T3')).json.code, 'FORBIDDEN');
  t.equal((await audit(registrar)).json.code, 'FORBIDDEN');
  t.equal((await audit(head, '?who=me')).json.code, 'INVALID_INPUT');
  t.equal((await audit(head, '?cursor=abc')).json.code, 'CURSOR_MALFORMED');
  const forged = [
    ['9'.repeat(30), '', '', ''],
    ['', 'x', '', ''],
    ['', '', '1', '0'],
    ['', '', '2026-01-01T00:00:00Z', '9'.repeat(14)],
  ].map((values) => `cursor=${Buffer.from(JSON.stringify(['audit', ...values])).toString('base64url')}`);
  for (const query of [...forged, 'from=0000-01-01T00:00:00Z', 'action=%00']) {
    t.equal((await audit(head, `?${query}`)).status, 400, query);
  }

  const reads = (await shared.entries()).filter((one) => one.route === 'GET /v1/audit' && one.staff === head.id);
  t.ok(reads.length > 0, 'who read an audit is on record');
  const once = (await shared.entries()).length;
  t.equal((await audit(head, '?limit=2')).json.items.length, 2);
  t.match((await shared.entries()).slice(once), [
    { staff: head.id, route: 'GET /v1/audit', tier: 'T2', outcome: 'allowed', cases: [] },
  ]);

  const paged: string[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const { json } = await audit(
      auditor,
      `?limit=1&kind=looked&refused=true&office=${office}${cursor ? `&cursor=${cursor}` : ''}`,
    );
    paged.push(...json.items.map((one: Line) => one.outcome));
    cursor = json.next;
  }
  t.equal(paged.length, 5, 'with those who asked for more than they may');
  const both: string[] = [];
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const { json } = await audit(auditor, `?limit=2&office=${office}${cursor ? `&cursor=${cursor}` : ''}`);
    both.push(...json.items.map((one: Line & { requestId?: string; logIndex?: string }) => one.requestId ?? one.logIndex ?? ''));
    cursor = json.next;
  }
  t.equal(new Set(both).size, both.length, 'page by page, nothing twice');
  t.equal(both.length, (await audit(auditor, `?office=${office}`)).json.items.length, 'and nothing left out');
});

t.test('an audit leaves as a file that is signed and on record; one bit of it changed is seen', async (t) => {
  const { api, registrar, open } = await parcels();
  const id = await open(registrar, 'insulin');
  await api.call('GET', `/v1/parcels/${id}`, { as: registrar });
  const auditor = api.person('auditor');
  const exported = async (body: object, as = auditor) => {
    const answer = await fetch(`${api.base}/v1/audit-exports`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await api.token(as)}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
        ...(await after(api)),
      },
      body: JSON.stringify(body),
    });
    return { answer, bytes: Buffer.from(await answer.arrayBuffer()) };
  };
  const holds = (content: Buffer, note: string): boolean => {
    const [origin, length, digest] = openNote(note, signer.key)?.split('\n') ?? [];
    const is = createHash('sha256').update(content).digest('base64');
    return origin === 'masar.test/audit' && Number(length) === content.length && digest === is;
  };
  const { answer, bytes } = await exported({ filter: { case: id } });
  t.equal(answer.status, 201, bytes.toString());
  const lines = bytes.toString('utf8').trimEnd().split('\n');
  const last = lines.at(-1) ?? '';
  const content = bytes.subarray(0, bytes.length - last.length - 1 - (Buffer.byteLength(last) - last.length));
  const { signed } = JSON.parse(last) as { signed: string };
  t.ok(holds(content, signed));
  t.equal(Buffer.from(answer.headers.get('masar-signature') ?? '', 'base64').toString(), signed);
  for (const at of [0, Math.floor(content.length / 2), content.length - 1]) {
    const altered = Buffer.from(content);
    altered[at] = (altered[at] ?? 0) ^ 1;
    t.notOk(holds(altered, signed), `a bit of byte ${at}`);
  }
  t.notOk(holds(content.subarray(0, -1), signed), 'cut short');
  t.same(
    lines.slice(0, -1).map((line) => (JSON.parse(line) as { kind: string }).kind),
    ['did', 'looked'],
  );
  const record = await api.log.read(`listExport-${(answer.headers.get('location') ?? '').split('/').at(-1)}`);
  const [made] = await api.codec.decode(record, 'none');
  t.match(made, {
    type: 'SignedListExported',
    data: { list: 'auditList', format: 'ndjson', rows: 2, sha256: createHash('sha256').update(content).digest('hex') },
    meta: { actor: { id: auditor.id } },
  });

  const csv = await exported({ format: 'csv' });
  t.match(csv.bytes.toString('utf8'), /^\ufeffAt,What,Action/);
  t.ok(holds(csv.bytes, Buffer.from(csv.answer.headers.get('masar-signature') ?? '', 'base64').toString()));
  t.equal((await exported({}, registrar)).answer.status, 403);
  t.equal((await exported({ filter: { nobody: 'x' } })).answer.status, 400);
});

t.test('that somebody looked is proved entry by entry, to who may read the entry', async (t) => {
  const { api, registrar, open, pool, entries } = await parcels();
  const id = await open(registrar, 'insulin');
  await api.call('GET', `/v1/parcels/${id}`, { as: registrar });
  const head = api.colleague(registrar, 'headOfBranch');
  const listed = await api.call('GET', `/v1/audit?kind=looked&case=${id}`, { as: head, headers: await after(api) });
  const { month, leaf } = listed.json.items[0].entry as { month: string; leaf: number };
  const receipt = (as: SignedIn, place = `${month}/${leaf}`) => api.call('GET', `/v1/audit/looks/${place}/receipt`, { as });

  const early = await receipt(head);
  t.match(early, { status: 409, json: { code: 'NOT_SEALED_YET' } });
  t.equal(early.headers.get('retry-after'), '60');
  await sealMonths(pool, 'access', signer, new Date().toISOString());
  const answer = await receipt(head);
  t.equal(answer.status, 200, answer.text);
  const verdict = (content: string, key = signer.key) => verifyReceipt({ name: 'receipt', content }, [], [key]);
  t.match(verdict(answer.text), { ok: true, tree: `access-${month}`, leaf });
  t.match(JSON.parse(answer.json.entry), { staff: registrar.id, cases: [`parcel-${id}`], route: 'GET /v1/parcels/:id' });
  t.notMatch(answer.text, /insulin|Synthetic/);
  t.match(verdict(answer.text, other.key), { ok: false, kind: 'checkpoint' });
  t.match((await entries()).at(-1), { staff: head.id, route: 'GET /v1/audit/looks/:month/:leaf/receipt', tier: 'T2' });

  t.equal((await receipt(api.person('auditor'))).text, (await receipt(head)).text, 'who audits everywhere');
  t.match(await receipt(api.person('headOfBranch')), { status: 404 }, 'not another branch');
  t.match(await receipt(registrar), { status: 403 }, 'nor who does not audit');
  t.match(await receipt(head, `${month}/99999999`), { status: 404 });
  for (const place of ['2026-13/0', '2026/0', `${month}/-1`, `${month}/x`]) t.match(await receipt(head, place), { status: 400 });

  const change = async (route: string) => {
    await pool.query('alter table access.entry disable trigger all');
    await pool.query(`update access.entry set route = $1 where leaf = $2 and to_char(at, 'YYYY-MM') = $3`, [route, leaf, month]);
    await pool.query('alter table access.entry enable trigger all');
  };
  await change('GET /v1/parcels');
  t.match(verdict((await receipt(head)).text), { ok: false, kind: 'altered', leaf }, 'one that was changed since is named');
  await change('GET /v1/parcels/:id');
  t.match(verdict((await receipt(head)).text), { ok: true });
  const part = await pool.query(`delete from access.tree_node where level = 0 returning tree, level, index, hash`);
  t.match(await receipt(head), { status: 503, json: { code: 'AUDIT_TREE_DAMAGED' } });
  for (const { tree, level, index, hash } of part.rows) {
    await pool.query('insert into access.tree_node values ($1, $2, $3, $4)', [tree, level, index, hash]);
  }
});

t.test('no answer with a T2 value leaves any route unrecorded', async (t) => {
  const m = await families();
  const { api, entries } = await startWithAccessLog(t, m.w);
  const family = await m.registered();
  const document = { docType: 'passport', number: 'CANARY-77', status: 'lost' };
  await m.when(m.registrar, 'person', 'recordDocument', family.mother, document);
  const values: unknown[] = [];
  const stored = (await api.log.readAll(0n, 10_000)).events;
  await api.codec.decode(stored, 'all', (tier, value) => tier === 'T2' && values.push(value));
  const canaries = values.filter((one): one is string => typeof one === 'string' && one.length > 7);
  t.ok(canaries.includes('CANARY-77'));
  const { organisation, office = '', governorate = '' } = m.registrar.post;
  const verifier = api.person('verifier', { organisation, office, governorate });
  const ids: Record<string, string> = { households: family.id, persons: family.mother, applications: family.application };
  const { paths } = (await api.call('GET', '/openapi.json')).json as { paths: Record<string, Record<string, unknown>> };
  const routes = Object.keys(paths).filter((path) => path.startsWith('/v1/') && 'get' in (paths[path] ?? {}));
  const told: string[] = [];
  for (const route of routes) {
    const path = route
      .replace(/^\/v1\/([^/]+)\/\{id\}/, (_, plural) => `/v1/${plural}/${ids[plural] ?? randomUUID()}`)
      .replace(/\{[^}]+\}/g, '1');
    const query = route === '/v1/changes' ? '?after=0' : route === '/v1/register' ? '?name=member' : '';
    const { text, headers, status } = await api.call('GET', path + query, { as: verifier, headers: await after(api) });
    t.not(status, 500, `${route}: ${text.slice(0, 200)}`);
    const shows = status === 200 && canaries.some((one) => text.includes(one));
    const recorded = (await entries()).some((one) => one.request_id === headers.get('request-id') && one.tier === 'T2');
    if (shows) told.push(route);
    if (shows && !recorded) t.fail(`${route} shows a T2 value and is not on record`);
    if (status === 403 || status === 404) {
      const refused = (await entries()).some((one) => one.request_id === headers.get('request-id') && one.outcome === 'refused');
      t.ok(refused, `${route} refuses on record`);
    }
  }
  t.ok(told.includes('/v1/persons/{id}') && told.includes('/v1/persons/{id}/timeline'), `the test can see: ${told.join(' ')}`);

  const auditor = api.person('auditor');
  const household = await api.call('GET', `/v1/audit?household=${family.id}`, { as: auditor, headers: await after(api) });
  t.equal(household.status, 200, household.text);
  t.ok(household.json.items.length > 3);
  t.notMatch(household.text, /CANARY-77|passport/);
  const stranger = api.person('headOfBranch');
  const other = await api.call('GET', `/v1/audit?household=${family.id}`, { as: stranger, headers: await after(api) });
  t.match(other.json.code, /FORBIDDEN|NOT_FOUND/, 'whose cases these are is not told to another branch');
});

t.test('no route opens values but through the opener of its request', async (t) => {
  const opening = /\bcodec\b/;
  const found = readdirSync('src/api', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && opening.test(readFileSync(`src/api/${file}`, 'utf8')))
    .toSorted();
  t.same(found, ['opener.ts', 'parts.ts', 'plugins/accessLog.ts', 'routes/register.ts']);
});
