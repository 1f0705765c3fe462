/** A worker of the workshop: `workshopWorker.js <database> <redis> exact|naive <stands>`; writes a line once it is at work. */
import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { idOf } from '../../../src/domain/kernel/envelope.ts';
import { createPostgresLog } from '../../../src/eventlog/postgres/postgresLog.ts';
import { createPool } from '../../../src/platform/database.ts';
import { createMetrics } from '../../../src/platform/metrics.ts';
import { openQueue } from '../../../src/platform/queue.ts';
import { startWorkers } from '../../../src/workers/index.ts';
import type { Reactor, TaskContext } from '../../../src/workers/runtime/reactor.ts';
import { order, receipt } from '../../workers/support.ts';
import { silentLog } from '../postgres.ts';
import { world } from '../scenario.ts';

const [, , databaseUrl = '', redisUrl = '', manner = '', stands = ''] = process.argv;
const pool = createPool(databaseUrl, { applicationName: 'workshop', max: 12 });
const log = createPostgresLog({ pool, schema: 'log' });
const shop = world([order, receipt], undefined, undefined, undefined, log);

type Effect = (item: string, context: TaskContext) => Promise<unknown>;
type Effects = Readonly<Record<string, Effect>>;

/** The command under an id made of its cause, the row in one transaction with the mark that it is written. */
const exact: Effects = {
  receipt: (item, { cause, command }) =>
    command({ process: 'receipt', command: 'open', id: idOf(cause.stream), input: { item } }),
  row: (item, { cause }) =>
    pool.query(
      `with news as (insert into inbox values ($1) on conflict do nothing returning job)
       insert into rows select $2 from news`,
      [cause.event, item],
    ),
};

/** Both as who has not heard of workers that die would write them. */
const naive: Effects = {
  receipt: (item, { execute }) =>
    execute({
      process: 'receipt',
      command: 'open',
      input: { item },
      key: randomUUID(),
      principal: { kind: 'system', name: 'naive' },
    }),
  row: (item) => pool.query('insert into rows values ($1)', [item]) satisfies Promise<pg.QueryResult>,
};

const effects = manner === 'exact' ? exact : naive;
const reactor: Reactor = {
  name: 'effects',
  start: 'beginning',
  categories: ['order'],
  react: ({ type, data }) =>
    type === 'OrderPlaced' ? Object.keys(effects).map((step) => ({ step, ids: { item: (data as { item: string }).item } })) : [],
  perform: async ({ step, ids: { item = '' } }, context) => {
    await effects[step]?.(item, context);
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
