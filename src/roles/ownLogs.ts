import type { Core, Steps } from '../compose.ts';
import { pause } from '../eventlog/follow.ts';
import { ensureOwn, isBehind, nothingSeen, rememberLog, type StoreOfLog, standingOf } from '../ownLog.ts';
import { ConfigError } from '../platform/config.ts';
import { SCHEMAS } from '../schemas.ts';

const LOOK_MS = 2_000;
const AGAIN_MS = 200;

/** The log was put back while this process read from it: what is written there next would be passed over. */
export class LogPutBack extends Error {
  constructor(store: string) {
    super(
      `the ${store} log lacks events that were read from it: it was put back under a running process, which ends here. ` +
        'The next start makes the read models anew and lets the reactors step back.',
    );
    this.name = 'LogPutBack';
  }
}

/**
 * Looks from time to time whether the logs are still those that this process began with; if not, tells so once. Until a log has its
 * first event nobody knows whose it is, so it is remembered as soon as it has.
 */
export function watchOwnLogs(core: Core, broken: (error: Error) => void, steps: Steps): void {
  const { log, pool, db, restricted, logger } = core;
  const { read, workers } = SCHEMAS;
  const stores: readonly StoreOfLog[] = [{ name: 'general', log, pool, db, read, workers }, ...(restricted ? [restricted] : [])];
  const stopping = new AbortController();
  const { signal } = stopping;
  const watching = stores.map((store) =>
    watch(store, signal).catch((error: unknown) => {
      if (signal.aborted) return;
      stopping.abort();
      logger.error({ err: error, store: store.name }, 'this process cannot go on with this log');
      broken(error instanceof Error ? error : new Error(String(error)));
    }),
  );
  steps.push(async () => {
    stopping.abort();
    await Promise.all(watching);
  });
}

/** @throws LogPutBack, ConfigError */
async function watch(store: StoreOfLog, signal: AbortSignal): Promise<void> {
  // A log that was behind before this process read from it is put right when its store is opened: the general one's is by now.
  let stood = store.name === 'general';
  // Another process that starts meanwhile takes back what tells that the log is behind.
  const seen = nothingSeen();
  for (let isKnown = false; !signal.aborted; await pause(LOOK_MS, signal)) {
    try {
      if (!isKnown) isKnown = await remembered(store);
      if (!(await isBehind(store, seen))) {
        stood = true;
        continue;
      }
      if (!stood) continue;
      // A node of a cluster may answer from a moment ago.
      await pause(AGAIN_MS, signal);
      if (await isBehind(store, seen)) throw new LogPutBack(store.name);
    } catch (error) {
      // A store out of reach tells nothing.
      if (error instanceof LogPutBack || error instanceof ConfigError) throw error;
    }
  }
}

async function remembered(store: StoreOfLog): Promise<boolean> {
  const standing = await standingOf(store);
  ensureOwn(store, standing);
  await rememberLog(store, standing);
  return standing.first !== undefined;
}
