import { isIPv6 } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RightsOf } from '../../eventlog/rights.ts';
import type { Keyring } from '../../platform/keyring.ts';
import type { Limiter } from '../../platform/limits/limiter.ts';
import type { Limited } from '../../platform/limits/settings.ts';
import type { Metrics } from '../../platform/metrics.ts';
import { Problem } from '../problem.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Counts what only the body or the query tells, for who asks and their office, before it is done. @throws Problem RATE_LIMITED,
     * LIMITS_UNAVAILABLE
     */
    countUse(what: Limited, uses?: number): Promise<void>;
  }
}

/** A body counts as one use more for each of these, so that bulks and files weigh what they cost. */
const BYTES_A_USE = 256 * 1024;
/** What a body of unknown length counts as. */
const BYTES_UNTOLD = 1024 * 1024;
const OFFICE_KEPT_MS = 60_000;
const OFFICES_KEPT = 10_000;

export interface LimitsOptions {
  readonly limiter: Limiter;
  readonly rights: RightsOf;
  readonly mac: Keyring['mac'];
  readonly metrics: Metrics;
  /** RFC 3339 UTC. */
  readonly now: () => string;
}

/**
 * Counts requests by who asks and by office, and answers 429 with `Retry-After` when there are too many. What gives out much
 * at once (`limit` of a route: searches, lookups, exports) is counted before it is done, and closed (503) while it cannot be counted;
 * everything else goes on then. What a body holds many of (commands of a bulk) is counted by its route, with `countUse`. Registered after `auth`, before a body is read.
 */
export function limits(app: FastifyInstance, options: LimitsOptions): void {
  const { limiter } = options;
  const refusing = limitProblems(options.metrics);
  const officeOf = offices(options);
  app.decorateRequest('countUse', async function (this: FastifyRequest, what: Limited, uses = 1) {
    const who = { subject: this.staff, group: await officeOf(this.staff) };
    if (what === 'requests') refusing(what, limiter.loosely(what, who, uses));
    else refusing(what, await limiter.strictly(what, who, uses).catch(unavailable));
  });
  app.addHook('onRequest', async (request) => {
    const who = { subject: request.staff, group: await officeOf(request.staff) };
    refusing('requests', limiter.loosely('requests', who, usesOf(request)));
    const { limit } = request.routeOptions.config;
    for (const one of limit === undefined ? [] : [limit].flat())
      refusing(one, await limiter.strictly(one, who).catch(unavailable));
  });
}

/**
 * Counts requests that came without a good token by the network they came from, and answers 429 in place of 401 when there are
 * too many; 503 while they cannot be counted. A good token is never refused for what its neighbours send.
 */
export function limitRejections({ limiter, mac, metrics }: LimitsOptions): (request: FastifyRequest) => Promise<void> {
  const refusing = limitProblems(metrics);
  return async (request) => {
    const subject = mac('source of rejected tokens', networkOf(request.ip));
    refusing('rejections', await limiter.strictly('rejections', { subject }).catch(unavailable));
  };
}

function limitProblems(metrics: Metrics): (what: Limited, seconds: number | undefined) => void {
  const limited = metrics.counter('requests_limited_total', 'Requests answered 429', ['limit']);
  return (what, seconds) => {
    if (seconds === undefined) return;
    limited.inc({ limit: what });
    throw new Problem('RATE_LIMITED', { params: { seconds } });
  };
}

function unavailable(cause: unknown): never {
  throw new Problem('LIMITS_UNAVAILABLE', { cause });
}

function usesOf({ headers }: FastifyRequest): number {
  const length = headers['content-length'];
  const bytes = length === undefined ? (headers['transfer-encoding'] === undefined ? 0 : BYTES_UNTOLD) : Number(length);
  return 1 + Math.floor(bytes / BYTES_A_USE);
}

/** The office somebody works in, remembered for a minute: what is counted need not be as fresh as a right. */
function offices({ rights, now }: LimitsOptions): (staff: string) => Promise<string | undefined> {
  const kept = new Map<string, { readonly office: string | undefined; readonly until: number }>();
  return async (staff) => {
    const known = kept.get(staff);
    if (known && known.until > Date.now()) return known.office;
    const office = await rights(staff, now()).then(
      ({ posts }) => posts[0]?.office ?? posts[0]?.organisation,
      // Nobody here, or a log that cannot be read: the route itself says so.
      () => undefined,
    );
    if (kept.size >= OFFICES_KEPT) kept.clear();
    kept.set(staff, { office, until: Date.now() + OFFICE_KEPT_MS });
    return office;
  };
}

/** An IPv4 address, or the first 64 bits of an IPv6 address: whoever has one of those has all in it. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.toLowerCase().split('%', 1)[0]?.split('::') ?? [];
  const groups = head.split(':').filter((one) => one !== '');
  const after = tail?.split(':').filter((one) => one !== '') ?? [];
  const missing = tail === undefined ? 0 : 8 - groups.length - after.length;
  const all = [...groups, ...Array.from({ length: missing }, () => '0'), ...after];
  return all
    .slice(0, 4)
    .map((one) => Number.parseInt(one, 16).toString(16))
    .join(':');
}
