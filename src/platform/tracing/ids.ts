import { createHash } from 'node:crypto';

const TRACE_ID = /^(?!0{32})[0-9a-f]{32}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const TRACEPARENT = /^[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}(-.*)?$/;

/**
 * The trace (W3C, 32 hex digits) that a piece of work belongs to. It is made of its correlation id, which every event and job
 * carries already, so that whoever goes on with the work finds the trace without being told of it.
 */
export function traceIdOf(correlationId: string): string {
  if (TRACE_ID.test(correlationId)) return correlationId;
  if (UUID.test(correlationId)) return correlationId.replaceAll('-', '').toLowerCase();
  return createHash('sha256').update(correlationId).digest('hex').slice(0, 32);
}

/** The span (16 hex digits) of something that has a UUID of its own, such as a request or an event. */
export const spanIdOf = (uuid: string): string => uuid.replaceAll('-', '').slice(-16).toLowerCase();

/** What a `traceparent` header (W3C Trace Context) says, if it says it well. */
export function parentIn(header: unknown): { readonly trace: string; readonly span: string } | undefined {
  const [, trace, span] = (typeof header === 'string' && !header.startsWith('ff') && TRACEPARENT.exec(header)) || [];
  return trace === undefined || span === undefined ? undefined : { trace, span };
}

/**
 * Whether a trace is among the share (0 to 1) that is kept. The trace id alone decides, so that every process keeps the same; its
 * last 13 digits, which are random in a UUID of any kind.
 */
export const isSampled = (trace: string, share: number): boolean => Number.parseInt(trace.slice(-13), 16) < share * 2 ** 52;
