import { Refused } from '../../domain/kernel/errors.ts';
import { UndecodableEvent } from '../../eventlog/codec.ts';
import { InvalidInput, UnknownEventType } from '../../eventlog/failures.ts';
import { LogUnavailable, OutcomeUnknown } from '../../eventlog/port.ts';
import { ClockWrong } from '../../platform/clock.ts';
import { isConnectionFault } from '../../platform/database.ts';
import { KeyServiceUnavailable } from '../../platform/keys/transit.ts';
import type { Refusal } from './store.ts';

/** What became of an attempt that threw: a rule's answer ends the job, everything else is tried again. */
export type Verdict =
  | { readonly kind: 'done' }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'fault' };

/** Judges what a task threw. */
export function verdictOn(error: unknown): Verdict {
  if (error instanceof InvalidInput) {
    const fields = error.issues.map((issue) => issue.path.join('.')).join(', ');
    return { kind: 'refused', refusal: { code: 'INVALID_INPUT', params: { fields } } };
  }
  if (!(error instanceof Refused) || error.code === 'CONFLICT') return { kind: 'fault' };
  // The key is this task's own: its command is in the log, given when the case it was made from looked different.
  if (error.code === 'IDEMPOTENCY_KEY_REUSED') return { kind: 'done' };
  return { kind: 'refused', refusal: { code: error.code, params: error.params } };
}

/** Whether nothing else can be done either: the log or a database is away, or the clock is wrong. */
export const isOutage = (error: unknown): boolean =>
  error instanceof LogUnavailable ||
  error instanceof OutcomeUnknown ||
  error instanceof KeyServiceUnavailable ||
  error instanceof ClockWrong ||
  isConnectionFault(error);

/** A fault in words that hold no personal data: only errors known to carry ids alone are quoted. */
export function faultOf(error: unknown): string {
  if (error instanceof UnknownEventType || error instanceof UndecodableEvent) return error.message;
  if (error instanceof Refused) return error.code;
  if (!(error instanceof Error)) return 'an unknown fault';
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? `${error.name} ${code}` : error.name;
}
