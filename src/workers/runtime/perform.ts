import type { Cases } from '../../eventlog/cases.ts';
import type { Executor } from '../../eventlog/execute.ts';
import type { Log } from '../../platform/logging.ts';
import { faultOf, verdictOn } from './faults.ts';
import type { Reactor, TaskCommand, TaskContext } from './reactor.ts';
import type { Job, Store } from './store.ts';

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
  /** Called when a job that waited behind this one may run. */
  readonly next: () => void;
}

/**
 * Runs one job if it is not ended. A rule's refusal ends it, on record; any other fault puts it off. Throws only when the
 * table itself cannot be reached: the job is then due again by itself.
 */
export async function performJob(id: string, parts: PerformParts): Promise<void> {
  const { store, logger } = parts;
  const job = await store.find(id);
  if (!job) return;
  const ids = { reactor: job.reactor, job: job.id, cause: job.cause.event, stream: job.cause.stream };
  const reactor = parts.reactors.get(job.reactor);
  try {
    if (!reactor) throw new UnknownReactor(job.reactor);
    await reactor.perform(job.task, contextOf(job, parts));
    await end(job, 'done');
  } catch (error) {
    const verdict = verdictOn(error);
    if (verdict.kind === 'done') return end(job, 'done');
    if (verdict.kind === 'refused') {
      logger.warn({ ...ids, code: verdict.refusal.code }, 'a follow-up was refused');
      return end(job, 'refused', verdict.refusal);
    }
    logger.warn({ ...ids, err: error }, 'a follow-up is put off');
    await store.putOff(job, faultOf(error), parts.firstRetryMs, parts.longestRetryMs);
    parts.count(job.reactor, 'retried');
  }

  async function end(...[ended, ending, refusal]: Parameters<Store['end']>): Promise<void> {
    if (await store.end(ended, ending, refusal)) parts.next();
    parts.count(ended.reactor, ending);
  }
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
