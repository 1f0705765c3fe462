import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Kysely } from 'kysely';
import type pg from 'pg';
import type { Registry } from '../../domain/kernel/registry.ts';
import type { Codec } from '../../eventlog/codec.ts';
import { pause } from '../../eventlog/follow.ts';
import { type EventLog, LogUnavailable } from '../../eventlog/port.ts';
import { createKysely, isConnectionFault } from '../../platform/database.ts';
import type { Log } from '../../platform/logging.ts';
import type { Metrics } from '../../platform/metrics.ts';
import type { Tracer } from '../../platform/tracing/tracer.ts';
import { type RunnerParts, runBuild } from './buildRunner.ts';
import { createBuilds } from './builds.ts';
import { createFeed } from './feed.ts';
import type { Projection } from './projection.ts';
import { type ProjectionStatus, projectionStatus } from './status.queries.ts';
import { traceBatch } from './traced.ts';

export interface ProjectorParts {
  /** Connections for read models: about two more than there are projections. Never ended here. */
  readonly pool: pg.Pool;
  /** Schema of the read models, where `projectionMigrations` ran. */
  readonly schema: string;
  readonly log: EventLog;
  readonly codec: Codec;
  readonly registry: Registry;
  readonly projections: readonly Projection[];
  readonly logger: Log;
  readonly metrics?: Metrics;
  /** Absent while tracing is off. */
  readonly tracer?: Tracer | undefined;
  /** Events folded at once, at most; default 500. */
  readonly batch?: number;
  /** A projector that died is replaced after this; default 15 s. */
  readonly leaseMs?: number;
  /** Rest of a halted projection before it tries again; default 5 s. */
  readonly retryMs?: number;
  /** How often new builds (a rebuild asked for elsewhere) are looked for; default 1 s. */
  readonly superviseMs?: number;
}

/**
 * A read model was taken away under a running projector, as a process does that found the log put back, or in another place. This one
 * may still read the log as it was, so it makes none anew.
 */
export class ReadModelsTaken extends Error {
  constructor(name: string) {
    super(
      `the read model ${name} was taken away under a running projector, as is done where the log is another than before: ` +
        'this process ends here. The next start makes it anew from the log that is there then.',
    );
    this.name = 'ReadModelsTaken';
  }
}

export function runnerParts(parts: ProjectorParts): RunnerParts {
  const db = createKysely<unknown>(parts.pool);
  const categories = [...new Set(parts.projections.flatMap((one) => one.categories))];
  const written = parts.metrics?.counter('projection_events_total', 'Events folded into a read model', ['projection']);
  if (parts.metrics) watch(parts.metrics, db, parts);
  return {
    db,
    builds: createBuilds(db, parts.schema),
    feed: createFeed({ ...parts, filter: { categories }, batch: parts.batch ?? 500 }),
    log: parts.log,
    codec: parts.codec,
    registry: parts.registry,
    logger: parts.logger,
    holder: randomUUID(),
    leaseMs: parts.leaseMs ?? 15_000,
    retryMs: parts.retryMs ?? 5_000,
    onProgress: (build, events, start) => {
      written?.inc({ projection: build.name }, events.length);
      if (parts.tracer) traceBatch(parts.tracer, build, events, start);
    },
  };
}

/** How far behind each read model is that is shown or being built, asked when somebody looks; and that somebody is here to work. */
function watch(metrics: Metrics, db: Kysely<unknown>, { schema, log }: ProjectorParts): void {
  const show = (name: string, help: string, value: (one: ProjectionStatus) => number) =>
    metrics.gauge(name, help, ['projection', 'state'], async (gauge) => {
      const all = await projectionStatus(db, schema, await log.head());
      // A build that is shown now, or given up, is no build any more.
      gauge.reset();
      for (const one of all) gauge.set({ projection: one.name, state: one.state }, value(one));
    });
  show('projection_lag_seconds', 'Age of the last event a read model took in while it is behind', (one) => one.lagSeconds);
  show('projection_halted', '1 while a read model is halted at an event', (one) => (one.halted ? 1 : 0));
  metrics.gauge('projector_running', '1 in a process that works on read models, whatever there is to do', [], (gauge) =>
    gauge.set(1),
  );
}

/**
 * Keeps the read models up with the log until the signal aborts; then ends what it is doing and resolves. Several may run, in
 * one process or many: each build is worked on by one of them at a time.
 * @throws ReadModelsTaken
 */
export async function runProjector(parts: ProjectorParts, stopping: AbortSignal): Promise<void> {
  const runner = runnerParts(parts);
  const { builds, feed, logger } = runner;
  const ending = new AbortController();
  const signal = AbortSignal.any([stopping, ending.signal]);
  // Every build listens for the end.
  setMaxListeners(0, signal);
  const running = new Map<number, Promise<void>>();
  const following = followForEver();

  async function followForEver(): Promise<void> {
    while (!signal.aborted) {
      await feed.follow(signal).catch((error: unknown) => {
        if (!(error instanceof LogUnavailable)) logger.warn({ err: error }, 'the subscription of the projector broke');
      });
      await pause(500, signal);
    }
  }

  const ensured = new Set<string>();

  async function supervise(): Promise<void> {
    for (const projection of parts.projections) {
      if (ensured.has(projection.name)) continue;
      await builds.ensure(projection);
      ensured.add(projection.name);
    }
    const all = await builds.all();
    const worked = all.filter(({ state }) => state === 'live' || state === 'building');
    for (const name of ensured) if (!worked.some((build) => build.name === name)) throw new ReadModelsTaken(name);
    for (const build of worked) {
      const projection = parts.projections.find((one) => one.name === build.name && one.version === build.version);
      if (!projection || running.has(build.id)) continue;
      const run = runBuild(runner, projection, build, signal).finally(() => running.delete(build.id));
      running.set(build.id, run);
    }
    if (all.some((build) => build.state === 'retired' || build.state === 'scratch')) await builds.sweep();
  }

  try {
    while (!signal.aborted) {
      await supervise().catch((error: unknown) => {
        if (error instanceof ReadModelsTaken) throw error;
        logger.warn({ err: isConnectionFault(error) ? undefined : error }, 'the projector cannot look after its builds');
      });
      await pause(parts.superviseMs ?? 1_000, signal);
    }
  } finally {
    ending.abort();
    await Promise.all([...running.values(), following]);
  }
}
