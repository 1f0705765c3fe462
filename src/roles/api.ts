import type { Logger } from 'pino';
import { createApi } from '../api/api.ts';
import type { ApiParts } from '../api/parts.ts';
import { createTokenVerifier, type TokenVerifier } from '../api/tokens.ts';
import type { Core, Steps } from '../compose.ts';
import { createAccessLog } from '../eventlog/access/accessLog.ts';
import { auditReads } from '../eventlog/audit/reads.ts';
import type { Clock } from '../platform/clock.ts';
import type { Config } from '../platform/config.ts';
import { createPool } from '../platform/database.ts';
import { openDevelopmentIssuer } from '../platform/developmentIssuer.ts';
import { postgresCounts } from '../platform/limits/counts.ts';
import { createLimiter } from '../platform/limits/limiter.ts';
import type { Metrics } from '../platform/metrics.ts';
import { watchPool } from '../platform/poolMetrics.ts';
import type { Tracer } from '../platform/tracing/tracer.ts';
import { caseIdsOf } from '../projections/caseIds.queries.ts';
import { projectionsOf, restrictedProjectionsOf } from '../projections/index.ts';
import { readDb } from '../projections/reads.queries.ts';
import { areShown, projectionStatus } from '../projections/runtime/status.queries.ts';
import { createWaitFor } from '../projections/runtime/waitFor.queries.ts';
import { RESTRICTED_SCHEMAS } from '../restrictedStore.ts';
import { SCHEMAS } from '../schemas.ts';
import { auditSigner } from '../signing.ts';
import { importRowsOf } from '../workers/imports/rows.ts';
import { openAccessPool } from './accessLog.ts';
import { checksOf } from './checks.ts';

/** Counting is given up soon, and never waits behind queries. */
const COUNTING = {
  applicationName: 'masar limits',
  max: 2,
  statementTimeoutMs: 1_500,
  connectTimeoutMs: 1_500,
  silenceMs: 2_000,
} as const;

/** An entry is written in milliseconds; who waits for it, and all who come after, should soon learn that it cannot be. */
const RECORDING = { statementTimeoutMs: 4_000, silenceMs: 5_000 } as const;

/** The API, built and not listening yet. What waits in it for a position gives up when the signal aborts. */
export async function buildApi(
  core: Core,
  logger: Logger,
  metrics: Metrics,
  tracer: Tracer | undefined,
  signal: AbortSignal,
  steps: Steps,
): Promise<Awaited<ReturnType<typeof createApi>>> {
  const { config, db, databaseUrl } = core;
  const pool = createPool(databaseUrl, { applicationName: 'masar queries', max: 12, log: logger });
  watchPool(metrics, 'queries', pool);
  steps.push(() => pool.end());
  const countingPool = createPool(databaseUrl, { ...COUNTING, log: logger });
  steps.push(() => countingPool.end());
  const counts = postgresCounts(countingPool, SCHEMAS.limits);
  const limiter = createLimiter({ counts, settings: config.limits, metrics });
  steps.push(() => limiter.close());
  // Of its own, so that slow queries do not hold up what answers wait for.
  const accessPool = await openAccessPool(core, 'writer', 3, RECORDING);
  watchPool(metrics, 'access log', accessPool);
  steps.push(() => accessPool.end());
  const reads = { pool, schema: SCHEMAS.read };
  const restricted = restrictedReads(core, logger, signal, steps);
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
    idsOf: caseIdsOf(reads),
    reads,
    isBuilt: async () =>
      (await areShown(readDb(reads), reads.schema, projectionsOf(core.registry, core.keyring.mac))) &&
      (!restricted ||
        (await areShown(readDb(restricted.reads), restricted.reads.schema, restrictedProjectionsOf(core.registry)))),
    waitFor: createWaitFor(pool, SCHEMAS.read, signal),
    restricted,
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
function restrictedReads(core: Core, logger: Logger, signal: AbortSignal, steps: Steps): ApiParts['restricted'] {
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
