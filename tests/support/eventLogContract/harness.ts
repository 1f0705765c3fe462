import { randomBytes, randomUUID } from 'node:crypto';
import type { Delivery, EventLog, LogFilter, Position, ProposedEvent, StoredEvent } from '../../../src/eventlog/port.ts';

/** An adapter as the contract sees it. */
export interface LogUnderTest {
  readonly log: EventLog;
  /** True when nothing was ever written to the store. */
  readonly fresh: boolean;
  /** Another handle on the same store, as another process would have it. The suite closes it. Absent: no other can exist. */
  readonly open?: () => Promise<EventLog>;
  /** Kills the server under the store, and starts it again with what it had. Absent: there is none, or not ours to kill. */
  readonly server?: { kill(): Promise<void>; start(): Promise<void> };
}

let categories = 0;
const run = randomBytes(4).toString('hex');

/** A category no other case uses; names it gives are exact: none is the beginning of another unless asked for. */
export function newCategory(): string {
  categories += 1;
  return `c${run}x${categories}x`;
}

export const newStream = (category = newCategory()): string => `${category}-${randomUUID()}`;

export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An event of no importance. */
export function anEvent(bytes: Uint8Array = utf8('{"masar":"مسار"}'), type = 'sample.Happened.v1'): ProposedEvent {
  return { id: randomUUID(), type, bytes };
}

export const someEvents = (count: number): ProposedEvent[] => Array.from({ length: count }, () => anEvent());

export const ids = (events: readonly { id: string }[]): string[] => events.map(({ id }) => id);

/** Everything after a position, page by page, with the cursors on the way. */
export async function readOn(
  log: EventLog,
  after: Position,
  filter?: LogFilter,
  limit = 100,
): Promise<{ events: StoredEvent[]; cursors: Position[] }> {
  const events: StoredEvent[] = [];
  const cursors: Position[] = [];
  for (let cursor = after; ; ) {
    const page = await log.readAll(cursor, limit, filter);
    events.push(...page.events);
    cursors.push(page.scannedTo);
    if (page.scannedTo === cursor) return { events, cursors };
    cursor = page.scannedTo;
  }
}

/** Deliveries until one is found that ends it; the subscription is left by breaking out. */
export async function deliveriesUntil(
  deliveries: AsyncIterable<Delivery>,
  last: (delivery: Delivery) => boolean,
): Promise<Delivery[]> {
  const seen: Delivery[] = [];
  for await (const delivery of deliveries) {
    seen.push(delivery);
    if (last(delivery)) break;
  }
  return seen;
}

export const eventsOf = (deliveries: readonly Delivery[]): StoredEvent[] =>
  deliveries.flatMap((delivery) => ('event' in delivery ? [delivery.event] : []));

/** The next `count` events of a subscription. */
export async function take(log: EventLog, after: Position, count: number, filter?: LogFilter): Promise<StoredEvent[]> {
  const stop = new AbortController();
  let left = count;
  try {
    const seen = await deliveriesUntil(
      log.subscribe(after, filter, stop.signal),
      (delivery) => 'event' in delivery && --left === 0,
    );
    return eventsOf(seen);
  } finally {
    stop.abort();
  }
}

export function strictlyIncreasing(values: readonly bigint[]): boolean {
  return values.every((value, i) => i === 0 || value > values[i - 1]!);
}

export function dense(values: readonly bigint[]): boolean {
  return values.every((value, i) => i === 0 || value === values[i - 1]! + 1n);
}
