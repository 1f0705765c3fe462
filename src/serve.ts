import type { Logger } from 'pino';
import { openAccessPool } from './accessPools.ts';
import { createApi } from './api/api.ts';
import type { ApiParts } from './api/parts.ts';
import { createTokenVerifier, type TokenVerifier } from './api/tokens.ts';
import { keepAudit } from './auditRoles.ts';
import { checksOf } from './checks.ts';
import { auditSigner, type Core, openCore, SCHEMAS, undo } from './compose.ts';
import { createAccessLog } from './eventlog/access/accessLog.ts';
import { keepMonths } from './eventlog/access/months.ts';
import { sealMonths } from './eventlog/access/trees.ts';
import { auditReads } from './eventlog/audit/reads.ts';
import { watchCore, watchOverdue } from './figures.ts';
import type { Clock } from './platform/clock.ts';
import type { Config, Role } from './platform/config.ts';
import { createPool } from './platform/database.ts';
import { openDevelopmentIssuer } from './platform/developmentIssuer.ts';
import { postgresCounts } from './platform/limits/counts.ts';
import { createLimiter } from './platform/limits/limiter.ts';
import { createMetrics, type Metrics } from './platform/metrics.ts';
import { serveOperations } from './platform/operationsServer.ts';
import { watchPool } from './platform/poolMetrics.ts';
import { openQueue } from './platform/queue.ts';
import type { Tracer } from './platform/tracing/tracer.ts';
import { caseIdsOf } from './projections/caseIds.queries.ts';
import { deadlineSource, openItemsOf, overdueWaits } from './projections/deadlines.queries.ts';
import { createDuplicateSearch } from './projections/duplicates.queries.ts';
import { casesAboutIn, registerShows } from './projections/imports.queries.ts';
import { projectionsOf } from './projections/index.ts';
import { openMovementsOf, openMovementsTo } from './projections/movements.queries.ts';
import { payableClaimsOf } from './projections/payable.queries.ts';
import { openPlansOf } from './projections/plans.queries.ts';
import { runProjector } from './projections/runtime/projector.ts';
import { projectionStatus } from './projections/runtime/status.queries.ts';
import { createWaitFor } from './projections/runtime/waitFor.queries.ts';
import { casesAboutSubjects } from './projections/subjects.queries.ts';
import { ensureApart } from './restrictedApart.ts';
import { runRestricted } from './restrictedRoles.ts';
import { RESTRICTED_SCHEMAS } from './restrictedStore.ts';
import { watchAccessLog } from './workers/accessLog.ts';
import { watchDocuments } from './workers/documents.ts';
import { importRowsOf } from './workers/imports/rows.ts';
import { startWorkers } from './workers/index.ts';
import { reactorsOf } from './workers/reactors.ts';

/** A running Masar: some of the three roles in this process. */
export interface Running {
  readonly core: Core;
  readonly metrics: Metrics;
  /** Where the API listens, when this process has that role. */
  readonly address: string | undefined;
  /** Stops taking work, finishes what is in hand, closes everything; last started, first stopped. */
  stop(): Promise<void>;
}

/** Starts the roles of the configuration on one core. Deadlines are watched once `watchFrom` has come; at once when absent. */
export async function serve(config: Config, logger: Logger, watchFrom?: Promise<unknown>): Promise<Running> {
  const { environment, databaseUrl, restrictedDatabaseUrl } = config;
  if (environment === 'production' && databaseUrl !== undefined && restrictedDatabaseUrl !== undefined) {
    await ensureApart(databaseUrl, restrictedDatabaseUrl);
  }
  const tracer = await tracerOf(config, logger);
  const core = await openCore(config, logger, 'masar', tracer);
  const metrics = createMetrics();
  watchCore(core, metrics);
  const ending = new AbortController();
  const steps: (() => unknown)[] = [() => tracer?.close(), () => core.close()];
  const ofApi: (() => unknown)[] = [];
  const stop = () => undo([...steps, ...ofApi]);
  try {
    const has = (role: Role): boolean => config.roles.has(role);
    if (config.operationsPort !== undefined) {
      const { host, operationsPort: port } = config;
      const operations = await serveOperations({ host, port, metrics, checks: () => checksOf(core) });
      steps.push(() => operations.close());
      logger.info({ port: operations.port }, 'probes and metrics are answered');
    }
    // Building the API takes the thread for seconds: a connection that the others began meanwhile would run out of time.
    const api = has('api') ? await buildApi(core, logger, metrics, tracer, ending.signal, ofApi) : undefined;
    if (has('projector')) steps.push(startProjector(core, metrics, tracer));
    if (has('projector')) steps.push(startAudit(core, metrics));
    if (has('worker')) steps.push(await startWorker(core, metrics, tracer, watchFrom));
    const alongside = { projector: has('projector'), worker: has('worker'), watchFrom };
    if (core.restricted && (alongside.projector || alongside.worker))
      steps.push(runRestricted(core, core.restricted, alongside, metrics));
    const address = await api?.listen({ host: config.host, port: config.port });
    ofApi.push(() => ending.abort());
    return { core, metrics, address, stop };
  } catch (error) {
    ending.abort();
    await stop();
    throw error;
  }
}

/** The tracer of this process; what sends spans is not even loaded while nothing is traced. */
async function tracerOf({ tracing, roles }: Config, logger: Logger): Promise<Tracer | undefined> {
  if (!tracing) return undefined;
  const { openTracer } = await import('./platform/tracing/otlp.ts');
  return openTracer(tracing, [...roles].join('+'), logger);
}

function startProjector(core: Core, metrics: Metrics, tracer: Tracer | undefined): () => Promise<void> {
  const { databaseUrl, log, codec, registry, logger } = core;
  const projections = projectionsOf(registry, core.keyring.mac);
  const pool = createPool(databaseUrl, { applicationName: 'masar projector', max: projections.length + 3, log: logger });
  watchPool(metrics, 'projector', pool);
  const stopping = new AbortController();
  const sequencing = core.sequence?.(stopping.signal).catch((err: unknown) => logger.error({ err }, 'the sequencer ended'));
  const running = runProjector(
    { pool, schema: SCHEMAS.read, log, codec, registry, projections, logger, metrics, tracer },
    stopping.signal,
  );
  return async () => {
    stopping.abort();
    await running;
    await sequencing;
    await pool.end();
  };
}

/** The audit tree has connections of its own, so that nothing holds it up. */
function startAudit(core: Core, metrics: Metrics): () => Promise<void> {
  const { config, databaseUrl, log, logger } = core;
  const pool = createPool(databaseUrl, { applicationName: 'masar audit', max: 3, log: logger });
  watchPool(metrics, 'audit', pool);
  const stopping = new AbortController();
  const parts = { config, pool, schema: SCHEMAS.audit, log, origin: config.auditOrigin, logger, metrics };
  const running = keepAudit(parts, stopping.signal);
  return async () => {
    stopping.abort();
    await running;
    await pool.end();
  };
}

async function startWorker(
  core: Core,
  metrics: Metrics,
  tracer: Tracer | undefined,
  watchFrom: Promise<unknown> | undefined,
): Promise<() => Promise<void>> {
  const { config, databaseUrl, log, codec, cases, executor, registry, rulebook, logger } = core;
  const place = config.redisUrl
    ? ({ kind: 'redis', url: config.redisUrl } as const)
    : ({ kind: 'postgres', url: databaseUrl, schema: SCHEMAS.jobs } as const);
  const queue = openQueue(place, { name: 'masar', log: logger });
  const pool = createPool(databaseUrl, { applicationName: 'masar worker', max: 10, log: logger });
  watchPool(metrics, 'worker', pool);
  const reads = { pool, schema: SCHEMAS.read };
  watchOverdue(metrics, overdueWaits(reads), core.clock.now);
  const search = createDuplicateSearch(reads, codec, core.keyring.mac);
  const shows = registerShows(reads);
  const stopping = new AbortController();
  const workers = await startWorkers(
    {
      log,
      codec,
      cases,
      executor,
      registry,
      rulebook,
      reactors: reactorsOf({
        openItems: openItemsOf(reads),
        openPlans: openPlansOf(reads),
        payableClaims: payableClaimsOf(reads),
        openMovements: openMovementsTo(reads),
        movementsOf: openMovementsOf(reads),
        erasures: {
          casesAbout: casesAboutSubjects(reads),
          filesOnlyOf: core.documents.onlyOf,
          destroy: async (subjects) => (await core.destroyKeys(subjects)).ever,
          discard: core.documents.discard,
          isHeldElsewhere: core.isHeldElsewhere,
        },
        shortLife: {
          destroy: (subjects) => core.keyring.destroy(subjects),
          discard: core.documents.discard,
        },
        imports: {
          registry,
          rulebook,
          read: core.documents.read,
          rows: importRowsOf(pool, SCHEMAS.workers),
          personsAt: async (position) => ((await shows(position)) ? search : 'not yet'),
          casesAbout: casesAboutIn(reads),
        },
      }),
      deadlines: deadlineSource(reads),
      watchFrom,
      pool,
      schema: SCHEMAS.workers,
      queue,
      metrics,
      tracer,
      logger,
      now: core.clock.now,
    },
    stopping.signal,
  );
  const { now } = core.clock;
  const watching = watchDocuments({ sweep: core.documents.sweep, logger, now, everyMs: 30_000, signal: stopping.signal });
  const accessSigner = auditSigner(config, `${config.auditOrigin}/access`);
  // Sealing holds one connection for its transaction and looks through another.
  const [sealing, keeping] = [await openAccessPool(core, 'sealer', 2), await openAccessPool(core, 'keeper', 1)];
  const watchingAccess = watchAccessLog({
    seal: (at) => sealMonths(sealing, SCHEMAS.access, accessSigner, at),
    keep: (at) => keepMonths(keeping, SCHEMAS.access, at, config.accessRetentionMonths),
    logger,
    now,
    everyMs: 60_000,
    signal: stopping.signal,
  });
  return async () => {
    stopping.abort();
    await workers.stop();
    await watching;
    await watchingAccess;
    await sealing.end();
    await keeping.end();
    await queue.close();
    await pool.end();
  };
}

/** The API, built and not listening yet; `steps` end it. */
async function buildApi(
  core: Core,
  logger: Logger,
  metrics: Metrics,
  tracer: Tracer | undefined,
  signal: AbortSignal,
  steps: (() => unknown)[],
): Promise<Awaited<ReturnType<typeof createApi>>> {
  const { config, db, databaseUrl } = core;
  const pool = createPool(databaseUrl, { applicationName: 'masar queries', max: 12, log: logger });
  watchPool(metrics, 'queries', pool);
  steps.push(() => pool.end());
  // Counting is given up soon, and never waits behind queries.
  const counting = { applicationName: 'masar limits', max: 2, log: logger, statementTimeoutMs: 1_500, connectTimeoutMs: 1_500 };
  const countingPool = createPool(databaseUrl, counting);
  steps.push(() => countingPool.end());
  const counts = postgresCounts(countingPool, SCHEMAS.limits);
  const limiter = createLimiter({ counts, settings: config.limits, metrics });
  steps.push(() => limiter.close());
  // Of its own, so that slow queries do not hold up what answers wait for.
  const accessPool = await openAccessPool(core, 'writer', 3);
  watchPool(metrics, 'access log', accessPool);
  steps.push(() => accessPool.end());
  const api = await createApi({
    registry: core.registry,
    executor: core.executor,
    documents: core.documents,
    cases: core.routed.cases,
    codec: core.routed.codec,
    accessLog: createAccessLog({ pool: accessPool, reads: pool, schema: SCHEMAS.access }),
    log: core.log,
    rights: core.rights,
    rulebook: core.rulebook,
    mac: core.keyring.mac,
    logger,
    metrics,
    tracer,
    config,
    now: core.clock.now,
    tokens: verifiedInTime(core.clock, await verifierOf(config)),
    limiter,
    idsOf: caseIdsOf({ pool, schema: SCHEMAS.read }),
    reads: { pool, schema: SCHEMAS.read },
    waitFor: createWaitFor(pool, SCHEMAS.read, signal),
    restricted: restrictedReads(core, logger, signal, steps),
    importRows: importRowsOf(pool, SCHEMAS.workers),
    auditTree: auditReads(pool, SCHEMAS.audit),
    signer: auditSigner(config, `${config.auditOrigin}/exports`),
    checks: () => checksOf(core),
    projections: async () => projectionStatus(db, SCHEMAS.read, await core.log.head()),
  });
  steps.push(() => api.close());
  await api.ready();
  return api;
}

/** What the API asks of the restricted store, on connections of its own. */
function restrictedReads(core: Core, logger: Logger, signal: AbortSignal, steps: (() => unknown)[]): ApiParts['restricted'] {
  if (!core.restricted) return undefined;
  const pool = createPool(core.restricted.databaseUrl, { applicationName: 'masar restricted queries', max: 5, log: logger });
  steps.push(() => pool.end());
  const reads = { pool, schema: RESTRICTED_SCHEMAS.read };
  return {
    reads,
    idsOf: caseIdsOf(reads),
    auditTree: auditReads(pool, RESTRICTED_SCHEMAS.audit),
    waitFor: createWaitFor(pool, RESTRICTED_SCHEMAS.read, signal),
    positionOf: (logIndex) => core.routed.positionOf('restricted', logIndex),
  };
}

/** Before a token is looked at: a clock that is wrong would call a good one expired, and an expired one good. */
const verifiedInTime = ({ now }: Clock, { verify }: TokenVerifier): TokenVerifier => ({
  verify: async (token) => {
    now();
    return verify(token);
  },
});

/** The issuer of the configuration, or the one of this machine. */
async function verifierOf(config: Config): Promise<TokenVerifier> {
  if (config.oidc) {
    const { issuer, audience, jwksUrl } = config.oidc;
    return createTokenVerifier({ issuer, audience, ...(jwksUrl ? { keys: new URL(jwksUrl) } : {}) });
  }
  const { issuer, audience, jwks } = await openDevelopmentIssuer(config.dataDir);
  return createTokenVerifier({ issuer, audience, keys: jwks });
}
