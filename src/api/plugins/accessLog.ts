import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Refused } from '../../domain/kernel/errors.ts';
import type { AccessEntry, AccessPost } from '../../eventlog/access/entry.ts';
import { rightsOf } from '../caseIds.ts';
import { catalogueOf } from '../catalogue.ts';
import { type Looked, Opener } from '../opener.ts';
import type { ApiParts } from '../parts.ts';
import { Problem } from '../problem.ts';
import { problemText } from './problems.ts';

/** What tells of an answer that does not leave after all. */
const OF_THE_ANSWER = ['content-length', 'content-disposition', 'etag', 'location', 'masar-position', 'masar-stale'];

/**
 * Who opened values of T2 and above, and who was refused, is on record before the answer leaves; where that cannot be, the answer
 * is 503. Refusals of who did not prove who they are have nobody to name: they are counted.
 */
export function accessLog(app: FastifyInstance, parts: ApiParts): void {
  const catalogue = catalogueOf(parts.registry);
  const strangers = parts.metrics.counter('unauthenticated_total', 'Requests refused for want of a valid token', ['code']);
  const unwritten = parts.metrics.counter(
    'access_log_unwritten_total',
    'Answers held back since they could not be put on record',
  );
  parts.metrics.gauge('access_log_failing', '1 while the access log cannot be written', [], (gauge) =>
    gauge.set(parts.accessLog.failing() ? 1 : 0),
  );
  parts.metrics.gauge('access_log_months_unsealed', 'Months whose tree does not keep up', [], async (gauge) => {
    gauge.set((await parts.accessLog.unsealed(parts.now())).length);
  });
  const openers = new WeakMap<FastifyRequest, Opener>();
  app.decorateRequest('opener', {
    getter(this: FastifyRequest): Opener {
      const opener = openers.get(this) ?? new Opener(parts.codec);
      openers.set(this, opener);
      return opener;
    },
  });
  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode === 401) strangers.inc({ code: request.problemCode ?? 'none' });
    if (request.staff === '') return payload;
    const seen = seenBy(request, reply);
    if (seen.length === 0) return payload;
    try {
      await parts.accessLog.record(await entriesOf(parts, request, seen));
    } catch (cause) {
      unwritten.inc();
      request.opener.forget();
      if (payload instanceof Readable) payload.destroy();
      for (const name of OF_THE_ANSWER) reply.removeHeader(name);
      return problemText(catalogue, request, reply, new Problem('ACCESS_LOG_UNAVAILABLE', { cause }));
    }
    return payload;
  });
}

/** What an entry says of the cases themselves. */
type Sight = Pick<AccessEntry, 'tier' | 'outcome' | 'code' | 'missed'> & { readonly of: readonly Looked[] };

function seenBy(request: FastifyRequest, { statusCode }: FastifyReply): readonly Sight[] {
  const { opened, askedFor, soughtAfter, denials, telling, missed } = request.opener;
  if (statusCode === 403 || statusCode === 404) {
    const of = askedFor.map((stream) => ({ stream }));
    return [{ of, outcome: 'refused', code: request.problemCode ?? String(statusCode) }];
  }
  // Of an answer that failed for another reason nothing was shown.
  if (statusCode >= 400) return [];
  const refused = [...new Set(denials.map((one) => one.code))].map((code): Sight => {
    const streams = denials.flatMap((one) => (one.code === code && one.stream !== undefined ? [one.stream] : []));
    return { of: [...new Set(streams)].map((stream) => ({ stream })), outcome: 'refused', code };
  });
  // Nothing of it was opened yet: the entry has no tier.
  const sought = soughtAfter.map((stream): Sight => ({ of: [{ stream }], outcome: 'allowed' }));
  if (!telling) return [...sought, ...refused];
  const tier = opened.some((one) => one.tier === 'T3') ? 'T3' : 'T2';
  const [first, ...others] = missed;
  return [
    { of: opened.map((one) => one.of), tier, outcome: 'allowed', ...(first === undefined ? {} : { missed: first }) },
    ...others.map((one): Sight => ({ of: [], tier: 'T2', outcome: 'allowed', missed: one })),
    ...sought,
    ...refused,
  ];
}

async function entriesOf(parts: ApiParts, request: FastifyRequest, seen: readonly Sight[]): Promise<readonly AccessEntry[]> {
  const { posts, behalf } = await standing(parts, request);
  return Promise.all(
    seen.map(async ({ of, ...how }) => ({
      at: parts.now(),
      requestId: request.id,
      staff: request.staff,
      posts,
      ...(behalf === undefined ? {} : { onBehalfOf: behalf }),
      route: `${request.method} ${request.routeOptions.url ?? ''}`,
      cases: of.map((one) => one.stream),
      owners: [...new Set((await Promise.all(of.map((one) => ownerOf(parts, one)))).flat())],
      ...how,
    })),
  );
}

/** The office a case belongs to. */
async function ownerOf({ cases }: ApiParts, of: Looked): Promise<readonly string[]> {
  const { office } = of.owner ?? (await cases.glance(of.stream)).owner ?? {};
  return office === undefined ? [] : [office];
}

/** The posts of who asks. Who may not ask at all has none. */
async function standing(
  parts: ApiParts,
  request: FastifyRequest,
): Promise<{ readonly posts: readonly AccessPost[]; readonly behalf?: string | undefined }> {
  try {
    const { posts, behalf } = request.opener.rights ?? (await rightsOf(parts, request));
    const held = posts.map(({ role, organisation, office }) => ({ role, organisation, ...(office ? { office } : {}) }));
    return { posts: held, behalf };
  } catch (error) {
    if (error instanceof Refused || error instanceof Problem) return { posts: [] };
    throw error;
  }
}
