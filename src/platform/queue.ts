import {
  type ConnectionOptions,
  createPostgresBackend,
  type JobsOptions,
  type PostgresPoolConfig,
  Queue,
  type QueueOptions,
  runMigrations,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import type pg from 'pg';
import { createPool } from './database.ts';
import { inTime } from './inTime.ts';
import type { Log } from './logging.ts';
import { watchSilence } from './silence.ts';

/** Where jobs wait: on Redis, or in a schema of their own on Postgres. */
export type QueuePlace =
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly schema: string };

export interface QueueSettings {
  /** Jobs of one name wait together. Letters, digits and hyphens. */
  readonly name: string;
  readonly log: Log;
  /** Adding is given up after this; default 3 s. */
  readonly timeoutMs?: number;
}

/** A queue that may be lost at any time: who adds a job keeps its own record of what is still to be done. */
export interface JobQueue {
  readonly kind: QueuePlace['kind'];
  /**
   * Puts jobs at the end, each once as long as it waits or runs: an id that is already there is left as it is.
   * @throws QueueUnavailable when the queue does not answer in time; the jobs may be there nevertheless.
   */
  add(ids: readonly string[]): Promise<void>;
  /** Takes jobs, `concurrency` at a time, each at least once. A job is gone from the queue when `handle` ends, well or not. */
  work(handle: (id: string) => Promise<void>, concurrency: number): QueueWorker;
  /** Whether it cannot be reached now, or took no jobs at the last try within a minute (it may be full). Answers within two seconds. */
  isFailing(): Promise<boolean>;
  /** Ends every connection, after the workers have stopped. */
  close(): Promise<void>;
}

export interface QueueWorker {
  /** Takes no further job and waits until those in hand are done. */
  stop(): Promise<void>;
}

/** The queue does not answer. Nobody waits for it: what should be in it is added again later. */
export class QueueUnavailable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'QueueUnavailable';
  }
}

// The id is the job; the queue keeps nothing of what has ended, since it is not the record of what was done.
const JOB: JobsOptions = { attempts: 1, removeOnComplete: true, removeOnFail: true };
const CLOSE_MS = 2_000;
const LOOK_MS = 2_000;
/** Who has jobs to add tries again every second. */
const REFUSAL_COUNTS_MS = 60_000;
const REPORT_MS = 10_000;

/** What is used of BullMQ, the same on both places. */
interface Connected {
  on(event: 'error', listener: (error: Error) => void): unknown;
  waitUntilReady(): Promise<unknown>;
  close(): Promise<void>;
  disconnect(): Promise<void>;
}

interface Producer extends Connected {
  addBulk(jobs: { name: string; data: object; opts: JobsOptions }[]): Promise<unknown>;
  /** How many jobs wait. */
  count(): Promise<number>;
}

interface Backend {
  queue(name: string): Producer;
  worker(name: string, process: (job: { id?: string }) => Promise<void>, concurrency: number): Connected;
}

/** Creates what the queue needs at its place, once; only Postgres needs anything. Run before `openQueue`. */
export async function migrateQueue(place: QueuePlace): Promise<void> {
  if (place.kind === 'redis') return;
  const pool = createPool(place.url, {
    applicationName: 'masar queue migrations',
    max: 1,
    lockTimeoutMs: 0,
    statementTimeoutMs: 0,
    silenceMs: 0,
  });
  try {
    const client = await pool.connect();
    await runMigrations(client, place.schema).finally(() => client.release());
  } finally {
    await pool.end();
  }
}

/** Opens a queue without waiting for it to be reachable: it comes and goes while the program runs. */
export function openQueue(place: QueuePlace, settings: QueueSettings): JobQueue {
  const { name, timeoutMs = 3_000 } = settings;
  const report = seldom((err: unknown) => settings.log.warn({ err, queue: name }, 'the job queue reports a fault'));
  const backend = place.kind === 'redis' ? onRedis(place.url) : onPostgres(place.url, place.schema);
  const producer = standing(() => backend.queue(name), report);
  let refusedAt = Number.NEGATIVE_INFINITY;

  return {
    kind: place.kind,
    add: async (ids) => {
      if (ids.length === 0) return;
      const jobs = ids.map((id) => ({ name: 'job', data: {}, opts: { ...JOB, jobId: id } }));
      const queue = producer.current();
      if (!queue) throw new QueueUnavailable('the queue is not connected');
      await within(timeoutMs, queue.addBulk(jobs)).catch((error: unknown) => {
        refusedAt = performance.now();
        throw new QueueUnavailable('jobs could not be added', error);
      });
      refusedAt = Number.NEGATIVE_INFINITY;
    },
    isFailing: async () => {
      const queue = producer.current();
      if (!queue || performance.now() - refusedAt < REFUSAL_COUNTS_MS) return true;
      return within(LOOK_MS, queue.count()).then(
        () => false,
        () => true,
      );
    },
    work: (handle, concurrency) => {
      const inHand = new Set<Promise<void>>();
      let stopping = false;
      const take = async ({ id }: { id?: string }): Promise<void> => {
        if (id === undefined || stopping) return;
        const done = handle(id).finally(() => inHand.delete(done));
        inHand.add(done);
        await done;
      };
      const worker = standing(() => backend.worker(name, take, concurrency), report);
      return {
        stop: async () => {
          stopping = true;
          const closing = worker.close();
          await Promise.allSettled(inHand);
          await closing;
        },
      };
    },
    close: () => producer.close(),
  };
}

/** Closing in order needs the server's answer; without one the connections are cut. */
async function closedInTime(one: Connected, closing: Promise<void>, report: (error: unknown) => void): Promise<void> {
  await within(CLOSE_MS, closing).catch((error: unknown) => {
    report(error);
    void one.disconnect().catch(report);
  });
}

const AGAIN_MS = 1_000;

/**
 * Something of BullMQ's that is opened anew until it has once been connected. On Postgres the first connection decides: one that
 * fails is kept as the answer for good, and a worker goes round and round on it, with nothing else having its turn.
 */
function standing<T extends Connected>(open: () => T, report: (error: unknown) => void) {
  let stopping = false;
  let current: T | undefined;
  let waiting: NodeJS.Timeout | undefined;
  const ending = new Set<Promise<void>>();

  const end = (one: T): void => {
    const closed = closedInTime(one, one.close(), report).finally(() => ending.delete(closed));
    ending.add(closed);
  };
  const start = (): void => {
    const one = open();
    current = one;
    one.on('error', report);
    one.waitUntilReady().catch((error: unknown) => {
      if (stopping) return;
      report(error);
      current = undefined;
      end(one);
      waiting = setTimeout(start, AGAIN_MS);
    });
  };
  start();
  return {
    /** Undefined while another one is about to be opened. */
    current: () => current,
    close: async (): Promise<void> => {
      stopping = true;
      clearTimeout(waiting);
      if (current) end(current);
      await Promise.all(ending);
    },
  };
}

/** Passes on one call in ten seconds: a queue that is down says so several times a second. */
function seldom(report: (error: unknown) => void): (error: unknown) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (error) => {
    const now = performance.now();
    if (now - last < REPORT_MS) return;
    last = now;
    report(error);
  };
}

/**
 * A worker's connection waits for Redis as long as it is away; a producer's gives up, and its caller comes back later. Neither has a
 * limit of silence but the keepalives: who adds waits `timeoutMs` whatever happens, what is not taken is added again by the sweep, and
 * a client of ioredis that gave up a connection by its `socketTimeout` was seen to hold up its process when it was closed later.
 */
function onRedis(url: string): Backend {
  const connection = (maxRetriesPerRequest: number | null): ConnectionOptions => ({
    ...{ url, maxRetriesPerRequest },
    keepAlive: 10_000,
  });
  return {
    queue: (name) => new Queue(name, { connection: connection(1) } satisfies QueueOptions),
    worker: (name, process, concurrency) =>
      new Worker(name, process, { connection: connection(null), concurrency } satisfies WorkerOptions),
  };
}

/**
 * The producer and each worker have a small pool of their own and a connection beside it on which they are told of jobs. What a
 * crash of the server loses of the queue is added again, so nothing here waits for the disk. The one on which they are told is not
 * watched for silence: it may have nothing to say for long, keepalives end it, and a worker looks for jobs every few seconds anyhow.
 */
function onPostgres(url: string, schema: string): Backend {
  const applicationName = 'masar queue';
  const watch = watchSilence({ url, applicationName, silenceMs: 35_000 });
  const connection: PostgresPoolConfig = {
    connectionString: url,
    schema,
    max: 4,
    application_name: applicationName,
    onConnect: (client: pg.Client) => {
      // As in createPool: what breaks while somebody holds it reports to their query, and without a listener would end the process.
      client.on('error', () => {});
      watch.add(client);
    },
    connectionTimeoutMillis: 5_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    options:
      '-c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=30000 -c synchronous_commit=off',
  };
  return {
    queue: (name) => new Queue(name, { connection }, createPostgresBackend),
    worker: (name, process, concurrency) => new Worker(name, process, { connection, concurrency }, createPostgresBackend),
  };
}

/** The promise's outcome, or a rejection when it takes longer than `ms`. */
const within = <T>(ms: number, work: Promise<T>): Promise<T> =>
  inTime<T, never>(ms, work, () => {
    throw new Error(`no answer within ${ms} ms`);
  });
