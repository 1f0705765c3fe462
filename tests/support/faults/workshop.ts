import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';
import { migrations as logMigrations } from '../../../src/eventlog/postgres/migrations.ts';
import { createPostgresLog } from '../../../src/eventlog/postgres/postgresLog.ts';
import { migrate } from '../../../src/platform/migrations.ts';
import { workerMigrations } from '../../../src/workers/migrations.ts';
import { order, receipt } from '../../workers/support.ts';
import { testDatabase } from '../postgres.ts';
import { world } from '../scenario.ts';
import { until } from './rig.ts';

const WORKER = fileURLToPath(new URL('./workshopWorker.js', import.meta.url));

/** How a worker sees to its effects, and whether it stands still between an effect and the mark that it is done. */
export interface Manner {
  readonly effects: 'exact' | 'naive';
  readonly stands?: boolean;
}

/** A worker in a process of its own. */
export interface Hand {
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
}

/**
 * Orders on a log in Postgres, and workers in processes of their own that owe two effects for each, a receipt and its copy. Both are
 * follow-ups, given as commands by the reactor that gives those of Masar's own processes.
 */
export interface Workshop {
  place(count: number): Promise<void>;
  /** Effects there are, doubled ones counted as often as they are there. */
  effects(): Promise<number>;
  /** What is wrong with the effects: orders without one, orders with several. */
  wrong(): Promise<{ readonly lost: readonly string[]; readonly doubled: readonly string[] }>;
  /** Tasks written down that are not ended. */
  pending(): Promise<number>;
  hire(manner: Manner): Promise<Hand>;
}

/** The workshop on a database of its own; its workers are gone when the test ends. */
export async function openWorkshop(t: Test, redisUrl: string): Promise<Workshop> {
  const { url, pool } = await testDatabase(t);
  await migrate(pool, { schema: 'log', migrations: logMigrations });
  await migrate(pool, { schema: 'workers', migrations: workerMigrations });
  const log = createPostgresLog({ pool, schema: 'log' });
  const shop = world([order, receipt], undefined, undefined, undefined, log);
  const hands: Hand[] = [];
  // One step, so that the processes go before the database does.
  t.teardown(async () => {
    await Promise.all(hands.map((one) => one.kill()));
    await log.close();
  });
  const placed: string[] = [];
  const made = async (): Promise<readonly string[]> => {
    const { rows } = await pool.query<{ of: string }>(
      `select convert_from(bytes, 'UTF8')::jsonb #>> '{data,item}' as of from log.events where category = 'receipt'`,
    );
    return rows.map((one) => one.of);
  };
  const numberOf = async (query: string): Promise<number> => Number((await pool.query<{ n: string }>(query)).rows[0]?.n);
  return {
    place: async (count) => {
      const items = Array.from({ length: count }, (_, n) => `item ${placed.length + n}`);
      placed.push(...items);
      await Promise.all(items.map((item) => shop.when('shop', 'order', 'place', undefined, { item })));
    },
    effects: () => numberOf(`select count(*) as n from log.events where category = 'receipt'`),
    wrong: async () => {
      const counts = new Map<string, number>(placed.flatMap((item) => [item, `copy of ${item}`]).map((effect) => [effect, 0]));
      for (const effect of await made()) counts.set(effect, (counts.get(effect) ?? 0) + 1);
      const all = [...counts];
      return {
        lost: all.filter(([, count]) => count === 0).map(([effect]) => effect),
        doubled: all.filter(([, count]) => count > 1).map(([effect]) => effect),
      };
    },
    pending: () => numberOf('select count(*) as n from workers.jobs where ended_at is null'),
    hire: async ({ effects, stands = false }) => {
      const child = spawn(process.execPath, ['--enable-source-maps', WORKER, url, redisUrl, effects, String(stands)], {
        // It ends when the pipe does: a test that is killed leaves no worker behind.
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      child.stdin.on('error', () => undefined);
      const ended = once(child, 'exit');
      const hand = {
        kill: async () => {
          child.kill('SIGKILL');
          await ended;
        },
      };
      hands.push(hand);
      await Promise.race([
        once(createInterface(child.stdout), 'line'),
        ended.then(([code]) => Promise.reject(new Error(`a worker ended with ${code} before it was at work`))),
      ]);
      return hand;
    },
  };
}

/** Waits until so many effects are there. */
export const effectsOf = (workshop: Workshop, count: number, seconds = 60): Promise<void> =>
  until(`${count} effects`, seconds * 1_000, async () => (await workshop.effects()) >= count);
