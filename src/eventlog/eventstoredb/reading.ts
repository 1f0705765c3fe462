import type { Readable } from 'node:stream';
import type { BinaryEventType, EventStoreDBClient, RecordedEvent, StreamingRead } from '@eventstore/db-client';
import { BACKWARDS, END, FORWARDS, START } from '@eventstore/db-client';
import type { Position, StreamEvent } from '../port.ts';
import { LogUnavailable } from '../port.ts';
import { isType } from './errors.ts';
import { toPosition, toTransactionPosition } from './positions.ts';

/** Who asks the server, and the milliseconds of its silence after which a read is given up. */
export interface Reader {
  readonly client: EventStoreDBClient;
  readonly silenceMs: number;
}

/**
 * Everything a read gives, its call to the server always ended. The client has no limit for reads, and a server may answer its
 * pings, and not the read. @throws LogUnavailable when it is silent for too long
 */
async function collect<T>(read: StreamingRead<T> & Readable, silenceMs: number): Promise<T[]> {
  // An error after the loop below was left would otherwise end Node.
  read.on('error', () => {});
  const silence = setTimeout(() => read.destroy(new LogUnavailable('the server does not go on with a read')), silenceMs);
  const items: T[] = [];
  try {
    for await (const item of read) {
      items.push(item);
      silence.refresh();
    }
    return items;
  } catch (error) {
    // Not waited for: there may be no call yet, nor ever.
    read.cancel().catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(silence);
  }
}

function toStreamEvent({ id, type, streamId, revision, position, data }: RecordedEvent): StreamEvent {
  if (position === undefined || position.commit >= 1n << 63n) {
    throw new LogUnavailable('this EventStoreDB gives no positions: version 22.6 or later is needed');
  }
  return {
    id,
    type,
    stream: streamId,
    revision: Number(revision),
    position: toPosition(position),
    // Events of other writers may be JSON, which the client has parsed; Masar's own are bytes.
    bytes: data instanceof Uint8Array ? data : new TextEncoder().encode(JSON.stringify(data)),
  };
}

async function readStreamOnce(
  { client, silenceMs }: Reader,
  stream: string,
  options: { fromRevision: bigint | typeof END; direction: typeof FORWARDS | typeof BACKWARDS; maxCount?: number },
): Promise<StreamEvent[] | 'absent'> {
  try {
    const read = await collect(client.readStream<BinaryEventType>(stream, options), silenceMs);
    return read.flatMap(({ event }) => (event === undefined ? [] : [toStreamEvent(event)]));
  } catch (error) {
    if (isType(error, 'stream-not-found')) return 'absent';
    throw error;
  }
}

/**
 * The events of a stream from a revision on. A read that the server ends early looks complete to the client, so the last
 * revision is asked for as well, at the same time, and the read goes on until it is there.
 */
export async function readStream(reader: Reader, stream: string, fromRevision: number): Promise<StreamEvent[]> {
  const [forwards, backwards] = await Promise.all([
    readStreamOnce(reader, stream, { fromRevision: BigInt(fromRevision), direction: FORWARDS }),
    readStreamOnce(reader, stream, { fromRevision: END, direction: BACKWARDS, maxCount: 1 }),
  ]);
  if (backwards === 'absent') {
    // The stream may have been made between the two.
    return forwards === 'absent' ? [] : readStream(reader, stream, fromRevision);
  }
  const events = forwards === 'absent' ? [] : forwards;
  const last = backwards[0]?.revision ?? Number.POSITIVE_INFINITY;
  while (fromRevision + events.length <= last) {
    const fromHere = BigInt(fromRevision + events.length);
    const more = await readStreamOnce(reader, stream, { fromRevision: fromHere, direction: FORWARDS });
    if (more === 'absent' || more.length === 0) throw new LogUnavailable(`the read of ${stream} ended early`);
    events.push(...more);
  }
  if (events.some(({ revision }, i) => revision !== fromRevision + i)) {
    throw new LogUnavailable(`the read of ${stream} has gaps`);
  }
  return events;
}

/** The event of a stream at a revision. */
export async function readOne(reader: Reader, stream: string, revision: number): Promise<StreamEvent | undefined> {
  const events = await readStreamOnce(reader, stream, { fromRevision: BigInt(revision), direction: FORWARDS, maxCount: 1 });
  return events === 'absent' ? undefined : events[0];
}

/** Up to `count` events of `$all`, the server's own included, newest first, before a position or from the end. */
export async function readBackwards({ client, silenceMs }: Reader, count: number, before?: Position): Promise<StreamEvent[]> {
  const fromPosition = before === undefined ? END : toTransactionPosition(before);
  const read = await collect(client.readAll({ fromPosition, direction: BACKWARDS, maxCount: count }), silenceMs);
  return read.flatMap(({ event }) => (event === undefined ? [] : [toStreamEvent(event)]));
}

/**
 * Events of `$all` after a position, the server's own included, up to `count`. Fewer mean the end was reached, which is made sure
 * of by looking from the other side: a read that the server ended early looks just like it.
 */
export async function readForwards(
  reader: Reader,
  after: Position,
  count: number,
): Promise<{ events: StreamEvent[]; atEnd: boolean }> {
  const fromPosition = after === 0n ? START : toTransactionPosition(after);
  // The server counts the event at the position itself, which was seen before.
  const all = reader.client.readAll({ fromPosition, direction: FORWARDS, maxCount: count + 1 });
  const read = await collect(all, reader.silenceMs);
  const events = read
    .flatMap(({ event }) => (event === undefined ? [] : [toStreamEvent(event)]))
    .filter(({ position }) => position > after)
    .slice(0, count);
  if (events.length === count) return { events, atEnd: false };
  const [last] = await readBackwards(reader, 1);
  if (last === undefined && after > 0n) throw new LogUnavailable('the read of the log ended early');
  return { events, atEnd: (last?.position ?? 0n) <= (events.at(-1)?.position ?? after) };
}
