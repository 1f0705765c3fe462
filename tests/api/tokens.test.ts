import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import t, { type Test } from 'tap';
import { Problem } from '../../src/api/problem.ts';
import { createTokenVerifier, type TokenVerifier } from '../../src/api/tokens.ts';
import { AUDIENCE, testIssuer } from '../support/api.ts';

/** A provider of keys on this machine, whose answers a test can change. */
async function provider(t: Test) {
  const pages = new Map<string, unknown>();
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    asked.push(request.url ?? '');
    const page = pages.get(request.url ?? '');
    response.writeHead(page === undefined ? 503 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(page ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, pages, asked };
}

const soon = () => Math.floor(Date.now() / 1000) + 600;

const codeOf = (verifier: TokenVerifier, token: string): Promise<string> =>
  verifier.verify(token).then(
    ({ subject }) => subject,
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  );

t.test('the keys are found through the discovery document of the issuer, fetched when the first token comes', async (t) => {
  const { url, pages, asked } = await provider(t);
  const { sign, jwks } = await testIssuer();
  const verifier = createTokenVerifier({ issuer: url, audience: AUDIENCE });
  const token = await sign({ iss: url, sub: 'a', exp: soon() });
  t.same(asked, []);
  t.equal(await codeOf(verifier, token), 'ISSUER_UNREACHABLE', 'a provider that is down is not the fault of the token');
  pages.set('/.well-known/openid-configuration', { issuer: 'https://evil.test', jwks_uri: `${url}/keys` });
  t.equal(await codeOf(verifier, token), 'ISSUER_UNREACHABLE', 'a document that names another issuer is not believed');
  pages.set('/.well-known/openid-configuration', { issuer: url, jwks_uri: `${url}/keys` });
  t.equal(await codeOf(verifier, token), 'ISSUER_UNREACHABLE', 'its keys are still missing');
  pages.set('/keys', jwks);
  t.equal(await codeOf(verifier, token), 'a', 'and all is well by itself');
  const fetched = asked.length;
  t.equal(await codeOf(verifier, await sign({ iss: url, sub: 'b', exp: soon() })), 'b');
  t.equal(await codeOf(verifier, token), 'a');
  t.equal(asked.length, fetched, 'keys are kept');
});

t.test('keys at an address that is not there yet are 503, and a key that is in none of them is 401', async (t) => {
  const { url, pages } = await provider(t);
  const { sign, jwks } = await testIssuer();
  const issuer = 'https://issuer.test';
  const verifier = createTokenVerifier({ issuer, audience: AUDIENCE, keys: new URL(`${url}/jwks`) });
  const token = await sign({ sub: 'a', exp: soon() });
  t.equal(await codeOf(verifier, token), 'ISSUER_UNREACHABLE');
  pages.set('/jwks', jwks);
  t.equal(await codeOf(verifier, token), 'a');
  t.equal(await codeOf(verifier, await sign({ sub: 'a', exp: soon() }, { kid: 'unknown' })), 'TOKEN_INVALID');
});

t.test('a token that was good a moment ago is refused once it has expired', async (t) => {
  const { sign, jwks } = await testIssuer();
  const verifier = createTokenVerifier({ issuer: 'https://issuer.test', audience: AUDIENCE, keys: jwks });
  const token = await sign({ sub: 'a', exp: Math.floor(Date.now() / 1000) + 5 });
  t.equal(await codeOf(verifier, token), 'a');
  const { now } = Date;
  t.teardown(() => {
    Date.now = now;
  });
  Date.now = () => now() + 64_000;
  // The library reads the clock through `new Date()`, which stands still here; what is kept must not outlive the token.
  t.equal(await codeOf(verifier, token), 'a');
  Date.now = () => now() + 66_000;
  const seen = globalThis.Date;
  t.teardown(() => {
    globalThis.Date = seen;
  });
  globalThis.Date = class extends seen {
    constructor() {
      super(seen.now());
    }
  } as DateConstructor;
  t.equal(await codeOf(verifier, token), 'TOKEN_EXPIRED');
});
