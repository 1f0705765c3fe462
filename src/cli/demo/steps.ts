import { setTimeout as delay } from 'node:timers/promises';
import { type Client, UnexpectedAnswer } from './client.ts';
import type { Family } from './families.ts';

/** Does `count` things, so many at once, and answers the results in order. */
export async function inParallel<T>(count: number, atOnce: number, doOne: (index: number) => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  let next = 0;
  const lane = async () => {
    while (next < count) {
      const index = next++;
      results[index] = await doOne(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, lane));
  return results;
}

/** Long enough for a file of ten thousand rows. */
const PATIENCE_MS = 1_800_000;
const SHORTEST_REST_MS = 30;
const LONGEST_REST_MS = 500;

/** Asks again until what reactors do by themselves is there. `probe` answers nothing while it is not. */
export async function until<T>(what: string, probe: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (let rest = SHORTEST_REST_MS; ; rest = Math.min(2 * rest, LONGEST_REST_MS)) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`waited in vain for this: ${what}`);
    await delay(rest);
  }
}

/** Waits until the reactor has opened the file of every accepted family. */
export async function settled(client: Client, families: readonly Family[], done: () => void): Promise<void> {
  for (const family of families) {
    await until('the files of the accepted families', async () => (await isOpen(client, family)) || undefined);
    done();
  }
}

async function isOpen(client: Client, { branch, household }: Family): Promise<boolean> {
  try {
    await client.get(`${branch}.registrar`, `/v1/households/${household}`);
    return true;
  } catch (error) {
    if (error instanceof UnexpectedAnswer && error.status === 404) return false;
    throw error;
  }
}
