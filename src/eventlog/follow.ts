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
