import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import t from 'tap';
import { registryOf } from '../../src/domain/kernel/registry.ts';
import { createKysely, createPool } from '../../src/platform/database.ts';
import { projectionsOf } from '../../src/projections/index.ts';
import { areShown } from '../../src/projections/runtime/status.queries.ts';
import { SCHEMA } from '../projections/support.ts';
import { type Answer, type Api, type SignedIn, startApi } from '../support/api.ts';
import { withReadModels } from '../support/apiReads.ts';
import { type PgProxy, startPgProxy } from '../support/faults/pgProxy.ts';
import { parcel } from '../support/sampleProcess.ts';

t.setTimeout(120_000);

const SILENCE_MS = 1_000;
const NOTICED_AFTER_MS = 6_000;

let api: Api;
let pool: pg.Pool;
let proxy: PgProxy;
/** By how many versions the program is ahead of what is shown. */
let ahead = 0;
let registrar: SignedIn;
let carrier: SignedIn;
const made: { id: string; reference: string; position: string }[] = [];

/** Reads that must show everything written so far. */
async function read(path: string, as: SignedIn, headers: Record<string, string> = {}): Promise<Answer> {
  const after = { 'masar-after': String(await api.log.head()) };
  return api.call('GET', path, { as, headers: { ...after, ...headers } });
}

t.before(async () => {
  api = await startApi([parcel], async (parts) => {
    const given = await withReadModels(t)(parts);
    if (!given.reads) throw new Error('no read models');
    pool = given.reads.pool;
    proxy = await startPgProxy(pool.options.connectionString ?? '', NOTICED_AFTER_MS);
    const reached = createPool(proxy.url, { applicationName: 'lists by a proxy', silenceMs: SILENCE_MS });
    t.teardown(async () => {
      await reached.end();
      await proxy.close();
    });
    const asked = projectionsOf(parts.registry, parts.mac);
    const isBuilt = () =>
      areShown(
        createKysely(pool),
        SCHEMA,
        asked.map(({ name, version }) => ({ name, version: version + ahead })),
      );
    return { ...given, isBuilt, reads: { ...given.reads, pool: reached } };
  });
  t.teardown(() => api.close());
  registrar = api.person('registrar');
  carrier = api.person('partnerCaseworker');
  for (let index = 0; index < 5; index += 1) {
    const body = { to: carrier.post.organisation, name: `Synthetic ${index}`, need: 'insulin' };
    const { json } = await api.call('POST', '/v1/parcels', { as: registrar, body });
    made.push(json);
  }
});

t.test('a list comes in pages that join without gap or repeat', async (t) => {
  const found: string[] = [];
  let next = '';
  do {
    const page = await read(`/v1/parcels?limit=2${next && `&cursor=${next}`}`, registrar);
    t.equal(page.status, 200, page.text);
    t.equal(page.headers.get('masar-stale'), null);
    found.push(...page.json.items.map((one: { id: string }) => one.id));
    next = page.json.next ?? '';
  } while (next !== '');
  t.same(found.sort(), made.map((one) => one.id).sort());
  t.match(await read('/v1/parcels?cursor=abc', registrar), { status: 400, json: { code: 'CURSOR_MALFORMED' } });
});

t.test('a list shows what the caller may read and nothing else', async (t) => {
  const foreign = await read('/v1/parcels', api.person('registrar'));
  t.same(foreign.json, { items: [] });
  t.equal((await read('/v1/parcels', carrier)).json.items.length, 5);
  t.equal((await read('/v1/cases?process=parcel&status=sent', carrier)).json.items.length, 0);
  t.same((await read('/v1/cases/counts', registrar)).json.items, [{ process: 'parcel', status: 'requested', cases: 5 }]);
  const { text } = await read('/v1/cases', registrar);
  t.notMatch(text, /Synthetic|insulin/);
  t.match(await read('/v1/cases?process=nothing', registrar), { status: 404, json: { code: 'PROCESS_UNKNOWN' } });
  for (const query of ['name=x', 'sort=name', 'limit=0', 'limit=201', 'limit=many', 'office=mine', 'openedFrom=June']) {
    t.match(await read(`/v1/parcels?${query}`, registrar), { status: 400, json: { code: 'INVALID_INPUT' } }, query);
  }
});

t.test('a reference finds its case in every process', async (t) => {
  const { reference, id } = made[0]!;
  t.match((await read(`/v1/cases/by-reference?reference=${reference}`, registrar)).json.items, [{ id, process: 'parcel' }]);
  t.same((await read(`/v1/cases/by-reference?reference=${reference}`, api.person('registrar'))).json.items, []);
  t.equal((await read(`/v1/parcels/${reference}`, registrar)).json.id, id);
});

t.test('the queue says what waits on whom, and its counts are exact', async (t) => {
  const queue = await read('/v1/queue', registrar);
  t.equal(queue.status, 200, queue.text);
  t.equal(queue.json.items.length, 5);
  t.match(queue.json.items[0], {
    process: 'parcel',
    wait: 'send',
    party: 'sender',
    holderOffice: registrar.post.office,
    assignee: null,
  });
  const counts = await read('/v1/queue/counts?wait=send', registrar);
  t.match(counts.json.items, [{ wait: 'send', waiting: 5, unassigned: 5, overdue: 0 }]);
  t.same((await read('/v1/queue?overdue=true', registrar)).json.items, []);
  t.same((await read('/v1/queue', api.person('registrar'))).json.items, []);
});

t.test('my work moves from the office to me when I take it, and what others changed is told', async (t) => {
  const { id } = made[1]!;
  const before = (await read('/v1/my-work', registrar)).json;
  t.match(before, { mine: { count: 0 }, newInOffice: { count: 5 } });
  const taken = await api.call('POST', `/v1/parcels/${id}/take`, { as: registrar });
  t.equal(taken.status, 200, taken.text);
  const after = (await read('/v1/my-work?limit=1', registrar)).json;
  t.match(after, { mine: { count: 1, items: [{ id }] }, newInOffice: { count: 4 } });
  t.equal(after.newInOffice.items.length, 1);
  t.equal((await read('/v1/my-work/newInOffice?limit=2', registrar)).json.items.length, 2);
  t.match(await read('/v1/my-work/yours', registrar), { status: 400, json: { code: 'INVALID_INPUT' } });
  const { scannedTo } = (await read('/v1/changes', registrar)).json;
  await api.call('POST', `/v1/parcels/${id}/note`, { as: api.colleague(registrar), body: { text: 'Synthetic remark' } });
  const changed = await read(`/v1/my-work/changed?since=${scannedTo}`, registrar);
  t.match(changed.json.items, [{ id }], changed.text);
});

t.test('changes are polled from where the last answer ended', async (t) => {
  const all = (await read('/v1/changes', registrar)).json;
  t.ok(all.items.length >= 7);
  const { scannedTo } = all;
  t.same((await read(`/v1/changes?after=${scannedTo}`, registrar)).json, { items: [], scannedTo });
  await api.call('POST', '/v1/parcels', { as: registrar, body: { to: randomUUID(), name: 'Synthetic', need: 'x' } });
  const news = (await read(`/v1/changes?after=${scannedTo}`, registrar)).json;
  t.match(news.items, [{ type: 'ParcelRequested', revision: 0 }]);
  t.same((await read(`/v1/changes?after=${scannedTo}`, api.person('registrar'))).json.items, []);
});

t.test('the audit trail says who, in which post, when and what, with values as far as the reader may open them', async (t) => {
  const { id } = made[2]!;
  const own = await read(`/v1/parcels/${id}/timeline`, registrar);
  t.equal(own.status, 200, own.text);
  t.match(own.json.items, [
    {
      type: 'ParcelRequested',
      label: { en: 'Requested', ar: 'طُلب' },
      actor: registrar.id,
      post: 'registrar',
      postLabel: { en: 'Registrar' },
      office: registrar.post.office,
      data: { name: 'Synthetic 2', need: 'insulin' },
    },
  ]);
  const auditor = await read(`/v1/parcels/${id}/timeline`, api.person('auditor'));
  t.match(auditor.json.items, [{ type: 'ParcelRequested', actor: registrar.id }], auditor.text);
  t.notMatch(auditor.text, /Synthetic|insulin|\$sealed/, 'who may follow but not open sees no value');
  t.match(await read(`/v1/parcels/${id}/timeline`, api.person('registrar')), { status: 404, json: { code: 'NOT_FOUND' } });
  const find = await read(`/v1/parcels/${id}/timeline`, api.person('planning'));
  t.match(find, { status: 403, json: { code: 'FORBIDDEN', params: { office: registrar.post.office } } });
});

t.test('a correction shows both, what was written and what is right', async (t) => {
  const { id } = made[3]!;
  const body = { revision: 0, fields: { name: 'Synthetic Corrected', need: 'glasses' }, reason: 'Misheard' };
  const done = await api.call('POST', `/v1/parcels/${id}/correct`, { as: registrar, body });
  t.equal(done.status, 200, done.text);
  const { json, text } = await read(`/v1/parcels/${id}/timeline`, registrar);
  t.match(json.items[0], { data: { name: 'Synthetic 3' }, correctedBy: 1 });
  t.match(json.items[1], {
    type: 'CaseCorrected',
    correctionOf: 0,
    changes: [
      { field: 'name', before: 'Synthetic 3', after: 'Synthetic Corrected' },
      { field: 'need', before: 'insulin', after: 'glasses' },
    ],
  });
  t.notMatch(text, /\$sealed/);
});

t.test('a moment of the past is named by its place in the log or by the clock', async (t) => {
  const { items } = (await read('/v1/queue', registrar)).json;
  t.ok(items.length > 0);
  t.same((await read('/v1/queue?asOf=2026-03-01T08:00:00.000Z', registrar)).json.items, items);
  t.same((await read('/v1/queue?asOf=2026-03-01T07:59:59.000Z', registrar)).json.items, []);
  t.same((await read('/v1/queue/counts?asOf=2026-03-01T07:59:59.000Z', registrar)).json.items, []);
  t.same((await read(`/v1/parcels/${made[4]!.id}/timeline?asOf=2026-03-01T07:59:59.000Z`, registrar)).json.items, []);
});

t.test('how long each office held what', async (t) => {
  const { id } = made[4]!;
  api.at('2026-03-01T10:00:00.000Z');
  t.teardown(() => api.at('2026-03-01T08:00:00.000Z'));
  await api.call('POST', `/v1/parcels/${id}/send`, { as: registrar, body: { weight: 1 } });
  const held = await read(`/v1/parcels/${id}/dwell`, registrar);
  t.match(held.json.items, [
    { wait: 'send', holderOffice: registrar.post.office, seconds: 7200, to: '2026-03-01T10:00:00.000Z' },
    { wait: 'deliver', holderOrganisation: carrier.post.organisation, to: null },
  ]);
  const figures = await read('/v1/dwell?wait=send', api.person('headOfBranch', { office: registrar.post.office! }));
  t.match(figures.json.items, [{ process: 'parcel', wait: 'send', ended: 1, median: 7200 }], figures.text);
  t.same((await read('/v1/dwell', api.person('registrar'))).json.items, []);
});

t.test('how far the read models have come is shown to whoever runs the server', async (t) => {
  await read('/v1/cases', registrar);
  const { json } = await api.call('GET', '/health/projections');
  t.match(json, { status: 'ok' });
  const far = { 'masar-after': String((1n << 127n) - 1n) };
  const late = await api.call('GET', '/v1/cases', { as: registrar, headers: far });
  t.same([late.status, late.headers.get('masar-stale')], [200, 'true'], 'positions may be as large as those of EventStoreDB');
  const names = projectionsOf(registryOf([parcel]), String).map((one) => one.name);
  t.same(json.items.map((one: { name: string }) => one.name).sort(), names.sort());
});

t.test('a program newer than what is shown of its read models says so, until the newer ones are built', async (t) => {
  const rename = (from: string, to: string) => pool.query(`alter view read.case_index rename column ${from} to ${to}`);
  await rename('reached_by', 'earlier');
  t.teardown(() => rename('earlier', 'reached_by'));
  const ask = () => api.call('GET', '/v1/queue', { as: registrar });
  ahead = 1;
  const early = await ask();
  t.match(early, { status: 503, json: { code: 'NOT_BUILT_YET' } });
  t.ok(Number(early.headers.get('retry-after')) > 0);
  ahead = 0;
  t.match(await ask(), { status: 500, json: { code: 'INTERNAL' } }, 'where all is built, a column that is not there is a fault');
});

t.test(
  'a list that is asked for over a connection that fell silent is given up in time, and the next one is answered',
  async (t) => {
    t.equal((await api.call('GET', '/v1/queue', { as: registrar })).status, 200);
    proxy.silence();
    const begun = performance.now();
    const lost = await api.call('GET', '/v1/queue', { as: registrar });
    t.match(lost, { status: 503, json: { code: 'UNAVAILABLE' } });
    t.ok(Number(lost.headers.get('retry-after')) > 0);
    t.ok(performance.now() - begun < NOTICED_AFTER_MS, 'before anybody else notices');
    t.equal((await api.call('GET', '/v1/queue', { as: registrar })).status, 200);
  },
);
