import type { OfficeRef } from '../../domain/kernel/caseEvents.ts';
import type { RecordedEvent, RecordNote } from '../../domain/kernel/envelope.ts';
import type { Cases } from '../../eventlog/cases.ts';
import type { Executor, Outcome } from '../../eventlog/execute.ts';

/** What a reactor asks for after an event: ids and codes only, never personal data, since it is stored in the open. */
export interface Task {
  /** Tells the tasks of one event apart; with the reactor and the event it makes the job's id. */
  readonly step: string;
  readonly ids: Readonly<Record<string, string>>;
}

/** The event a task follows from. */
export interface Cause {
  readonly event: string;
  readonly stream: string;
  readonly revision: number;
  readonly position: bigint;
  readonly occurredAt: string;
  readonly correlationId: string;
}

/** A command that a task gives. */
export interface TaskCommand {
  readonly process: string;
  readonly command: string;
  readonly id?: string | undefined;
  readonly input: unknown;
  /** Tells the commands that follow from one event apart; the task's step when absent. */
  readonly part?: string;
  /** Id of the event it follows from, when that is not the task's cause. */
  readonly event?: string;
  /** For whom the system acts; the office that owns the causing case when absent. */
  readonly office?: OfficeRef;
  readonly record?: RecordNote;
}

/** `execute` is for what has keys of its own; everything else goes through `command`. */
export interface TaskContext extends Executor {
  readonly cause: Cause;
  readonly cases: Cases;
  /** RFC 3339 UTC. */
  now(): string;
  /** Gives a command under an id made of reactor, event and part, which a second run of the task meets again. @throws what `execute` throws. */
  command(next: TaskCommand): Promise<Outcome>;
}

/**
 * What follows from events, across cases. A reactor reads the log once, from its start on, and is never rebuilt: what it
 * asked for is never asked again. `name` is part of the ids of all it does, so it never changes.
 */
export interface Reactor {
  readonly name: string;
  /** Where it begins on a log that has history when the reactor is first installed. */
  readonly start: 'beginning' | 'now';
  /** Processes whose events it sees; `all` for every one. */
  readonly categories: readonly string[] | 'all';
  /** Pure. Personal fields are Hidden here. */
  react(event: RecordedEvent): readonly Task[];
  /**
   * Whether a task has anything to do, where its event alone cannot tell; asked before its job is written, which without it, or when
   * it cannot be told now, it always is. It goes by what no later event changes.
   */
  isNeeded?(task: Task, event: RecordedEvent, cases: Pick<Cases, 'load'>): Promise<boolean>;
  /** Does one task; may be run again after a fault, or twice at once, so its effects are commands given through `context`. */
  perform(task: Task, context: TaskContext): Promise<void>;
}
