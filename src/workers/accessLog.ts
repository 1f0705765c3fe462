import { pause } from '../eventlog/follow.ts';
import type { Log } from '../platform/logging.ts';

export interface AccessLogWatch {
  /** Makes months ahead and drops those past their time; answers the first days of what was dropped. */
  readonly keep: (now: string) => Promise<{ readonly dropped: readonly string[] }>;
  /** Adds what is new to the trees of the months; answers how many entries. */
  readonly seal: (now: string) => Promise<number>;
  readonly logger: Log;
  /** RFC 3339 UTC. */
  readonly now: () => string;
  readonly everyMs: number;
  readonly signal: AbortSignal;
}

/** Looks after the access log until the signal aborts. Workers may do so side by side. */
export async function watchAccessLog({ keep, seal, logger, now, everyMs, signal }: AccessLogWatch): Promise<void> {
  while (!signal.aborted) {
    try {
      await seal(now());
    } catch (err) {
      logger.error({ err }, 'the access log could not be signed; see whether somebody changed it');
    }
    try {
      const { dropped } = await keep(now());
      if (dropped.length > 0) logger.info({ dropped }, 'months of the access log were past their time and are dropped');
    } catch (err) {
      logger.warn({ err }, 'the access log could not be looked after and is looked at again');
    }
    await pause(everyMs, signal);
  }
}
