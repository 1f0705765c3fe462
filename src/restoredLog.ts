import { setTimeout as delay } from 'node:timers/promises';
import type { Codec } from './eventlog/codec.ts';
import type { EventLog } from './eventlog/port.ts';
import { hasMoved, moveWithLog } from './movedLog.ts';
import { ensureOwn, firstAfter, isBehind, rememberLog, type StoreOfLog, standingOf } from './ownLog.ts';
import type { Log } from './platform/logging.ts';
import { forgetSkipsBeyond, resetReadModels } from './projections/runtime/reset.ts';
import { type LogStands, stepBack } from './workers/runtime/stepBack.ts';

/** A store whose log may have been put back from a backup. */
export interface CheckedStore extends StoreOfLog {
  readonly codec: Codec;
  readonly logger: Log;
}

/** Clocks of two machines do not differ by more. */
const CLOCKS_MS = 3_600_000;
/** How long a node of EventStoreDB may lag behind what was read from another. */
const LAG_MS = 3_000;
const AGAIN_MS = 250;

/**
 * Looks, before anything is served, whether a log is behind what was read from it: an older copy was put back. Then its read
 * models are made anew and its reactors step back to where the log stands. Answers whether that was so. A log that lies in another
 * kind of store than before is gone on from as well.
 * @throws ConfigError where it is not the log of this installation; nothing is changed then
 */
export async function stepBackWithLog({ codec, logger, ...store }: CheckedStore): Promise<boolean> {
  const standing = await standingOf(store);
  ensureOwn(store, standing);
  await rememberLog(store, standing);
  if (hasMoved(store, standing)) {
    await moveWithLog(store, standing);
    logger.warn(
      { store: store.name, from: standing.known?.kind, to: store.log.kind },
      'the log lies in another kind of store: read models are made anew, reactors and tasks have its positions now',
    );
  }
  if (!standing.behind || !(await isStillBehind(store))) return false;
  const { name, log, pool, db, read, workers } = store;
  const head = await log.head();
  // Where only the read models tell that the log is behind, they are made anew last: a crash in between is then found again.
  const again = await stepBack(pool, workers, { head, ...(await lastOf(log, codec, head)) });
  await forgetSkipsBeyond(db, read, head);
  const models = await resetReadModels(db, read);
  logger.warn(
    { store: name, head: String(head), models, again },
    'the log is behind its checkpoints: read models are made anew, reactors step back',
  );
  return true;
}

/** A node of a cluster may answer from a moment ago, and everything would be made anew for its sake: it is given time to come up. */
async function isStillBehind(store: StoreOfLog): Promise<boolean> {
  if (store.log.kind !== 'eventstoredb') return true;
  for (const deadline = Date.now() + LAG_MS; Date.now() < deadline; ) {
    await delay(AGAIN_MS);
    if (!(await isBehind(store))) return false;
  }
  return true;
}

/**
 * Takes back all that was made from another log, for the one that is there to be read from its beginning. Answers how many read
 * models there were.
 */
export async function beginAnew({ pool, db, read, workers }: StoreOfLog): Promise<number> {
  await stepBack(pool, workers, { head: 0n, logIndex: 0n, since: '-infinity' });
  await forgetSkipsBeyond(db, read, 0n);
  return resetReadModels(db, read);
}

/** The last event: its place in the log, and when it was recorded, less what clocks may differ. */
async function lastOf(log: EventLog, codec: Codec, head: bigint): Promise<Pick<LogStands, 'logIndex' | 'since'>> {
  const last = head === 0n ? undefined : await firstAfter(log, head - 1n);
  const [event] = last ? await codec.decode([last], 'none') : [];
  const since = event ? new Date(Date.parse(event.meta.recordedAt) - CLOCKS_MS).toISOString() : '-infinity';
  return { logIndex: last?.logIndex ?? 0n, since };
}
