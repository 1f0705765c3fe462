import { categoryOf } from '../../domain/kernel/envelope.ts';
import type { Registry } from '../../domain/kernel/registry.ts';
import { type Codec, type Opening, UndecodableEvent } from '../../eventlog/codec.ts';
import { UnknownEventType } from '../../eventlog/failures.ts';
import { Bell, Pace } from '../../eventlog/follow.ts';
import type { EventLog, LogFilter, StoredEvent } from '../../eventlog/port.ts';
import type { Build } from './builds.ts';
import { erasedBy } from './erased.ts';
import { isPassing } from './passing.ts';
import type { ProjectedEvent } from './projection.ts';
import { Readers } from './readers.ts';

/** An event of a page: decoded, or what stood in the way. */
export type Item =
  | { readonly stored: StoredEvent; readonly event: ProjectedEvent }
  | { readonly stored: StoredEvent; readonly error: Error };

export interface Page {
  /** Which read of the log it is of, from 1. */
  readonly read: number;
  readonly after: bigint;
  readonly scannedTo: bigint;
  /** Rings of the bell before it was read: whatever it lacks has rung since. */
  readonly rings: number;
  /** Whether nothing came after it when it was read, as far as the log can tell. */
  readonly end: boolean;
  /** How many positions it spans when it is full: 0 at the end of the log. */
  readonly length: bigint;
  /** Everything in the page, with every personal value sealed. */
  readonly sealed: readonly Item[];
  /** The events of these processes with personal values opened up to a tier; done once for all who ask the same. */
  items(opening: Opening, categories: readonly string[]): Promise<readonly Item[]>;
}

export interface Feed {
  readonly bell: Bell;
  /** Of those who follow the end of the log. */
  readonly pace: Pace;
  /** How often the log was read. */
  readonly reads: number;
  /**
   * The page that follows a position, for a build; `scannedTo` is that position itself when there is nothing new, or the signal
   * aborts before there is a page. It is of a read that began after so many: whoever begins to write a build cannot take what was
   * read before its lease, which may be of a log that was put back since.
   */
  page(after: bigint, build: Pick<Build, 'id' | 'state'>, readsBefore: number, signal: AbortSignal): Promise<Page>;
  /** Rings the bell on news, until the signal aborts. */
  follow(signal: AbortSignal): Promise<void>;
}

/** Of a subscription only that the log has grown is wanted; the pages are read apart. */
const NO_EVENT: LogFilter = { categories: [] };
/** Decoded and opened for several readers, a page takes some 4 MiB. Readers go through the log together: two serve all of them. */
const KEPT_PAGES = 2;

const NOTHING = { read: 0, end: true, length: 0n, sealed: [], items: async () => [] };

/** Builds that share the pages they read. */
interface Group {
  readonly readers: Readers;
  readonly recent: Page[];
  /** By the position they follow. */
  readonly underway: Map<bigint, { readonly read: number; readonly page: Promise<Page> }>;
}

/**
 * The log as all projections of a process read it: each stretch is read and decoded once, whoever comes a little later finds it at
 * hand, and in a long stretch who is ahead waits a little for the others. What is shown never waits for what is being built.
 * `now` is in milliseconds.
 */
export function createFeed(parts: {
  readonly log: EventLog;
  readonly codec: Codec;
  readonly registry: Registry;
  readonly filter: LogFilter | undefined;
  readonly batch: number;
  readonly now?: () => number;
}): Feed {
  const { log, codec, registry, filter, batch } = parts;
  const bell = new Bell();
  const pace = new Pace();
  const group = (): Group => ({ readers: new Readers(parts.now), recent: [], underway: new Map() });
  const [shown, built] = [group(), group()];
  let reads = 0;

  async function read(after: bigint, number: number, { recent }: Group): Promise<Page> {
    const { rings } = bell;
    const found = await log.readAll(after, batch, filter);
    pace.brought(found, batch);
    const { events, scannedTo, end = false } = found;
    const sealed = events.length === 0 ? [] : await decodeAll(codec, registry, events);
    // Keys cached from before they were destroyed must not open anything from here on.
    codec.forget(sealed.flatMap((item) => ('event' in item ? erasedBy(item.event) : [])));
    const opened = new Map<string, Promise<readonly Item[]>>();
    const page: Page = {
      read: number,
      after,
      scannedTo,
      rings,
      end,
      length: !end && events.length >= batch ? scannedTo - after : 0n,
      sealed,
      items: (opening, categories) => {
        const key = `${opening} ${categories.join(' ')}`;
        const known = opened.get(key);
        if (known) return known;
        const wanted = new Set(categories);
        const fresh = openAll(
          codec,
          sealed.filter(({ stored }) => wanted.has(categoryOf(stored.stream))),
          opening,
        );
        opened.set(key, fresh);
        fresh.catch(() => opened.delete(key));
        return fresh;
      },
    };
    // What could not be decoded today may be tomorrow, by a newer program.
    if (scannedTo > after && sealed.every((item) => 'event' in item)) {
      recent.push(page);
      if (recent.length > KEPT_PAGES) recent.shift();
    }
    return page;
  }

  /** What was read for somebody else, after so many reads. */
  function known({ recent, underway }: Group, after: bigint, readsBefore: number): Page | Promise<Page> | undefined {
    const kept = recent.find((page) => page.read > readsBefore && page.after <= after && after < page.scannedTo);
    if (kept) return kept;
    const coming = underway.get(after);
    return coming && coming.read > readsBefore ? coming.page : undefined;
  }

  function readNext(group: Group, after: bigint): Promise<Page> {
    reads += 1;
    const own = { read: reads, page: read(after, reads, group) };
    group.underway.set(after, own);
    return own.page.finally(() => {
      if (group.underway.get(after) === own) group.underway.delete(after);
    });
  }

  return {
    bell,
    pace,
    get reads() {
      return reads;
    },
    page: async (after, { id, state }, readsBefore, signal) => {
      const group = state === 'live' ? shown : built;
      const { readers } = group;
      readers.asks(id, after);
      for (;;) {
        const given = known(group, after, readsBefore);
        const others = given ? undefined : readers.others(id, signal);
        if (others) await others;
        else if (!given && signal.aborted) return { ...NOTHING, after, scannedTo: after, rings: bell.rings };
        else {
          const page = await (given ?? readNext(group, after));
          readers.given(id, page.length);
          return page;
        }
      }
    },
    follow: async (signal) => {
      for await (const _ of log.subscribe(await log.head(), NO_EVENT, signal)) bell.ring();
    },
  };
}

/** Whether decoding failed for the event's own sake, not because keys or log are out of reach. */
const isBadEvent = (error: unknown): error is Error => error instanceof UnknownEventType || error instanceof UndecodableEvent;

async function decodeAll(codec: Codec, registry: Registry, events: readonly StoredEvent[]): Promise<readonly Item[]> {
  try {
    const decoded = await codec.decode(events, 'none');
    return decoded.map((event, at): Item => {
      const stored = events[at]!;
      const { position, logIndex, stream } = stored;
      const process = registry.ofStream(stream);
      return { stored, event: { ...event, position, logIndex, process, id: stream.slice(process.name.length + 1) } };
    });
  } catch (error) {
    if (!isBadEvent(error)) throw error;
    const [only] = events;
    if (events.length === 1 && only) return [{ stored: only, error }];
    return (await Promise.all(events.map((one) => decodeAll(codec, registry, [one])))).flat();
  }
}

async function openAll(codec: Codec, sealed: readonly Item[], opening: Opening): Promise<readonly Item[]> {
  if (opening === 'none') return sealed;
  try {
    const opened = await codec.open(
      sealed.map((item) => ('event' in item ? item.event.data : undefined)),
      opening,
    );
    return sealed.map((item, at) => ('event' in item ? { ...item, event: { ...item.event, data: opened[at] } } : item));
  } catch (error) {
    if (isPassing(error)) throw error;
    const [only] = sealed;
    if (sealed.length === 1 && only) return [{ stored: only.stored, error: new UndecodableEvent(only.stored, error) }];
    return (await Promise.all(sealed.map((item) => openAll(codec, [item], opening)))).flat();
  }
}
