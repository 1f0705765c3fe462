/**
 * What is done to an API by those who mean harm: bodies, tokens and headers that try to be read in another way, too many
 * requests, and looking for what one may not see in everything that is answered.
 */
import { createHmac, createSign, KeyObject, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { CompactEncrypt, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import t, { type Test } from 'tap';
import { networkOf } from '../../src/api/plugins/limits.ts';
import { household } from '../../src/domain/household/index.ts';
import { importRun } from '../../src/domain/importRun/index.ts';
import { registry } from '../../src/domain/index.ts';
import { listExport } from '../../src/domain/listExport/index.ts';
import { office } from '../../src/domain/office/index.ts';
import { person } from '../../src/domain/person/index.ts';
import { type Counts, memoryCounts, postgresCounts } from '../../src/platform/limits/counts.ts';
import { createLimiter } from '../../src/platform/limits/limiter.ts';
import { limitMigrations } from '../../src/platform/limits/migrations.ts';
import { limitsIn } from '../../src/platform/limits/settings.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { type Answer, type Api, AUDIENCE, ISSUER, startApi } from '../support/api.ts';
import { withReadModels } from '../support/apiReads.ts';
import { families } from '../support/families.ts';
import { testDatabase } from '../support/postgres.ts';
import { parcel } from '../support/sampleProcess.ts';

t.setTimeout(240_000);

const PLENTY = limitsIn(
  'requests=9999999,searches=9999999,lookups=9999999,dailyLookups=9999999,exports=9999999,rejections=9999999',
)!;
/** Everything with everything takes longer than `npm test` has; `npm run fuzz` tries it. */
const THOROUGH = process.env.MASAR_FUZZ !== undefined;

let api: Api;
let countsAreDown = false;
t.before(async () => {
  const { add } = memoryCounts();
  const counts: Counts = { add: async (uses) => (countsAreDown ? Promise.reject(new Error('no database')) : add(uses)) };
  api = await startApi([...registry.all.filter((one) => one.store === 'general'), parcel], ({ metrics }) => ({
    limiter: createLimiter({ counts, settings: PLENTY, metrics }),
  }));
});
t.teardown(() => api.close());

/** The server's own list of its routes: `METHOD /path`. */
async function routesOf(
  of: Api,
): Promise<readonly { readonly method: string; readonly path: string; readonly hasBody: boolean }[]> {
  const { json } = await of.call('GET', '/openapi.json');
  const paths: [string, Record<string, { requestBody?: unknown }>][] = Object.entries(json.paths);
  return paths.flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { requestBody }]) => ({
      method: method.toUpperCase(),
      path: path.replace(/\{\w+\}/g, randomUUID()),
      hasBody: requestBody !== undefined,
    })),
  );
}

const TYPES = [
  'text/plain',
  'text/json',
  'text/html',
  'text/xml',
  'text/csv',
  'application/xml',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'multipart/form-data; boundary=x',
  'multipart/mixed; boundary=x',
  'application/octet-stream',
  'application/javascript',
  'application/jsonp',
  'application/json5',
  'application/json-seq',
  'application/x-ndjson',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/ld+json',
  'application/vnd.api+json',
  'application/problem+json',
  'application/jsonx',
  'application/x-json',
  'application/yaml',
  'application/graphql',
  'application/cbor',
  'application/msgpack',
  'application/x-java-serialized-object',
  'application/pdf',
  'image/svg+xml',
  'text/plain; application/json',
  '*/*',
] as const;

t.test('every route with a body reads application/json and none of thirty other types', async (t) => {
  const by = api.person('registrar');
  const authorization = `Bearer ${await api.token(by)}`;
  const routes = (await routesOf(api)).filter((one) => one.hasBody && one.method === 'POST');
  t.ok(routes.length > 200 && TYPES.length >= 30, `${routes.length} routes, ${TYPES.length} types`);
  const before = await api.log.head();
  const read: string[] = [];
  for (const [index, { path }] of routes.entries()) {
    for (const type of THOROUGH ? TYPES : TYPES.filter((_, at) => at % 8 === index % 8)) {
      const headers = { authorization, 'idempotency-key': randomUUID(), 'content-type': type };
      const { statusCode } = await api.app.inject({ method: 'POST', url: path, headers, payload: '{}' });
      if (statusCode !== 415) read.push(`${path} ${type}: ${statusCode}`);
    }
  }
  t.same(read, []);
  t.equal(await api.log.head(), before, 'nothing was written');
});

t.test('bodies that two readers might read differently are refused on every command, and one level too deep too', async (t) => {
  const by = api.person('registrar');
  const authorization = `Bearer ${await api.token(by)}`;
  const bodies: readonly (readonly [string, string])[] = [
    ['{"a":1,"a":2}', 'DUPLICATE_KEY'],
    ['{"a":1,"\\u0061":2}', 'DUPLICATE_KEY'],
    ['{"x":[{"a":1,"b":{},"a":2}]}', 'DUPLICATE_KEY'],
    ['{"__proto__":{"isAdmin":true}}', 'FORBIDDEN_KEY'],
    ['{"\\u005f_proto__":{}}', 'FORBIDDEN_KEY'],
    ['{"constructor":{"prototype":{"isAdmin":true}}}', 'FORBIDDEN_KEY'],
    ['{"x":{"prototype":1}}', 'FORBIDDEN_KEY'],
    [`${'{"a":'.repeat(33)}1${'}'.repeat(33)}`, 'TOO_DEEP'],
    [`${'['.repeat(33)}${']'.repeat(33)}`, 'TOO_DEEP'],
    ['\ufeff\ufeff{}', 'MALFORMED_JSON'],
    ['{"a":NaN}', 'MALFORMED_JSON'],
    ['{"a":Infinity}', 'MALFORMED_JSON'],
    ['{"a":-}', 'MALFORMED_JSON'],
    ['{"a":01}', 'MALFORMED_JSON'],
    ['{"a":0x10}', 'MALFORMED_JSON'],
    ['{"a":1}//', 'MALFORMED_JSON'],
    ['/**/{}', 'MALFORMED_JSON'],
    ['{"a":"\\ud800"}', 'UNSTORABLE_TEXT'],
    ['{"\\udfff":1}', 'UNSTORABLE_TEXT'],
    ['{"a":["\\u0000"]}', 'UNSTORABLE_TEXT'],
    ['{"a":1e999}', 'INVALID_INPUT'],
    ['{"a":123456789012345678901234567890}', 'INVALID_INPUT'],
    [`{"a":${'9'.repeat(5000)}}`, 'INVALID_INPUT'],
    ['[]', 'INVALID_INPUT'],
    ['"text"', 'INVALID_INPUT'],
    ['0', 'INVALID_INPUT'],
    ['null', 'INVALID_INPUT'],
  ];
  const routes = (await routesOf(api)).filter((one) => one.hasBody && one.method === 'POST');
  const before = await api.log.head();
  for (const [index, [payload, code]] of bodies.entries()) {
    const other: string[] = [];
    for (const { path } of THOROUGH ? routes : routes.filter((_, at) => at % 15 === index % 15)) {
      const headers = { authorization, 'idempotency-key': randomUUID(), 'content-type': 'application/json' };
      const answer = await api.app.inject({ method: 'POST', url: path, headers, payload });
      const told = answer.json<{ code: string }>().code;
      if (answer.statusCode !== 400 || told !== code) other.push(`${path}: ${answer.statusCode} ${told}`);
    }
    t.same(other, [], `${payload.slice(0, 40)} is ${code}`);
  }
  t.equal(await api.log.head(), before, 'nothing was written');
  t.equal(Reflect.get({}, 'isAdmin'), undefined, 'and no prototype has changed');
});

const b64 = (value: unknown): string =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

t.test('forty ways to forge a token are refused alike', async (t) => {
  const by = api.person('registrar');
  const soon = Math.floor(Date.now() / 1000) + 600;
  const { sign, publicKey, jwk } = api.issuer;
  const claims = { iss: ISSUER, aud: AUDIENCE, sub: by.subject, exp: soon };
  const good = await sign({ sub: by.subject, exp: soon });
  const [head = '', body = '', signature = ''] = good.split('.');
  const spki = await exportSPKI(publicKey);
  const own = await generateKeyPair('ES256', { extractable: true });
  const rsa = await generateKeyPair('RS256', { extractable: true });
  const oaep = await generateKeyPair('RSA-OAEP-256');
  const mine = (header: object, payload: JWTPayload = claims) =>
    new SignJWT(payload).setProtectedHeader({ alg: 'ES256', ...header }).sign(own.privateKey);
  /** Claims whose types are not what they should be. */
  const odd = (payload: Record<string, unknown>) => payload as JWTPayload;
  const hmac = (alg: string, hash: string, secret: string) => {
    const text = `${b64({ alg, kid: 'k1', typ: 'JWT' })}.${b64(claims)}`;
    return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`;
  };
  const encrypted = await new CompactEncrypt(Buffer.from(good))
    .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })
    .encrypt(oaep.publicKey);
  const der = createSign('SHA256').update(`${head}.${body}`).sign(KeyObject.from(own.privateKey)).toString('base64url');
  const bent = `${head}.${body}.${signature.slice(0, -2)}${signature.endsWith('AA') ? 'BB' : 'AA'}`;

  const forged: Readonly<Record<string, string>> = {
    'alg none': `${b64({ alg: 'none', typ: 'JWT' })}.${b64(claims)}.`,
    'alg NONE': `${b64({ alg: 'NONE' })}.${b64(claims)}.`,
    'alg nOnE with a signature': `${b64({ alg: 'nOnE', kid: 'k1' })}.${b64(claims)}.${signature}`,
    'alg empty': `${b64({ alg: '', kid: 'k1' })}.${b64(claims)}.${signature}`,
    'alg absent': `${b64({ kid: 'k1' })}.${b64(claims)}.${signature}`,
    'alg a list': `${b64({ alg: ['ES256'], kid: 'k1' })}.${b64(claims)}.${signature}`,
    'HS256 with the public key': hmac('HS256', 'sha256', spki),
    'HS256 with the public key as one line': hmac('HS256', 'sha256', spki.replaceAll('\n', '')),
    'HS256 with the JWK': hmac('HS256', 'sha256', JSON.stringify(jwk)),
    'HS256 with an empty secret': hmac('HS256', 'sha256', ''),
    'HS512 with the public key': hmac('HS512', 'sha512', spki),
    'ES384 over our key': `${b64({ alg: 'ES384', kid: 'k1' })}.${body}.${signature}`,
    'RS256 over our key': await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).sign(rsa.privateKey),
    "a stranger's key under our kid": await mine({ kid: 'k1' }),
    "a stranger's key without a kid": await mine({}),
    'kid of a file': await mine({ kid: '../../../../dev/null' }),
    'kid of an absolute file': await mine({ kid: '/proc/sys/kernel/randomize_va_space' }),
    'kid with SQL': await mine({ kid: "k1' union select 'key" }),
    'kid with a shell': await mine({ kid: 'k1|id' }),
    'kid with NUL': await mine({ kid: 'k1\u0000' }),
    'kid of a prototype': await mine({ kid: '__proto__' }),
    'a key in the header (jwk)': await mine({ jwk: { ...jwk } }),
    'keys at an address (jku)': await mine({ kid: 'k1', jku: 'http://127.0.0.1:9/jwks' }),
    'a certificate at an address (x5u)': await mine({ kid: 'k1', x5u: 'http://127.0.0.1:9/cert' }),
    'a certificate in the header (x5c)': await mine({ kid: 'k1', x5c: [spki.replaceAll('\n', '')] }),
    expired: await sign({ sub: by.subject, exp: soon - 900 }),
    'not valid yet': await sign({ sub: by.subject, exp: soon, nbf: soon }),
    'expiry as text': await sign(odd({ sub: by.subject, exp: String(soon) })),
    'no expiry': await sign({ sub: by.subject }),
    'another audience': await sign({ sub: by.subject, exp: soon, aud: `${AUDIENCE}2` }),
    'audiences without ours': await sign({ sub: by.subject, exp: soon, aud: ['a', 'b'] }),
    'an empty audience': await sign({ sub: by.subject, exp: soon, aud: [] }),
    'an issuer with a slash more': await sign({ sub: by.subject, exp: soon, iss: `${ISSUER}/` }),
    'an issuer in capitals': await sign({ sub: by.subject, exp: soon, iss: ISSUER.toUpperCase() }),
    'no subject': await sign({ exp: soon }),
    'an empty subject': await sign({ sub: '', exp: soon }),
    'a subject that is an object': await sign(odd({ sub: { id: by.subject }, exp: soon })),
    'an unknown critical header': `${b64({ alg: 'ES256', kid: 'k1', crit: ['x'], x: 1 })}.${body}.${signature}`,
    'an unencoded payload (b64: false)': `${b64({ alg: 'ES256', kid: 'k1', b64: false, crit: ['b64'] })}.${body}.${signature}`,
    encrypted,
    'a signature stripped': `${head}.${body}.`,
    'a signature cut off': `${head}.${body}.${signature.slice(0, 40)}`,
    'a signature in DER': `${head}.${body}.${der}`,
    'a signature of zeros (psychic)': `${head}.${body}.${Buffer.alloc(64).toString('base64url')}`,
    'a signature bent': bent,
    'two parts': `${head}.${body}`,
    'four parts': `${good}.${signature}`,
    'claims of somebody else': `${head}.${b64({ ...claims, sub: 'admin' })}.${signature}`,
    'claims that are no JSON': `${head}.${b64('{"sub":')}.${signature}`,
    'a header that is no JSON': `${b64('{"alg":')}.${body}.${signature}`,
    'padding within': `${head}=.${body}=.${signature}`,
    'ordinary base64':
      good.replaceAll('-', '+').replaceAll('_', '/') === good ? `${good}+` : good.replaceAll('-', '+').replaceAll('_', '/'),
    'eight thousand letters': `${head}.${'a'.repeat(8_500)}.${signature}`,
    'dots alone': '..',
  };
  t.ok(Object.keys(forged).length >= 40, `${Object.keys(forged).length} forged tokens`);
  const told = new Set<string>();
  for (const [what, token] of Object.entries(forged)) {
    const answer = await api.call('GET', '/v1/me', { headers: { authorization: `Bearer ${token}` } });
    t.equal(answer.status, 401, what);
    t.match(answer.json.code, what === 'expired' ? 'TOKEN_EXPIRED' : 'TOKEN_INVALID', what);
    if (what !== 'expired') told.add(JSON.stringify({ ...answer.json, instance: '' }) + answer.headers.get('www-authenticate'));
  }
  t.equal(told.size, 1, 'which check failed is not told');
  for (const authorization of [
    `bearer\t${good}`,
    `Bearer  ${good}`,
    `Bearer ${good} `,
    `Token ${good}`,
    `Basic ${b64(`x:${good}`)}`,
    `Bearer ${good},${good}`,
    `Bearer \u00a0${good}`,
  ]) {
    const { status } = await api.app
      .inject({ method: 'GET', url: '/v1/me', headers: { authorization } })
      .then((one) => ({ status: one.statusCode }));
    t.equal(status, authorization.endsWith(' ') ? status : 401, authorization.slice(0, 12));
  }
  for (const path of [`/v1/me?access_token=${good}`, `/v1/me?token=${good}`, `/v1/me?authorization=Bearer%20${good}`]) {
    t.equal((await api.call('GET', path)).status, 401, 'a token in the address is not looked at');
  }
  const cookies = {
    cookie: `access_token=${good}; Authorization=Bearer ${good}`,
    'x-access-token': good,
    'proxy-authorization': `Bearer ${good}`,
  };
  t.equal((await api.call('GET', '/v1/me', { headers: cookies })).status, 401, 'nor in a cookie or another header');
  const twice = await raw(
    api,
    `GET /v1/me HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${forged['alg none']}\r\nauthorization: Bearer ${good}\r\n\r\n`,
  );
  t.match(twice, /^HTTP\/1\.1 (400|401) /, 'of two Authorization headers the first counts, or none');
  t.equal(
    (await api.call('GET', '/v1/me', { headers: { authorization: `Bearer ${good}` } })).status,
    200,
    'the good one is good',
  );
  t.equal(
    (
      await api.call('GET', '/v1/me', {
        headers: { authorization: `Bearer ${await sign({ sub: by.subject, exp: soon, aud: ['a', AUDIENCE] })}` },
      })
    ).status,
    200,
  );
});

/** Sends bytes as they are and answers the first bytes that come back. */
const raw = (of: Api, text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(of.base).port), '127.0.0.1', () => socket.write(text));
    socket.once('data', (bytes) => {
      resolve(bytes.toString());
      socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => resolve(''));
  });

const FORGED = {
  'x-forwarded-for': '203.0.113.9, 127.0.0.1',
  'x-forwarded-host': 'evil.test',
  'x-forwarded-proto': 'https',
  'x-forwarded-prefix': '/evil',
  'x-real-ip': '203.0.113.9',
  'true-client-ip': '203.0.113.9',
  forwarded: 'for=203.0.113.9;host=evil.test;proto=https',
  'x-original-url': '/v1/offices',
  'x-rewrite-url': '/v1/offices',
  'x-http-method-override': 'DELETE',
  'x-http-method': 'DELETE',
  'x-method-override': 'DELETE',
  'x-user': 'admin',
  'x-remote-user': 'admin',
};

t.test('headers that say where a request came from or what it really asks change nothing', async (t) => {
  const by = api.person('registrar');
  const told = (answer: Answer) => ({
    status: answer.status,
    body: { ...answer.json, instance: '' },
    link: answer.headers.get('location'),
  });
  const body = { to: randomUUID(), name: 'Synthetic' };
  const key = randomUUID();
  const plain = await api.call('POST', '/v1/parcels', { as: by, body, key });
  t.equal(plain.status, 201, plain.text);
  t.same(told(await api.call('POST', '/v1/parcels', { as: by, body, key, headers: FORGED })), told(plain));
  for (const path of ['/v1/me', '/v1/nothing', `/v1/parcels/${plain.json.id}`, '/v1/processes/parcel']) {
    t.same(told(await api.call('GET', path, { as: by, headers: FORGED })), told(await api.call('GET', path, { as: by })), path);
  }
  for (const method of ['DELETE', 'PUT']) {
    t.equal(
      (await api.call(method, `/v1/parcels/${plain.json.id}`, { as: by, headers: { 'x-http-method-override': 'GET' } })).status,
      405,
    );
  }
});

t.test('requests that two servers in a row might cut differently are not read', async (t) => {
  const start = 'POST /v1/parcels HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
  for (const rest of [
    'content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'content-length: 2\r\ncontent-length: 3\r\n\r\n{} ',
    'content-length: +2\r\n\r\n{}',
    'content-length: -1\r\n\r\n{}',
    'transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n',
    'transfer-encoding : chunked\r\n\r\n0\r\n\r\n',
    ' folded: x\r\n\r\n',
  ]) {
    t.match(await raw(api, start + rest), /^HTTP\/1\.1 (400|401) /, JSON.stringify(rest));
  }
  t.match(await raw(api, `GET /v1/me HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /);
});

const HEADERS: Readonly<Record<string, RegExp>> = {
  'x-content-type-options': /^nosniff$/,
  'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/,
  'referrer-policy': /^no-referrer$/,
  'cross-origin-resource-policy': /^same-origin$/,
  'cross-origin-opener-policy': /^same-origin$/,
  'x-frame-options': /^(DENY|SAMEORIGIN)$/,
};

function isGuarded(t: Test, what: string, headers: Headers, kept: boolean): void {
  for (const [name, wanted] of Object.entries(HEADERS)) t.match(headers.get(name) ?? 'none', wanted, `${what}: ${name}`);
  t.equal(headers.get('x-powered-by'), null, what);
  t.equal(headers.get('server'), null, what);
  t.equal(headers.get('access-control-allow-origin'), null, `${what}: no other site may read it`);
  if (!kept) t.equal(headers.get('cache-control'), 'no-store', `${what}: kept by nobody`);
}

t.test('every answer forbids to be guessed at, framed, kept or read from another site', async (t) => {
  const by = api.person('registrar');
  const body = { to: randomUUID(), name: 'Synthetic' };
  const from = { origin: 'https://evil.test' };
  const answers: readonly (readonly [string, Answer, boolean?])[] = [
    ['a read', await api.call('GET', '/v1/me', { as: by, headers: from })],
    ['a command', await api.call('POST', '/v1/parcels', { as: by, body, headers: from })],
    ['a refusal', await api.call('POST', '/v1/parcels', { as: api.person('auditor'), body })],
    ['no token', await api.call('GET', '/v1/me', { headers: from })],
    ['a wrong body', await api.call('POST', '/v1/parcels', { as: by, body: '{' })],
    ['a wrong address', await api.call('GET', '/v1/nothing', { as: by })],
    ['a wrong method', await api.call('DELETE', '/v1/parcels', { as: by })],
    ['an address that cannot be read', await api.call('GET', '/v1/parcels/%E0%A4%A', { as: by })],
    ['a preflight', await api.call('OPTIONS', '/v1/parcels', { headers: { ...from, 'access-control-request-method': 'POST' } })],
    ['health', await api.call('GET', '/health/live'), true],
    ['the document', await api.call('GET', '/openapi.json'), true],
    ['the page', await api.call('GET', '/docs/'), true],
    ['a part of the page', await api.call('GET', '/docs/static/index.css'), true],
    ['beside the page', await api.call('GET', '/docs/static/../../package.json'), true],
  ];
  for (const [what, answer, kept = false] of answers) isGuarded(t, what, answer.headers, kept);
  const unread = await raw(api, 'GET / HTTP/9.9\r\n\r\n');
  const headers = new Headers(
    unread
      .split('\r\n\r\n')[0]
      ?.split('\r\n')
      .slice(1)
      .map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
  );
  isGuarded(t, 'what is no HTTP', headers, false);
});

/** An API with limits, and time that a test moves. */
async function limited(t: Pick<Test, 'teardown'>, text: string, counts: Counts = memoryCounts(), trustProxy: string[] = []) {
  const clock = { now: Date.parse('2026-03-01T08:00:00.500Z') };
  const metrics = createMetrics({ processMetrics: false });
  const limiter = createLimiter({ counts, settings: limitsIn(text)!, metrics, now: () => clock.now });
  const of = await startApi([parcel], (parts) => ({ limiter, metrics, config: { ...parts.config, trustProxy } }));
  t.teardown(async () => {
    limiter.close();
    await of.close();
  });
  return { of, clock, metrics, limiter };
}

t.test('who asks too often is told when to come back, and nobody else is', async (t) => {
  const { of, clock, metrics } = await limited(t, 'requests=5/8');
  const by = of.person('registrar');
  const colleague = of.colleague(by);
  const stranger = of.person('registrar');
  const ask = (as: typeof by) => of.call('GET', '/v1/processes/parcel', { as });
  for (let count = 0; count < 5; count++) t.equal((await ask(by)).status, 200);
  const refused = await ask(by);
  t.match(refused, { status: 429, json: { code: 'RATE_LIMITED', params: { seconds: 60 } } });
  t.equal(refused.headers.get('retry-after'), '60');
  t.match(refused.json.title, /60 seconds/);
  t.match((await metrics.scrape()).body, /masar_requests_limited_total\{limit="requests"\} 1/);
  t.equal((await ask(colleague)).status, 200, 'a colleague has a number of their own');
  t.equal((await ask(colleague)).status, 200);
  t.equal((await ask(colleague)).status, 429, 'but the office has one together');
  t.equal((await ask(stranger)).status, 200, 'and another office its own');
  clock.now += 60_000;
  t.equal((await ask(by)).status, 200, 'a minute later all is well');
});

t.test('a large body weighs more than a small one', async (t) => {
  const { of } = await limited(t, 'requests=4');
  const by = of.person('registrar');
  const body = { to: randomUUID(), name: 'x'.repeat(900 * 1024) };
  t.equal((await of.call('POST', '/v1/parcels', { as: by, body })).status, 413, 'it was read, and is too large to be kept');
  t.equal((await of.call('GET', '/v1/processes/parcel', { as: by })).status, 429);
});

t.test('a bulk counts as a request for each of its commands', async (t) => {
  const { of, clock } = await limited(t, 'requests=8/100');
  const by = of.person('registrar');
  const commands = (count: number) =>
    Array.from({ length: count }, () => ({
      ...{ process: 'parcel', command: 'request', input: { to: randomUUID(), name: 'Synthetic' } },
      key: randomUUID(),
    }));
  const bulk = (count: number) => of.call('POST', '/v1/bulk', { as: by, key: null, body: { commands: commands(count) } });
  t.match(await bulk(6), { status: 200, json: { done: 6 } });
  const before = await of.log.head();
  t.match(await bulk(3), { status: 429, json: { code: 'RATE_LIMITED' } });
  t.equal(await of.log.head(), before, 'none of them was given');
  clock.now += 60_000;
  t.match(await bulk(8), { status: 200, json: { done: 8 } });
  t.equal((await of.call('GET', '/v1/processes/parcel', { as: by })).status, 429);
});

t.test('files to import are counted by the day, alone and in a bulk', async (t) => {
  const settings = limitsIn('imports=2')!;
  const metrics = createMetrics({ processMetrics: false });
  const limiter = createLimiter({ counts: memoryCounts(), settings, metrics });
  const of = await startApi([importRun, office], () => ({ limiter, metrics }));
  t.teardown(async () => {
    limiter.close();
    await of.close();
  });
  const by = of.person('registrar');
  const input = { kind: 'households', office: randomUUID(), document: randomUUID(), sha256: '0'.repeat(64) };
  const commands = [{ process: 'importRun', command: 'upload', input, key: randomUUID() }];
  const alone = () => of.call('POST', '/v1/imports', { as: by, body: input });
  const bulk = () => of.call('POST', '/v1/bulk', { as: by, key: null, body: { commands } });
  t.match(await alone(), { json: { code: 'OFFICE_KEEPS_NO_SUCH_CASES' } });
  t.match(await bulk(), { status: 200, json: { refused: 1 } });
  t.match(await bulk(), { status: 429, json: { code: 'RATE_LIMITED' } });
  t.match(await alone(), { status: 429, json: { code: 'RATE_LIMITED' } });
});

t.test('while nothing can be counted work goes on, but searches, exports and forged tokens are answered 503', async (t) => {
  const broken: Counts = { add: () => Promise.reject(new Error('no database')) };
  const { of, metrics, limiter } = await limited(t, 'requests=3', broken);
  const by = of.person('registrar');
  const ask = (path: string, as: typeof by | undefined = by) => of.call('GET', path, { ...(as ? { as } : {}) });
  t.equal((await ask('/v1/processes/parcel')).status, 200);
  const search = await ask(`/v1/cases/by-reference?reference=${randomUUID()}`);
  t.match(search, { status: 503, json: { code: 'LIMITS_UNAVAILABLE' } });
  t.match(search.headers.get('retry-after'), /^\d+$/);
  t.match(
    await of.call('GET', '/v1/processes/parcel'),
    { status: 503, json: { code: 'LIMITS_UNAVAILABLE' } },
    'nobody guesses uncounted',
  );
  t.equal((await ask('/v1/processes/parcel')).status, 200);
  t.equal((await ask('/v1/processes/parcel')).status, 429, 'what this process counted itself still holds');
  limiter.loosely('requests', { subject: 'x' });
  await t.resolves(
    (async () => {
      while (!/masar_limit_counts_lost_total [1-9]/.test((await metrics.scrape()).body)) await new Promise(setImmediate);
    })(),
    'and whoever watches is told',
  );
});

t.test('tokens that are not good are counted by the network they come from, which a header does not change', async (t) => {
  const { of } = await limited(t, 'rejections=3', memoryCounts());
  const statusOf = async (headers: Record<string, string>) => (await of.call('GET', '/v1/processes/parcel', { headers })).status;
  for (let count = 0; count < 3; count++) t.equal(await statusOf({ 'x-forwarded-for': `203.0.113.${count}` }), 401);
  t.equal(await statusOf({ 'x-forwarded-for': '203.0.113.9' }), 429);
  t.equal(await statusOf({ ...FORGED, authorization: 'Bearer abc' }), 429);
  t.equal(
    (await of.call('GET', '/v1/processes/parcel', { as: of.person('registrar') })).status,
    200,
    'a good token is good wherever it comes from',
  );

  const { of: behind } = await limited(t, 'rejections=3', memoryCounts(), ['127.0.0.1']);
  const from = async (address: string) =>
    (await behind.call('GET', '/v1/processes/parcel', { headers: { 'x-forwarded-for': address } })).status;
  for (let count = 0; count < 3; count++) t.equal(await from('203.0.113.1'), 401);
  t.equal(await from('203.0.113.1'), 429, 'the proxy that is trusted says who it was');
  t.equal(await from('203.0.113.2'), 401);
  t.equal(await from('203.0.113.2, 203.0.113.1'), 429, 'and what came before the proxy is not believed');
  for (const [one, other, same] of [
    ['2001:db8::1', '2001:DB8:0:0:ffff::2', true],
    ['2001:db8:0:1::1', '2001:db8:0:2::1', false],
    ['::ffff:192.0.2.1', '192.0.2.1', true],
    ['fe80::1%eth0', 'fe80::2', true],
    ['192.0.2.1', '192.0.2.2', false],
  ] as const) {
    t.equal(networkOf(one) === networkOf(other), same, `${one} and ${other}`);
  }
});

t.test('every route that looks people up or gives out much at once is closed while uses cannot be counted', async (t) => {
  const { json } = await api.call('GET', '/openapi.json');
  const paths: [string, Record<string, { operationId: string }>][] = Object.entries(json.paths);
  const by = api.person('registrar');
  countsAreDown = true;
  t.teardown(() => {
    countsAreDown = false;
  });
  const open: string[] = [];
  let closed = 0;
  for (const [path, operations] of paths) {
    for (const [method, { operationId }] of Object.entries(operations)) {
      if (!/^register|byReference|lookup|blind|Export$|ExportMake$/i.test(operationId) || !/^(get|post)$/.test(method)) continue;
      const { json: told } = await api.call(method.toUpperCase(), path, { as: by, ...(method === 'post' ? { body: {} } : {}) });
      if (told.code === 'LIMITS_UNAVAILABLE') closed += 1;
      else open.push(`${method} ${path} ${told.code}`);
    }
  }
  t.ok(closed >= 4, `${closed} routes are limited`);
  t.same(open, [], 'give its route config { limit }');
});

t.test('numbers tried slowly are counted by the day as well, and matches before registering with them', async (t) => {
  const counts = memoryCounts();
  const clock = { now: Date.parse('2026-03-01T08:00:00.500Z') };
  const metrics = createMetrics({ processMetrics: false });
  const settings = limitsIn('lookups=3,dailyLookups=4/7')!;
  const limiter = createLimiter({ counts, settings, metrics, now: () => clock.now });
  const of = await startApi([household, person], () => ({ limiter, metrics }));
  t.teardown(async () => {
    limiter.close();
    await of.close();
  });
  const by = of.person('registrar');
  // Too short for a number, so that nothing is looked for; it counts all the same.
  const ask = (as: typeof by) => of.call('POST', '/v1/register/lookup', { as, body: { by: 'phone', number: '1' } });
  for (let count = 0; count < 3; count++) t.equal((await ask(by)).json.code, 'NUMBER_MALFORMED');
  t.match(await ask(by), { status: 429, json: { params: { seconds: 60 } } }, 'by the minute');
  clock.now += 60_000;
  t.equal((await ask(by)).json.code, 'NUMBER_MALFORMED');
  t.match(await ask(by), { status: 429, json: { code: 'RATE_LIMITED', params: { seconds: 57_540 } } }, 'until the day is over');
  const matches = await of.call('POST', '/v1/register/matches', { as: by, body: { names: { first: 'x' }, phone: '1' } });
  t.match(matches, { status: 429, json: { code: 'RATE_LIMITED' } }, 'also for who asks about a number in another place');
  const filed = await of.call('GET', '/v1/register?fileNo=N-77', { as: by });
  t.match(filed, { status: 429, json: { code: 'RATE_LIMITED' } }, 'or searches by the number of a file or card');
  const command = {
    process: 'household',
    command: 'assignFileNumber',
    id: randomUUID(),
    key: randomUUID(),
    input: { fileNo: 'N-77' },
  };
  const { fileNo } = command.input;
  const corrected = { revision: 0, fields: { fileNo }, reason: 'mistyped' };
  const adopted = { facts: [{ type: 'FileNumberAssigned', data: { fileNo }, occurredAt: '2020-01-01T08:00:00.000Z' }] };
  const ways = [command, { ...command, command: 'correct', input: corrected }, { ...command, command: 'adopt', input: adopted }];
  for (const way of ways) {
    const tried = { dryRun: true, commands: [way] };
    t.equal((await of.call('POST', '/v1/bulk', { as: by, key: null, body: tried })).status, 429, `or tries to ${way.command} it`);
  }
  const colleague = of.colleague(by);
  const office = await Promise.all([1, 2, 3].map(() => ask(colleague)));
  t.ok(
    office.some((one) => one.status === 429),
    'an office has a number together',
  );
  clock.now += 86_400_000;
  t.equal((await ask(by)).json.code, 'NUMBER_MALFORMED', 'the next day all is well');
});

t.test('two servers count together, in one row a key, and forget what has ended', async (t) => {
  const { pool } = await testDatabase(t);
  await migrate(pool, { schema: 'limits', migrations: limitMigrations });
  const counts = postgresCounts(pool, 'limits');
  const settings = limitsIn('searches=20,requests=50')!;
  const metrics = createMetrics({ processMetrics: false });
  const servers = [0, 1].map(() => createLimiter({ counts: postgresCounts(pool, 'limits'), settings, metrics }));
  t.teardown(() => servers.forEach((one) => void one.close()));
  const answers = await Promise.all(
    Array.from({ length: 60 }, (_, n) => servers[n % 2]!.strictly('searches', { subject: `s${n % 2}`, group: 'office' })),
  );
  t.ok(answers.some((one) => one === undefined) && answers.some((one) => one !== undefined), 'some of the sixty were allowed');
  t.equal((await pool.query('select count(*)::int as n from limits.counts')).rows[0]?.n, 3);
  for (let n = 0; n < 40; n++) servers[0]?.loosely('requests', { subject: 'both' });
  await t.resolves(
    (async () => {
      while (((await pool.query(`select used from limits.counts where key = 'requests subject both'`)).rows[0]?.used ?? 0) < 40);
    })(),
    'the database is told',
  );
  t.equal(servers[1]?.loosely('requests', { subject: 'both' }), undefined, 'the other server does not know yet');
  t.equal(await servers[0]?.strictly('searches', { subject: 'many' }, 20), undefined, 'twenty at once are twenty');
  t.type(await servers[1]?.strictly('searches', { subject: 'many' }), 'number', 'and one more is too many');
  const [before] = await counts.add([{ key: 'old', ends: Date.now() - 5_000, uses: 1 }]);
  t.equal(before, 1);
  const fresh = postgresCounts(pool, 'limits');
  await fresh.add([{ key: 'new', ends: Date.now() + 5_000, uses: 2 }]);
  const kept = await pool.query<{ key: string }>('select key from limits.counts where key in ($1, $2)', ['old', 'new']);
  t.same(kept.rows, [{ key: 'new' }]);
  const begun = performance.now();
  for (let n = 0; n < 10_000; n++) servers[0]?.loosely('requests', { subject: `s${n % 500}`, group: 'office' });
  const each = (performance.now() - begun) / 10_000;
  t.ok(each < 1, `a request costs ${(each * 1000).toFixed(1)} µs`);
});

/** In a field of T2, and nowhere else in the world. */
const CANARY = 'CANARY7741';

t.test('who may open a record up to T1 meets no T2 value in any read, list, filter, export, print or error', async (t) => {
  const m = await families(undefined, [listExport]);
  const family = await m.registered();
  const recorded = { document: randomUUID(), docType: 'civil_status_id', number: CANARY, status: 'valid', usable: true };
  await m.w.given('person', family.mother, { type: 'IdentityDocumentRecorded', data: recorded, by: m.registrar });
  const over = await startApi(m.w, withReadModels(t));
  t.teardown(() => over.close());
  const { organisation, office = '', governorate = '' } = m.registrar.post;
  const after = { 'masar-after': String(await over.log.head()) };
  const verifier = over.person('verifier', { organisation, office, governorate });
  const control = await over.call('GET', `/v1/persons/${family.mother}`, { as: verifier, headers: after });
  t.match(control.text, CANARY, 'the branch that opens T2 sees it, so it would be found');

  const { json } = await over.call('GET', '/openapi.json');
  const paths: [
    string,
    Record<string, { operationId: string; tags: string[]; parameters?: { in?: string; name?: string }[] }>,
  ][] = Object.entries(json.paths);
  const ids: Readonly<Record<string, string>> = {
    person: family.mother,
    household: family.id,
    application: family.application,
  };
  const others = [
    over.person('branchesAffairs'),
    over.person('planning'),
    over.person('auditor'),
    over.person('partnerCaseworker'),
  ];
  const exportable: { readonly schema: { readonly properties: { readonly list: { readonly enum: readonly string[] } } } } =
    json.paths['/v1/list-exports'].post.requestBody.content['application/json'];
  const lists = exportable.schema.properties.list.enum;
  let answered = 0;
  const met: string[] = [];
  for (const as of others) {
    const look = async (method: string, path: string, body?: object) => {
      const { status, text, headers } = await over.call(method, path, { as, headers: after, ...(body ? { body } : {}) });
      if (status < 300) answered += 1;
      const asked = path.includes(CANARY) || JSON.stringify(body ?? {}).includes(CANARY);
      if (text.includes(CANARY) || JSON.stringify([...headers]).includes(CANARY)) met.push(`${as.post.role} ${method} ${path}`);
      if (asked && status < 300 && /"items":\[\{/.test(text)) met.push(`${as.post.role} found by it: ${path}`);
    };
    for (const [path, { get }] of paths) {
      if (!get || !path.startsWith('/v1/')) continue;
      const address = path.replace(/\{\w+\}/g, ids[get.tags[0] ?? ''] ?? family.id);
      await look('GET', address);
      if (as !== others[0] || path.includes('{')) continue;
      for (const name of ['number', 'documentNumber', 'sort', 'filter', 'q']) await look('GET', `${address}?${name}=${CANARY}`);
    }
    for (const list of lists) await look('POST', '/v1/list-exports', { list, format: 'csv' });
    await look('POST', '/v1/register/matches', { names: { first: 'Member', father: 'Father' } });
    for (const id of [family.mother, family.id]) await look('POST', `/v1/persons/${id}/update-details`, { phones: [CANARY] });
  }
  t.ok(answered > 60, `${answered} answers had something in them`);
  t.same(met, []);
});

t.test(
  'the ETag of a case is its revision: it tells that something was recorded, as the answer itself does, never what',
  async (t) => {
    const m = await families();
    const family = await m.registered();
    const over = await startApi(m.w);
    t.teardown(() => over.close());
    const as = over.person('branchesAffairs');
    const tagOf = async () => (await over.call('GET', `/v1/persons/${family.mother}`, { as })).headers.get('etag');
    const before = await tagOf();
    const recorded = (number: string) => ({
      document: randomUUID(),
      docType: 'civil_status_id',
      number,
      status: 'valid',
      usable: true,
    });
    await m.w.given('person', family.mother, { type: 'IdentityDocumentRecorded', data: recorded('1'), by: m.registrar });
    const { headers, json } = await over.call('GET', `/v1/persons/${family.mother}`, { as });
    t.not(headers.get('etag'), before, 'a decision needs If-Match of the whole case');
    t.equal(headers.get('etag'), `"${json.revision}"`, 'and nothing is in it that the value could be guessed by');
  },
);
