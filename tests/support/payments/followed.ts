import type { Random } from '../../../src/cli/demo/random.ts';
import { categoryOf } from '../../../src/domain/kernel/envelope.ts';
import type { EventLog, Position, StoredEvent } from '../../../src/eventlog/port.ts';
import { verdictOn } from '../../../src/workers/runtime/faults.ts';
import type { Reactor, Task, TaskContext } from '../../../src/workers/runtime/reactor.ts';
import type { world } from '../scenario.ts';

type World = Pick<ReturnType<typeof world>, 'cases' | 'codec' | 'executor' | 'now'>;

interface Job {
  readonly reactor: Reactor;
  readonly task: Task;
  readonly event: StoredEvent;
}

/**
 * The reactors at work as the workers run them: jobs of one reactor and stream one after the other, all others side by side in
 * an order drawn by lot, a job now and then done twice at once, and done again after a fault.
 * @param log - the log as it is, for looking at what was written.
 */
export function follower(w: World, log: EventLog, reactors: readonly Reactor[], lots: () => Random) {
  const queues = new Map<string, Job[]>();
  const busy = new Set<string>();
  const refusals: string[] = [];
  let position: Position = 0n;

  async function look(): Promise<void> {
    for (;;) {
      const { events, scannedTo } = await log.readAll(position, 500);
      for (const event of events) {
        const [decoded] = await w.codec.decode([event], 'none');
        for (const reactor of reactors.filter((one) => one.categories.includes(categoryOf(event.stream)))) {
          for (const task of decoded ? reactor.react(decoded) : []) {
            const key = `${reactor.name} ${event.stream}`;
            queues.set(key, [...(queues.get(key) ?? []), { reactor, task, event }]);
          }
        }
      }
      if (scannedTo === position) return;
      position = scannedTo;
    }
  }

  async function perform({ reactor, task, event }: Job): Promise<void> {
    const { id, stream, revision, position: at } = event;
    const cause = { event: id, stream, revision, position: at, occurredAt: w.now(), correlationId: 'race' };
    const context: TaskContext = {
      cause,
      cases: w.cases,
      execute: w.executor.execute,
      now: w.now,
      command: (next) =>
        w.executor.execute({
          process: next.process,
          command: next.command,
          id: next.id,
          input: next.input,
          record: next.record,
          key: `${next.event ?? id} ${next.part ?? task.step}`,
          principal: { kind: 'system', name: reactor.name },
          causationId: id,
        }),
    };
    for (;;) {
      const fault = await reactor.perform(task, context).then(
        () => undefined,
        (error: unknown) => error,
      );
      const verdict = fault === undefined ? ({ kind: 'done' } as const) : verdictOn(fault);
      if (verdict.kind === 'refused') refusals.push(`${stream} ${task.step} ${event.type}: ${verdict.refusal.code}`);
      if (verdict.kind !== 'fault') return;
    }
  }

  /** Does one job, if any is ready. */
  async function step(): Promise<boolean> {
    await look();
    const ready = [...queues].filter(([key, jobs]) => jobs.length > 0 && !busy.has(key));
    if (ready.length === 0) return false;
    const [key, [job]] = lots().pick(ready);
    if (!job) return false;
    busy.add(key);
    await Promise.all([perform(job), ...(lots().chance(0.05) ? [perform(job)] : [])]);
    queues.get(key)?.shift();
    busy.delete(key);
    return true;
  }

  /** Works until nothing is left, several workers at once. */
  async function settle(workers = 2): Promise<void> {
    const work = async () => {
      while (await step());
    };
    do await Promise.all(Array.from({ length: workers }, work));
    while (await step());
  }

  return { step, settle, refusals };
}
