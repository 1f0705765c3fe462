import type { FastifyInstance, FastifyRequest } from 'fastify';
import { parentIn, spanIdOf, traceIdOf } from '../../platform/tracing/ids.ts';
import { clock, type Tracer } from '../../platform/tracing/tracer.ts';

/**
 * Requests as spans. A caller that traces says so by `traceparent`: its trace is then the correlation id of the work, unless it
 * named one of its own. What is recorded has the route's pattern, never the address.
 */
export function tracing(app: FastifyInstance, tracer: Tracer): void {
  const parents = new WeakMap<FastifyRequest, string>();
  app.addHook('onRequest', async (request, reply) => {
    const parent = parentIn(request.headers.traceparent);
    if (!parent || request.headers['masar-correlation-id'] !== undefined) return;
    request.correlationId = parent.trace;
    parents.set(request, parent.span);
    reply.header('masar-correlation-id', parent.trace);
  });
  // Not earlier: reading the body leaves the place that an earlier hook would run it at.
  app.addHook('preHandler', (request, _reply, done) =>
    tracer.at({ trace: traceIdOf(request.correlationId), span: spanIdOf(request.id) }, done),
  );
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    if (route.startsWith('/health') || route === '/metrics') return;
    const end = clock();
    const { statusCode } = reply;
    tracer.record({
      name: `${request.method} ${route}`,
      kind: 'server',
      trace: traceIdOf(request.correlationId),
      id: spanIdOf(request.id),
      parent: parents.get(request),
      start: end - reply.elapsedTime,
      end,
      attributes: { 'http.request.method': request.method, 'http.route': route, 'http.response.status_code': statusCode },
      failed: statusCode >= 500 ? (request.problemCode ?? String(statusCode)) : undefined,
    });
  });
}
