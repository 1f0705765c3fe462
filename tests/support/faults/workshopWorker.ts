/** A worker of the workshop: `workshopWorker.js <database> <redis> exact|naive <stands>`; writes a line once it is at work. */
import { randomUUID } from 'node:crypto';
import { idOf } from '../../../src/domain/kernel/envelope.ts';
import { createPostgresLog } from '../../../src/eventlog/postgres/postgresLog.ts';
import { createPool } from '../../../src/platform/database.ts';
import { createMetrics } from '../../../src/platform/metrics.ts';
import { openQueue } from '../../../src/platform/queue.ts';
import { startWorkers } from '../../../src/workers/index.ts';
import { following } from '../../../src/workers/reactors/followUps.ts';
import type { Reactor } from '../../../src/workers/runtime/reactor.ts';
import { order, receipt } from '../../workers/support.ts';
import { silentLog } from '../postgres.ts';
import { world } from '../scenario.ts';

const [, , databaseUrl = '', redisUrl = '', manner = '', stands = ''] = process.argv;
const pool = createPool(databaseUrl, { applicationName: 'workshop', max: 12 });
const log = createPostgresLog({ pool, schema: 'log' });
const shop = world([order, receipt], undefined, undefined, undefined, log);

/** What an order calls for, as a process of Masar says it: a receipt under an id made of the order, a copy under one made of the command. */
const exact: Reactor = following({
  ...{ name: 'effects', process: order, onRefusal: 'stop' },
  followUps: ({ type, data, meta }) => {
    if (type !== 'OrderPlaced') return [];
    const { item } = data as { item: string };
    return [
      { process: 'receipt', command: 'open', id: idOf(meta.stream), input: { item } },
      { process: 'receipt', command: 'open', input: { item: `copy of ${item}` } },
    ];
  },
});

/** The same as who has not heard of workers that die would write it: each command under a key of its own. */
const naive: Reactor = {
  name: 'effects',
  start: 'beginning',
  categories: ['order'],
  react: ({ type, data }) => (type === 'OrderPlaced' ? [{ step: 'follow', ids: { item: (data as { item: string }).item } }] : []),
  perform: async ({ ids: { item = '' } }, { execute }) => {
    const principal = { kind: 'system' as const, name: 'naive' };
    for (const one of [item, `copy of ${item}`]) {
      await execute({ process: 'receipt', command: 'open', input: { item: one }, key: randomUUID(), principal });
    }
  },
};

const chosen = manner === 'exact' ? exact : naive;
const reactor: Reactor = {
  ...chosen,
  perform: async (task, context) => {
    await chosen.perform(task, context);
    if (stands === 'true') await new Promise(() => undefined);
  },
};

const none = async function* (): AsyncGenerator<never> {};
const queue = openQueue({ kind: 'redis', url: redisUrl }, { name: 'workshop', log: silentLog, timeoutMs: 1_000 });
await startWorkers(
  {
    ...{ log, pool, queue, codec: shop.codec, cases: shop.cases, executor: shop.executor },
    ...{ registry: shop.registry, rulebook: shop.rulebook, now: shop.now, logger: silentLog, schema: 'workers' },
    reactors: [reactor],
    deadlines: { dueWaits: none, dueTimers: none },
    metrics: createMetrics({ processMetrics: false }),
    settings: { pollMs: 50, againMs: 1_000, firstRetryMs: 20, longestRetryMs: 100, leaseMs: 1_000 },
  },
  new AbortController().signal,
);
process.stdout.write('at work\n');
process.stdin.on('end', () => process.exit(0)).resume();
