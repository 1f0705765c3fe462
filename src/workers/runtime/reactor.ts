import type { OfficeRef } from '../../domain/kernel/caseEvents.ts';
import type { RecordedEvent, RecordNote } from '../../domain/kernel/envelope.ts';
import type { Cases } from '../../eventlog/cases.ts';
import type { Executor, Outcome } from '../../eventlog/execute.ts';

/** What a reactor asks for after an event: ids and codes only, never personal data, since it is stored in the open. */
export interface Task {
  /** Tells the tasks of one event apart; with the reactor and the event it makes the ids of the task's commands. */
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

/** A command that follows from the task in hand. */
export interface FollowUp {
  readonly process: string;
  readonly command: string;
  readonly id?: string | undefined;
  readonly input: unknown;
  /** Tells the commands of one task apart when it gives several. */
  readonly part?: string;
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
  /** Gives a command whose id a second run of the task meets again. @throws what `execute` throws. */
  command(next: FollowUp): Promise<Outcome>;
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
  /** Does one task; may be run again after a fault, or twice at once, so its effects are commands given through `context`. */
  perform(task: Task, context: TaskContext): Promise<void>;
}
