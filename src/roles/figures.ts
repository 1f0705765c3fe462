import type pg from 'pg';
import type { Core } from '../compose.ts';
import type { Registry } from '../domain/kernel/registry.ts';
import { inTime } from '../platform/inTime.ts';
import type { Metrics } from '../platform/metrics.ts';
import { watchPool } from '../platform/poolMetrics.ts';
import type { JobQueue } from '../platform/queue.ts';
import type { overdueWaits } from '../projections/deadlines.queries.ts';
import { watchChecks } from './checks.ts';

/** What every role shows at a scrape. */
export function watchCore(core: Core, metrics: Metrics): void {
  watchPool(metrics, 'commands', core.pool);
  watchChecks(core, metrics);
  metrics.gauge('key_service_failing', '1 while the key-management service does not answer as it should', [], (gauge) =>
    gauge.set(core.keyServiceFailing() ? 1 : 0),
  );
  metrics.gauge('clock_skew_seconds', "How far the clock of this process is ahead of the database's", [], (gauge) =>
    gauge.set(core.clock.skewMs() / 1_000),
  );
  const { restricted } = core;
  metrics.gauge('restricted_store_set', '1 where a restricted store is set up, 0 where there is none', [], (gauge) =>
    gauge.set(restricted ? 1 : 0),
  );
  metrics.gauge('restricted_store_away', '1 while the restricted store is set up and cannot be reached', [], async (gauge) => {
    gauge.set(restricted && !(await answersInTime(restricted.pool)) ? 1 : 0);
  });
}

const ANSWER_MS = 2_000;

async function answersInTime(pool: pg.Pool): Promise<boolean> {
  const asked = pool.query('select 1').then(
    () => true,
    () => false,
  );
  return inTime(ANSWER_MS, asked, () => false);
}

/** Whether jobs reach the workers: those that wait are safe in their table meanwhile, and are not done. */
export function watchQueue(metrics: Metrics, queue: Pick<JobQueue, 'isFailing'>): void {
  metrics.gauge('queue_failing', '1 while the queue of jobs cannot be reached or takes none', [], async (gauge) =>
    gauge.set((await queue.isFailing()) ? 1 : 0),
  );
}

const OVERDUE_KEPT_MS = 30_000;

/**
 * How many waits are past their time, by process; 0 where none is, so that one day can be held against another. Counted at most
 * twice a minute; a database out of reach or a wrong clock leaves the last answer.
 */
export function watchOverdue(
  metrics: Metrics,
  registry: Registry,
  overdue: ReturnType<typeof overdueWaits>,
  now: () => string,
): void {
  let countedAt = Number.NEGATIVE_INFINITY;
  metrics.gauge('waits_overdue', 'Open waits that are past their time', ['process'], async (gauge) => {
    if (performance.now() - countedAt < OVERDUE_KEPT_MS) return;
    const counts = await overdue(now());
    if (!counts) return;
    countedAt = performance.now();
    for (const { name } of registry.all) gauge.set({ process: name }, counts.get(name) ?? 0);
  });
}
