import { setMaxListeners } from 'node:events';
import type { Delivery, LogPage, Position } from './port.ts';
import { LogUnavailable } from './port.ts';

/** Wakes those who wait for news. A ring that comes between `rings` being read and `wait` being called is not lost. */
export class Bell {
  #rings = 0;
  #waiting = new Set<() => void>();

  get rings(): number {
    return this.#rings;
  }

  ring(): void {
    this.#rings += 1;
    const waiting = this.#waiting;
    this.#waiting = new Set();
    for (const wake of waiting) wake();
  }

  /** Resolves when the bell was rung after `since`, after `ms` milliseconds, or when the signal aborts. */
  async wait(since: number, ms: number, signal: AbortSignal): Promise<void> {
    if (this.#rings !== since || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}

/** Resolves after `ms` milliseconds or when the signal aborts, whichever is first. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Bell().wait(0, ms, signal);
}

/** So many events within the longest breath are many. */
const MANY = 32;
const BREATH_PER_EVENT_MS = 1.5;
const LONGEST_BREATH_MS = 200;

/**
 * When those who follow the end of a log together look at it next: at once, unless so much came lately that more will, and one look for
 * all of it is cheaper than one for each bit. All rest until the same moment, so that one page is read for all of them. Measured in
 * imports of thousands; who waits for a read model meanwhile waits that breath longer at most. `now` is in milliseconds.
 */
export class Pace {
  #looks: { readonly at: number; readonly events: number }[] = [];
  readonly #now: () => number;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * A look brought so many events, of as many as it would have taken. One that could have brought more was at the end, of which some
   * logs do not tell.
   */
  brought({ events, end = false }: Pick<LogPage, 'events' | 'end'>, limit: number): void {
    if (!end && events.length >= limit) return;
    this.#looks.push({ at: this.#now(), events: events.length });
    this.#forget();
  }

  /** Milliseconds until the next look is due; none when it is. */
  get left(): number {
    const last = this.#looks.at(-1);
    this.#forget();
    const events = this.#looks.reduce((sum, one) => sum + one.events, 0);
    if (!last || events < MANY) return 0;
    return Math.max(0, last.at + Math.min(LONGEST_BREATH_MS, events * BREATH_PER_EVENT_MS) - this.#now());
  }

  /** Resolves when the next look is due, or when the signal aborts. */
  async rest(signal: AbortSignal): Promise<void> {
    const { left } = this;
    if (left > 0) await pause(left, signal);
  }

  #forget(): void {
    const since = this.#now() - LONGEST_BREATH_MS;
    this.#looks = this.#looks.filter(({ at }) => at >= since);
  }
}

export interface FollowOptions {
  readonly after: Position;
  /** The next page after a cursor: the truth. */
  readonly readPage: (after: Position) => Promise<LogPage>;
  /** Says when a look is worth it: a hint that may be lost. */
  readonly bell: Bell;
  /** Longest time in milliseconds without a look. */
  readonly pollMs: number;
  readonly signal: AbortSignal;
}

const FIRST_BACKOFF_MS = 50;
const LONGEST_BACKOFF_MS = 2_000;

/**
 * A live subscription made of pages: whatever is lost on the way of a notification, the next page brings it, in order. While the
 * log is unavailable it backs off and goes on from where it was; it ends when the signal aborts.
 */
export async function* follow({ after, readPage, bell, pollMs, signal }: FollowOptions): AsyncGenerator<Delivery, void, void> {
  setMaxListeners(0, signal);
  let cursor = after;
  let backoff = FIRST_BACKOFF_MS;
  while (!signal.aborted) {
    const rings = bell.rings;
    let page: LogPage;
    try {
      page = await readPage(cursor);
      backoff = FIRST_BACKOFF_MS;
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
      await pause(backoff, signal);
      backoff = Math.min(backoff * 2, LONGEST_BACKOFF_MS);
      continue;
    }
    const from = cursor;
    for (const event of page.events) {
      if (signal.aborted) return;
      cursor = event.position;
      yield { event };
    }
    if (page.scannedTo > cursor) {
      if (signal.aborted) return;
      cursor = page.scannedTo;
      yield { scannedTo: cursor };
    }
    if (cursor === from || page.end) await bell.wait(rings, pollMs, signal);
  }
}
