/**
 * Issue-level promise: whatever is wrong with a request, the answer is a problem+json with a stable code that says what to do,
 * and nothing was written.
 */
import { createHmac, randomUUID } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { exportSPKI } from 'jose';
import t, { type Test } from 'tap';
import { LogUnavailable, OutcomeUnknown } from '../../src/eventlog/port.ts';
import { type Answer, type Api, AUDIENCE, ISSUER, startApi, testIssuer } from '../support/api.ts';
import { parcel } from '../support/sampleProcess.ts';

let api: Api;
t.before(async () => {
  api = await startApi([parcel]);
});
t.teardown(() => api.close());

async function opened(by = api.person('registrar')) {
  const carrier = api.person('partnerCaseworker');
  const body = { to: carrier.post.organisation, name: 'Synthetic Family', need: 'insulin' };
  const key = randomUUID();
  const answer = await api.call('POST', '/v1/parcels', { as: by, body, key });
  return { by, carrier, body, key, id: answer.json.id as string, reference: answer.json.reference as string };
}

/** Holds an answer to a problem with this status and code, in which nothing of the inside shows. */
function isProblem(t: Test, answer: Answer, status: number, code: string): void {
  t.equal(answer.status, status, `${code}: ${answer.text}`);
  t.equal(answer.headers.get('content-type'), 'application/problem+json; charset=utf-8');
  t.match(answer.json, { type: `urn:masar:problem:${code}`, status, code, title: /\S{2}/, instance: /^urn:uuid:/ }, answer.text);
  t.not(answer.json.title, code, 'the title is words');
  t.notMatch(answer.text, /at .*\.js|node_modules|FST_|Synthetic/);
}

async function refused(t: Test, status: number, code: string, ask: () => Promise<Answer>): Promise<Answer> {
  const before = await api.log.head();
  const answer = await ask();
  isProblem(t, answer, status, code);
  t.equal(await api.log.head(), before, 'the log is as it was');
  return answer;
}

t.test('a body that is not well-formed JSON is refused', async (t) => {
  const { by } = await opened();
  const send = (body: string | Uint8Array) =>
    api.call('POST', '/v1/parcels', { as: by, body, headers: { 'content-type': 'application/json' } });
  for (const body of ['{', '{"to":}', "{'to':1}", '{"to":1,}', 'to=1', '\ufeff', '{"a":1}{"b":2}', 'NaN', '{"a":\u0001}']) {
    await refused(t, 400, 'MALFORMED_JSON', () => send(body));
  }
  await refused(t, 400, 'MALFORMED_JSON', () => send(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])));
  await refused(t, 400, 'DUPLICATE_KEY', () => send('{"name":"a","to":"b","na\\u006de":"c"}'));
  await refused(t, 400, 'FORBIDDEN_KEY', () => send('{"__proto__":{"admin":true}}'));
  await refused(t, 400, 'FORBIDDEN_KEY', () => send('{"record":{"constructor":{}}}'));
  await refused(t, 400, 'TOO_DEEP', () => send(`${'['.repeat(400_000)}${']'.repeat(400_000)}`));
  await refused(t, 400, 'TOO_DEEP', () => send(`${'['.repeat(5_000)}${']'.repeat(5_000)}`));
  for (const text of ['a\\u0000b', '\\ud800', '\\udc00\\ud800']) {
    const answer = await refused(t, 400, 'UNSTORABLE_TEXT', () => send(`{"name":"${text}"}`));
    t.equal(answer.json.errors[0].pointer, '/name');
    t.ok(answer.json.errors[0].message);
  }
});

t.test('what stands in a text is no syntax: braces, colons and escaped quotes in values are fine', async (t) => {
  const { by, carrier } = await opened();
  const name = '}{ "a": [1,2], \\" : \\\\ 👪';
  const answer = await api.call('POST', '/v1/parcels', {
    as: by,
    body: { to: carrier.post.organisation, name, need: '"a":"a"' },
  });
  t.equal(answer.status, 201, answer.text);
});

t.test('only application/json is read', async (t) => {
  const { by, body } = await opened();
  const types = [
    'text/plain',
    'text/json',
    'text/html',
    'text/xml',
    'application/xml',
    'application/x-www-form-urlencoded',
    'multipart/form-data',
    'multipart/form-data; boundary=x',
    'application/octet-stream',
    'application/javascript',
    'application/jsonp',
    'application/json5',
    'application/json-patch+json',
    'application/ld+json',
    'application/vnd.api+json',
    'application/jsonx',
    'application/x-json',
    'application/ json',
    'application /json',
    'application',
    'json',
    '/json',
    '*/*',
    'text/plain; application/json',
    'text/plain, application/json',
    'text/plain;charset=application/json',
    ' text/plain',
    'TEXT/PLAIN',
    'image/png',
    'application/msgpack',
    'x',
    '""',
  ];
  for (const type of types) {
    await refused(t, 415, 'UNSUPPORTED_MEDIA_TYPE', () =>
      api.call('POST', '/v1/parcels', { as: by, body: JSON.stringify(body), headers: { 'content-type': type } }),
    );
  }
  t.ok(types.length >= 30);
  for (const type of ['application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json;charset="UTF-8"']) {
    const answer = await api.call('POST', '/v1/parcels', {
      as: by,
      body: JSON.stringify(body),
      headers: { 'content-type': type },
    });
    t.equal(answer.status, 201, answer.text);
  }
});

t.test('an unknown, absent or misshapen field is named by its pointer', async (t) => {
  const { by, body, id } = await opened();
  const errorsOf = async (path: string, input: unknown) => {
    const answer = await refused(t, 400, 'INVALID_INPUT', () => api.call('POST', path, { as: by, body: input }));
    return answer.json.errors.map((one: { pointer: string; code: string }) => `${one.pointer} ${one.code}`);
  };
  t.same(await errorsOf('/v1/parcels', { ...body, 'a/b': 1, extra: 2 }), ['/a~1b UNKNOWN_FIELD', '/extra UNKNOWN_FIELD']);
  t.same(await errorsOf('/v1/parcels', {}), ['/to REQUIRED', '/name REQUIRED']);
  t.same(await errorsOf('/v1/parcels', []), [' INVALID_TYPE']);
  t.same(await errorsOf('/v1/parcels', null), [' INVALID_TYPE']);
  t.same(await errorsOf('/v1/parcels', { ...body, id: 'mine' }), ['/id INVALID_FORMAT']);
  t.same(await errorsOf('/v1/parcels', { ...body, record: { occurredAt: 'yesterday', by: 'me' } }), [
    '/record/occurredAt INVALID_FORMAT',
    '/record/by UNKNOWN_FIELD',
  ]);
  t.same(await errorsOf('/v1/parcels', { ...body, name: { $sealed: 'T1', subject: id } }), ['/name INVALID_TYPE']);
  t.same(await errorsOf(`/v1/parcels/${id}/send`, { weight: '7' }), ['/weight INVALID_TYPE']);
  t.same(await errorsOf(`/v1/parcels/${id}/send`, { weight: 1, id }), ['/id UNKNOWN_FIELD']);
  const none = await refused(t, 400, 'INVALID_INPUT', () => api.call('POST', `/v1/parcels/${id}/send`, { as: by }));
  t.same(none.json.errors, [{ pointer: '/weight', code: 'REQUIRED', message: 'is required' }]);
});

t.test('every command refuses a field it does not know', async (t) => {
  const by = api.person('registrar');
  const processes = (await api.call('GET', '/v1/processes', { as: by })).json.items;
  for (const { commands } of processes) {
    for (const command of commands) {
      const path = command.path.replace('{id}', randomUUID());
      const answer = await api.call('POST', path, { as: by, body: { unheardOf: 1 } });
      t.match(answer.json, { code: 'INVALID_INPUT' }, path);
      t.ok(answer.json.errors.some((one: { pointer: string }) => one.pointer === '/unheardOf'));
    }
  }
});

t.test('an unknown query parameter is refused, also on commands', async (t) => {
  const { by, body, id } = await opened();
  const asked = await refused(t, 400, 'INVALID_INPUT', () => api.call('GET', `/v1/parcels/${id}?asof=1`, { as: by }));
  t.match(asked.json, { in: 'querystring', errors: [{ pointer: '/asof', code: 'UNKNOWN_FIELD' }] });
  await refused(t, 400, 'INVALID_INPUT', () => api.call('POST', '/v1/parcels?dryRun=true', { as: by, body }));
  await refused(t, 400, 'INVALID_INPUT', () => api.call('GET', `/v1/parcels/${id}?asOf=1&asOf=2`, { as: by }));
  await refused(t, 400, 'INVALID_INPUT', () => api.call('GET', `/v1/parcels/${id}?asOf=June`, { as: by }));
});

t.test('a body over 1 MiB is refused, announced or not', async (t) => {
  const { by, carrier } = await opened();
  const body = { to: carrier.post.organisation, name: 'x'.repeat(1024 * 1024) };
  await refused(t, 413, 'BODY_TOO_LARGE', () => api.call('POST', '/v1/parcels', { as: by, body }));
  const chunked = await new Promise<number | undefined>((resolve, reject) => {
    api.token(by).then((token) => {
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() };
      const sent = httpRequest(`${api.base}/v1/parcels`, { method: 'POST', headers }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      });
      sent.on('error', reject);
      sent.write('{"name":"');
      sent.end(`${'x'.repeat(1024 * 1024)}"}`);
    }, reject);
  });
  t.equal(chunked, 413);
  const large = { to: carrier.post.organisation, name: 'x'.repeat(300 * 1024) };
  await refused(t, 413, 'EVENT_TOO_LARGE', () => api.call('POST', '/v1/parcels', { as: by, body: large }));
});

t.test('a command needs a key of its own', async (t) => {
  const { by, body, key, id } = await opened();
  const command = { as: by, body };
  const missing = await refused(t, 400, 'IDEMPOTENCY_KEY_MISSING', () =>
    api.call('POST', '/v1/parcels', { ...command, key: null }),
  );
  t.match(missing.json.title, /Idempotency-Key/);
  for (const bad of ['short', 'x'.repeat(129), 'with space in it']) {
    await refused(t, 400, 'IDEMPOTENCY_KEY_MALFORMED', () => api.call('POST', '/v1/parcels', { ...command, key: bad }));
  }
  await refused(t, 422, 'IDEMPOTENCY_KEY_REUSED', () =>
    api.call('POST', '/v1/parcels', { as: by, key, body: { ...body, name: 'Another Synthetic' } }),
  );
  const before = await api.log.head();
  const again = await api.call('POST', '/v1/parcels', { ...command, key });
  t.match(again, { status: 201, json: { id, revision: 0 } });
  t.equal(again.headers.get('idempotency-replayed'), 'true');
  t.equal(await api.log.head(), before, 'sent again it is recorded once');
});

t.test('a stale If-Match is told what changed since', async (t) => {
  const { by, id } = await opened();
  const colleague = api.colleague(by);
  await api.call('POST', `/v1/parcels/${id}/note`, { as: colleague, body: { text: 'Synthetic remark' } });
  const send = (ifMatch: string) =>
    api.call('POST', `/v1/parcels/${id}/send`, { as: by, body: { weight: 1 }, headers: { 'if-match': ifMatch } });
  const stale = await refused(t, 412, 'STALE', () => send('"0"'));
  t.match(stale.json, {
    revision: 1,
    since: [{ revision: 1, event: 'NoteAdded', label: 'Note added', by: { id: colleague.id, post: 'registrar' } }],
  });
  for (const bad of ['*', 'W/"1"', '"1", "2"', '"one"', '-1']) await refused(t, 400, 'IF_MATCH_MALFORMED', () => send(bad));
  t.equal((await send('"1"')).status, 200);
});

t.test('a decision about money needs the revision the officer looked at', async (t) => {
  const { by, carrier, id } = await opened();
  await api.call('POST', `/v1/parcels/${id}/send`, { as: by, body: { weight: 1 } });
  const answer = await refused(t, 428, 'IF_MATCH_REQUIRED', () =>
    api.call('POST', `/v1/parcels/${id}/hand-over`, { as: carrier }),
  );
  t.match(answer.json.title, /If-Match/);
  const done = await api.call('POST', `/v1/parcels/${id}/hand-over`, { as: carrier, headers: { 'if-match': '"1"' } });
  t.match(done, { status: 200, json: { status: 'delivered' } });
  await refused(t, 409, 'WRONG_STATE', () => api.call('POST', `/v1/parcels/${id}/send`, { as: by, body: { weight: 1 } }));
});

t.test("a rule's refusal carries its own words and numbers, in the language asked for", async (t) => {
  const { by, id } = await opened();
  const send = (language: string) =>
    api.call('POST', `/v1/parcels/${id}/send`, { as: by, body: { weight: 100 }, headers: { 'accept-language': language } });
  const english = await refused(t, 422, 'TOO_HEAVY', () => send('en'));
  t.match(english.json, { title: 'Over 100 kg. Send it in parts.', params: { limit: 100 } });
  t.equal(english.headers.get('content-language'), 'en');
  const arabic = await refused(t, 422, 'TOO_HEAVY', () => send('ar-IQ, en;q=0.5'));
  t.equal(arabic.json.title, 'أثقل من 100 كغم. أرسله على أجزاء.');
  t.equal(arabic.headers.get('content-language'), 'ar');
  const sorani = await refused(t, 422, 'TOO_HEAVY', () => send('ckb'));
  t.equal(sorani.json.title, arabic.json.title, 'what has no Sorani words is said in Arabic');
  t.equal(sorani.headers.get('content-language'), 'ar');
  const field = await api.call('POST', `/v1/parcels/${id}/send`, { as: by, body: {}, headers: { 'accept-language': 'ar' } });
  t.equal(field.json.errors[0].message, 'مطلوب');
});

t.test("another office's case and no case at all look the same", async (t) => {
  const { id, reference } = await opened();
  const stranger = api.person('registrar');
  const without = (answer: Answer) => ({ ...answer.json, instance: '' });
  const foreign = await refused(t, 404, 'NOT_FOUND', () => api.call('GET', `/v1/parcels/${id}`, { as: stranger }));
  const absent = await refused(t, 404, 'NOT_FOUND', () => api.call('GET', `/v1/parcels/${randomUUID()}`, { as: stranger }));
  t.same(without(foreign), without(absent));
  const command = { as: stranger, body: { weight: 1 } };
  const foreignSend = await refused(t, 404, 'NOT_FOUND', () => api.call('POST', `/v1/parcels/${id}/send`, command));
  const absentSend = await refused(t, 404, 'NOT_FOUND', () => api.call('POST', `/v1/parcels/${randomUUID()}/send`, command));
  t.same(without(foreignSend), without(absentSend));
  t.same([...foreign.headers.keys()].sort(), [...absent.headers.keys()].sort());
  await refused(t, 404, 'NOT_FOUND', () => api.call('GET', `/v1/parcels/${reference}`, { as: stranger }));
});

t.test('who may find a case but not open it is told whom to ask', async (t) => {
  const { by, id } = await opened();
  const answer = await refused(t, 403, 'FORBIDDEN', () => api.call('GET', `/v1/parcels/${id}`, { as: api.person('planning') }));
  t.same(answer.json.params, { organisation: by.post.organisation, office: by.post.office });
});

t.test('a post that does not allow a command, and a person nobody enrolled, are refused', async (t) => {
  const { body } = await opened();
  await refused(t, 403, 'FORBIDDEN', () => api.call('POST', '/v1/parcels', { as: api.person('auditor'), body }));
  const unknown = { ...api.person('registrar'), subject: 'nobody' };
  await refused(t, 403, 'NOT_ENROLLED', () => api.call('POST', '/v1/parcels', { as: unknown, body }));
});

t.test('an id that is none, and a reference with a wrong digit, are told apart from an absent case', async (t) => {
  const { by, reference } = await opened();
  const get = (id: string) => () => api.call('GET', `/v1/parcels/${encodeURIComponent(id)}`, { as: by });
  await refused(t, 400, 'ID_MALFORMED', get('abc'));
  await refused(t, 400, 'ID_MALFORMED', get("1' or '1'='1"));
  const swapped = `${(Number(reference[0]) + 1) % 10}${reference.slice(1)}`;
  await refused(t, 400, 'REFERENCE_MISTYPED', get(swapped));
  await refused(t, 400, 'BAD_REQUEST', () => api.call('GET', '/v1/parcels/%E0%A4%A', { as: by }));
});

t.test('a wrong address is 404, a wrong method 405 with those it takes', async (t) => {
  const { by, id } = await opened();
  await refused(t, 404, 'ROUTE_UNKNOWN', () => api.call('GET', '/v1/nothing', { as: by }));
  await refused(t, 404, 'ROUTE_UNKNOWN', () => api.call('POST', `/v1/parcels/${id}/escalate`, { as: by, body: {} }));
  await refused(t, 404, 'ROUTE_UNKNOWN', () => api.call('GET', '/v1/reservations', { as: by }));
  const wrong = await refused(t, 405, 'METHOD_NOT_ALLOWED', () => api.call('DELETE', `/v1/parcels/${id}`, { as: by }));
  t.match(wrong.headers.get('allow'), /GET/);
  const put = await refused(t, 405, 'METHOD_NOT_ALLOWED', () => api.call('PUT', '/v1/parcels', { as: by, body: {} }));
  t.match(put.headers.get('allow'), /POST/);
});

t.test('only a good token of the right issuer proves who is asking', async (t) => {
  const { by, body } = await opened();
  const inAnHour = Math.floor(Date.now() / 1000) + 3600;
  const ago = (seconds: number) => Math.floor(Date.now() / 1000) - seconds;
  const good = { sub: by.subject, exp: inAnHour };
  const { sign } = api.issuer;
  const other = await testIssuer();
  const unsigned = (header: object, claims: object) =>
    `${[header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.`;
  const claims = { iss: ISSUER, aud: AUDIENCE, ...good };
  const publicKeyAsSecret = unsigned({ alg: 'HS256', kid: 'k1', typ: 'JWT' }, claims).slice(0, -1);
  const mac = createHmac('sha256', await exportSPKI(api.issuer.publicKey))
    .update(publicKeyAsSecret)
    .digest('base64url');
  const valid = await sign(good);
  const [head = '', , signature = ''] = valid.split('.');
  const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'somebody else' })).toString('base64url');

  const bad: Readonly<Record<string, string>> = {
    'another audience': await sign({ ...good, aud: 'another' }),
    'another issuer': await sign({ ...good, iss: 'https://evil.test' }),
    'no audience': await sign({ ...good, aud: undefined } as never),
    'not valid yet': await sign({ ...good, nbf: inAnHour }),
    'no expiry': await sign({ sub: by.subject }),
    'no subject': await sign({ exp: inAnHour }),
    'empty subject': await sign({ sub: '', exp: inAnHour }),
    'alg none': unsigned({ alg: 'none' }, claims),
    'alg None': unsigned({ alg: 'None' }, claims),
    'HS256 with the public key': `${publicKeyAsSecret}.${mac}`,
    'an unknown kid': await sign(good, { kid: 'k2' }),
    "another issuer's key under our kid": await other.sign(good),
    'changed claims': `${head}.${forged}.${signature}`,
    'no signature': `${head}.${forged}.`,
    'no token': 'abc',
    'half a token': `${head}.${forged}`,
    'a huge token': 'a'.repeat(9000),
  };
  for (const [what, token] of Object.entries(bad)) {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await refused(t, 401, 'TOKEN_INVALID', () => api.call('POST', '/v1/parcels', { body, headers }));
    t.match(answer.headers.get('www-authenticate'), /^Bearer .*error="invalid_token"/, what);
  }
  for (const authorization of [
    'Basic YTpi',
    `bearer  ${valid}`,
    `Bearer ${valid} x`,
    valid,
    'Bearer',
    `Bearer ${valid}, Bearer x`,
  ]) {
    await refused(t, 401, 'TOKEN_INVALID', () => api.call('POST', '/v1/parcels', { body, headers: { authorization } }));
  }
  const expired = { authorization: `Bearer ${await sign({ ...good, exp: ago(61) })}` };
  await refused(t, 401, 'TOKEN_EXPIRED', () => api.call('POST', '/v1/parcels', { body, headers: expired }));
  const none = await refused(t, 401, 'TOKEN_MISSING', () => api.call('POST', '/v1/parcels', { body }));
  t.equal(none.headers.get('www-authenticate'), 'Bearer realm="masar"');
  await refused(t, 401, 'TOKEN_MISSING', () => api.call('GET', `/v1/processes?access_token=${valid}`));

  const late = { authorization: `Bearer ${await sign({ ...good, exp: ago(55) })}` };
  t.equal((await api.call('GET', '/v1/processes', { headers: late })).status, 200, 'clocks may differ by a minute');
  t.equal((await api.call('GET', '/v1/processes', { headers: { authorization: `bearer ${valid}` } })).status, 200);
});

t.test('a log that cannot be reached is 503 with when to try again, and with the same key it is recorded once', async (t) => {
  let fault: Error | undefined;
  const flaky = await startApi([parcel], ({ executor, cases }) => ({
    executor: { execute: (request) => (fault ? Promise.reject(fault) : executor.execute(request)) },
    cases: { ...cases, load: (...args) => (fault ? Promise.reject(fault) : cases.load(...args)) },
  }));
  t.teardown(() => flaky.close());
  const by = flaky.person('registrar');
  const command = { as: by, key: randomUUID(), body: { to: randomUUID(), name: 'Synthetic Family' } };
  const broken = Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:5432'), { code: 'ECONNREFUSED' });
  for (const [error, code] of [
    [new LogUnavailable('down'), 'UNAVAILABLE'],
    [broken, 'UNAVAILABLE'],
    [new OutcomeUnknown('gone'), 'OUTCOME_UNKNOWN'],
  ] as const) {
    fault = error;
    const answer = await flaky.call('POST', '/v1/parcels', command);
    isProblem(t, answer, 503, code);
    t.match(answer.headers.get('retry-after'), /^\d+$/);
    t.match(answer.json.title, /same Idempotency-Key/);
    isProblem(t, await flaky.call('GET', `/v1/parcels/${randomUUID()}`, { as: by }), 503, code);
  }
  fault = Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' });
  const slow = await flaky.call('GET', `/v1/parcels/${randomUUID()}`, { as: by });
  isProblem(t, slow, 503, 'QUERY_TOO_LONG');
  t.match(slow.headers.get('retry-after'), /^\d+$/);
  t.notMatch(slow.json.title, /Idempotency-Key|written/, 'who only asked is not told of writing');
  fault = new TypeError('Cannot read properties of undefined, Synthetic Family');
  isProblem(t, await flaky.call('POST', '/v1/parcels', command), 500, 'INTERNAL');
  fault = undefined;
  t.equal((await flaky.call('POST', '/v1/parcels', command)).status, 201);
  t.equal((await flaky.call('POST', '/v1/parcels', command)).status, 201);
  t.equal(await flaky.log.head(), 1n);
});

t.test('an overloaded server says so, and when to try again', async (t) => {
  const slow = await startApi([parcel], () => ({ maxEventLoopDelayMs: 1 }));
  t.teardown(() => slow.close());
  const by = slow.person('registrar');
  const stall = setInterval(() => {
    for (const end = Date.now() + 40; Date.now() < end; );
  }, 1);
  t.teardown(() => clearInterval(stall));
  let answer: Answer;
  do answer = await slow.call('GET', '/v1/processes/parcel', { as: by });
  while (answer.status === 200);
  isProblem(t, answer, 503, 'BUSY');
  t.match(answer.headers.get('retry-after'), /^\d+$/);
  t.equal((await slow.call('GET', '/health/live')).status, 200, 'whoever asks whether it lives is still answered');
});

t.test('logs carry ids, never names, tokens or addresses with what was searched for', async (t) => {
  const { by, id } = await opened();
  await api.call('GET', `/v1/parcels/${id}?name=Synthetic`, { as: by });
  const records = api.records.join('\n');
  t.match(records, id.length > 0 ? by.id : '');
  t.notMatch(records, /Synthetic|Bearer|eyJ|insulin/);
  t.match(records, /"route":"\/v1\/parcels\/:id"/);
});
