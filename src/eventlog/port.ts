/**
 * The port every event store adapter implements (memory, postgres, eventstoredb).
 *
 * Vocabulary: a **stream** is one case's history, named `<process>-<id>`; its **category** is what stands before the first
 * hyphen. A **revision** is an event's place in its stream, from 0. A **position** is an opaque, ordered cursor of one store.
 * A **logIndex** is an event's dense place in the whole log, from 1, the same on every store that holds a copy.
 */

/** An opaque, ordered cursor of one store. 0n stands before the first event. Decimal strings in JSON. */
export type Position = bigint;

/** What the writer believes about the stream: its last revision, or that it does not exist. There is no "any". */
export type ExpectedRevision = number | 'none';

/** An event ready to be written. `bytes` is the whole envelope with its payload; a store keeps it exactly. */
export interface ProposedEvent {
  readonly id: string;
  /** Stored type, `<process>.<PascalCasePast>.v<N>`; kept beside the bytes for filters. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** An event as its stream gives it back. `position` is its own place, so `position <= positionOf(logIndex)` answers `asOf`. */
export interface StreamEvent extends ProposedEvent {
  readonly stream: string;
  readonly revision: number;
  readonly position: Position;
}

/** An event as the whole log gives it back. Only a reader in log order can know the logIndex on every store. */
export interface StoredEvent extends StreamEvent {
  readonly logIndex: bigint;
}

export interface AppendResult {
  /** Revision of the last event of this append. */
  readonly revision: number;
  /** Position at or after which every event of this append is visible to `readAll`. */
  readonly position: Position;
  /**
   * Whether this very append wrote them. False where events of these ids were there already: their bytes may be another's, who was
   * given the same command at the same moment. Absent where the store cannot tell: no ground to take them for ours.
   */
  readonly wrote?: boolean;
}

/** Only events of these categories; an absent filter means every event. */
export interface LogFilter {
  readonly categories: readonly string[];
}

export interface LogPage {
  readonly events: readonly StoredEvent[];
  /** Everything up to here was looked at, so the next page starts after it even when `events` is empty. */
  readonly scannedTo: Position;
  /** Nothing came after it when it was read; absent where a store does not know without another look. */
  readonly end?: boolean;
}

/** One delivery of a subscription: an event, or word that a stretch without matching events was passed. */
export type Delivery = { readonly event: StoredEvent } | { readonly scannedTo: Position };

export interface EventLog {
  /** Names the adapter in logs. */
  readonly kind: 'memory' | 'postgres' | 'eventstoredb';

  /**
   * Appends all events or none, at least one. Appending the same ids at the same expected revision again answers as the first
   * time (idempotent after an unknown outcome), whatever the bytes; ids that overlap only in part are a conflict.
   * @throws RevisionConflict when the stream is elsewhere, EventTooLarge above 256 KiB an event or 960 KiB an append,
   * RangeError for a malformed stream name, id or type, LogUnavailable when the outcome is certainly "not written",
   * OutcomeUnknown when the connection broke after the bytes left.
   */
  append(stream: string, expected: ExpectedRevision, events: readonly ProposedEvent[]): Promise<AppendResult>;

  /** The events of one stream in order, from `fromRevision` (inclusive, default 0). An absent stream is an empty list. */
  read(stream: string, fromRevision?: number): Promise<readonly StreamEvent[]>;

  /** One page of the whole log after a position (exclusive), at most `limit` matching events. */
  readAll(after: Position, limit: number, filter?: LogFilter): Promise<LogPage>;

  /** Live events after a position, resuming by itself after faults, until `signal` aborts. At least once, in order. */
  subscribe(after: Position, filter: LogFilter | undefined, signal: AbortSignal): AsyncIterable<Delivery>;

  /** Position of the last event, 0n when the log is empty. */
  head(): Promise<Position>;

  /** Position of the last event whose logIndex is at most this one: the reader's way into `asOf`. */
  positionOf(logIndex: bigint): Promise<Position>;

  close(): Promise<void>;
}

/** Above this an event is refused: files are not events. */
export const MAX_EVENT_BYTES = 256 * 1024;

/** Above this a whole append is refused: EventStoreDB's default limit is 1 MiB with names and ids. */
export const MAX_APPEND_BYTES = 960 * 1024;

export class RevisionConflict extends Error {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly actual: ExpectedRevision;
  constructor(stream: string, expected: ExpectedRevision, actual: ExpectedRevision) {
    super(`stream ${stream} is at ${actual}, expected ${expected}`);
    this.name = 'RevisionConflict';
    this.stream = stream;
    this.expected = expected;
    this.actual = actual;
  }
}

export class EventTooLarge extends Error {
  constructor(stream: string, size: number, allowed: number = MAX_EVENT_BYTES) {
    super(`${size} bytes for ${stream} are over the ${allowed} allowed`);
    this.name = 'EventTooLarge';
  }
}

/** The log cannot be reached and nothing was written. */
export class LogUnavailable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'LogUnavailable';
  }
}

/** The connection broke after the append left: it may or may not have been written. Retry with the same bytes. */
export class OutcomeUnknown extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'OutcomeUnknown';
  }
}
