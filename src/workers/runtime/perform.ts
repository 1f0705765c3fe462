import type { Cases } from '../../eventlog/cases.ts';
import type { Executor } from '../../eventlog/execute.ts';
import type { Log } from '../../platform/logging.ts';
import { spanIdOf, traceIdOf } from '../../platform/tracing/ids.ts';
import type { Tracer } from '../../platform/tracing/tracer.ts';
import { faultOf, verdictOn } from './faults.ts';
import type { Reactor, TaskCommand, TaskContext } from './reactor.ts';
import type { Job, Refusal, Store } from './store.ts';

export interface PerformParts {
  readonly store: Store;
  readonly reactors: ReadonlyMap<string, Reactor>;
  readonly cases: Cases;
  readonly executor: Executor;
  readonly logger: Log;
  readonly now: () => string;
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  /** Told how each run of a job ended. */
  readonly count: (reactor: string, ended: 'done' | 'refused' | 'retried') => void;
  /** A job taken up and not ended after this long is queued again. */
  readonly againMs: number;
  /** Absent while tracing is off. */
  readonly tracer?: Tracer | undefined;
  /** Aborted when no further job should be begun. */
  readonly signal: AbortSignal;
}

/**
 * Runs a job, then one after the other those that wait behind it, without the way through the queue. Throws only when the
 * table itself cannot be reached: the job is then due again by itself.
 */
export async function performJobs(id: string, parts: PerformParts): Promise<void> {
  let next = await performJob(id, parts);
  while (next !== undefined && !parts.signal.aborted) next = await performJob(next, parts);
  if (next !== undefined) await parts.store.unclaim([next], 0);
}

/** Runs one job if it is not ended. A rule's refusal ends it, on record; any other fault puts it off. */
async function performJob(id: string, parts: PerformParts): Promise<string | undefined> {
  const { store, logger } = parts;
  const job = await store.find(id);
  if (!job) return undefined;
  const ids = { reactor: job.reactor, job: job.id, cause: job.cause.event, stream: job.cause.stream };
  const end = (ending: 'done' | 'refused', refusal?: Refusal): Promise<string | undefined> => {
    parts.count(job.reactor, ending);
    return store.end(job, parts.againMs, ending, refusal);
  };
  const fault = await attempt(job, parts);
  if (fault === undefined) return end('done');
  const verdict = verdictOn(fault);
  switch (verdict.kind) {
    case 'done':
      return end('done');
    case 'refused':
      logger.warn({ ...ids, code: verdict.refusal.code }, 'a follow-up was refused');
      return end('refused', verdict.refusal);
    case 'fault':
      logger.warn({ ...ids, err: fault }, 'a follow-up is put off');
      parts.count(job.reactor, 'retried');
      await store.putOff(job, faultOf(fault), parts.firstRetryMs, parts.longestRetryMs);
      return undefined;
  }
}

/** What the task threw, if anything. */
async function attempt(job: Job, parts: PerformParts): Promise<unknown> {
  try {
    const reactor = parts.reactors.get(job.reactor);
    if (!reactor) throw new UnknownReactor(job.reactor);
    const perform = () => reactor.perform(job.task, contextOf(job, parts));
    await (parts.tracer ? traced(parts.tracer, job, perform) : perform());
    return undefined;
  } catch (error) {
    return error ?? new Error('nothing was thrown');
  }
}

/** A run of a job hangs from the event it follows from. */
function traced(tracer: Tracer, { reactor, task, cause, id }: Job, perform: () => Promise<void>): Promise<void> {
  const place = { trace: traceIdOf(cause.correlationId), span: spanIdOf(cause.event) };
  const attributes = { 'masar.reactor': reactor, 'masar.step': task.step, 'masar.job': id };
  return tracer.within(place, { name: `job ${reactor}`, kind: 'consumer', attributes }, perform);
}

/** A newer version of Masar asked for this; a worker of that version does it. */
class UnknownReactor extends Error {
  constructor(name: string) {
    super(`no reactor ${name} here`);
    this.name = 'UnknownReactor';
  }
}

function contextOf(job: Job, { cases, executor, now }: PerformParts): TaskContext {
  const { cause, reactor, task } = job;
  return {
    cause,
    cases,
    execute: executor.execute,
    now,
    command: async (next: TaskCommand) => {
      const event = next.event ?? cause.event;
      const office = next.office ?? (await cases.glance(cause.stream)).owner;
      return executor.execute({
        process: next.process,
        command: next.command,
        id: next.id,
        input: next.input,
        record: next.record,
        key: `${event} ${next.part ?? task.step}`,
        principal: { kind: 'system', name: reactor, ...(office ? { office } : {}) },
        correlationId: cause.correlationId,
        causationId: event,
      });
    },
  };
}
