import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import t from 'tap';
import { caseOfStream } from '../../src/domain/kernel/case.ts';
import { referenceOf } from '../../src/domain/kernel/reference.ts';
import { type Api, startApi } from '../support/api.ts';
import { parcel } from '../support/sampleProcess.ts';

t.setTimeout(120_000);

let api: Api;
const waited: { readModels: readonly string[]; position: bigint; timeoutMs: number }[] = [];
let early = false;
const shadows = new Map<string, string[]>();

t.before(async () => {
  api = await startApi([parcel], ({ log }) => ({
    waitFor: async (readModels, position, timeoutMs) => {
      waited.push({ readModels, position, timeoutMs });
      return !early;
    },
    // What the index of references would know, read from the log itself.
    idsOf: async (process, reference) => {
      const { events } = await log.readAll(0n, 10_000, { categories: [process] });
      const ids = new Set(events.map((event) => caseOfStream(event.stream).id));
      return [...ids].filter((id) => referenceOf(id) === reference).concat(shadows.get(reference) ?? []);
    },
  }));
});
t.teardown(() => api.close());

async function opened(path = '/v1/parcels') {
  const carrier = api.person('partnerCaseworker');
  const by = api.person('registrar');
  const body = { to: carrier.post.organisation, name: 'Synthetic Family', need: 'insulin' };
  const answer = await api.call('POST', path, { as: by, body });
  return { by, carrier, body, answer, id: answer.json.id as string, reference: answer.json.reference as string };
}

t.test('a case is opened and answers where it is, what it is and what may be done next', async (t) => {
  const { answer, id } = await opened();
  t.equal(answer.status, 201, answer.text);
  t.match(answer.json, { status: 'requested', revision: 0, position: /^\d+$/, reference: /^\d{4}-\d{4}-\d{4}-\d$/ });
  t.equal(answer.headers.get('location'), `/v1/parcels/${id}`);
  t.equal(answer.headers.get('etag'), '"0"');
  t.equal(answer.headers.get('masar-position'), answer.json.position);
  t.equal(answer.headers.get('cache-control'), 'no-store');
  const { actions } = answer.json;
  const action = (command: string) => actions.find((one: { command: string }) => one.command === command);
  t.same(action('send'), { command: 'send', allowed: true });
  t.same(action('handOver'), { command: 'handOver', allowed: false, reason: 'WRONG_STATE' });
});

t.test('the client may choose the id, and a second way to open has a path of its own', async (t) => {
  const by = api.person('registrar');
  const id = randomUUID().toUpperCase();
  const chosen = await api.call('POST', '/v1/parcels', { as: by, body: { id, to: randomUUID(), name: 'Synthetic' } });
  t.equal(chosen.json.id, id.toLowerCase());
  const again = await api.call('POST', '/v1/parcels', { as: by, body: { id, to: randomUUID(), name: 'Synthetic' } });
  t.match(again, { status: 409, json: { code: 'ALREADY_EXISTS' } });
  t.notOk(again.json.params);
  t.equal((await opened('/v1/parcels/import')).answer.status, 201);
});

t.test('what is said about a command is recorded with it: when, by which letter, how it reached us', async (t) => {
  const { by, id } = await opened();
  const record = {
    occurredAt: '2026-02-28T09:00:00Z',
    channel: 'phone',
    letterRef: { number: '12/4', date: '2026-02-27', issuedBy: 'Branch' },
  };
  const correlation = { 'masar-correlation-id': 'visit-2026-0001' };
  const body = { weight: 2, record };
  const sent = await api.call('POST', `/v1/parcels/${id}/send`, { as: by, body, headers: correlation });
  t.equal(sent.status, 200, sent.text);
  t.equal(sent.headers.get('masar-correlation-id'), 'visit-2026-0001');
  const { history } = await api.cases.load(parcel, id);
  t.match(history.at(-1)?.meta, {
    occurredAt: '2026-02-28T09:00:00.000Z',
    channel: 'phone',
    letterRef: { number: '12/4' },
    correlationId: 'visit-2026-0001',
    actor: { id: by.id, office: by.post.office, post: 'registrar' },
  });
});

t.test('a case is read from the log: state, who it waits on, what the caller may do', async (t) => {
  const { by, id, reference } = await opened();
  const answer = await api.call('GET', `/v1/parcels/${id}`, { as: by });
  t.equal(answer.status, 200, answer.text);
  t.equal(answer.headers.get('etag'), '"0"');
  t.match(answer.json, {
    process: 'parcel',
    id,
    reference,
    status: 'requested',
    revision: 0,
    owner: { organisation: by.post.organisation, office: by.post.office },
    state: { name: 'Synthetic Family', need: 'insulin' },
    waits: [{ key: 'send', party: 'sender', since: '2026-03-01T08:00:00.000Z', level: 0 }],
  });
  t.ok(answer.json.actions.length > 10);
});

t.test('fields above what the caller may see are left hidden, and an erased person is erased here too', async (t) => {
  const { by, carrier, id } = await opened();
  const seen = await api.call('GET', `/v1/parcels/${id}`, { as: carrier });
  t.same(seen.json.state, {
    status: 'requested',
    to: carrier.post.organisation,
    name: 'Synthetic Family',
    need: { hidden: true },
  });
  t.notMatch(seen.text, /insulin|\$sealed|nonce/);
  api.keyring.destroy(id);
  const erased = await api.call('GET', `/v1/parcels/${id}`, { as: by });
  t.match(erased.json.state, { status: 'requested', name: { erased: true }, need: { erased: true } });
});

t.test('a case can be seen as it was known at an instant or at a place of the log', async (t) => {
  const { by, id } = await opened();
  const logIndex = await api.log.head();
  const before = api.now();
  api.at('2026-06-01T08:00:00.000Z');
  await api.call('POST', `/v1/parcels/${id}/send`, { as: by, body: { weight: 1 } });
  const at = async (asOf: string) => api.call('GET', `/v1/parcels/${id}?asOf=${asOf}`, { as: by });
  t.match((await at('2026-07-01T00:00:00Z')).json, { status: 'sent', revision: 1 });
  const june = await at(before);
  t.match(june.json, { status: 'requested', revision: 0, state: { name: 'Synthetic Family' }, actions: [] });
  t.match((await at(String(logIndex))).json, { status: 'requested', revision: 0 });
  t.match(await at('2020-01-01T00:00:00Z'), { status: 404, json: { code: 'NOT_FOUND' } });
  api.at('2026-03-01T08:00:00.000Z');
});

t.test('a case answers to its reference as people write it, in Arabic digits too', async (t) => {
  const { by, id, reference } = await opened();
  const arabic = reference.replace(/\d/g, (digit) => String.fromCharCode(0x660 + Number(digit)));
  for (const written of [reference, reference.replaceAll('-', ''), reference.replaceAll('-', ' '), arabic]) {
    const answer = await api.call('GET', `/v1/parcels/${encodeURIComponent(written)}`, { as: by });
    t.equal(answer.json.id, id, written);
  }
  const sent = await api.call('POST', `/v1/parcels/${reference}/send`, { as: by, body: { weight: 1 } });
  t.match(sent.json, { id, status: 'sent' });
});

t.test('two cases with one reference are named only to who may find both', async (t) => {
  const { by, id, reference } = await opened();
  const own = await api.call('POST', '/v1/parcels', { as: by, body: { to: randomUUID(), name: 'Synthetic' } });
  const foreign = await opened();
  t.teardown(() => shadows.clear());
  shadows.set(reference, [foreign.id]);
  t.equal((await api.call('GET', `/v1/parcels/${reference}`, { as: by })).json.id, id, 'one that is closed to me does not count');
  shadows.set(reference, [own.json.id]);
  const both = await api.call('GET', `/v1/parcels/${reference}`, { as: by });
  t.match(both, { status: 409, json: { code: 'REFERENCE_AMBIGUOUS', candidates: [id, own.json.id] } });
});

t.test('a read that must show a write waits for it, and says when it could not', async (t) => {
  const { by, reference, answer } = await opened();
  const headers = { 'masar-after': answer.json.position };
  const shown = await api.call('GET', `/v1/parcels/${reference}`, { as: by, headers });
  t.match(waited.at(-1), { readModels: ['cases'], position: BigInt(answer.json.position) });
  t.equal(shown.headers.get('masar-stale'), null);
  early = true;
  t.teardown(() => {
    early = false;
  });
  const stale = await api.call('GET', `/v1/parcels/${reference}`, { as: by, headers });
  t.match(stale, { status: 200 });
  t.equal(stale.headers.get('masar-stale'), 'true');
  t.ok((waited.at(-1)?.timeoutMs ?? 0) > 1_900);
  waited.length = 0;
  const nobody = { subject: randomUUID() };
  const refused = await api.call('GET', `/v1/parcels/${reference}`, { as: nobody, headers });
  t.match(refused, { status: 403, json: { code: 'NOT_ENROLLED' } });
  t.match(waited, [{ timeoutMs: 0 }], 'who may not ask at all is not waited for');
  const wrong = await api.call('GET', `/v1/parcels/${reference}`, { as: by, headers: { 'masar-after': 'now' } });
  t.match(wrong, { status: 400, json: { code: 'POSITION_MALFORMED' } });
});

t.test('commands of the kernel work on every process', async (t) => {
  const { by, id } = await opened();
  const chief = api.colleague(by);
  const take = await api.call('POST', `/v1/parcels/${id}/take`, { as: by });
  t.match(take, { status: 200, json: { revision: 1 } });
  const taken = await api.call('POST', `/v1/parcels/${id}/take`, { as: chief });
  t.match(taken, { status: 409, json: { code: 'ALREADY_TAKEN', params: { by: by.id } } });
  const shared = { reader: { kind: 'staff', id: randomUUID() }, purpose: 'Second opinion', until: '2026-12-31' };
  t.equal((await api.call('POST', `/v1/parcels/${id}/share`, { as: by, body: shared })).status, 200);
  const seen = await api.call('GET', `/v1/parcels/${id}`, { as: chief });
  t.match(seen.json, { waits: [{ assignee: by.id }], shares: [{ until: '2026-12-31' }] });
});

t.test('a process describes itself: states, commands with schemas, words in every language, a diagram', async (t) => {
  const by = api.person('registrar');
  const { items } = (await api.call('GET', '/v1/processes', { as: by })).json;
  t.same(
    items.map((one: { name: string }) => one.name),
    ['parcel', 'rule'],
    'what only the system uses is not shown',
  );
  const one = (await api.call('GET', '/v1/processes/parcel', { as: by })).json;
  t.match(one, { label: { en: 'Parcel', ar: 'طرد' }, states: { sent: { ar: 'مرسل' } }, ends: ['delivered'] });
  const commands = Object.fromEntries(one.commands.map((each: { name: string }) => [each.name, each]));
  t.match(commands.handOver, { path: '/v1/parcels/{id}/hand-over', from: ['sent'], to: ['delivered'], effect: 'money' });
  t.same(commands.request.input.properties.name, { type: 'string', minLength: 1 }, 'a personal field is what it holds');
  t.notOk(commands.escalate, "the system's own commands are not for people");
  const diagram = await api.call('GET', '/v1/processes/parcel/diagram', { as: by, headers: { 'accept-language': 'ar' } });
  t.match(diagram.headers.get('content-type'), 'text/vnd.mermaid');
  t.match(diagram.text, /^stateDiagram-v2\n/);
  t.match(diagram.text, '[*] --> requested : طلب / استيراد');
  t.match(diagram.text, 'sent --> delivered : تسليم');
  t.match(await api.call('GET', '/v1/processes/unknown', { as: by }), { status: 404, json: { code: 'PROCESS_UNKNOWN' } });
});

t.test('code lists and places come with their words', async (t) => {
  const by = api.person('registrar');
  const { lists } = (await api.call('GET', '/v1/code-lists', { as: by })).json;
  t.match(lists, { role: { registrar: { en: 'Registrar' } }, channel: { phone: { ar: 'هاتفيًا' } } });
  const all = (await api.call('GET', '/v1/code-lists/places?level=1', { as: by })).json.items;
  t.equal(all.length, 18);
  const inNinewa = (await api.call('GET', '/v1/code-lists/places?parent=IQG15', { as: by })).json.items;
  t.ok(inNinewa.length > 5 && inNinewa.every((one: { level: number }) => one.level === 2));
});

t.test('health needs no token, and metrics count answers by route', async (t) => {
  t.match(await api.call('GET', '/health/live'), { status: 200, json: { status: 'live' } });
  t.match(await api.call('GET', '/health/ready'), {
    status: 200,
    json: { status: 'ready', checks: [{ name: 'log', ok: true }] },
  });
  t.match(await api.call('GET', '/health/projections'), { status: 200, json: { status: 'ok', items: [] } });
  const metrics = await api.call('GET', '/metrics');
  t.match(metrics.text, /masar_http_request_seconds_count\{method="POST",route="\/v1\/parcels",status="201"\} \d+/);
  for (const path of ['/health/projections', '/health/audit', '/metrics']) {
    for (const headers of [{ 'x-forwarded-for': '10.0.0.9' }, { forwarded: 'for=10.0.0.9' }]) {
      t.match(await api.call('GET', path, { headers }), { status: 404, json: { code: 'ROUTE_UNKNOWN' } }, `${path} by a proxy`);
    }
  }
  t.equal((await api.call('GET', '/health/ready', { headers: { 'x-forwarded-for': '203.0.113.9' } })).status, 200);
  const broken = await startApi([parcel], ({ config }) => ({
    checks: async () => [{ name: 'log', ok: false, detail: 'ECONNREFUSED' }],
    config: { ...config, operationsPort: 9090, trustProxy: ['127.0.0.1'] },
  }));
  t.teardown(() => broken.close());
  t.match(await broken.call('GET', '/health/ready'), { status: 503, json: { status: 'not ready' } });
  t.equal((await broken.call('GET', '/metrics')).status, 404, 'answered at the port of operations alone');
  const from = async (address: string) =>
    (await broken.call('GET', '/health/projections', { headers: { 'x-forwarded-for': address } })).status;
  t.same([await from('10.0.0.9'), await from('203.0.113.9')], [200, 404], 'a proxy that is trusted says who is near');
});

t.test('a request that is no HTTP is answered as a problem too', async (t) => {
  const port = Number(new URL(api.base).port);
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('GET / HTTP/9\r\n\r\n'));
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    socket.on('end', () => resolve(text)).on('error', reject);
  });
  t.match(answer, /^HTTP\/1.1 400 Bad Request\r\ncontent-type: application\/problem\+json[\s\S]*"code":"BAD_REQUEST"/);
});

t.test('a server that is stopped finishes what is under way', async (t) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let begun = () => {};
  const underWay = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const slow = await startApi([parcel], ({ executor }) => ({
    executor: {
      execute: async (request) => {
        begun();
        await held;
        return executor.execute(request);
      },
    },
  }));
  const by = slow.person('registrar');
  const answer = slow.call('POST', '/v1/parcels', { as: by, body: { to: randomUUID(), name: 'Synthetic' } });
  await underWay;
  const closed = slow.close();
  await t.rejects(slow.call('GET', '/health/live'), 'nobody new is let in');
  release();
  t.equal((await answer).status, 201);
  await closed;
});
