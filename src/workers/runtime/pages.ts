import { categoryOf, type RecordedEvent } from '../../domain/kernel/envelope.ts';
import type { Codec } from '../../eventlog/codec.ts';
import { type Bell, Pace } from '../../eventlog/follow.ts';
import type { EventLog, LogFilter, LogPage, StoredEvent } from '../../eventlog/port.ts';

const PAGE = 512;
const KEPT = 4;

/** A stretch of the log as one reactor reads it: the events of its processes. */
export interface ReactorPage extends LogPage {
  /** Rings of the news before it was read: whatever it lacks has rung since. */
  readonly rings: number;
}

/** The log as all reactors of a process read it. */
export interface Pages {
  /** Of reactors that follow the end of the log. */
  readonly pace: Pace;
  after(position: bigint, categories: readonly string[] | 'all'): Promise<ReactorPage>;
  /** An event with personal fields Hidden. @throws UnknownEventType, UndecodableEvent */
  decoded(stored: StoredEvent): Promise<RecordedEvent>;
}

interface Kept extends ReactorPage {
  readonly after: bigint;
}

/**
 * Reads each stretch at the end of the log once for all reactors, and decodes each event once. A reactor that is far behind
 * the others reads its own processes alone, which the log finds faster than everything.
 */
export function createPages({ log, codec, news }: { readonly log: EventLog; readonly codec: Codec; readonly news: Bell }): Pages {
  const pace = new Pace();
  const recent: Kept[] = [];
  const underway = new Map<bigint, Promise<Kept>>();
  const events = new WeakMap<StoredEvent, Promise<RecordedEvent>>();

  async function read(after: bigint, filter?: LogFilter): Promise<Kept> {
    const { rings } = news;
    const page = await log.readAll(after, PAGE, filter);
    return { ...page, after, rings };
  }

  async function readForAll(after: bigint): Promise<Kept> {
    const page = await read(after);
    pace.brought(page, PAGE);
    if (page.scannedTo > after) recent.push(page);
    if (recent.length > KEPT) recent.shift();
    return page;
  }

  function pageFor(after: bigint, filter: LogFilter | undefined): Promise<Kept> {
    const known = recent.find((page) => page.after <= after && after < page.scannedTo);
    if (known) return Promise.resolve(known);
    if (recent.some((page) => page.scannedTo > after)) return read(after, filter);
    const begun = underway.get(after) ?? readForAll(after).finally(() => underway.delete(after));
    underway.set(after, begun);
    return begun;
  }

  return {
    pace,

    after: async (position, categories) => {
      const all = categories === 'all';
      const { events, ...page } = await pageFor(position, all ? undefined : { categories });
      const wanted = (one: StoredEvent): boolean => all || categories.includes(categoryOf(one.stream));
      return { ...page, events: events.filter((one) => one.position > position && wanted(one)) };
    },

    decoded: (stored) => {
      const known = events.get(stored);
      if (known) return known;
      const fresh = codec.decode([stored], 'none').then(([event]) => event!);
      events.set(stored, fresh);
      // A fault may pass, and an operator may decide about a bad event.
      fresh.catch(() => events.delete(stored));
      return fresh;
    },
  };
}
