import { randomUUID } from 'node:crypto';
import t from 'tap';
import { DEFAULT_CALENDAR } from '../../src/domain/kernel/calendar.ts';
import { referenceOf } from '../../src/domain/kernel/reference.ts';
import { pause } from '../../src/eventlog/follow.ts';
import { naturalId } from '../../src/eventlog/ids.ts';
import { type Api, type SignedIn, startApi } from '../support/api.ts';
import { parcel } from '../support/sampleProcess.ts';

let api: Api;
/** Until when each look at the read models would wait, in milliseconds since 1970. */
const until: number[] = [];
t.before(async () => {
  api = await startApi([parcel], () => ({
    waitFor: async (_readModels, _position, timeoutMs) => {
      if (timeoutMs === 0) return false;
      until.push(Date.now() + timeoutMs);
      await pause(100, new AbortController().signal);
      return false;
    },
  }));
});
t.teardown(() => api.close());

interface Given {
  readonly process?: string;
  readonly command: string;
  readonly id?: string;
  readonly input?: object;
  readonly key?: string;
  readonly ifMatch?: number;
  readonly record?: object;
}

interface Result {
  readonly key: string;
  readonly status: number;
  readonly case?: { readonly id: string; readonly status: string; readonly revision: number };
  readonly replayed?: boolean;
  readonly would?: { readonly events: readonly string[]; readonly taken: readonly string[] };
  readonly problem?: { readonly code: string; readonly title: string; readonly errors?: readonly { readonly pointer: string }[] };
}

const ofParcel = (one: Given): Given => ({ process: 'parcel', key: randomUUID(), ...one });
const send = (as: SignedIn, commands: readonly Given[], more: object = {}) =>
  api.call('POST', '/v1/bulk', { as, key: null, body: { commands, ...more } });
async function bulk(as: SignedIn, commands: readonly Given[], more: object = {}): Promise<readonly Result[]> {
  const answer = await send(as, commands, more);
  if (answer.status !== 200) throw new Error(answer.text);
  return answer.json.results;
}
const request = (more: object = {}) => ofParcel({ command: 'request', input: { to: randomUUID(), name: 'Synthetic' }, ...more });

t.test('a thousand commands are given at once, each with its own result in its own place', async (t) => {
  const by = api.person('registrar');
  const ids = Array.from({ length: 500 }, () => randomUUID());
  const commands = ids.flatMap((id, at) => [
    request({ id }),
    ofParcel({ command: 'send', id, input: { weight: at % 100 === 7 ? 100 : 1 } }),
  ]);
  const answer = await send(by, commands);
  t.match(answer.json, { done: 995, refused: 5 });
  const results: readonly Result[] = answer.json.results;
  t.strictSame(
    results.map((one) => one.key),
    commands.map((one) => one.key),
  );
  for (const [at, id] of ids.entries()) {
    const [opened, sent] = results.slice(at * 2);
    const wanted =
      at % 100 === 7
        ? { status: 422, problem: { code: 'TOO_HEAVY', title: 'Over 100 kg. Send it in parts.' } }
        : { status: 200, case: { id, status: 'sent', revision: 1 } };
    if (opened?.status !== 201 || opened.case?.id !== id) t.fail(`${at} was not opened`);
    if (sent?.status !== wanted.status) t.match(sent, wanted);
  }
  t.match(results[15], { problem: { code: 'TOO_HEAVY', title: 'Over 100 kg. Send it in parts.' } });
  t.equal(answer.headers.get('masar-position'), String(await api.log.head()));
});

t.test('a bulk whose answer was lost is sent again, and nothing is written twice', async (t) => {
  const by = api.person('registrar');
  const id = randomUUID();
  const commands = [request({ id }), ofParcel({ command: 'send', id, input: { weight: 2 } }), request()];
  const alone = { as: by, key: commands[0]?.key ?? '', body: { id, ...commands[0]?.input } };
  t.equal((await api.call('POST', '/v1/parcels', alone)).status, 201, 'the first had been given alone');
  const first = await bulk(by, commands);
  t.strictSame(
    first.map((one) => one.replayed),
    [true, undefined, undefined],
  );
  const head = await api.log.head();
  const again = await bulk(by, commands);
  t.strictSame(
    again,
    first.map((one) => ({ ...one, replayed: true })),
  );
  t.equal(await api.log.head(), head);
});

t.test('a dry run says what each command would come to, and the log stays as it is', async (t) => {
  const by = api.person('registrar');
  const id = randomUUID();
  await bulk(by, [request({ id })]);
  const head = await api.log.head();
  const commands = [
    request(),
    ofParcel({ command: 'send', id, input: { weight: 1 } }),
    ofParcel({ command: 'send', id, input: { weight: 101 } }),
    ofParcel({ command: 'handOver', id, ifMatch: 0 }),
  ];
  const tried = await bulk(by, commands, { dryRun: true });
  t.match(tried, [
    { status: 201, case: { status: 'requested', revision: 0 }, would: { events: ['ParcelRequested'], taken: [] } },
    { status: 200, case: { id, status: 'sent', revision: 1 }, would: { events: ['ParcelSent'] } },
    { status: 422, problem: { code: 'TOO_HEAVY' } },
    { status: 409, problem: { code: 'WRONG_STATE' } },
  ]);
  t.equal(await api.log.head(), head);
  t.match(await bulk(by, commands.slice(0, 2)), [{ status: 201 }, { status: 200 }], 'the same keys are still good');
  t.ok((await api.log.head()) > head);
});

t.test('commands to one case are given in order, also to one with a natural key', async (t) => {
  const by = api.person('registrar');
  const id = randomUUID();
  const takes = [
    request({ id }),
    ...Array.from({ length: 20 }, () => ofParcel({ command: 'note', id, input: { text: 'seen' } })),
  ];
  const results = await bulk(by, takes);
  t.strictSame(
    results.map((one) => one.case?.revision),
    results.map((_, at) => at),
  );
  const keeper = api.person('branchesAffairs');
  const version = { value: DEFAULT_CALENDAR, effectiveFrom: '2026-04-01', source: 'letter 4' };
  const ofRule = (more: object) => ({ process: 'rule', command: 'revise', key: randomUUID(), input: version, ...more });
  const calendar = naturalId('rule', 'calendar.working');
  const opened = { command: 'establish', input: { key: 'calendar.working', ...version } };
  const rules = await bulk(keeper, [
    ofRule(opened),
    ofRule({ id: calendar }),
    ofRule({ id: calendar }),
    ofRule({ ...opened, id: calendar }),
  ]);
  t.match(rules, [
    { status: 201, case: { id: calendar, revision: 0 } },
    { case: { revision: 1 } },
    { case: { revision: 2 } },
    { problem: { code: 'ID_MALFORMED' } },
  ]);
});

t.test('more than a thousand commands, none, or one without a key are refused whole', async (t) => {
  const by = api.person('registrar');
  const head = await api.log.head();
  const many = Array.from({ length: 1001 }, () => request());
  t.match(await send(by, many), { status: 400, json: { code: 'INVALID_INPUT', errors: [{ pointer: '/commands' }] } });
  t.match(await send(by, []), { status: 400, json: { errors: [{ pointer: '/commands' }] } });
  const { key: _, ...keyless } = request();
  t.match(await send(by, [request(), keyless]), {
    status: 400,
    json: { errors: [{ pointer: '/commands/1/key', code: 'REQUIRED' }] },
  });
  t.match(await send(by, [request({ key: 'short' })]), { status: 400, json: { errors: [{ pointer: '/commands/0/key' }] } });
  t.match(await send(by, [request()], { dry: true }), {
    status: 400,
    json: { errors: [{ pointer: '/dry', code: 'UNKNOWN_FIELD' }] },
  });
  const large = request({ input: { to: randomUUID(), name: 'x'.repeat(8 * 1024 * 1024) } });
  t.match(await send(by, [large]), { status: 413, json: { code: 'BODY_TOO_LARGE' } });
  t.equal(await api.log.head(), head);
});

t.test('what is wrong with a command is said of that command, by pointer', async (t) => {
  const by = api.person('registrar');
  const results = await bulk(by, [
    ofParcel({ process: 'lorry', command: 'request' }),
    ofParcel({ command: 'fly' }),
    ofParcel({ command: 'escalate', id: randomUUID() }),
    { ...ofParcel({ command: 'reserve' }), process: 'reservation' },
    ofParcel({ command: 'send', input: { weight: 1 } }),
    ofParcel({ command: 'send', id: 'here', input: { weight: 1 } }),
    ofParcel({ command: 'send', id: '4821-9037-5512-4', input: { weight: 1 } }),
    request({ id: 'mine' }),
    request({ input: { to: 'nowhere', nmae: 'Synthetic' } }),
    request(),
  ]);
  const told = results.map(({ status, problem }) => [status, problem?.code, problem?.errors?.map((one) => one.pointer)]);
  t.strictSame(told, [
    [404, 'PROCESS_UNKNOWN', ['/commands/0/process']],
    [404, 'COMMAND_UNKNOWN', ['/commands/1/command']],
    [404, 'COMMAND_UNKNOWN', ['/commands/2/command']],
    [404, 'PROCESS_UNKNOWN', ['/commands/3/process']],
    [400, 'ID_MISSING', ['/commands/4/id']],
    [400, 'ID_MALFORMED', ['/commands/5/id']],
    [400, 'REFERENCE_MISTYPED', ['/commands/6/id']],
    [400, 'ID_MALFORMED', ['/commands/7/id']],
    [400, 'INVALID_INPUT', ['/commands/8/input/to', '/commands/8/input/name', '/commands/8/input/nmae']],
    [201, undefined, undefined],
  ]);
});

t.test('a bulk waits once for what it names by reference, however many of its commands do', async (t) => {
  const commands = Array.from({ length: 24 }, () =>
    ofParcel({ command: 'note', id: referenceOf(randomUUID()), input: { text: 'seen' } }),
  );
  const headers = { 'masar-after': '999999' };
  until.length = 0;
  const answer = await api.call('POST', '/v1/bulk', { as: api.person('registrar'), key: null, headers, body: { commands } });
  t.match(answer.json, { done: 0, refused: 24, results: [{ status: 404, problem: { code: 'NOT_FOUND' } }] });
  t.equal(answer.headers.get('masar-stale'), 'true');
  t.ok(until.length > 8, 'it asks each time');
  t.ok(Math.max(...until) - Math.min(...until) < 50, 'and all end waiting together');
});

t.test('a command with money effect needs the revision that was looked at, in a bulk as alone', async (t) => {
  const by = api.person('registrar');
  const id = randomUUID();
  const handOver = (more: object) => ofParcel({ command: 'handOver', id, ...more });
  const results = await bulk(by, [
    request({ id }),
    ofParcel({ command: 'send', id, input: { weight: 1 } }),
    handOver({}),
    handOver({ ifMatch: 0 }),
    handOver({ ifMatch: 1 }),
  ]);
  t.strictSame(
    results.map((one) => one.status),
    [201, 200, 428, 412, 200],
  );
  t.match(results[2]?.problem?.errors, [{ pointer: '/commands/2/ifMatch' }]);
  t.match(results[3]?.problem, { code: 'STALE', since: [{ event: 'ParcelSent' }] });
});

t.test('who has no rights learns nothing, whether the case is there or not, tried or given', async (t) => {
  const by = api.person('registrar');
  const id = randomUUID();
  await bulk(by, [request({ id }), ofParcel({ command: 'send', id, input: { weight: 1 } })]);
  const stranger = api.person('registrar');
  const head = await api.log.head();
  for (const dryRun of [true, false]) {
    const attempts = [id, randomUUID()].map((each) => ofParcel({ command: 'handOver', id: each, ifMatch: 1 }));
    const [there, absent] = await bulk(stranger, attempts, { dryRun });
    t.match(there, { status: 404, problem: { code: 'NOT_FOUND' } });
    t.strictSame({ ...there, key: '' }, { ...absent, key: '' });
    const [foreign] = await bulk(stranger, [request({ id })], { dryRun });
    t.match(foreign, { status: 409, problem: { code: 'ALREADY_EXISTS' } });
    t.notOk(foreign?.case);
  }
  const nobody = { subject: randomUUID() };
  const answer = await api.call('POST', '/v1/bulk', { as: nobody, key: null, body: { commands: [request()] } });
  t.match(answer.json.results, [{ status: 403, problem: { code: 'NOT_ENROLLED' } }]);
  t.equal((await api.call('POST', '/v1/bulk', { key: null, body: { commands: [request()] } })).status, 401);
  t.equal(await api.log.head(), head);
});

t.test('the bulk is in the OpenAPI document with its headers and its limits', async (t) => {
  const { json } = await api.call('GET', '/openapi.json');
  const { post } = json.paths['/v1/bulk'];
  t.match(post, { operationId: 'bulk', tags: ['bulk'], responses: { 200: { headers: { 'Masar-Position': {} } }, 413: {} } });
  const { commands } = post.requestBody.content['application/json'].schema.properties;
  t.match(commands, {
    minItems: 1,
    maxItems: 1000,
    items: { required: ['process', 'command', 'key'], additionalProperties: false },
  });
  t.notOk(JSON.stringify(post.parameters).includes('IdempotencyKey'));
});
