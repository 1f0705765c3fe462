import { v5 } from 'uuid';
import { pause } from '../follow.ts';
import type { AppendResult, EventLog, ExpectedRevision, ProposedEvent } from '../port.ts';
import { LogUnavailable, OutcomeUnknown, RevisionConflict } from '../port.ts';
import { MARKS_STREAM } from './positions.ts';
import type { Mark, Ranks } from './ranks.ts';
import { encodeMark } from './ranks.ts';

const MARK_IDS = '5c9d7a0e-6f0b-5f43-9a4e-1d9e4a2f7b60';
const AGAIN_MS = 1_000;

export interface SequencerParts {
  readonly ranks: Ranks;
  readonly subscribe: EventLog['subscribe'];
  readonly append: (stream: string, expected: ExpectedRevision, events: readonly ProposedEvent[]) => Promise<AppendResult>;
}

/**
 * Writes the marks from which readers count logIndex, until the signal aborts. Each mark is appended at the revision this
 * sequencer knows, so of two only one gets in; the other loads what was written, makes sure that it counted the same, and stands
 * by from there.
 * @throws LogIndexBroken when the marks written by another do not agree with what is counted here.
 */
export async function sequence({ ranks, subscribe, append }: SequencerParts, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const last = await ranks.loadMarks();
      let { revision } = last;
      for await (const delivery of subscribe(last.mark.position, undefined, signal)) {
        if (!('event' in delivery) || delivery.event.logIndex % ranks.markEvery !== 0n) continue;
        await append(MARKS_STREAM, revision < 0 ? 'none' : revision, [markEvent(delivery.event)]);
        revision += 1;
      }
    } catch (error) {
      const passing = error instanceof RevisionConflict || error instanceof LogUnavailable || error instanceof OutcomeUnknown;
      if (!passing) throw error;
      await pause(AGAIN_MS, signal);
    }
  }
}

/** The id follows from the logIndex, so that a mark sent again after an unknown outcome is one mark. */
function markEvent(mark: Mark): ProposedEvent {
  return { id: v5(String(mark.logIndex), MARK_IDS), type: 'masar.LogIndexMarked.v1', bytes: encodeMark(mark) };
}
