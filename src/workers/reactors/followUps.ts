import type { CaseRecord } from '../../domain/kernel/case.ts';
import { idOf, type RecordedEvent } from '../../domain/kernel/envelope.ts';
import type { FollowUp } from '../../domain/kernel/followUp.ts';
import type { Process } from '../../domain/kernel/process.ts';
import { eachOf } from '../runtime/eachOf.ts';
import { verdictOn } from '../runtime/faults.ts';
import type { Reactor, TaskCommand } from '../runtime/reactor.ts';

export interface Following {
  readonly name: string;
  readonly process: Process;
  /** What an event of the process calls for in other streams, in this order. */
  followUps(event: RecordedEvent): readonly FollowUp[];
  /** Whether a refused command keeps those after it from being given: when each needs what the one before it did. */
  readonly onRefusal: 'stop' | 'go on';
  /** Throws for what may not be asked for; before any of it is. */
  readonly check?: (next: FollowUp) => void;
}

/**
 * The commands a process itself says its events call for. They are worked out from the log when they are given, so nothing
 * personal is stored with the job. The facts of an adopted paper file call for them once the adoption is confirmed.
 */
export const following = ({ name, process, followUps, onRefusal, check = () => {} }: Following): Reactor => ({
  name,
  start: 'beginning',
  categories: [process.name],
  react: (event) => {
    if (event.type === 'AdoptionConfirmed') return [{ step: 'adopted', ids: {} }];
    return followUps(event).length > 0 ? [{ step: 'follow', ids: {} }] : [];
  },
  // Of thousands of paper files that an import confirms hardly one calls for anything.
  isNeeded: async ({ step }, { meta }, cases) => {
    if (step !== 'adopted') return true;
    const { record, history } = await cases.load(process, idOf(meta.stream));
    // Read from a node of the log that does not have the event itself yet: nothing can be told from it.
    if (record.revision < meta.revision) return true;
    return history.some((event) => isAdopted(record.adoption, event.meta.revision) && followUps(event).length > 0);
  },
  perform: async ({ step }, context) => {
    const { stream, revision } = context.cause;
    const { record, history } = await context.cases.load(process, idOf(stream));
    const unconfirmed = record.adoption?.confirmed === false && isAdopted(record.adoption, revision);
    const events = history.filter(({ meta }) =>
      step === 'adopted' ? isAdopted(record.adoption, meta.revision) : meta.revision === revision && !unconfirmed,
    );
    const wanted = events.flatMap((event) => followUps(event).map((next, index) => ({ next, event, index })));
    for (const { next } of wanted) check(next);
    await eachOf(
      wanted,
      ({ next, event, index }) => context.command(commandFor(next, event, index)).catch(unlessRefusedFor(next.unless)),
      onRefusal,
    );
  },
});

/** Passes on every error but a refusal that means that nothing is left to do. */
const unlessRefusedFor =
  (codes: readonly string[] = []) =>
  (error: unknown): void => {
    const verdict = verdictOn(error);
    if (verdict.kind !== 'refused' || !codes.includes(verdict.refusal.code)) throw error;
  };

/** It happened when the event did. */
const commandFor = ({ unless: _, ...next }: FollowUp, { meta }: RecordedEvent, index: number): TaskCommand => ({
  ...next,
  event: meta.eventId,
  part: String(index),
  record: { occurredAt: meta.occurredAt },
});

/** Whether an event is one of the dated facts of an adopted paper file. */
const isAdopted = (adoption: CaseRecord<unknown>['adoption'], revision: number): boolean =>
  adoption !== undefined && revision > adoption.revision && revision <= adoption.revision + adoption.facts;
