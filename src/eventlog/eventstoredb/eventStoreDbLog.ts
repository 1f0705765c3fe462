import { binaryEvent, NO_STREAM } from '@eventstore/db-client';
import { checkAppend, passes } from '../admission.ts';
import { Bell, follow, pause } from '../follow.ts';
import {
  type AppendResult,
  type EventLog,
  type ExpectedRevision,
  OutcomeUnknown,
  type ProposedEvent,
  type StoredEvent,
} from '../port.ts';
import { Connection } from './connection.ts';
import { answerTheDoor } from './doorbell.ts';
import { asAppendError, asReadError, isType } from './errors.ts';
import { isMasars, toPosition } from './positions.ts';
import { Ranks } from './ranks.ts';
import { readBackwards, readOne, readStream } from './reading.ts';
import { sequence } from './sequencer.ts';

export interface EventStoreDbLogOptions {
  /** `esdb://user:password@host:2113`, or several hosts; `?tls=false` for a server without certificates. */
  readonly url: string;
  /** Milliseconds after which an append is given up as of unknown outcome. Default 10 s. */
  readonly appendTimeoutMs?: number;
  /** Milliseconds without a further event after which a read is given up. Default 10 s. */
  readonly readTimeoutMs?: number;
  /** The sequencer writes a mark at every so many events. Default 500. */
  readonly markEvery?: bigint;
}

export interface EventStoreDbLog extends EventLog {
  /**
   * Writes marks from which all readers count logIndex; one process should. Ends when the signal aborts. Without marks readers
   * count from the beginning, which is right and slow.
   */
  startSequencer(signal: AbortSignal): Promise<void>;
}

const PAGE = 256;
const POLL_MS = 1_000;
/** Events looked at for one page, so that a filtered page comes back in good time. */
const SCAN = 4_096;
const BACKWARDS_PAGE = 32;
const LEADER_CHANGES = 3;

/** A log in EventStoreDB or KurrentDB. One a process: what the client does badly with several is kept behind this folder. */
export function createEventStoreDbLog({
  url,
  appendTimeoutMs = 10_000,
  readTimeoutMs = 10_000,
  markEvery = 500n,
}: EventStoreDbLogOptions): EventStoreDbLog {
  const connection = new Connection(url, readTimeoutMs);
  const ranks = new Ranks(connection, markEvery);
  const bell = new Bell();
  const closed = new AbortController();
  let door: Promise<void> | undefined;

  async function readSafely<T>(read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      throw asReadError(error);
    }
  }

  async function appendUnchecked(
    stream: string,
    expected: ExpectedRevision,
    events: readonly ProposedEvent[],
  ): Promise<AppendResult> {
    // Copies, and true Uint8Arrays: the client writes later than this line, and treats a Buffer otherwise. No custom metadata,
    // which it would parse and write anew.
    const messages = events.map(({ id, type, bytes }) => binaryEvent({ id, type, data: new Uint8Array(bytes) }));
    const options = {
      expectedRevision: expected === 'none' ? NO_STREAM : BigInt(expected),
      credentials: connection.credentials,
      deadline: appendTimeoutMs,
    } as const;
    const send = () => connection.use((client) => client.appendToStream(stream, messages, options));
    for (let attempt = 1; ; attempt += 1) {
      try {
        const { position } = await send();
        const revision = (expected === 'none' ? -1 : expected) + events.length;
        // A position is no proof that it was written just now, so nothing is ever said to have been.
        const told = position === undefined ? { wrote: false } : {};
        if (position !== undefined && events.length === 1) return { revision, position: toPosition(position), ...told };
        // The server need not say where an append of several events, or one that was there already, ends in `$all`.
        const end = await positionIn(stream, revision).catch((error: unknown) => {
          throw new OutcomeUnknown('what was appended could not be read', error);
        });
        return { revision, position: end, ...told };
      } catch (error) {
        if (!isType(error, 'not-leader') || attempt > LEADER_CHANGES) throw asAppendError(error, stream, expected);
        // The client turns to the leader by itself, a moment after it has reported this.
        await pause(attempt * 20, closed.signal);
      }
    }
  }

  async function positionIn(stream: string, revision: number): Promise<bigint> {
    const event = await connection.read((reader) => readOne(reader, stream, revision));
    if (event?.revision !== revision) throw new Error(`${stream} has no revision ${revision} right after it was written`);
    return event.position;
  }

  async function head(): Promise<bigint> {
    return readSafely(() =>
      connection.read(async (reader) => {
        for (let before: bigint | undefined; ; ) {
          const page = await readBackwards(reader, BACKWARDS_PAGE, before);
          const last = page.find(({ stream }) => isMasars(stream));
          if (last !== undefined) return last.position;
          if (page.length === 0) return 0n;
          before = page.at(-1)!.position;
        }
      }),
    );
  }

  const log: EventStoreDbLog = {
    kind: 'eventstoredb',

    async append(stream, expected, events) {
      checkAppend(stream, events);
      const result = await appendUnchecked(stream, expected, events);
      bell.ring();
      return result;
    },

    async read(stream, fromRevision = 0) {
      return readSafely(() => connection.read((reader) => readStream(reader, stream, fromRevision)));
    },

    async readAll(after, limit, filter) {
      return readSafely(async () => {
        const events: StoredEvent[] = [];
        let scanned = 0;
        let end = { position: after, logIndex: await ranks.countUpTo(after) };
        for await (const { event, logIndex } of ranks.scan(end, filter === undefined ? limit : SCAN / 8)) {
          if (isMasars(event.stream) && passes(filter, event.stream)) events.push({ ...event, logIndex });
          end = { position: event.position, logIndex };
          scanned += 1;
          if (events.length === limit || scanned === SCAN) break;
        }
        ranks.remember(end);
        return { events, scannedTo: end.position };
      });
    },

    subscribe(after, filter, signal) {
      door ??= answerTheDoor(connection, bell, closed.signal);
      return follow({
        after,
        readPage: (cursor) => log.readAll(cursor, PAGE, filter),
        bell,
        pollMs: POLL_MS,
        signal: AbortSignal.any([signal, closed.signal]),
      });
    },

    head,

    async positionOf(logIndex) {
      return readSafely(() => ranks.positionOf(logIndex));
    },

    startSequencer(signal) {
      const parts = { ranks, subscribe: log.subscribe, append: appendUnchecked };
      return sequence(parts, AbortSignal.any([signal, closed.signal]));
    },

    async close() {
      closed.abort();
      await door;
      await connection.close();
    },
  };
  return log;
}
