import { Buffer } from 'node:buffer';
import { ClockWrong } from '../platform/clock.ts';
import { isConnectionFault } from '../platform/database.ts';
import { KeyServiceUnavailable } from '../platform/keys/transit.ts';
import { UnknownEventType } from './failures.ts';
import { type AppendResult, LogUnavailable, OutcomeUnknown, type ProposedEvent, type StreamEvent } from './port.ts';
import { RestrictedUnavailable } from './stores.ts';

const NOTHING = new Uint8Array();

/** Failures that, of a command of which nothing was sent, are told as "nothing was written". */
const isAway = (error: unknown): boolean =>
  error instanceof LogUnavailable ||
  error instanceof RestrictedUnavailable ||
  error instanceof UnknownEventType ||
  error instanceof KeyServiceUnavailable ||
  error instanceof ClockWrong ||
  isConnectionFault(error);

/**
 * Does what comes after events were sent that may be in the log: what is away then leaves open what became of them. Every other
 * failure passes as it is. @throws OutcomeUnknown
 */
export async function onceSent<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isAway(error) && !(error instanceof OutcomeUnknown) ? new OutcomeUnknown(what, error) : error;
  }
}

/**
 * Sends an append, and once more with the same bytes where its outcome got lost: the log then meets its own events. `lookUp` reads
 * what is there from where they were sent to: always where the log does not say that it wrote them just now, which EventStoreDB
 * never can, so that a command there costs one read more. Undefined where the log met those of another process, which was given the
 * same command at the same moment and may have decided otherwise.
 * @throws RevisionConflict; LogUnavailable when nothing was written; OutcomeUnknown when that cannot be said, as where the first
 * outcome was lost and nobody answers the second time
 */
export async function appendCarefully(
  events: readonly ProposedEvent[],
  send: () => Promise<AppendResult>,
  lookUp: () => Promise<readonly StreamEvent[]>,
): Promise<AppendResult | undefined> {
  const result = await send().catch((error: unknown) => {
    if (error instanceof OutcomeUnknown) return onceSent('what became of a lost append cannot be asked', send);
    throw error;
  });
  if (result.wrote) return result;
  const there = await onceSent('what was appended could not be read', lookUp);
  // A node of a cluster may lag behind the one that took the append.
  if (there.length < events.length) throw new OutcomeUnknown('what was appended is not to be read yet');
  const isOurs = events.every(({ bytes }, at) => Buffer.compare(bytes, there[at]?.bytes ?? NOTHING) === 0);
  return isOurs ? result : undefined;
}
