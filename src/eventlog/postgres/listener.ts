import type { Pool } from 'pg';
import { Client, escapeIdentifier } from 'pg';
import type { Bell } from '../follow.ts';
import { pause } from '../follow.ts';

const RECONNECT_MS = 1_000;

/**
 * Rings the bell whenever an append is notified on the channel, over a connection of its own, and reconnects by itself until the
 * signal aborts. It rings on every reconnection too: what was notified meanwhile is lost.
 */
export async function listen(pool: Pool, channel: string, bell: Bell, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // It may have nothing to hear for long, so silence says nothing of it.
    const { stream: _, ...options } = pool.options;
    const client = new Client(options);
    let leave = () => {};
    try {
      await new Promise<void>((resolve, reject) => {
        leave = resolve;
        signal.addEventListener('abort', leave, { once: true });
        client.on('error', reject);
        client.on('end', resolve);
        client.on('notification', () => bell.ring());
        client
          .connect()
          .then(() => client.query(`listen ${escapeIdentifier(channel)}`))
          .then(() => bell.ring(), reject);
      });
    } catch {
      // A lost connection is expected here; polling carries the subscriptions until the next one stands.
    } finally {
      signal.removeEventListener('abort', leave);
      await client.end().catch(() => undefined);
    }
    await pause(RECONNECT_MS, signal);
  }
}
