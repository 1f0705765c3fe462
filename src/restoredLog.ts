import type { Kysely } from 'kysely';
import type pg from 'pg';
import type { Codec } from './eventlog/codec.ts';
import type { EventLog, StoredEvent } from './eventlog/port.ts';
import type { Log } from './platform/logging.ts';
import { farthest, forgetSkipsBeyond, resetReadModels } from './projections/runtime/reset.ts';
import { farthestReactor, type LogStands, stepBack } from './workers/runtime/stepBack.ts';

/** A store whose log may have been put back from a backup. */
export interface CheckedStore {
  readonly name: 'general' | 'restricted';
  readonly log: EventLog;
  readonly codec: Codec;
  readonly pool: pg.Pool;
  readonly db: Kysely<unknown>;
  readonly read: string;
  readonly workers: string;
  readonly logger: Log;
}

/** Clocks of two machines do not differ by more. */
const CLOCKS_MS = 3_600_000;

/**
 * Looks, before anything is served, whether a log is behind what was read from it: an older copy was put back. Then its read
 * models are made anew and its reactors step back to where the log stands. Answers whether that was so.
 */
export async function stepBackWithLog({ name, log, codec, pool, db, read, workers, logger }: CheckedStore): Promise<boolean> {
  const model = await farthest(db, read);
  const reactor = await farthestReactor(pool, workers);
  const head = await log.head();
  // What was read of an EventStoreDB log may lie behind its last event of ours: there only the event itself tells.
  const isBehind =
    log.kind === 'eventstoredb'
      ? !((await holds(log, model.logIndex)) && (await holds(log, reactor.logIndex)))
      : model.position > head || reactor.position > head;
  if (!isBehind) return false;
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

/** Whether a log has an event of this logIndex. */
async function holds(log: EventLog, logIndex: bigint): Promise<boolean> {
  if (logIndex === 0n) return true;
  const event = await firstAfter(log, await log.positionOf(logIndex - 1n));
  return event !== undefined && event.logIndex >= logIndex;
}

async function firstAfter(log: EventLog, after: bigint): Promise<StoredEvent | undefined> {
  for (let cursor = after; ; ) {
    const { events, scannedTo } = await log.readAll(cursor, 1);
    if (events[0] || scannedTo <= cursor) return events[0];
    cursor = scannedTo;
  }
}

/** The last event: its place in the log, and when it was recorded, less what clocks may differ. */
async function lastOf(log: EventLog, codec: Codec, head: bigint): Promise<Pick<LogStands, 'logIndex' | 'since'>> {
  const last = head === 0n ? undefined : await firstAfter(log, head - 1n);
  const [event] = last ? await codec.decode([last], 'none') : [];
  const since = event ? new Date(Date.parse(event.meta.recordedAt) - CLOCKS_MS).toISOString() : '-infinity';
  return { logIndex: last?.logIndex ?? 0n, since };
}
