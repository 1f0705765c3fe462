/** Any OpenID provider does: tokens of a real one on this machine, for people's clients and for machines, and its keys as they turn. */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import Provider from 'oidc-provider';
import t, { type Test } from 'tap';
import { z } from 'zod';
import { createTokenVerifier } from '../../src/api/tokens.ts';
import { staffIdOf } from '../../src/eventlog/ids.ts';
import { startApi } from '../support/api.ts';
import { directory } from '../support/directory.ts';
import { parcel } from '../support/sampleProcess.ts';

const AUDIENCE = 'urn:masar:api';
const SECRET = randomUUID();

async function signingKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' };
}

/** An OpenID provider whose keys and audience a test can change; clients sign in with a secret. */
async function openProvider(t: Test, first: readonly JWK[]) {
  let handle: RequestListener = (_request, response) => void response.writeHead(503).end();
  const server: Server = createServer((request, response) => handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => server.close());
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const use = (keys: readonly JWK[], audience = AUDIENCE): void => {
    const provider = new Provider(issuer, {
      clients: ['partner', 'other'].map((client_id) => ({
        client_id,
        client_secret: SECRET,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        id_token_signed_response_alg: 'ES256',
      })),
      jwks: { keys: [...keys] },
      cookies: { keys: [SECRET] },
      ttl: { ClientCredentials: 300 },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          defaultResource: () => AUDIENCE,
          useGrantedResource: () => true,
          getResourceServerInfo: () => ({ scope: '', audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }),
        },
      },
    });
    handle = provider.callback();
  };
  use(first);

  const token = async (client: string): Promise<string> => {
    const answer = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${client}:${SECRET}`)}`, 'content-type': 'application/x-www-form-urlencoded' },
      body: 'grant_type=client_credentials',
    });
    const said = await answer.text();
    const { access_token } = JSON.parse(said) as { readonly access_token?: string };
    if (access_token === undefined) throw new Error(`the provider answered ${answer.status}: ${said}`);
    return access_token;
  };
  return { issuer, use, token };
}

t.test("a partner's system signs in as itself, has the rights of its enrolment, and loses them with it", async (t) => {
  const [now, next, later] = [await signingKey('now'), await signingKey('next'), await signingKey('later')];
  const provider = await openProvider(t, [now, next]);
  const d = await directory([parcel]);
  const api = await startApi(d.w, () => ({ tokens: createTokenVerifier({ issuer: provider.issuer, audience: AUDIENCE }) }));
  t.teardown(() => api.close());
  const ask = async (client: string) => {
    const headers = { authorization: `Bearer ${await provider.token(client)}` };
    return api.call('POST', '/v1/parcels', { headers, body: { to: randomUUID(), name: 'Synthetic' } });
  };

  t.match(await ask('partner'), { status: 403, json: { code: 'NOT_ENROLLED' } }, 'a good token is no right');
  const machine = {
    issuer: provider.issuer,
    subject: 'partner',
    name: { ar: 'نظام الشريك', latin: 'Partner system' },
    synthetic: true,
  };
  const { outcome } = await d.w.when(d.admin, 'staff', 'enrol', undefined, machine);
  t.equal(outcome.id, staffIdOf(provider.issuer, 'partner'), 'a machine is enrolled as a person is: by issuer and subject');
  const post = { role: 'registrar', organisation: d.ministry, office: d.mosul, governorate: 'IQG15', from: '2020-01-01' };
  await d.w.when(d.admin, 'staff', 'grantMembership', outcome.id, post);
  t.equal((await ask('partner')).status, 201);
  t.match(await ask('other'), { status: 403, json: { code: 'NOT_ENROLLED' } }, 'another client of the same provider');

  provider.use([next, now]);
  t.equal((await ask('partner')).status, 201, 'a key that was published before it signed is known');
  provider.use([now, next], 'urn:another:api');
  t.match(await ask('partner'), { status: 401, json: { code: 'TOKEN_INVALID' } }, 'a token for another service');

  provider.use([later]);
  t.match(
    await ask('partner'),
    { status: 401, json: { code: 'TOKEN_INVALID' } },
    'a key nobody announced is not fetched at once',
  );
  const clock = Date.now;
  t.teardown(() => {
    Date.now = clock;
  });
  Date.now = () => clock() + 31_000;
  t.equal((await ask('partner')).status, 201, 'but half a minute later');
  Date.now = clock;

  await d.w.when(d.admin, 'staff', 'suspend', outcome.id, { reason: 'left' });
  t.match(await ask('partner'), { status: 403, json: { code: 'SUSPENDED' } }, 'the token is as good as before');
});

const Client = z.looseObject({
  clientId: z.string(),
  enabled: z.boolean(),
  publicClient: z.boolean(),
  bearerOnly: z.boolean().default(false),
  standardFlowEnabled: z.boolean(),
  implicitFlowEnabled: z.literal(false),
  directAccessGrantsEnabled: z.literal(false),
  serviceAccountsEnabled: z.boolean(),
  fullScopeAllowed: z.literal(false),
  redirectUris: z.array(z.string()),
  webOrigins: z.array(z.string()),
  attributes: z.record(z.string(), z.string()),
});

const Realm = z.looseObject({
  realm: z.literal('masar'),
  enabled: z.literal(true),
  sslRequired: z.enum(['external', 'all']),
  registrationAllowed: z.literal(false),
  rememberMe: z.literal(false),
  resetPasswordAllowed: z.boolean(),
  bruteForceProtected: z.literal(true),
  failureFactor: z.number().max(10),
  permanentLockout: z.literal(false),
  passwordPolicy: z.string(),
  accessTokenLifespan: z.number().max(600),
  ssoSessionIdleTimeout: z.number().max(3_600),
  ssoSessionMaxLifespan: z.number().max(43_200),
  revokeRefreshToken: z.literal(true),
  refreshTokenMaxReuse: z.literal(0),
  defaultSignatureAlgorithm: z.literal('ES256'),
  eventsEnabled: z.literal(true),
  adminEventsEnabled: z.literal(true),
  otpPolicyType: z.literal('totp'),
  clients: z.array(Client),
  clientScopes: z.array(
    z.looseObject({
      name: z.string(),
      protocol: z.literal('openid-connect'),
      protocolMappers: z.array(z.looseObject({ protocolMapper: z.string(), config: z.record(z.string(), z.string()) })),
    }),
  ),
});

t.test('the realm for Keycloak has short tokens, locks out who guesses, and holds no secret and no person', async (t) => {
  const text = readFileSync('infra/keycloak/masar-realm.json', 'utf8');
  const realm = Realm.parse(JSON.parse(text));
  t.notMatch(text, /"(secret|clientSecret|password|value|privateKey|credentials|users)"\s*:/, 'secrets are made where it runs');
  t.match(realm.passwordPolicy, /length\(1[2-9]\)/);
  t.match(realm.passwordPolicy, /notUsername/);
  const client = (id: string) => realm.clients.find((one) => one.clientId === id);

  const front = client('masar-front-end');
  t.match(front, { publicClient: true, standardFlowEnabled: true, serviceAccountsEnabled: false });
  t.equal(front?.attributes['pkce.code.challenge.method'], 'S256');
  t.ok(front?.redirectUris.length && front.redirectUris.every((one) => /^https:\/\/[^*]+$/.test(one)), 'no address with a star');
  const machine = client('masar-partner-example');
  t.match(machine, { publicClient: false, standardFlowEnabled: false, serviceAccountsEnabled: true, redirectUris: [] });
  t.equal(machine?.enabled, false, 'an example to copy, which nobody can sign in with');

  const audience = realm.clientScopes
    .flatMap((one) => one.protocolMappers)
    .find((one) => one.protocolMapper === 'oidc-audience-mapper');
  t.match(audience?.config, { 'included.custom.audience': 'masar', 'access.token.claim': 'true' }, 'tokens are for the API');
  for (const one of [front, machine]) t.match(one?.defaultClientScopes, ['masar-api'], one?.clientId ?? 'no client');
  const compose = readFileSync('infra/compose.yaml', 'utf8');
  t.match(compose, /keycloak\/masar-realm\.json/, 'and compose imports it');
});
