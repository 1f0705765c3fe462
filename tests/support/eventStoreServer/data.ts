import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';

export interface Proposed {
  readonly id: string;
  readonly type: string;
  readonly contentType: string;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export interface Recorded extends Proposed {
  readonly stream: string;
  readonly revision: number;
  readonly commit: bigint;
  readonly prepare: bigint;
  /** Ticks of 100 ns since 1970. */
  readonly created: bigint;
}

/** A revision, or that the stream must not exist, must exist, or may be anywhere. */
export type Expected = number | 'none' | 'exists' | 'any';

export type Outcome =
  | { readonly kind: 'written' | 'repeated'; readonly last: Recorded }
  | { readonly kind: 'wrong'; readonly current: number | 'none' };

const nothing = new Uint8Array(0);
const SYSTEM_EVENT_EVERY = 7;

/** What the server has on disk, so to speak: it outlives kill and start. */
export class EventStoreData {
  readonly all: Recorded[] = [];
  readonly #streams = new Map<string, Recorded[]>();
  readonly written = new EventEmitter().setMaxListeners(0);
  #position = 0n;
  #appends = 0;

  constructor() {
    this.#writeSystemEvent();
  }

  stream(name: string): readonly Recorded[] | undefined {
    return this.#streams.get(name);
  }

  /** The server's own rules: ids found at the expected place are an answer as the first time, in part found a conflict. */
  append(stream: string, expected: Expected, events: readonly Proposed[]): Outcome {
    const history = this.#streams.get(stream) ?? [];
    const current = history.length === 0 ? 'none' : history.length - 1;
    if (expected === 'exists' && history.length === 0) return { kind: 'wrong', current };
    const first = expected === 'none' ? 0 : typeof expected === 'number' ? expected + 1 : history.length;
    if (first > history.length) return { kind: 'wrong', current };
    if (first < history.length) {
      const found = history.slice(first, first + events.length);
      const same = found.length === events.length && found.every(({ id }, i) => id === events[i]!.id);
      return same ? { kind: 'repeated', last: found.at(-1)! } : { kind: 'wrong', current };
    }
    const last = this.#write(stream, events);
    this.#appends += 1;
    if (this.#appends % SYSTEM_EVENT_EVERY === 0) this.#writeSystemEvent();
    return { kind: 'written', last };
  }

  #writeSystemEvent(): void {
    const data = new TextEncoder().encode('{"cpu":1}');
    this.#write('$stats-127.0.0.1:2113', [
      { id: randomUUID(), type: '$statsCollected', contentType: 'application/json', data, metadata: nothing },
    ]);
  }

  /** Positions are byte offsets in the real one: they have gaps, and the events of one append share their commit position. */
  #write(stream: string, events: readonly Proposed[]): Recorded {
    const history = this.#streams.get(stream) ?? [];
    this.#streams.set(stream, history);
    const prepares = events.map(({ data }) => {
      this.#position += BigInt(97 + data.byteLength);
      return this.#position;
    });
    for (const [i, event] of events.entries()) {
      const recorded: Recorded = {
        ...event,
        stream,
        revision: history.length,
        commit: this.#position,
        prepare: prepares[i]!,
        created: BigInt(Date.now()) * 10_000n,
      };
      history.push(recorded);
      this.all.push(recorded);
    }
    this.written.emit('events');
    return history.at(-1)!;
  }
}

/** Index in `all` of the first event after, or at, a position. */
export function indexAfter(all: readonly Recorded[], commit: bigint, prepare: bigint, inclusive: boolean): number {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const event = all[middle]!;
    const before =
      event.commit < commit || (event.commit === commit && (inclusive ? event.prepare < prepare : event.prepare <= prepare));
    if (before) low = middle + 1;
    else high = middle;
  }
  return low;
}
