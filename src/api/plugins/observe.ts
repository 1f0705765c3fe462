import type { FastifyInstance } from 'fastify';
import type { Metrics } from '../../platform/metrics.ts';

const CORRELATION_ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{7,99}$/;

/**
 * Ids, log records and metrics of every request. A record has the route's pattern, never the address: an address may hold a
 * name somebody searched for.
 */
export function observe(app: FastifyInstance, { metrics }: { readonly metrics: Metrics }): void {
  const seconds = metrics.histogram('http_request_seconds', 'Time to answer HTTP requests', ['method', 'route', 'status']);
  const problems = metrics.counter('problems_total', 'Answers that said why not, by code', ['status', 'code']);

  // These records hold nothing but what is named below, so they are not searched for fields that must not be logged.
  const log = app.log.child({}, { redact: [] });
  app.decorateRequest('correlationId', '');
  app.addHook('onRequest', async (request, reply) => {
    const given = request.headers['masar-correlation-id'];
    request.correlationId = typeof given === 'string' && CORRELATION_ID.test(given) ? given : request.id;
    reply.header('request-id', request.id).header('masar-correlation-id', request.correlationId);
  });

  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const { statusCode } = reply;
    seconds.observe({ method: request.method, route, status: String(statusCode) }, reply.elapsedTime / 1000);
    if (request.problemCode !== undefined) problems.inc({ status: String(statusCode), code: request.problemCode });
    const level = route.startsWith('/health') || route === '/metrics' ? 'debug' : 'info';
    log[level](
      {
        reqId: request.id,
        method: request.method,
        route,
        status: statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        staff: request.staff || undefined,
        correlationId: request.correlationId,
      },
      'answered',
    );
  });
}
