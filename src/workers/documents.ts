import type { Swept } from '../eventlog/documents/sweep.ts';
import { pause } from '../eventlog/follow.ts';
import type { Log } from '../platform/logging.ts';

export interface DocumentWatch {
  readonly sweep: (now: string) => Promise<Swept>;
  readonly logger: Log;
  /** RFC 3339 UTC. */
  readonly now: () => string;
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/** Looks after files until the signal aborts. Workers may do so side by side. */
export async function watchDocuments({ sweep, logger, now, everyMs, signal }: DocumentWatch): Promise<void> {
  while (!signal.aborted) {
    try {
      const { judged, removed } = await sweep(now());
      if (removed > 0) logger.info({ judged, removed }, 'files were looked after');
    } catch (err) {
      logger.warn({ err }, 'files could not be looked after and are looked at again');
    }
    await pause(everyMs, signal);
  }
}
