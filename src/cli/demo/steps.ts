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

const PATIENCE_MS = 60_000;

/** Waits until the reactor has opened the file of every accepted family. */
export async function settled(client: Client, families: readonly Family[], done: () => void): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  for (const family of families) {
    while (!(await isOpen(client, family))) {
      if (Date.now() > until) throw new Error('the worker has not opened the files of the accepted families in a minute');
      await delay(50);
    }
    done();
  }
}

async function isOpen(client: Client, { branch, household }: Family): Promise<boolean> {
  try {
    await client.get(`${branch}.registrar`, `/v1/households/${household}`);
    return true;
  } catch (error) {
    if (error instanceof UnexpectedAnswer && / answered 404: /.test(error.message)) return false;
    throw error;
  }
}
