import { type Bell, pause } from '../../eventlog/follow.ts';
import type { Log } from '../../platform/logging.ts';
import type { JobQueue } from '../../platform/queue.ts';
import type { Store } from './store.ts';

export interface SweepParts {
  readonly store: Store;
  readonly queue: Pick<JobQueue, 'add'>;
  readonly logger: Log;
  /** Rung when there may be jobs to queue. */
  readonly work: Bell;
  /** Longest time in milliseconds without a look at the table. */
  readonly pollMs: number;
  /** A job that was queued and not ended after this long is queued again. */
  readonly againMs: number;
  readonly signal: AbortSignal;
}

const BATCH = 500;
const PRUNE_EVERY_MS = 3_600_000;
const KEPT_DAYS = 30;

/**
 * Puts due jobs into the queue until the signal aborts: the only way in, for the first time as after a fault or after the
 * queue was lost. Workers may sweep side by side.
 */
export async function sweepJobs(parts: SweepParts): Promise<void> {
  const { store, queue, logger, work, signal } = parts;
  let pruned = performance.now();
  while (!signal.aborted) {
    const { rings } = work;
    try {
      const ids = await store.ready(BATCH, parts.againMs);
      if (ids.length > 0) {
        await queue.add(ids).catch(async (error: unknown) => {
          await store.unclaim(ids, parts.pollMs);
          throw error;
        });
      }
      if (performance.now() - pruned > PRUNE_EVERY_MS) {
        await store.prune(KEPT_DAYS);
        pruned = performance.now();
      }
      if (ids.length < BATCH) await work.wait(rings, parts.pollMs, signal);
    } catch (err) {
      logger.warn({ err }, 'jobs could not be queued and are swept again');
      await pause(parts.pollMs, signal);
    }
  }
}
