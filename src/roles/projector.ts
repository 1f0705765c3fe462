import type { Core, Steps } from '../compose.ts';
import { createPool } from '../platform/database.ts';
import type { Metrics } from '../platform/metrics.ts';
import { watchPool } from '../platform/poolMetrics.ts';
import type { Tracer } from '../platform/tracing/tracer.ts';
import { projectionsOf } from '../projections/index.ts';
import { type ProjectorParts, ReadModelsTaken, runProjector } from '../projections/runtime/projector.ts';
import { SCHEMAS } from '../schemas.ts';

/** Keeps the read models of the general store, and gives logIndex where its store does not by itself. */
export function startProjector(
  core: Core,
  metrics: Metrics,
  tracer: Tracer | undefined,
  broken: (error: Error) => void,
  steps: Steps,
): void {
  const { databaseUrl, log, codec, registry, logger } = core;
  const projections = projectionsOf(registry, core.keyring.mac);
  const max = projections.length + 3;
  const pool = createPool(databaseUrl, { applicationName: 'masar projector', max, log: logger });
  steps.push(() => pool.end());
  watchPool(metrics, 'projector', pool);
  const stopping = new AbortController();
  const sequencing = core.sequence?.(stopping.signal).catch((err: unknown) => logger.error({ err }, 'the sequencer ended'));
  const running = keepReadModels(
    { pool, schema: SCHEMAS.read, log, codec, registry, projections, logger, metrics, tracer },
    stopping.signal,
    broken,
  );
  steps.push(async () => {
    stopping.abort();
    await running;
    await sequencing;
  });
}

/** Runs a projector until the signal aborts; `broken` is told when the read models were taken away under it. */
export async function keepReadModels(parts: ProjectorParts, signal: AbortSignal, broken: (error: Error) => void): Promise<void> {
  await runProjector(parts, signal).catch((error: unknown) => {
    if (!(error instanceof ReadModelsTaken)) throw error;
    parts.logger.error({ err: error }, 'the projector ended');
    broken(error);
  });
}
