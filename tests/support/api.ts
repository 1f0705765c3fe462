import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { pino } from 'pino';
import { createApi } from '../../src/api/api.ts';
import type { ApiParts } from '../../src/api/parts.ts';
import { createTokenVerifier } from '../../src/api/tokens.ts';
import type { Membership } from '../../src/domain/access/membership.ts';
import type { Role } from '../../src/domain/access/roles.ts';
import { baghdadDate } from '../../src/domain/kernel/dates.ts';
import { Refused } from '../../src/domain/kernel/errors.ts';
import type { Process } from '../../src/domain/kernel/process.ts';
import type { AccessEntry } from '../../src/eventlog/access/entry.ts';
import { auditReads } from '../../src/eventlog/audit/reads.ts';
import { createDocuments, type DocumentParts } from '../../src/eventlog/documents/documents.ts';
import { createExecutor } from '../../src/eventlog/execute.ts';
import { staffIdOf } from '../../src/eventlog/ids.ts';
import { rightsFrom } from '../../src/eventlog/rights.ts';
import { createRulebook } from '../../src/eventlog/rulebook.ts';
import { createKysely, createPool } from '../../src/platform/database.ts';
import { memoryStore } from '../../src/platform/files/memory.ts';
import { memoryCounts } from '../../src/platform/limits/counts.ts';
import { createLimiter } from '../../src/platform/limits/limiter.ts';
import { limitsIn } from '../../src/platform/limits/settings.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { noScanner } from '../../src/platform/scanner/scanner.ts';
import { someone, world } from './scenario.ts';

export const ISSUER = 'https://issuer.test';
export const AUDIENCE = 'masar-test';

/** Whoever a token can be made for. */
export interface Subject {
  readonly subject: string;
}

/** A synthetic person with a sign-in name of their own. */
export interface SignedIn extends Subject {
  readonly id: string;
  readonly post: Membership;
}

export interface CallOptions {
  /** Whose token is sent; nobody's when absent. */
  readonly as?: Subject;
  /** Idempotency-Key; a fresh one for each POST when absent, none when null. */
  readonly key?: string | null;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; undefined when it is not JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: bodies differ from route to route, and tests look into them
  readonly json: any;
}

type World = ReturnType<typeof world>;

/** More than any test asks for. */
const NO_LIMITS = limitsIn(
  'requests=9999999,searches=9999999,lookups=9999999,dailyLookups=9999999,imports=9999999,exports=9999999,rejections=9999999',
)!;

/** Keys of a token issuer on this machine: what signs, and what the API is given to check with. */
export async function testIssuer() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256', use: 'sig' };
  const sign = (claims: JWTPayload, header: { alg?: string; kid?: string } = {}) =>
    new SignJWT({ iss: ISSUER, aud: AUDIENCE, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header })
      .setIssuedAt()
      .sign(privateKey);
  return { sign, publicKey, jwk, jwks: { keys: [jwk] } };
}

/**
 * An API over real parts on a memory log (of a world, or of a new one with these processes), listening on a free port, with
 * people who can sign in. What `person` makes has its one post; everybody else has the rights the log says.
 */
export async function startApi(
  over: readonly Process[] | World,
  change: (parts: ApiParts) => Partial<ApiParts> | Promise<Partial<ApiParts>> = () => ({}),
) {
  const w = 'log' in over ? over : world(over);
  const issuer = await testIssuer();
  const people = new Map<string, SignedIn>();
  const fromTheLog = w.registry.byName('staff') ? rightsFrom(w.cases) : undefined;
  const rights: ApiParts['rights'] = async (staff, at, onBehalfOf) => {
    const known = people.get(staff);
    if (known) return { staff, day: baghdadDate(w.now()), at: w.now(), posts: [known.post] };
    if (!fromTheLog) throw new Refused('NOT_ENROLLED');
    return fromTheLog(staff, at, onBehalfOf);
  };
  const { log, codec, cases, registry, keyring, now } = w;
  const rulebook = createRulebook(registry, cases, () => Date.parse(now()));
  const records: string[] = [];
  const looks: AccessEntry[] = [];
  const documents = noDocuments({ keyring, cases, registry, rulebook });
  const metrics = createMetrics({ processMetrics: false });
  const parts: ApiParts = {
    registry,
    executor: createExecutor({ log, codec, cases, registry, rulebook, keyring, rights, now }),
    documents,
    cases,
    codec,
    accessLog: {
      record: async (entries) => void looks.push(...entries),
      page: async () => [],
      receipt: async () => undefined,
      failing: () => false,
      unsealed: async () => [],
    },
    log,
    rights,
    rulebook,
    mac: keyring.mac,
    now,
    logger: pino({ level: 'debug' }, { write: (line) => records.push(line) }),
    metrics,
    limiter: createLimiter({ counts: memoryCounts(), settings: NO_LIMITS, metrics }),
    config: { trustProxy: [], publicUrl: 'https://masar.test', operationsPort: undefined },
    maxEventLoopDelayMs: 0,
    tokens: createTokenVerifier({ issuer: ISSUER, audience: AUDIENCE, keys: issuer.jwks }),
    idsOf: async () => [],
    waitFor: async () => true,
    // Never connected: what reads from read models is tested with a database of its own.
    reads: { pool: createPool('postgres://nobody@127.0.0.1:1/none', { applicationName: 'none' }), schema: 'read' },
    auditTree: auditReads(createPool('postgres://nobody@127.0.0.1:1/none', { applicationName: 'none' }), 'audit'),
    importRows: { page: async () => ({ items: [] }), counts: async () => ({}) },
    checks: async () => [{ name: 'log', ok: true }],
    projections: async () => [],
  };
  const app = await createApi({ ...parts, ...(await change(parts)) });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const base = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;

  /** Somebody in a role who is enrolled and can sign in; the same place arguments mean colleagues. */
  function person(role: Role, at: { organisation?: string; office?: string; governorate?: string } = {}): SignedIn {
    const subject = randomUUID();
    const signedIn = { id: staffIdOf(ISSUER, subject), subject, post: someone(role, at).post };
    people.set(signedIn.id, signedIn);
    return signedIn;
  }

  /** A colleague in the same office, in the same or another role. */
  const colleague = (of: SignedIn, role: Role = of.post.role): SignedIn => {
    const { organisation, office, governorate } = of.post;
    return person(role, { organisation, ...(office ? { office } : {}), ...(governorate ? { governorate } : {}) });
  };

  const token = (who: Subject) => issuer.sign({ sub: who.subject, exp: Math.floor(Date.now() / 1000) + 86_400 });
  // Kept as clients keep them: to sign and to check a new one for every request took a tenth of the time of some files.
  const tokens = new Map<string, Promise<string>>();
  const tokenOnce = (who: Subject): Promise<string> => {
    const signed = tokens.get(who.subject) ?? token(who);
    tokens.set(who.subject, signed);
    return signed;
  };

  async function call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const { as, key = randomUUID(), body, headers } = options;
    const sent: Record<string, string> = {
      ...(as ? { authorization: `Bearer ${await tokenOnce(as)}` } : {}),
      ...(method === 'POST' && key !== null ? { 'idempotency-key': key } : {}),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    };
    const text = body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
    const answer = await fetch(base + path, { method, headers: sent, ...(text === undefined ? {} : { body: text }) });
    return answerOf(answer);
  }

  return { ...w, parts, app, base, person, colleague, issuer, token, call, records, looks, close: () => app.close() };
}

/** Files nobody can reach: they are tested with a database of their own. */
const noDocuments = (parts: Pick<DocumentParts, 'keyring' | 'cases' | 'registry' | 'rulebook'>) =>
  createDocuments({
    ...parts,
    db: createKysely(createPool('postgres://nobody@127.0.0.1:1/none', { applicationName: 'none' })),
    schema: 'files',
    store: memoryStore(),
    scanner: noScanner,
    logger: pino({ level: 'silent' }),
  });

export type Api = Awaited<ReturnType<typeof startApi>>;

async function answerOf(answer: Response): Promise<Answer> {
  const text = await answer.text();
  const isJson = /^application\/(problem\+)?json/.test(answer.headers.get('content-type') ?? '');
  return { status: answer.status, headers: answer.headers, text, json: isJson && text !== '' ? JSON.parse(text) : undefined };
}
