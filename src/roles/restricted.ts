import type { Core, Steps } from '../compose.ts';
import { pause } from '../eventlog/follow.ts';
import { createPool } from '../platform/database.ts';
import type { Metrics } from '../platform/metrics.ts';
import { openQueue } from '../platform/queue.ts';
import { deadlineSource, overdueWaits } from '../projections/deadlines.queries.ts';
import { restrictedProjectionsOf } from '../projections/index.ts';
import { type RestrictedPlace, RESTRICTED_SCHEMAS as SCHEMAS } from '../restrictedStore.ts';
import { restrictedOrigin } from '../signing.ts';
import { startWorkers } from '../workers/index.ts';
import { restrictedReactors } from '../workers/reactors.ts';
import { keepAudit } from './audit.ts';
import { watchOverdue, watchQueue } from './figures.ts';
import { keepReadModels } from './projector.ts';

const AGAIN_MS = 5_000;

export interface RestrictedRoles {
  readonly projector: boolean;
  readonly worker: boolean;
  readonly watchFrom: Promise<unknown> | undefined;
  /** Told when this process must not go on. */
  readonly broken: (error: Error) => void;
}

/**
 * Runs the restricted store's own projector and worker from when it can first be opened; while it is away the general store's
 * go on. Nothing where there is no such store, or neither role is asked for.
 */
export function startRestricted(core: Core, roles: RestrictedRoles, all: Metrics, steps: Steps): void {
  const place = core.restricted;
  if (!place || !(roles.projector || roles.worker)) return;
  // The same figures as of the general store, under names of their own.
  const metrics = all.within('restricted');
  const stopping = new AbortController();
  const running = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await place.open();
        break;
      } catch (err) {
        core.logger.error({ err }, 'the restricted store cannot be opened yet');
        await pause(AGAIN_MS, stopping.signal);
      }
    }
    if (stopping.signal.aborted) return;
    await Promise.all([
      ...(roles.projector
        ? [project(core, place, metrics, roles.broken, stopping.signal), audit(core, place, metrics, stopping.signal)]
        : []),
      ...(roles.worker ? [work(core, place, metrics, roles.watchFrom, stopping.signal)] : []),
    ]);
  })().catch((err: unknown) => core.logger.error({ err }, 'the restricted store is not followed any more'));
  steps.push(() => {
    stopping.abort();
    return running;
  });
}

async function project(
  core: Core,
  place: RestrictedPlace,
  metrics: Metrics,
  broken: (error: Error) => void,
  signal: AbortSignal,
): Promise<void> {
  const { log, codec } = await place.open();
  const { logger } = core;
  const { registry } = place;
  const projections = restrictedProjectionsOf(registry);
  const max = projections.length + 2;
  const pool = createPool(place.databaseUrl, { applicationName: 'masar restricted projector', max, log: logger });
  const parts = { pool, schema: SCHEMAS.read, log, codec, registry, projections, logger, metrics };
  await keepReadModels(parts, signal, broken).finally(() => pool.end());
}

/** Its audit tree, of its own database and signed under its own name. */
async function audit(
  { config, logger }: Core,
  { databaseUrl, log }: RestrictedPlace,
  metrics: Metrics,
  signal: AbortSignal,
): Promise<void> {
  const pool = createPool(databaseUrl, { applicationName: 'masar restricted audit', max: 3, log: logger });
  const parts = { config, pool, schema: SCHEMAS.audit, log, origin: restrictedOrigin(config), logger, metrics };
  try {
    await keepAudit(parts, signal);
  } finally {
    await pool.end();
  }
}

async function work(
  core: Core,
  place: RestrictedPlace,
  metrics: Metrics,
  watchFrom: Promise<unknown> | undefined,
  signal: AbortSignal,
) {
  const { log, codec, cases } = await place.open();
  const { config, logger, rulebook, routed } = core;
  const { databaseUrl, registry } = place;
  const queue = openQueue(
    config.redisUrl ? { kind: 'redis', url: config.redisUrl } : { kind: 'postgres', url: databaseUrl, schema: SCHEMAS.jobs },
    { name: 'masar-restricted', log: logger },
  );
  const pool = createPool(databaseUrl, { applicationName: 'masar restricted worker', max: 6, log: logger });
  const reads = { pool, schema: SCHEMAS.read };
  watchOverdue(metrics, registry, overdueWaits(reads), core.clock.now);
  watchQueue(metrics, queue);
  const workers = await startWorkers(
    {
      ...{ log, codec, cases, registry, rulebook, pool, queue, logger, watchFrom },
      executor: routed.executor,
      reactors: restrictedReactors(core.registry),
      deadlines: deadlineSource(reads),
      schema: SCHEMAS.workers,
      metrics,
      now: core.clock.now,
    },
    signal,
  );
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  await workers.stop();
  await queue.close();
  await pool.end();
}
