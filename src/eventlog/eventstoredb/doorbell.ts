import { END, streamNameFilter } from '@eventstore/db-client';
import type { Bell } from '../follow.ts';
import { pause } from '../follow.ts';
import type { Connection } from './connection.ts';

const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;

/**
 * Rings the bell for every event that is written, over one subscription to `$all` for the whole process, until the signal
 * aborts. The client's subscriptions do not resume, and may end without a word: each end is a reason to subscribe again, and to
 * ring, since what came in between was not heard.
 */
export async function answerTheDoor(connection: Connection, bell: Bell, signal: AbortSignal): Promise<void> {
  let backoff = FIRST_BACKOFF_MS;
  while (!signal.aborted) {
    await connection
      .use(async (client) => {
        const subscription = client.subscribeToAll({ fromPosition: END, filter: streamNameFilter({ regex: '^[^$]' }) });
        const leave = () => subscription.destroy();
        signal.addEventListener('abort', leave, { once: true });
        subscription.on('error', () => {});
        subscription.on('confirmation', () => {
          backoff = FIRST_BACKOFF_MS;
          bell.ring();
        });
        try {
          for await (const _ of subscription) bell.ring();
        } finally {
          signal.removeEventListener('abort', leave);
          // Not waited for: there may be no call yet, nor ever.
          subscription.unsubscribe().catch(() => undefined);
        }
      })
      .catch(() => undefined);
    await pause(backoff, signal);
    backoff = Math.min(backoff * 2, LONGEST_BACKOFF_MS);
  }
}
