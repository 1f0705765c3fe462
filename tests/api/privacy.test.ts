import { randomUUID } from 'node:crypto';
import t from 'tap';
import type { ImportedRow } from '../../src/api/parts.ts';
import { reachOf } from '../../src/domain/access/access.ts';
import { hlpCase } from '../../src/domain/hlpCase/index.ts';
import { household } from '../../src/domain/household/index.ts';
import { importRun } from '../../src/domain/importRun/index.ts';
import { referenceOf } from '../../src/domain/kernel/reference.ts';
import { person } from '../../src/domain/person/index.ts';
import { type SignedIn, startApi } from '../support/api.ts';
import { caughtUp, withReadModels } from '../support/apiReads.ts';
import { families } from '../support/families.ts';
import { DISTRICT, HOME, movements } from '../support/movements.ts';
import { refused, someone, world } from '../support/scenario.ts';

t.setTimeout(120_000);

/** A registered family of one branch, and people at desks near and far. */
async function desks(test: Pick<typeof t, 'teardown'>) {
  const m = await families();
  const api = await startApi(m.w, withReadModels(test));
  test.teardown(() => api.close());
  const { organisation, office = '', governorate = '' } = m.registrar.post;
  const here = { organisation, office, governorate };
  const read = async (path: string, as: SignedIn) => {
    const headers = { 'masar-after': String(await api.log.head()) };
    return caughtUp(() => api.call('GET', path, { as, headers }));
  };
  return { ...m, api, here, read, family: await m.registered() };
}

t.test('who may find a family elsewhere learns nothing of how it stands', async (t) => {
  const { api, here, read, family } = await desks(t);
  const cases = async (as: SignedIn) =>
    (await read('/v1/households/board/cases', as)).json.items.map((one: { id: string }) => one.id);
  t.same(await cases(api.person('registrar', here)), [family.id], 'its own branch');
  t.same(await cases(api.person('branchesAffairs')), [family.id], 'headquarters');
  const registrar = api.person('registrar', { governorate: 'IQG01' });
  const caseworker = api.person('partnerCaseworker', { governorate: here.governorate });
  t.equal((await read(`/v1/households/${family.id}`, registrar)).status, 403, 'it may be found');
  t.same(await cases(registrar), [], 'another branch');
  t.same(await cases(caseworker), [], 'a partner of the same governorate');
  const note = { process: 'household', command: 'note', id: family.id, input: { text: 'seen' }, key: randomUUID() };
  const tried = await api.call('POST', '/v1/bulk', {
    ...{ as: api.person('localAuthority', { governorate: here.governorate }), key: null },
    body: { dryRun: true, commands: [note] },
  });
  t.match(tried.json.results, [{ status: 200, case: { status: 'not_told' } }], 'who may act on it, by only trying');
  const mukhtar = api.person('localAuthority', { governorate: here.governorate });
  const given = await api.call('POST', '/v1/bulk', { as: mukhtar, key: null, body: { commands: [note] } });
  t.match(given.json.results, [{ status: 200, case: { status: 'not_told' } }], 'nor by acting on it');
  const key = randomUUID();
  const alone = () =>
    api.call('POST', `/v1/households/${family.id}/note`, { as: mukhtar, key, body: { text: 'seen by the mukhtar' } });
  for (const answer of [await alone(), await alone()])
    t.match(answer, { status: 200, json: { status: 'not_told', actions: [] } }, answer.text);
});

t.test('who may open a family up to T1 is not told that somebody of it is missing or detained', async (t) => {
  const { api, here, read, family, when, registrar } = await desks(t);
  const [one, two] = family.daughters;
  const since = { date: '2026-01-05', precision: 'day' };
  const revision = () => api.cases.glance(`household-${family.id}`).then((record) => record.revision);
  const seen = await revision();
  await when(registrar, 'household', 'reportMemberDetained', family.id, { person: one, since, papers: 'pending' });
  await when(registrar, 'household', 'reportMemberMissing', family.id, { person: two, since, papers: 'pending' });
  const telling = /detained|missing|absence/i;
  const headquarters = api.person('branchesAffairs');
  const verifier = api.person('verifier', here);

  for (const path of [`households/${family.id}`, `households/${family.id}/page`, `persons/${one}`, `persons/${two}`]) {
    const { status, json } = await read(`/v1/${path}`, headquarters);
    t.equal(status, 200, path);
    // What could be done is told of every case alike.
    t.notMatch(JSON.stringify({ ...json, actions: [] }), telling, path);
    if (path === `households/${family.id}`) t.equal(json.revision, await revision(), 'If-Match still finds the case');
  }
  const { state } = (await read(`/v1/households/${family.id}`, verifier)).json;
  t.match(JSON.stringify(state), telling, 'the branch that opens T2');

  const trails = [`households/${family.id}/timeline`, `households/${family.id}/trail`, `persons/${one}/timeline`];
  for (const path of [...trails, 'changes?after=0&limit=200']) {
    const { status, text } = await read(`/v1/${path}`, headquarters);
    t.equal(status, 200, path);
    t.notMatch(text, telling, path);
    t.match(text, /EntryNotTold/, `${path}: that something was entered is told`);
    t.match((await read(`/v1/${path}`, verifier)).text, telling, `${path}: the branch that opens T2`);
  }
  const trail = await read(`/v1/households/${family.id}/timeline`, api.person('auditor'));
  t.match(trail.text, telling, 'who audits what was done is told what was done');

  const stale = await api.call('POST', `/v1/households/${family.id}/note`, {
    as: api.person('registrar', here),
    body: { text: 'asked again' },
    headers: { 'if-match': `"${seen}"` },
  });
  t.equal(stale.status, 412, stale.text);
  t.notMatch(stale.text, telling, 'what changed meanwhile');
});

t.test('whose family a piece of work is about is told to those who may open the case', async (t) => {
  const api = await startApi(world([household, hlpCase]), withReadModels(t));
  t.teardown(() => api.close());
  const lawyer = someone('legalPartner', { governorate: 'IQG15' });
  const { organisation, office = '' } = lawyer.post;
  const family = randomUUID();
  const property = { key: 'k', adm3: 'IQG15Q07N03' };
  await api.given('hlpCase', randomUUID(), {
    type: 'HLPCaseOpened',
    data: { type: 'secondary_occupation', property, parties: [], household: family, urgency: 'normal' },
    by: lawyer,
  });
  const items = async (path: string, as: SignedIn) =>
    (await caughtUp(async () => api.call('GET', path, { as, headers: { 'masar-after': String(await api.log.head()) } }))).json
      .items;
  const rows = async (path: string, as: SignedIn) => (await items(path, as)).length;
  const mine = api.person('legalPartner', { organisation, office });
  const other = api.person('partnerCaseworker', { organisation, office });
  t.equal(await rows('/v1/queue', other), 1, 'a colleague of the same office sees that something waits');
  for (const path of [`/v1/queue?household=${family}`, `/v1/queue/counts?household=${family}`]) {
    t.equal(await rows(path, mine), 1, path);
    t.equal(await rows(path, other), 0, `${path}: not that it is about this family`);
  }
  const [{ status }] = await items('/v1/queue', mine);
  t.equal(status, 'intake', 'who may find the case is told how it stands');
  t.match(await items('/v1/queue', other), [{ status: null }], 'who may not find it is not told');
  t.match((await items('/v1/queue', other))[0], { wait: /./, reference: /./ });
  for (const path of [`/v1/queue?status=${status}`, `/v1/queue/counts?status=${status}`]) {
    t.equal(await rows(path, mine), 1, path);
    t.equal(await rows(path, other), 0, `${path}: nor does the filter tell it`);
  }
  const { newInOffice } = (await api.call('GET', '/v1/my-work', { as: other })).json;
  t.match(newInOffice, { count: 1, items: [{ status: null }] }, 'nor does the own work');
});

t.test('of a person that a row of an import resembles, only who may find persons is told which', async (t) => {
  const entry = someone('subcommitteeClerk', { governorate: 'IQG15' });
  const { organisation, office = '', governorate = '' } = entry.post;
  const [run, one] = [randomUUID(), randomUUID()];
  const row = {
    row: 2,
    unit: 2,
    status: 'doubtful',
    errors: [],
    duplicates: [
      { person: one, score: 91, byNumber: true },
      { row: 3, score: 80 },
    ],
    cases: [],
  };
  const importRows = { page: async () => ({ items: [row as ImportedRow] }), counts: async () => ({ doubtful: 1 }) };
  const w = world([person, importRun]);
  const api = await startApi(w, async (parts) => ({ ...(await withReadModels(t)(parts)), importRows }));
  t.teardown(() => api.close());
  await w.given('person', one, { type: 'PersonRegistered', data: { name: { ar: { first: 'شخص' } }, sex: 'female' } });
  await w.given('importRun', run, {
    type: 'ImportUploaded',
    data: { kind: 'households', office: { organisation, office, governorate }, document: randomUUID(), sha256: '0'.repeat(64) },
    by: entry,
  });
  const seenBy = async (role: 'registrar' | 'subcommitteeClerk' | 'partnerCaseworker') => {
    const { status, json } = await api.call('GET', `/v1/imports/${run}/rows`, {
      as: api.person(role, { organisation, office, governorate }),
      headers: { 'masar-after': String(await api.log.head()) },
    });
    t.equal(status, 200);
    return json.items[0].duplicates;
  };
  const among = [{ score: 80, row: 3 }];
  t.same(await seenBy('subcommitteeClerk'), among, 'who may find nobody is not even told that there is somebody');
  t.same(await seenBy('partnerCaseworker'), among, 'nor who may not look up by numbers, where a number was compared');
  t.same(api.looks, []);
  t.same(await seenBy('registrar'), [{ score: 91, reference: referenceOf(one) }, ...among]);
  t.match(api.looks, [{ cases: [`person-${one}`], tier: 'T2', outcome: 'allowed' }], 'and that is on record');
});

t.test('where a family under threat goes is not told by the convoy that takes it', async (t) => {
  const m = await movements();
  const trip = await m.journey({ shielded: true });
  await trip.to('approved');
  await refused(t, trip.give('addToManifest', trip.booking(await trip.plannedConvoy())), 'CONVOY_NOT_SHIELDED');
  const on = await trip.plannedConvoy(20, '2026-03-01', { shielded: true, route: ['IQG12', DISTRICT] });
  await trip.give('addToManifest', trip.booking(on));
  const run = (command: string, input: object = {}) => m.when(m.registrar, 'convoy', command, on.convoy, input);
  await run('notifyCheckpoint', { area: DISTRICT });
  await refused(t, run('notifyCheckpoint', { area: DISTRICT }), 'ALREADY_NOTIFIED');
  await run('depart');
  await run('handOver', { area: DISTRICT, to: 'partner' });
  await run('reportArrival', { area: HOME });

  const api = await startApi(m.w, withReadModels(t));
  t.teardown(() => api.close());
  const { organisation, office = '', governorate = '' } = m.registrar.post;
  const head = await api.log.head();
  const read = (path: string, as: SignedIn) =>
    caughtUp(() => api.call('GET', `/v1/convoys/${on.convoy}${path}`, { as, headers: { 'masar-after': String(head) } }));
  const places = /IQG15Q|IQG12/;
  const departs = api.person('governorate', { governorate });
  for (const path of ['', '/timeline']) {
    for (const as of [api.person('registrar', { organisation, office, governorate }), departs]) {
      const { status, text } = await read(path, as);
      t.equal(status, 200, `${as.post.role} ${path}`);
      t.notMatch(text, places, `${as.post.role} ${path}`);
      t.match(text, /IQG15/, 'the governorate stands open');
    }
    const { text } = await read(path, api.person('verifier', { organisation, office, governorate }));
    t.match(text, HOME, `who may open T2 ${path}`);
    t.match(text, /IQG12/);
    t.equal((await read(path, api.person('governorate', { governorate: 'IQG15' }))).status, 404, `where it arrives ${path}`);
  }
});

t.test('boards follow the role matrix column by column', async (t) => {
  const sees = (role: Parameters<typeof someone>[0], process: string): boolean => {
    const { post, id } = someone(role, { governorate: 'IQG15' });
    return reachOf({ staff: id, day: '2026-03-01', posts: [post] }, `${process}:board`).length > 0;
  };
  t.notOk(sees('returnsCoordinator', 'household'), 'column 1 of the coordinators is closed');
  t.ok(sees('returnsCoordinator', 'movement'));
  t.notOk(sees('governorate', 'hlpCase'), 'column 6 of the governorate is evictions alone');
  t.ok(sees('governorate', 'eviction'));
  t.ok(sees('krgOffice', 'docRequest'));
  for (const role of ['counterExtremism', 'courtClerk', 'localAuthority', 'civilAffairs', 'auditor', 'systemAdmin'] as const) {
    for (const process of ['household', 'movement', 'claim', 'docRequest', 'hlpCase', 'reintegrationPlan']) {
      t.notOk(sees(role, process), `${role} has no board of ${process}`);
    }
  }
});
