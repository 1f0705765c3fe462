import { LogUnavailable, type Position, type StreamEvent } from '../port.ts';
import type { Connection } from './connection.ts';
import { LogIndexBroken } from './errors.ts';
import { isMasars, MARKS_STREAM } from './positions.ts';
import { readForwards, readStream } from './reading.ts';

/** The event at this position is the logIndex-th of Masar's events in `$all`. */
export interface Mark {
  readonly position: Position;
  readonly logIndex: bigint;
}

/** Ends of pages remembered, so that a reader that goes on from one need not count. */
const REMEMBERED = 2_000;
const CHUNK = 512;

const BEGINNING: Mark = { position: 0n, logIndex: 0n };

/**
 * Knows logIndex: the rank of an event among Masar's own in `$all`, which is one order for all readers. Ranks are counted from
 * the nearest mark, those the sequencer has written and those met while counting.
 */
export class Ranks {
  /** A mark stands at every so many events: the most a reader counts before it knows where it is. */
  readonly markEvery: bigint;
  readonly #connection: Connection;
  /** Ordered by position, and so by logIndex. */
  readonly #marks: Mark[] = [BEGINNING];
  readonly #ends = new Map<Position, bigint>();
  #written = { mark: BEGINNING, revision: -1 };

  constructor(connection: Connection, markEvery: bigint) {
    this.#connection = connection;
    this.markEvery = markEvery;
  }

  /**
   * How many of Masar's events stand at or before a position.
   * @throws LogUnavailable where the node that is asked has not come as far: what it lacks would be missing in the count
   */
  async countUpTo(position: Position): Promise<bigint> {
    const known = position === 0n ? 0n : this.#ends.get(position);
    if (known !== undefined) return known;
    await this.loadMarks();
    const from = lastWhere(this.#marks, (mark) => mark.position <= position);
    let count = from.logIndex;
    let isThere = from.position === position;
    if (!isThere) {
      for await (const { event, logIndex } of this.scan(from)) {
        if (event.position <= position) count = logIndex;
        isThere = event.position >= position;
        if (isThere) break;
      }
    }
    if (!isThere) throw new LogUnavailable('this EventStoreDB has not come as far as the position that is read on from');
    this.remember({ position, logIndex: count });
    return count;
  }

  /** Position of the last of Masar's events whose logIndex is at most this one; 0n before the first. */
  async positionOf(wanted: bigint): Promise<Position> {
    if (wanted <= 0n) return 0n;
    await this.loadMarks();
    const from = lastWhere(this.#marks, (mark) => mark.logIndex <= wanted);
    let { position, logIndex: reached } = from;
    if (reached === wanted) return position;
    for await (const { event, logIndex } of this.scan(from)) {
      if (logIndex === reached) continue;
      reached = logIndex;
      position = event.position;
      if (reached === wanted) break;
    }
    return position;
  }

  /** Everything in `$all` after a mark up to the present end, with the count of Masar's events up to and including each. */
  async *scan(from: Mark, chunk = CHUNK): AsyncGenerator<{ event: StreamEvent; logIndex: bigint }, void, void> {
    let { position, logIndex } = from;
    for (let atEnd = false; !atEnd; ) {
      const page = await this.#connection.read((reader) => readForwards(reader, position, chunk));
      for (const event of page.events) {
        position = event.position;
        if (isMasars(event.stream)) {
          logIndex += 1n;
          if (logIndex % this.markEvery === 0n) this.#addMark({ position, logIndex });
        }
        yield { event, logIndex };
      }
      atEnd = page.atEnd;
    }
  }

  /** Remembers what was counted up to a position, so that the next page starts there. */
  remember({ position, logIndex }: Mark): void {
    this.#ends.set(position, logIndex);
    if (this.#ends.size > REMEMBERED) this.#ends.delete(this.#ends.keys().next().value!);
  }

  /** Reads the marks written since the last time. Gives the last one, with its revision or -1. */
  async loadMarks(): Promise<{ mark: Mark; revision: number }> {
    const { revision: known } = this.#written;
    for (const { bytes, revision } of await this.#connection.read((reader) => readStream(reader, MARKS_STREAM, known + 1))) {
      const mark = decodeMark(bytes);
      this.#addMark(mark);
      if (revision > this.#written.revision) this.#written = { mark, revision };
    }
    return this.#written;
  }

  /** @throws LogIndexBroken when two counts of the same log differ: then one of them was not over the same events. */
  #addMark(mark: Mark): void {
    let at = this.#marks.length;
    while (this.#marks[at - 1]!.logIndex > mark.logIndex) at -= 1;
    const same = this.#marks[at - 1]!;
    if (same.logIndex !== mark.logIndex) this.#marks.splice(at, 0, mark);
    else if (same.position !== mark.position) {
      throw new LogIndexBroken(
        `logIndex ${mark.logIndex} was counted at ${same.position} and at ${mark.position}: the log was changed`,
      );
    }
  }
}

function lastWhere(marks: readonly Mark[], holds: (mark: Mark) => boolean): Mark {
  let low = 0;
  let high = marks.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(marks[middle]!)) low = middle;
    else high = middle - 1;
  }
  return marks[low]!;
}

export function encodeMark({ position, logIndex }: Mark): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ position: String(position), logIndex: String(logIndex) }));
}

function decodeMark(bytes: Uint8Array): Mark {
  const { position, logIndex } = JSON.parse(new TextDecoder().decode(bytes)) as Record<keyof Mark, string>;
  return { position: BigInt(position), logIndex: BigInt(logIndex) };
}
