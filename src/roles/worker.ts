import type { Core, Steps } from '../compose.ts';
import { createPool } from '../platform/database.ts';
import type { Metrics } from '../platform/metrics.ts';
import { watchPool } from '../platform/poolMetrics.ts';
import { openQueue } from '../platform/queue.ts';
import type { Tracer } from '../platform/tracing/tracer.ts';
import { deadlineSource, openItemsOf, overdueWaits } from '../projections/deadlines.queries.ts';
import { createDuplicateSearch } from '../projections/duplicates.queries.ts';
import { casesAboutIn, registerShows } from '../projections/imports.queries.ts';
import { openMovementsOf, openMovementsTo } from '../projections/movements.queries.ts';
import { payableClaimsOf } from '../projections/payable.queries.ts';
import { openPlansOf } from '../projections/plans.queries.ts';
import type { Reads } from '../projections/reads.queries.ts';
import { casesAboutSubjects } from '../projections/subjects.queries.ts';
import { SCHEMAS } from '../schemas.ts';
import { watchDocuments } from '../workers/documents.ts';
import { importRowsOf } from '../workers/imports/rows.ts';
import { startWorkers } from '../workers/index.ts';
import { reactorsOf } from '../workers/reactors.ts';
import { watchOverdue, watchQueue } from './figures.ts';

/** Does what happens in the general store without a request. Deadlines are watched once `watchFrom` has come; at once when absent. */
export async function startWorker(
  core: Core,
  metrics: Metrics,
  tracer: Tracer | undefined,
  watchFrom: Promise<unknown> | undefined,
  steps: Steps,
): Promise<void> {
  const { config, databaseUrl, log, codec, cases, executor, registry, rulebook, logger } = core;
  const { now } = core.clock;
  const pool = createPool(databaseUrl, { applicationName: 'masar worker', max: 10, log: logger });
  steps.push(() => pool.end());
  watchPool(metrics, 'worker', pool);
  const place = config.redisUrl
    ? ({ kind: 'redis', url: config.redisUrl } as const)
    : ({ kind: 'postgres', url: databaseUrl, schema: SCHEMAS.jobs } as const);
  const queue = openQueue(place, { name: 'masar', log: logger });
  steps.push(() => queue.close());
  const reads = { pool, schema: SCHEMAS.read };
  watchOverdue(metrics, registry, overdueWaits(reads), now);
  watchQueue(metrics, queue);
  const stopping = new AbortController();
  const workers = await startWorkers(
    {
      ...{ log, codec, cases, executor, registry, rulebook, watchFrom, pool, queue, metrics, tracer, logger, now },
      reactors: generalReactors(core, reads),
      deadlines: deadlineSource(reads),
      schema: SCHEMAS.workers,
    },
    stopping.signal,
  );
  const watching = watchDocuments({ sweep: core.documents.sweep, logger, now, everyMs: 30_000, signal: stopping.signal });
  steps.push(async () => {
    stopping.abort();
    await workers.stop();
    await watching;
  });
}

/** The reactors of the general store over its read models. */
function generalReactors({ codec, documents, keyring, registry, rulebook, ...core }: Core, reads: Reads) {
  const search = createDuplicateSearch(reads, codec, keyring.mac);
  const shows = registerShows(reads);
  return reactorsOf({
    openItems: openItemsOf(reads),
    openPlans: openPlansOf(reads),
    payableClaims: payableClaimsOf(reads),
    openMovements: openMovementsTo(reads),
    movementsOf: openMovementsOf(reads),
    erasures: {
      casesAbout: casesAboutSubjects(reads),
      filesOnlyOf: documents.onlyOf,
      destroy: async (subjects) => (await core.destroyKeys(subjects)).ever,
      discard: documents.discard,
      isHeldElsewhere: core.isHeldElsewhere,
    },
    shortLife: { destroy: (subjects) => keyring.destroy(subjects), discard: documents.discard },
    imports: {
      registry,
      rulebook,
      read: documents.read,
      rows: importRowsOf(reads.pool, SCHEMAS.workers),
      personsAt: async (position) => ((await shows(position)) ? search : 'not yet'),
      casesAbout: casesAboutIn(reads),
    },
  });
}
