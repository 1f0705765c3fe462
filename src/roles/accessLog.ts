import type pg from 'pg';
import type { Core, Steps } from '../compose.ts';
import { keepMonths } from '../eventlog/access/months.ts';
import { directoryHeads, type HeadsOutside, headsOutside } from '../eventlog/access/outside.ts';
import { type AccessDuty, accessStanding } from '../eventlog/access/roles.ts';
import { sealMonths } from '../eventlog/access/trees.ts';
import type { Config } from '../platform/config.ts';
import { createPool, type PoolOptions } from '../platform/database.ts';
import type { Log } from '../platform/logging.ts';
import type { Metrics } from '../platform/metrics.ts';
import { SCHEMAS } from '../schemas.ts';
import { auditSigner } from '../signing.ts';
import { watchAccessLog } from '../workers/accessLog.ts';

/**
 * Connections for one duty towards the access log, under the role that may do just that. Where the log was not handed over to an
 * owner of its own, they are under the application's login, and the operator is told.
 */
export async function openAccessPool(
  { config, pool, databaseUrl, logger }: Core,
  duty: AccessDuty,
  max: number,
  limits: Pick<PoolOptions, 'statementTimeoutMs' | 'silenceMs'> = {},
): Promise<pg.Pool> {
  const { isOwner, roles } = await accessStanding(pool, SCHEMAS.access);
  if (isOwner && !config.embedded) {
    logger.warn({}, 'the access log belongs to the login of DATABASE_URL, which could change it: see infra/runbooks/audit.md');
  }
  const role = roles.get(duty);
  return createPool(databaseUrl, { ...limits, applicationName: `masar access ${duty}`, max, role, log: logger });
}

/** The name the access log is signed under; each month adds its own. */
export const accessOrigin = (config: Config): string => `${config.auditOrigin}/access`;

/** Where signed heads of the months of the access log are kept outside the database. */
export const accessHeads = (config: Config, logger: Log, metrics?: Metrics): HeadsOutside | undefined => {
  const { auditWitnessDir: directory, accessRetentionMonths: retentionMonths } = config;
  if (directory === undefined) return undefined;
  return headsOutside({ place: directoryHeads(directory, accessOrigin(config)), retentionMonths, logger, metrics });
};

/** Seals the months of the access log, and drops those that are past their time. */
export async function startAccessLog(core: Core, metrics: Metrics, steps: Steps): Promise<void> {
  const { config, logger } = core;
  // Sealing holds one connection for its transaction and looks through another.
  const sealing = await openAccessPool(core, 'sealer', 2);
  steps.push(() => sealing.end());
  const keeping = await openAccessPool(core, 'keeper', 1);
  steps.push(() => keeping.end());
  const signer = auditSigner(config, accessOrigin(config));
  const outside = accessHeads(config, logger, metrics);
  const stopping = new AbortController();
  const watching = watchAccessLog({
    seal: (at) => sealMonths(sealing, SCHEMAS.access, signer, at, outside),
    keep: (at) => keepMonths(keeping, SCHEMAS.access, at, config.accessRetentionMonths),
    logger,
    now: core.clock.now,
    everyMs: 60_000,
    signal: stopping.signal,
  });
  steps.push(() => {
    stopping.abort();
    return watching;
  });
}
