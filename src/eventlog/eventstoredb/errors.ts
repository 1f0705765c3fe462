import type { ExpectedRevision } from '../port.ts';
import { LogUnavailable, OutcomeUnknown, RevisionConflict } from '../port.ts';

/** The client's own errors carry a `type`; the first error after a server died often is a bare gRPC one and has none. */
function typeOf(error: unknown): string | undefined {
  return error instanceof Error && 'type' in error && typeof error.type === 'string' ? error.type : undefined;
}

export function isType(error: unknown, type: string): boolean {
  return typeOf(error) === type;
}

/** Two counts of logIndex over the same log differ: events were removed or come in another order. */
export class LogIndexBroken extends Error {
  override readonly name = 'LogIndexBroken';
}

/** After an error like this the client may have cached a failed state for ever: it is to be built anew. */
export function spoilsClient(error: unknown): boolean {
  return typeOf(error) === undefined && !(error instanceof LogUnavailable) && !(error instanceof LogIndexBroken);
}

const NEVER_SENT = /No connection established|Failed to connect|Name resolution failed|Failed to discover|Not Ready|Too Busy/i;
const REFUSED = new Set(['not-leader', 'access-denied', 'maximum-append-size-exceeded', 'invalid-argument']);

/** Names what it means to the port that an append failed. */
export function asAppendError(error: unknown, stream: string, expected: ExpectedRevision): unknown {
  if (isType(error, 'wrong-expected-version')) {
    const actual = error instanceof Error && 'actualVersion' in error ? error.actualVersion : undefined;
    return new RevisionConflict(stream, expected, typeof actual === 'bigint' ? Number(actual) : 'none');
  }
  if (isType(error, 'stream-deleted') || error instanceof LogUnavailable || error instanceof OutcomeUnknown) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (REFUSED.has(typeOf(error) ?? '') || NEVER_SENT.test(message)) return asReadError(error);
  return new OutcomeUnknown('the connection to EventStoreDB broke while appending', error);
}

/** Names what it means to the port that a read failed. */
export function asReadError(error: unknown): unknown {
  if (error instanceof LogUnavailable || error instanceof LogIndexBroken) return error;
  return new LogUnavailable('EventStoreDB cannot be reached', error);
}
