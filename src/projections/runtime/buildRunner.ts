import type { Kysely } from 'kysely';
import pg from 'pg';
import type { Registry } from '../../domain/kernel/registry.ts';
import { type Codec, UndecodableEvent } from '../../eventlog/codec.ts';
import { UnknownEventType } from '../../eventlog/failures.ts';
import { pause } from '../../eventlog/follow.ts';
import { type EventLog, LogUnavailable, type StoredEvent } from '../../eventlog/port.ts';
import type { Log } from '../../platform/logging.ts';
import { clock } from '../../platform/tracing/tracer.ts';
import type { Build, Builds, Halt, Lease } from './builds.ts';
import { LeaseLost } from './checkpoints.ts';
import type { Feed, Item } from './feed.ts';
import { isPassing } from './passing.ts';
import type { Fold, ProjectedEvent, Projection } from './projection.ts';
import { statementsOf } from './tables.ts';

export interface RunnerParts {
  readonly db: Kysely<unknown>;
  readonly builds: Builds;
  readonly feed: Feed;
  readonly log: EventLog;
  readonly codec: Codec;
  readonly registry: Registry;
  readonly logger: Log;
  /** Names this process in leases. */
  readonly holder: string;
  readonly leaseMs: number;
  /** How long a halted projection rests before it tries again. */
  readonly retryMs: number;
  /** Told of every write: what was folded, and when (`clock` of the tracer) that began. */
  readonly onProgress?: (build: Build, events: readonly ProjectedEvent[], start: number) => void;
}

/** A projector that stands by looks this often whether it is needed. */
const STANDBY_MS = 1_000;

/** The projection cannot get past this event. */
class Halted extends Error {
  readonly at: StoredEvent;
  constructor(at: StoredEvent, cause: unknown) {
    super(`halted at ${at.stream}/${at.revision}`, { cause });
    this.name = 'Halted';
    this.at = at;
  }
}

/**
 * Works on one build until the signal aborts or the build is retired: takes the lease, folds what the log brings, and stands by
 * while somebody else has it. A bad event halts this build alone; it is tried again after a rest.
 */
export async function runBuild(parts: RunnerParts, projection: Projection, build: Build, signal: AbortSignal): Promise<void> {
  const { builds, leaseMs, logger } = parts;
  const about = { projection: build.name, version: build.version, build: build.id };
  let told = '';
  while (!signal.aborted) {
    let lease: Lease | undefined;
    let restMs = 0;
    try {
      const got = await builds.acquire(build, parts.holder, leaseMs);
      if (got === 'gone') return;
      if (got === 'held') restMs = Math.min(leaseMs / 3, STANDBY_MS);
      else {
        lease = got;
        await work(parts, projection, lease, signal);
      }
    } catch (error) {
      restMs = parts.retryMs;
      if (error instanceof LeaseLost) logger.info(about, 'another projector took over');
      else if (error instanceof Halted && lease) {
        const halt = haltOf(error);
        // It is tried again and again: once is enough to be told.
        if (told !== halt.position) logger.error({ ...about, ...halt }, 'a projection halted at an event');
        told = halt.position;
        await builds.halt(lease, halt).catch(() => undefined);
      } else logger.warn({ ...about, err: error }, 'a projection rests after a fault');
    }
    // Whoever may be able to go on, such as a newer program beside this one, should find the lease free.
    if (lease) await builds.release(lease).catch(() => undefined);
    if (restMs > 0) await pause(restMs, signal);
  }
}

async function work(parts: RunnerParts, projection: Projection, held: Lease, signal: AbortSignal): Promise<void> {
  const { builds, feed, leaseMs } = parts;
  const writer = await createWriter(parts, projection, held, signal);
  let renewed = Date.now();
  while (!signal.aborted) {
    if (await writer.advance()) renewed = Date.now();
    if (writer.seen === undefined) continue;
    if (held.build.state === 'building' && (await builds.swap(held))) return;
    await feed.bell.wait(writer.seen, leaseMs / 3, signal);
    await feed.pace.rest(signal);
    if (Date.now() - renewed >= leaseMs / 3) {
      await builds.renew(held, leaseMs);
      renewed = Date.now();
    }
  }
}

export interface Writer {
  readonly position: bigint;
  /** Rings of the feed's bell that were heard before its last look at the log; undefined when there may be more by that look. */
  readonly seen: number | undefined;
  /** Folds and writes the next page, up to a position if one is given; false when there was nothing new. @throws LeaseLost, Halted */
  advance(upTo?: bigint): Promise<boolean>;
}

/** Folds pages of the feed into one build, from the lease's checkpoint on. After an error it must not be used again; once the signal aborts it waits for nobody. */
export async function createWriter(
  parts: RunnerParts,
  projection: Projection,
  lease: Lease,
  signal: AbortSignal = AbortSignal.any([]),
): Promise<Writer> {
  const { builds, feed, codec, log, leaseMs } = parts;
  const { build } = lease;
  const skipped = await builds.skipped(build);
  const readsBefore = feed.reads;
  const start = (): Fold =>
    projection.start({
      db: parts.db.withSchema(build.schema),
      registry: parts.registry,
      history: async (stream, toRevision) => {
        const stored = (await log.read(stream)).filter((event) => event.revision <= toRevision);
        // A node that lags behind the one the event came from would make it part of a case.
        if ((stored.at(-1)?.revision ?? -1) < toRevision) throw new LogUnavailable(`${stream} was read without its last events`);
        return codec.decode(stored, projection.opening);
      },
      historyAt: async (stream, position) => {
        const stored = (await log.read(stream)).filter((event) => event.position <= position);
        return codec.decode(stored, projection.opening);
      },
    });
  let fold = start();
  let position = lease.position;
  let seen: number | undefined;
  const speed = speedometer();

  async function write(events: readonly ProjectedEvent[], to: bigint, last: StoredEvent | undefined): Promise<void> {
    const begun = clock();
    const changes = events.length === 0 ? [] : await fold(events);
    const progress = {
      from: position,
      to,
      logIndex: last?.logIndex ?? 0n,
      events: events.length,
      rate: speed(events.length),
      ...(events.length === 0 ? {} : { recordedAt: events.at(-1)!.meta.recordedAt }),
    };
    await builds.commit(lease, progress, statementsOf(build.schema, projection.tables, changes), leaseMs);
    position = to;
    parts.onProgress?.(build, events, begun);
  }

  /** Which event of a failed batch is to blame: each is tried alone, so that everything before it is written. */
  async function writeOneByOne(items: readonly Item[]): Promise<void> {
    for (const item of items) {
      fold = start();
      try {
        await write('event' in item ? [item.event] : [], item.stored.position, item.stored);
      } catch (error) {
        throw error instanceof LeaseLost || isPassing(error) ? error : new Halted(item.stored, error);
      }
    }
  }

  return {
    get position() {
      return position;
    },
    get seen() {
      return seen;
    },
    advance: async (upTo) => {
      const page = await feed.page(position, build, readsBefore, signal);
      seen = page.end || page.scannedTo <= position ? page.rings : undefined;
      const end = upTo !== undefined && upTo < page.scannedTo ? upTo : page.scannedTo;
      if (end <= position) return false;
      const fresh = (await page.items(projection.opening, projection.categories)).filter(
        ({ stored }) => stored.position > position && stored.position <= end && !skipped.has(stored.position),
      );
      const firstBad = fresh.findIndex((item) => 'error' in item);
      const good = firstBad < 0 ? fresh : fresh.slice(0, firstBad);
      const to = firstBad < 0 ? end : (good.at(-1)?.stored.position ?? position);
      const last = (firstBad < 0 ? page.sealed.findLast(({ stored }) => stored.position <= to) : good.at(-1))?.stored;
      if (to > position) {
        try {
          await write(
            good.flatMap((item) => ('event' in item ? [item.event] : [])),
            to,
            last,
          );
        } catch (error) {
          if (error instanceof LeaseLost || isPassing(error)) throw error;
          await writeOneByOne(good);
        }
      }
      const bad = fresh[firstBad];
      if (bad && 'error' in bad) throw new Halted(bad.stored, bad.error);
      return true;
    },
  };
}

function haltOf({ at, cause }: Halted): Omit<Halt, 'since'> {
  return {
    position: String(at.position),
    logIndex: String(at.logIndex),
    stream: at.stream,
    revision: at.revision,
    type: at.type,
    kind: cause instanceof UnknownEventType ? 'unknown_type' : cause instanceof UndecodableEvent ? 'undecodable' : 'failed',
    reason: reasonOf(cause),
  };
}

/** Why, without the values: a message of Postgres or of a fold may quote what a person is called. */
function reasonOf(error: unknown): string {
  if (error instanceof pg.DatabaseError) {
    const place = [error.table, error.column, error.constraint].filter((one) => one !== undefined).join('.');
    return `Postgres ${error.code ?? 'error'}${place ? ` at ${place}` : ''}`;
  }
  if (error instanceof UnknownEventType || error instanceof UndecodableEvent) return error.message;
  if (!(error instanceof Error)) return 'unknown';
  const [, where] = /^\s+at (?:async )?([\w.<>]+) /m.exec(error.stack ?? '') ?? [];
  return where === undefined ? error.name : `${error.name} in ${where}`;
}

/** Events a second over about the last five seconds. */
function speedometer(): (events: number) => number {
  let since = Date.now();
  let counted = 0;
  let rate = 0;
  return (events) => {
    counted += events;
    const ms = Date.now() - since;
    if (ms >= 1_000) {
      const now = (counted * 1_000) / ms;
      rate = rate === 0 || ms > 10_000 ? now : rate * 0.7 + now * 0.3;
      since = Date.now();
      counted = 0;
    }
    return Math.round(rate);
  };
}
