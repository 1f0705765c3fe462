import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { hostname } from 'node:os';
import type pg from 'pg';
import type { Registry } from '../domain/kernel/registry.ts';
import type { Cases } from '../eventlog/cases.ts';
import type { Codec } from '../eventlog/codec.ts';
import type { Executor } from '../eventlog/execute.ts';
import { Bell, pause } from '../eventlog/follow.ts';
import type { EventLog } from '../eventlog/port.ts';
import type { Rulebook } from '../eventlog/rulebook.ts';
import { createLeases } from '../platform/lease.ts';
import type { Log } from '../platform/logging.ts';
import type { Metrics } from '../platform/metrics.ts';
import type { JobQueue } from '../platform/queue.ts';
import type { Tracer } from '../platform/tracing/tracer.ts';
import { type DeadlineSource, watchDeadlines } from './deadlines.ts';
import { createWorkerMetrics } from './metrics.ts';
import { followLog } from './runtime/follow.ts';
import { createPages } from './runtime/pages.ts';
import { performJobs } from './runtime/perform.ts';
import type { Reactor } from './runtime/reactor.ts';
import { createOperator } from './runtime/status.ts';
import { createStore } from './runtime/store.ts';
import { sweepJobs } from './runtime/sweep.ts';

export interface WorkerParts {
  readonly log: EventLog;
  readonly codec: Codec;
  readonly cases: Cases;
  readonly executor: Executor;
  readonly registry: Registry;
  readonly rulebook: Rulebook;
  readonly reactors: readonly Reactor[];
  readonly deadlines: DeadlineSource;
  /** The database and the schema in which `workerMigrations` ran. */
  readonly pool: pg.Pool;
  readonly schema: string;
  /** Closed by who opened it, after `stop`. */
  readonly queue: JobQueue;
  readonly metrics: Metrics;
  /** Absent while tracing is off. */
  readonly tracer?: Tracer | undefined;
  readonly logger: Log;
  /** RFC 3339 UTC. */
  readonly now: () => string;
  readonly settings?: Partial<WorkerSettings>;
  /** Deadlines are watched once this has come; at once when absent. */
  readonly watchFrom?: Promise<unknown> | undefined;
}

/** Times in milliseconds. */
export interface WorkerSettings {
  /** Jobs run at once. */
  readonly concurrency: number;
  /** Longest time without a look at the log or at the jobs. */
  readonly pollMs: number;
  /** A job that was queued and not ended after this long is queued again: how long a lost queue can go unnoticed. */
  readonly againMs: number;
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  /** How long a worker that died keeps others from going on. */
  readonly leaseMs: number;
  readonly deadlinesEveryMs: number;
}

const DEFAULTS: WorkerSettings = {
  concurrency: 8,
  pollMs: 1_000,
  againMs: 30_000,
  firstRetryMs: 1_000,
  longestRetryMs: 300_000,
  leaseMs: 15_000,
  deadlinesEveryMs: 30_000,
};

export interface Workers {
  /** Takes nothing new, finishes what is in hand, gives up the leases. */
  stop(): Promise<void>;
}

/**
 * Starts what happens without a request: reactors, their jobs, and the watch over deadlines. Any number of processes may do so
 * side by side. Ends when `stop` is called or the signal aborts; either way, wait for `stop`.
 */
export async function startWorkers(parts: WorkerParts, signal: AbortSignal): Promise<Workers> {
  const settings = { ...DEFAULTS, ...parts.settings };
  const stopping = new AbortController();
  const until = AbortSignal.any([signal, stopping.signal]);
  // Every reactor waits on it.
  setMaxListeners(0, until);
  const { pool, schema, logger, cases, executor, now } = parts;
  const store = createStore(pool, schema);
  const leases = createLeases({ pool, schema, holder: `${hostname()} ${process.pid} ${randomUUID()}`, ttlMs: settings.leaseMs });
  const metrics = createWorkerMetrics(parts.metrics, createOperator(pool, schema).status);
  const reactors = new Map(parts.reactors.map((one) => [one.name, one]));
  const news = new Bell();
  const work = new Bell();

  const jobs = parts.queue.work(
    (id) =>
      performJobs(id, {
        store,
        reactors,
        cases,
        executor,
        logger,
        now,
        firstRetryMs: settings.firstRetryMs,
        longestRetryMs: settings.longestRetryMs,
        count: metrics.job,
        againMs: settings.againMs,
        tracer: parts.tracer,
        signal: until,
      }),
    settings.concurrency,
  );

  const pages = createPages({ log: parts.log, codec: parts.codec, news });
  const common = { store, leases, logger, work, signal: until, pollMs: settings.pollMs };
  const loops = [
    ringAtNews(parts.log, news, settings.pollMs, until),
    sweepJobs({ ...common, queue: parts.queue, againMs: settings.againMs }),
    watchDeadlines({
      ...common,
      source: parts.deadlines,
      executor,
      registry: parts.registry,
      rulebook: parts.rulebook,
      now,
      everyMs: settings.deadlinesEveryMs,
      count: metrics.deadline,
      scanned: metrics.scanned,
      from: parts.watchFrom,
    }),
    ...parts.reactors.map((reactor) => followLog(reactor, { ...common, log: parts.log, pages, cases, news })),
  ];
  logger.info({ reactors: parts.reactors.length, queue: parts.queue.kind }, 'workers are running');

  return {
    stop: async () => {
      stopping.abort();
      await jobs.stop();
      await Promise.all(loops);
    },
  };
}

/** Rings when the log grows. Only a hint: the reactors look by themselves too. */
async function ringAtNews(log: EventLog, news: Bell, pollMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      // Only that it has grown is wanted: reactors read the events by themselves.
      for await (const _ of log.subscribe(await log.head(), { categories: [] }, signal)) news.ring();
    } catch {
      // The log is away, which the reactors report.
      await pause(pollMs, signal);
    }
  }
}
