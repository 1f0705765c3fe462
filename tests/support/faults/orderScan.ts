/** Scans for deadlines of orders once: `orderScan.js <database> <bound in seconds>`; writes how many were escalated, or the fault. */
import { createExecutor } from '../../../src/eventlog/execute.ts';
import { createPostgresLog } from '../../../src/eventlog/postgres/postgresLog.ts';
import { openClock, timeOf } from '../../../src/platform/clock.ts';
import { createPool } from '../../../src/platform/database.ts';
import { type DeadlineSource, scanDeadlines } from '../../../src/workers/deadlines.ts';
import { order, receipt } from '../../workers/support.ts';
import { silentLog } from '../postgres.ts';
import { world } from '../scenario.ts';

const [, , databaseUrl = '', boundSeconds = ''] = process.argv;
const pool = createPool(databaseUrl, { applicationName: 'order scan', max: 4 });
const log = createPostgresLog({ pool, schema: 'log', listen: false });
const shop = world([order, receipt], undefined, undefined, undefined, log);
const clock = await openClock({ ask: timeOf(pool), boundMs: Number(boundSeconds) * 1_000, logger: silentLog });

/** Every order waits to be answered, with the time its first event gave it; the read model of a worker would say the same. */
const source: DeadlineSource = {
  dueTimers: async function* () {},
  dueWaits: async function* () {
    const { events } = await log.readAll(0n, 1_000, { categories: ['order'] });
    for (const { stream } of events.filter((one) => one.revision === 0)) {
      const wait = (await shop.cases.glance(stream)).waits.find((one) => one.key === 'answer');
      if (wait?.due === undefined) continue;
      yield { stream, key: 'answer', sinceRevision: 0, clockStart: wait.clockStart, due: wait.due, level: 0 };
    }
  },
};

let escalated = 0;
const rights = () => Promise.reject(new Error('nobody asks'));
const outcome = await scanDeadlines({
  source,
  executor: createExecutor({ ...shop, rights, now: clock.now }),
  registry: shop.registry,
  rulebook: shop.rulebook,
  logger: silentLog,
  now: clock.now,
  signal: new AbortController().signal,
  count: (what) => {
    if (what === 'escalated') escalated += 1;
  },
}).then(
  () => `escalated ${escalated}`,
  (error: unknown) => (error as Error).name,
);
process.stdout.write(`${outcome}\n`);
process.exit(0);
