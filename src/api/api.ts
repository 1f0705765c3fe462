import './requestTypes.ts';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import underPressure from '@fastify/under-pressure';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import { z } from 'zod';
import { catalogueOf } from './catalogue.ts';
import { toldOf } from './notBuilt.ts';
import type { ApiParts } from './parts.ts';
import { accessLog } from './plugins/accessLog.ts';
import { auth } from './plugins/auth.ts';
import { limitRejections, limits } from './plugins/limits.ts';
import { observe } from './plugins/observe.ts';
import { openapi } from './plugins/openapi.ts';
import { answerClientError, problemSender, problems } from './plugins/problems.ts';
import { securing, security } from './plugins/security.ts';
import { tracing } from './plugins/tracing.ts';
import { Problem } from './problem.ts';
import { accessReceiptRoutes } from './routes/accessReceipts.ts';
import { auditRoutes } from './routes/audit.ts';
import { boardRoutes } from './routes/boards.ts';
import { bulkRoutes } from './routes/bulk.ts';
import { caseDocumentRoutes } from './routes/caseDocuments.ts';
import { caseListRoutes } from './routes/caseLists.ts';
import { caseRoutes } from './routes/cases.ts';
import { catalogueRoutes } from './routes/catalogue.ts';
import { claimTrackerRoutes } from './routes/claimTracker.ts';
import { commandRoutes } from './routes/commands.ts';
import { directoryRoutes } from './routes/directory.ts';
import { documentRoutes } from './routes/documents.ts';
import { exportRoutes } from './routes/exports.ts';
import { healthRoutes } from './routes/health.ts';
import { householdPageRoutes } from './routes/householdPage.ts';
import { importRoutes } from './routes/imports.ts';
import { meRoutes } from './routes/me.ts';
import { printRoutes } from './routes/prints.ts';
import { proofRoutes } from './routes/proofs.ts';
import { registerRoutes } from './routes/register.ts';
import { trailRoutes } from './routes/trails.ts';
import { workRoutes } from './routes/work.ts';
import { serializersOnDemand } from './serializers.ts';
import { parseStrictly } from './strictJson.ts';
import { validatorCompiler } from './validation.ts';

const NO_QUERY = z.strictObject({});
const MAX_EVENT_LOOP_DELAY_MS = 5_000;
/** For receiving a request whole, so that slow senders do not hold connections. */
const REQUEST_TIMEOUT_MS = 30_000;
const BODY_LIMIT = 1024 * 1024;

/** Builds the API over its parts. Nothing listens yet; `close` drains what is under way. */
export async function createApi(parts: ApiParts): Promise<FastifyInstance> {
  const catalogue = catalogueOf(parts.registry);
  const send = problemSender(catalogue);
  const secure = securing(parts.config.publicUrl);
  const app = fastify<Server, IncomingMessage, ServerResponse, FastifyBaseLogger>({
    loggerInstance: parts.logger,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    trustProxy: parts.config.trustProxy.length > 0 ? [...parts.config.trustProxy] : false,
    routerOptions: { maxParamLength: 200, querystringParser: parseQuery },
    forceCloseConnections: 'idle',
    // While draining, what still arrives on open connections is answered, and told that the connection closes.
    return503OnClosing: false,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // No hook runs for an address that cannot be read.
    frameworkErrors: (error, request, reply) => send(request, secure(reply), error),
    clientErrorHandler: (error, socket) => answerClientError(catalogue, error, socket),
  });
  drainWhenClosing(app);
  const methodsAt = recordRoutes(app);
  app.setValidatorCompiler(validatorCompiler);
  await serializersOnDemand(app);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) =>
    body.length === 0 ? undefined : bodyIn(body),
  );

  security(app, secure);
  observe(app, { metrics: parts.metrics });
  if (parts.tracer) tracing(app, parts.tracer);
  problems(app, { send, told: (error) => toldOf(parts, error), methodsAt });
  await openapi(app, { registry: parts.registry });
  await app.register(async (operations) => healthRoutes(operations, parts));

  await app.register(async (v1) => {
    await v1.register(underPressure, {
      maxEventLoopDelay: parts.maxEventLoopDelayMs ?? MAX_EVENT_LOOP_DELAY_MS,
      // A shorter look would take one long block, as at the start, for a loop that stands still.
      sampleInterval: MAX_EVENT_LOOP_DELAY_MS,
    });
    auth(v1, { tokens: parts.tokens, rejected: limitRejections(parts) });
    limits(v1, parts);
    accessLog(v1, parts);
    v1.addHook('onRoute', (route) => {
      // Without a schema of its own a route takes no query at all.
      route.schema = { querystring: NO_QUERY, ...route.schema };
    });
    v1.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store');
    });
    v1.decorate('lists', new Map());
    await catalogueRoutes(v1, parts);
    await commandRoutes(v1, parts);
    await bulkRoutes(v1, parts);
    await caseRoutes(v1, parts);
    await printRoutes(v1, parts);
    await caseListRoutes(v1, parts);
    await boardRoutes(v1, parts);
    await claimTrackerRoutes(v1, parts);
    await documentRoutes(v1, parts);
    await caseDocumentRoutes(v1, parts);
    await directoryRoutes(v1, parts);
    await registerRoutes(v1, parts);
    await householdPageRoutes(v1, parts);
    await trailRoutes(v1, parts);
    await workRoutes(v1, parts);
    await importRoutes(v1, parts);
    await proofRoutes(v1, parts);
    await accessReceiptRoutes(v1, parts);
    await auditRoutes(v1, parts);
    await meRoutes(v1, parts);
    await exportRoutes(v1, parts);
  });
  return app;
}

/** While the server closes, every answer closes its connection: one that stays open would hold up the end. */
function drainWhenClosing(app: FastifyInstance): void {
  let closing = false;
  app.addHook('preClose', async () => {
    closing = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
}

/** Fastify says `null` for no body, so a body that says `null` itself is told apart here. */
function bodyIn(bytes: Buffer): unknown {
  const body = parseStrictly(bytes);
  if (body !== null) return body;
  throw new Problem('INVALID_INPUT', { errors: [{ pointer: '', code: 'INVALID_TYPE', message: 'expected an object' }] });
}

/** Remembers every address with its methods, to tell a wrong method from a wrong address. */
function recordRoutes(app: FastifyInstance): (path: string) => readonly string[] {
  const routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    const pattern = new RegExp(`^${url.replace(/:[^/]+/g, '[^/]+').replaceAll('*', '.*')}$`);
    const known = routes.get(url) ?? { pattern, methods: new Set() };
    for (const one of [method].flat()) known.methods.add(one);
    routes.set(url, known);
  });
  return (path) => [...new Set([...routes.values()].filter((one) => one.pattern.test(path)).flatMap((one) => [...one.methods]))];
}

/** Query parameters as text; one that is given twice becomes a list, which no schema takes. */
function parseQuery(text: string): Record<string, string | string[]> {
  const query: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    const known = query[name];
    query[name] = known === undefined ? value : [known, value].flat();
  }
  return query;
}
