import type { Pool } from 'pg';
import { Client, escapeIdentifier } from 'pg';
import type { Bell } from '../follow.ts';
import { pause } from '../follow.ts';

const RECONNECT_MS = 1_000;
const ASK_EVERY_MS = 5_000;
const ANSWER_WITHIN_MS = 3_000;

/**
 * Rings the bell whenever an append is notified on the channel, over a connection of its own, and reconnects by itself until the
 * signal aborts. It rings on every reconnection too: what was notified meanwhile is lost. Nothing may be notified for long, so now and
 * then it asks something itself, to learn whether the way is still there.
 */
export async function listen(pool: Pool, channel: string, bell: Bell, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const client = new Client({ ...pool.options, query_timeout: ANSWER_WITHIN_MS });
    let leave = () => {};
    let asking: NodeJS.Timeout | undefined;
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
        asking = setInterval(() => client.query('select 1').catch(reject), ASK_EVERY_MS);
      });
    } catch {
      // A lost connection is expected here; polling carries the subscriptions until the next one stands.
    } finally {
      clearInterval(asking);
      signal.removeEventListener('abort', leave);
      // Said, and not waited for: where the way was lost, nobody hears it.
      client.end().catch(() => undefined);
      client.connection.stream.destroy();
    }
    await pause(RECONNECT_MS, signal);
  }
}
