import { categoryOf } from '../../domain/kernel/envelope.ts';
import type { Registry } from '../../domain/kernel/registry.ts';
import { type Codec, type Opening, UndecodableEvent } from '../../eventlog/codec.ts';
import { UnknownEventType } from '../../eventlog/failures.ts';
import { Bell, Pace } from '../../eventlog/follow.ts';
import type { EventLog, LogFilter, StoredEvent } from '../../eventlog/port.ts';
import { isConnectionFault } from '../../platform/database.ts';
import { Convoy } from './convoy.ts';
import { erasedBy } from './erased.ts';
import type { ProjectedEvent } from './projection.ts';

/** An event of a page: decoded, or what stood in the way. */
export type Item =
  | { readonly stored: StoredEvent; readonly event: ProjectedEvent }
  | { readonly stored: StoredEvent; readonly error: Error };

export interface Page {
  readonly after: bigint;
  readonly scannedTo: bigint;
  /** Rings of the bell before it was read: whatever it lacks has rung since. */
  readonly rings: number;
  /** Whether nothing came after it when it was read, as far as the log can tell. */
  readonly end: boolean;
  /** Everything in the page, with every personal value sealed. */
  readonly sealed: readonly Item[];
  /** The events of these processes with personal values opened up to a tier; done once for all who ask the same. */
  items(opening: Opening, categories: readonly string[]): Promise<readonly Item[]>;
}

export interface Feed {
  readonly bell: Bell;
  /** Of those who follow the end of the log. */
  readonly pace: Pace;
  /** The page that follows a position, for a reader; `scannedTo` is that position itself when there is nothing new. */
  page(after: bigint, reader: object): Promise<Page>;
  /** Rings the bell on news, until the signal aborts. */
  follow(signal: AbortSignal): Promise<void>;
}

/** Of a subscription only that the log has grown is wanted; the pages are read apart. */
const NO_EVENT: LogFilter = { categories: [] };
/** Decoded and opened for several readers, a page takes some 4 MiB. Readers go along together, so that two are enough for all. */
const KEPT_PAGES = 2;

/**
 * The log as all projections of a process read it: each stretch is read and decoded once, whoever comes a little later finds it at
 * hand, and who is ahead waits a little for those who do not.
 */
export function createFeed(parts: {
  readonly log: EventLog;
  readonly codec: Codec;
  readonly registry: Registry;
  readonly filter: LogFilter | undefined;
  readonly batch: number;
}): Feed {
  const { log, codec, registry, filter, batch } = parts;
  const bell = new Bell();
  const pace = new Pace();
  const convoy = new Convoy();
  const recent: Page[] = [];
  const underway = new Map<bigint, Promise<Page>>();

  async function read(after: bigint): Promise<Page> {
    const { rings } = bell;
    const read = await log.readAll(after, batch, filter);
    pace.brought(read, batch);
    const { events, scannedTo, end = false } = read;
    const sealed = events.length === 0 ? [] : await decodeAll(codec, registry, events);
    // Keys cached from before they were destroyed must not open anything from here on.
    codec.forget(sealed.flatMap((item) => ('event' in item ? erasedBy(item.event) : [])));
    const opened = new Map<string, Promise<readonly Item[]>>();
    const page: Page = {
      after,
      scannedTo,
      rings,
      end,
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

  return {
    bell,
    pace,
    page: async (after, reader) => {
      convoy.stands(reader, after);
      for (;;) {
        const known = recent.find((page) => page.after <= after && after < page.scannedTo) ?? underway.get(after);
        if (known) return known;
        const last = recent.at(-1);
        const length = last && !last.end ? last.scannedTo - last.after : 0n;
        // One page more than these would cost the oldest that is kept.
        const others = length > 0n && convoy.waitFor(after, length, length * BigInt(KEPT_PAGES - 1));
        if (!others) break;
        await others;
      }
      const fresh = read(after).finally(() => underway.delete(after));
      underway.set(after, fresh);
      return fresh;
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
    if (isConnectionFault(error)) throw error;
    const [only] = sealed;
    if (sealed.length === 1 && only) return [{ stored: only.stored, error: new UndecodableEvent(only.stored, error) }];
    return (await Promise.all(sealed.map((item) => openAll(codec, [item], opening)))).flat();
  }
}
