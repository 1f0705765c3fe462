import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { AuditReads } from '../../eventlog/audit/reads.ts';
import { inTime } from '../../platform/inTime.ts';
import { isNear } from '../../platform/near.ts';
import { readDb } from '../../projections/reads.queries.ts';
import { type ProjectionStatus, projectionStatus } from '../../projections/runtime/status.queries.ts';
import { jsonSchemaOf } from '../jsonSchema.ts';
import type { ApiParts, Check } from '../parts.ts';
import { Problem } from '../problem.ts';
import type { RestrictedReads } from '../stores.ts';

const CHECK_TIMEOUT_MS = 3_000;
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-real-ip'] as const;

const LiveView = z.object({ status: z.literal('live') });
const ReadyView = z.object({
  status: z
    .enum(['ready', 'degraded', 'not ready'])
    .meta({ description: 'Degraded: everyday work goes on, and something that somebody has to put right does not' }),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string().optional() })),
});
const TreeView = z.object({
  status: z
    .enum(['ok', 'halted', 'changed'])
    .meta({ description: '`changed`: the patrol found an event that is not what was signed' }),
  size: z.int(),
  signed: z.int(),
  halted: z.object({ code: z.string(), logIndex: z.int(), since: z.string().optional() }).optional(),
  halts: z
    .array(z.object({ code: z.string(), logIndex: z.int(), since: z.string(), until: z.string() }))
    .meta({ description: 'Halts that are over, the last first' }),
  patrol: z
    .object({
      checked: z.int().meta({ description: 'Events that were read again in this round' }),
      wholeAt: z.string().optional().meta({ description: 'When the whole log was last found to give the signed root' }),
      fault: z.object({ code: z.string(), logIndex: z.int(), since: z.string() }).optional(),
    })
    .meta({ description: 'The log is read over and over and held to what was signed' }),
});
const AwayView = z.object({ status: z.literal('away') });
const AuditView = TreeView.extend({
  restricted: z.union([TreeView, AwayView]).optional().meta({ description: 'Of the restricted store, where one is set up' }),
});
const ModelsView = z.object({
  status: z.enum(['ok', 'halted']),
  items: z.array(
    z.object({
      name: z.string(),
      version: z.int(),
      state: z.string(),
      position: z.string(),
      logIndex: z.string(),
      events: z.int(),
      rate: z.number(),
      behind: z.boolean().optional(),
      lagSeconds: z.number(),
      worked: z.boolean(),
      halted: z.unknown().optional(),
      skipped: z.int(),
    }),
  ),
});
const ProjectionsView = ModelsView.extend({
  restricted: z.union([ModelsView, AwayView]).optional().meta({ description: 'Of the restricted store, where one is set up' }),
});

/**
 * For whoever runs the server; no token is asked, so nothing here tells of a case or a person. A reverse proxy in front keeps
 * these addresses inside; where it does not, outsiders get no more than a probe does.
 */
export async function healthRoutes(app: FastifyInstance, parts: ApiParts): Promise<void> {
  const { operationsPort } = parts.config;
  const tags = ['operations'];
  const security: [] = [];
  app.addHook('onSend', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });

  /** Behind a proxy that nobody named, all the world has its address, which is near; only that it was forwarded tells. */
  const ensureInside = (request: FastifyRequest): void => {
    const isForwarded = FORWARDED.some((name) => request.headers[name] !== undefined);
    const isBelieved = request.ip !== request.socket.remoteAddress;
    if (!isNear(request.ip) || (isForwarded && !isBelieved)) throw new Problem('ROUTE_UNKNOWN');
  };

  app.get(
    '/health/live',
    {
      schema: {
        operationId: 'healthLive',
        tags,
        security,
        summary: 'Is the process running?',
        response: { 200: jsonSchemaOf(LiveView, 'output') },
      },
    },
    async () => ({ status: 'live' as const }),
  );

  app.get(
    '/health/ready',
    {
      schema: {
        operationId: 'healthReady',
        tags,
        security,
        summary: 'Can requests be answered now?',
        response: { 200: jsonSchemaOf(ReadyView, 'output'), 503: jsonSchemaOf(ReadyView, 'output') },
      },
    },
    async (_request, reply) => {
      const [needed, access, restricted] = await Promise.all([
        withinTime(parts.checks()),
        withinTime(accessChecks(parts)),
        restrictedCheck(parts),
      ]);
      const besides = [...access, ...restricted];
      const isWell = (checks: readonly Check[]) => checks.every((check) => check.ok);
      const status = isWell(needed) ? (isWell(besides) ? 'ready' : 'degraded') : 'not ready';
      return reply.code(isWell(needed) ? 200 : 503).send({ status, checks: [...needed, ...besides] });
    },
  );

  app.get(
    '/health/projections',
    {
      schema: {
        operationId: 'healthProjections',
        tags,
        security,
        summary: 'How far each read model has come, and which stands still and why; answered to private networks only',
        response: { 200: jsonSchemaOf(ProjectionsView, 'output') },
      },
    },
    async (request) => {
      ensureInside(request);
      const { restricted } = parts;
      const theirs = restricted && (await modelsOf(restricted).catch(() => ({ status: 'away' as const })));
      return { ...shownModels(await parts.projections()), ...(theirs ? { restricted: theirs } : {}) };
    },
  );

  app.get(
    '/health/audit',
    {
      schema: {
        operationId: 'healthAudit',
        tags,
        security,
        summary:
          'How far the audit tree has come and is signed, and whether it stands still and why; answered to private networks only',
        response: { 200: jsonSchemaOf(AuditView, 'output') },
      },
    },
    async (request) => {
      ensureInside(request);
      const { auditTree, restricted } = parts;
      const theirs = restricted && (await standing(restricted.auditTree).catch(() => ({ status: 'away' as const })));
      return { ...(await standing(auditTree)), ...(theirs ? { restricted: theirs } : {}) };
    },
  );

  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'metrics',
        tags,
        security,
        summary: 'Metrics for Prometheus; answered to private networks only, and not here where OPERATIONS_PORT is set',
        produces: ['text/plain'],
        response: { 200: { type: 'string', description: 'Prometheus text format' } },
      },
    },
    async (request, reply) => {
      if (operationsPort !== undefined) throw new Problem('ROUTE_UNKNOWN');
      ensureInside(request);
      const { contentType, body } = await parts.metrics.scrape();
      return reply.type(contentType).send(body);
    },
  );
}

const shownModels = (items: readonly ProjectionStatus[]) => ({
  status: items.some((one) => one.halted) ? ('halted' as const) : ('ok' as const),
  items,
});

const modelsOf = async ({ reads }: RestrictedReads) => shownModels(await projectionStatus(readDb(reads), reads.schema));

async function standing(tree: AuditReads): Promise<z.output<typeof TreeView>> {
  const { size, signed, halted, halts, patrol } = await tree.status();
  const { fault, ...round } = patrol;
  return {
    status: halted ? 'halted' : fault ? 'changed' : 'ok',
    ...{ size, signed },
    halts: halts.map(({ code, logIndex, since, until }) => ({ code, logIndex, since, until })),
    ...(halted ? { halted: placeOf(halted) } : {}),
    patrol: { ...round, ...(fault ? { fault: { ...placeOf(fault), since: fault.since } } : {}) },
  };
}

/** Whose case it stands in is not told to whoever asks. */
const placeOf = ({ code, logIndex, since }: { readonly code: string; readonly logIndex: number; readonly since?: string }) => ({
  ...{ code, logIndex },
  ...(since === undefined ? {} : { since }),
});

/** While the access log cannot be written what is T1 is answered all the same, so that this server stays in use. */
async function accessChecks({ accessLog, now }: ApiParts): Promise<readonly Check[]> {
  const months = await accessLog.unsealed(now()).catch(() => undefined);
  const detail = months === undefined ? 'UNKNOWN' : months.map((one) => one.slice(0, 7)).join(' ');
  return [
    { name: 'access log', ok: !accessLog.failing() },
    { name: 'access log sealed', ok: months?.length === 0, ...(detail === '' ? {} : { detail }) },
  ];
}

/** Everything else goes on without the restricted store. */
async function restrictedCheck({ restricted }: ApiParts): Promise<readonly Check[]> {
  if (!restricted) return [];
  const name = 'restricted store';
  const checks = await withinTime(restricted.reads.pool.query('select 1').then(() => [{ name, ok: true }]));
  return checks.map((one) => ({ ...one, name }));
}

/** Checks that fail or take too long are not passed. */
function withinTime(checks: Promise<readonly Check[]>): Promise<readonly Check[]> {
  const missed = (detail: string): readonly Check[] => [{ name: 'checks', ok: false, detail }];
  const answered = checks.catch((error: unknown) => missed(error instanceof Error ? error.name : 'ERROR'));
  return inTime(CHECK_TIMEOUT_MS, answered, () => missed('TIMEOUT'));
}
