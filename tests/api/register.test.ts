import t from 'tap';
import { type Api, type SignedIn, startApi } from '../support/api.ts';
import { withReadModels } from '../support/apiReads.ts';
import { families } from '../support/families.ts';
import { referrals } from '../support/referrals.ts';

t.setTimeout(120_000);

/** Asks again until the answer is of the log as it stands: on a busy machine a read model may take longer than a request waits. */
async function fresh(api: Api, method: 'GET' | 'POST', path: string, as: SignedIn, body?: object) {
  const headers = { 'masar-after': String(await api.log.head()) };
  for (;;) {
    const answer = await api.call(method, path, { as, headers, ...(body ? { body } : {}) });
    if (answer.headers.get('masar-stale') !== 'true') return answer;
  }
}

const read = (api: Api, path: string, as: SignedIn) => fresh(api, 'GET', path, as);

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
  const partner = api.person('partnerCaseworker', { governorate: world.registrar.post.governorate ?? '' });
  const { household: shownHere } = (await search('name=tajriba')).json.items[0];
  for (const query of [`place=${shownHere.place}`, `status=${shownHere.status}`]) {
    t.equal((await search(`name=tajriba&${query}`)).json.items.length, 1, query);
    for (const as of [foreign, partner]) {
      t.same(
        (await search(`name=tajriba&${query}`, as)).json.items,
        [],
        `${query} tells nothing of a family that may only be found`,
      );
    }
  }
  t.equal((await search('fileNo=N-77', foreign)).json.items.length, 1, 'by number for who may look up by numbers');
  t.equal((await search('name=tajriba', partner)).json.items.length, 1);
  const looked = { staff: foreign.id, route: 'GET /v1/register', tier: 'T2', outcome: 'allowed' };
  const lookedAt = async (query: string) => {
    await search(query, foreign);
    return api.looks.at(-1);
  };
  t.match(await lookedAt('fileNo=N-77'), { ...looked, cases: [`person-${head}`] }, 'who was found by a number is on record');
  const inVain = await lookedAt('fileNo=N-78');
  t.match(inVain, { ...looked, cases: [], missed: /^[0-9a-f]{32}$/ }, 'and that nobody was');
  t.not((await lookedAt('fileNo=N-79'))?.missed, inVain?.missed);
  const assign = { process: 'household', command: 'assignFileNumber', id: household };
  const commands = ['N-78', 'N-79'].map((fileNo) => ({ ...assign, input: { fileNo }, key: `tried-${fileNo}` }));
  const entries = api.looks.length;
  const tried = await api.call('POST', '/v1/bulk', { as: own, key: null, body: { dryRun: true, commands } });
  t.match(tried.json, { done: 2, results: [{ would: { taken: [] } }, {}] }, tried.text);
  t.match(
    api.looks.slice(entries),
    [{ staff: own.id, route: 'POST /v1/bulk', outcome: 'allowed', missed: inVain?.missed }, { missed: /^[0-9a-f]{32}$/ }],
    'to try whether a number is taken is a lookup of each',
  );
  const before = api.looks.length;
  await search('name=tajriba', foreign);
  t.equal(api.looks.length, before, 'a search by names is no lookup');
  t.same((await search('fileNo=N-77', partner)).json.items, [], 'and for nobody else');
  t.notMatch(api.records.join(''), /N-7[789]/, 'no number stands in the log of requests');

  await t.test('a name is found in the script it was not written in, whole', async (t) => {
    const found = async (mother: string) =>
      (await read(api, `/v1/register?motherName=${encodeURIComponent(mother)}`, own)).json.items.map(
        (one: { person?: { id: string } }) => one.person?.id,
      );
    for (const mother of ['نموذج', 'نمو', 'Namudhaj', 'Nemûzec']) t.ok((await found(mother)).includes(head), mother);
    for (const mother of ['Namu', 'Namudhaj Ahmad', 'Namir']) t.notOk((await found(mother)).includes(head), mother);
  });

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

t.test('a person is looked up by a whole number, however it is written, and the question is on record', async (t) => {
  const world = await families();
  const api = await startApi(world.w, withReadModels(t));
  t.teardown(() => api.close());
  const own = api.colleague({ ...world.registrar, subject: '' });
  const elsewhere = api.person('registrar', { governorate: 'IQG01' });
  const name = { ar: { first: 'تجربة', father: 'مصنوع' } };
  const head = await world.adult(world.registrar, { name, phones: ['0770 000 0001'] });
  const other = await world.adult(world.registrar, { phones: ['0770 000 0002'] });
  const paper = (person: string, docType: string, number: string) =>
    world.when(world.registrar, 'person', 'recordDocument', person, { docType, number, status: 'valid' });
  await paper(head, 'unified_national_card', '001987000001');
  await paper(head, 'passport', 'A 0012345');
  await paper(other, 'passport', 'A 0012346');
  const application = await world.verified(head, [], { qCard: '9000-01' });
  const { household } = (await world.when(world.verifier, 'application', 'accept', application, { fileNo: 'N-78' })).events[0]!
    .data as { household: string };

  const lookUp = (by: string, number: string, as = own) => fresh(api, 'POST', '/v1/register/lookup', as, { by, number });
  const persons = ({ json }: Awaited<ReturnType<typeof lookUp>>) =>
    json.items.map((one: { person?: { id: string } }) => one.person?.id);
  for (const [by, number] of [
    ['national_number', '١٩٨٧٠٠٠٠٠١'],
    ['national_number', '0019-8700-0001'],
    ['document_number', 'a۰۰۱۲۳۴۵'],
    ['document_number', '001987000001'],
    ['document_number', '٩٠٠٠٠١'],
    ['phone', '+964 770 000 0001'],
    ['phone', '٠٧٧٠٠٠٠٠٠٠١'],
  ] as const) {
    const found = await lookUp(by, number);
    t.same(persons(found), [head], `${by} ${number}: ${found.text}`);
    t.match(found.json.items, [{ household: { id: household } }]);
    t.match(api.looks.at(-1), { staff: own.id, cases: [`person-${head}`], tier: 'T2', outcome: 'allowed' });
  }
  for (const [by, number] of [
    ['national_number', '198700000'],
    ['national_number', 'A0012345'],
    ['document_number', 'A12345'],
    ['phone', '07700000003'],
  ] as const) {
    const before = api.looks.length;
    t.same((await lookUp(by, number)).json.items, [], `${by} ${number}`);
    t.equal(api.looks.length, before + 1, 'a question without an answer is on record too');
    t.match(api.looks.at(-1), { route: 'POST /v1/register/lookup', cases: [], tier: 'T2', outcome: 'allowed' });
  }
  const missed = async (by: string, number: string, as = own) => {
    await lookUp(by, number, as);
    return api.looks.at(-1)?.missed;
  };
  const once = await missed('phone', '07700000003');
  t.match(once, /^[0-9a-f]{32}$/, 'by a hash of the number');
  t.equal(
    await missed('phone', '+964 770 000 0003', elsewhere),
    once,
    'that is the same whoever writes it, however it is written',
  );
  t.not(await missed('phone', '07700000004'), once, 'and another for another number');
  t.not(await missed('document_number', '07700000003'), once, 'and for another kind');
  t.equal(await missed('phone', '07700000001'), undefined, 'a number that found somebody is told by the person');
  t.match(await lookUp('phone', '123'), { status: 400, json: { code: 'NUMBER_MALFORMED' } });
  t.match(await lookUp('document_number', ' - '), { status: 400, json: { code: 'NUMBER_MALFORMED' } });
  t.match(await lookUp('name', 'A0012345'), { status: 400, json: { code: 'INVALID_INPUT' } });

  const closed = await lookUp('phone', '07700000001', elsewhere);
  t.match(closed.json.items, [{ personReference: /^\d/, branchOffice: world.registrar.post.office }]);
  t.notMatch(closed.text, /تجربة|0770|00012345/, 'who may find but not read learns whom to ask');
  for (const role of ['partnerCaseworker', 'campManager', 'planning', 'auditor'] as const) {
    t.match(await lookUp('phone', '07700000001', api.person(role)), { status: 403, json: { code: 'FORBIDDEN' } }, role);
  }
  for (const role of ['verifier', 'headOfBranch', 'branchesAffairs'] as const) {
    t.equal((await lookUp('phone', '07700000001', api.person(role))).status, 200, role);
  }

  const match = async (asked: object, as: SignedIn) =>
    fresh(api, 'POST', '/v1/register/matches', as, { names: { first: 'آخر', father: 'غيره' }, ...asked });
  const guess = { nationalNumber: '1987000001' };
  const guessed = await match(guess, elsewhere);
  t.match(guessed.json.items, [{ hits: [{ personReference: /^\d/ }] }], guessed.text);
  t.match(
    api.looks.at(-1),
    { staff: elsewhere.id, route: 'POST /v1/register/matches', cases: [`person-${head}`], tier: 'T2' },
    'a number that is confirmed among matches is on record too, also of a record that may not be opened',
  );
  t.same((await match({ nationalNumber: '1987000009' }, elsewhere)).json.items, []);
  t.match(api.looks.at(-1), { route: 'POST /v1/register/matches', cases: [], tier: 'T2' }, 'and one that found nobody');
  t.match(api.looks.at(-1)?.missed, /^[0-9a-f]{32}$/);
  const partner = api.person('partnerCaseworker', { governorate: world.registrar.post.governorate ?? '' });
  for (const number of [guess, { phone: '07700000001' }, { pdsNumber: '1' }, { qCard: '9000-01' }]) {
    t.match(await match(number, partner), { status: 403, json: { code: 'FORBIDDEN' } }, 'who may not look up by number');
  }
  t.equal((await match({}, partner)).status, 200, 'and may match by names');
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
