import t from 'tap';
import { type Api, type SignedIn, startApi } from '../support/api.ts';
import { withReadModels } from '../support/apiReads.ts';
import { families } from '../support/families.ts';
import { referrals } from '../support/referrals.ts';

const read = async (api: Api, path: string, as: SignedIn) =>
  api.call('GET', path, { as, headers: { 'masar-after': String(await api.log.head()) } });

t.test('the register finds a family by any name, and shows no more than the caller may read', async (t) => {
  const world = await families();
  const api = await startApi(world.w, withReadModels(t));
  t.teardown(() => api.close());
  const own = api.colleague({ ...world.registrar, subject: '' });
  const foreign = api.person('registrar', { governorate: 'IQG01' });
  const name = {
    ar: { first: 'تجربة', father: 'مصنوع', family: 'المثال' },
    latin: { first: 'Tajriba', father: 'Masnu', family: 'Mithal' },
  };
  const head = await world.adult(world.registrar, { name, motherName: 'نموذج' });
  const application = await world.verified(head);
  const accepted = await world.when(world.verifier, 'application', 'accept', application, { fileNo: 'N-77' });
  const { household } = accepted.events[0]!.data as { household: string };

  const search = (query: string, as = own) => read(api, `/v1/register?${new URLSearchParams(query)}`, as);
  for (const query of [
    'name=tajr',
    'name=مثال تجر',
    'name=mith&birthYear=1980',
    'motherName=نموذج',
    'fileNo=N-77',
    'name=tajriba&origin=IQG15Q07',
  ]) {
    const found = await search(query);
    t.match(
      found.json?.items,
      [{ person: { id: head, name }, household: { id: household, fileNo: 'N-77', members: 1 } }],
      `${query}: ${found.text}`,
    );
  }
  t.same((await search('name=tajriba&birthYear=1981')).json.items, []);
  t.match(await search('name=ta'), { status: 400, json: { code: 'SEARCH_TOO_SHORT' } });
  t.match(await search('nam=tajriba'), { status: 400, json: { code: 'INVALID_INPUT' } });
  t.match(await search('name=tajriba', api.person('planning')), { status: 403, json: { code: 'FORBIDDEN' } });

  const closed = await search('name=tajriba', foreign);
  t.match(closed.json.items, [{ personReference: /^\d/, branchOffice: world.registrar.post.office }]);
  t.notMatch(closed.text, /تجربة|Tajriba|نموذج/, 'who may find but not read learns whom to ask');

  await t.test('before somebody is registered, who they may be is shown, likeliest first', async (t) => {
    const body = {
      names: { first: 'تجربة', father: 'مصنوع', family: 'المثال' },
      motherName: 'نموذج',
      birth: { date: '1980-05-05', precision: 'day' },
    };
    const match = async (as: SignedIn, asked: object = body) =>
      api.call('POST', '/v1/register/matches', { as, body: asked, headers: { 'masar-after': String(await api.log.head()) } });
    const seen = await match(own);
    t.match(
      seen.json.items,
      [{ score: Number, fields: [{ field: 'firstName', agreement: 1 }], hits: [{ person: { id: head } }] }],
      seen.text,
    );
    t.ok(seen.json.items[0].score >= 60);
    const hidden = await match(foreign);
    t.match(hidden.json.items, [{ score: seen.json.items[0].score, hits: [{ personReference: /^\d/ }] }]);
    t.notOk(hidden.json.items[0].fields, 'how each field agrees would tell whether a guessed number is right');
    t.notMatch(hidden.text, /تجربة/);
    t.same((await match(own, { ...body, names: { first: 'آخر', father: 'غيره' } })).json.items, []);
    t.match(await match(own, { ...body, extra: 1 }), { status: 400, json: { errors: [{ pointer: '/extra' }] } });
    t.match(await match(api.person('planning')), { status: 403 });
  });

  await t.test('a family stands on one page, and its trail runs across its cases', async (t) => {
    const card = await read(api, `/v1/households/${household}/card`, own);
    t.match(card.json, { household: { id: household }, members: [{ id: head, name, relation: 'head' }] }, card.text);
    t.equal((await read(api, `/v1/households/${household}/card`, foreign)).status, 403);

    const page = await read(api, `/v1/households/${household}/page`, own);
    t.match(page.json, { card: { household: { id: household } }, waits: [] }, page.text);
    const onPage = page.json.cases.map((one: { process: string; status: string }) => `${one.process} ${one.status}`);
    t.same(onPage.sort(), ['application accepted', 'household displaced', 'person recorded']);
    t.equal((await read(api, `/v1/households/${household}/page`, foreign)).status, 403);
    const trail = await read(api, `/v1/households/${household}/trail?limit=200`, api.colleague({ ...world.head, subject: '' }));
    t.equal(trail.status, 200, trail.text);
    const types = trail.json.items.map((one: { process: string; type: string }) => `${one.process} ${one.type}`);
    t.ok(types.includes('household HouseholdRegistered'), String(types));
    t.ok(
      types.some((one: string) => one.startsWith('application ')),
      String(types),
    );
    t.notMatch(trail.text, /\$sealed/);
  });
});

t.test('the provider directory answers what is offered, to whom and where', async (t) => {
  const world = await referrals();
  const api = await startApi(world.w, withReadModels(t));
  t.teardown(() => api.close());
  const anybody = api.person('registrar');
  const found = await read(api, '/v1/providers/search?need=civil_documents&area=IQG15Q07N03', anybody);
  t.match(
    found.json?.items,
    [{ organisation: world.receiver.organisation, needs: ['civil_documents', 'legal_counselling'], stale: false }],
    found.text,
  );
  t.same((await read(api, '/v1/providers/search?need=food', anybody)).json.items, []);
  t.match(await read(api, '/v1/providers/search?need=love', anybody), { status: 400, json: { code: 'INVALID_INPUT' } });
  const organisations = await read(api, '/v1/organisations?kind=ngo', anybody);
  t.match(organisations.json?.items?.[0], { kind: 'ngo', names: { en: 'Organisation' } }, organisations.text);
});
