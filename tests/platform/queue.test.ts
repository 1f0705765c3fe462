import t from 'tap';
import { migrateQueue, openQueue, type QueuePlace } from '../../src/platform/queue.ts';
import { startKillablePostgres } from '../support/killablePostgres.ts';
import { silentLog } from '../support/postgres.ts';
import { testRedis, withoutRedis } from '../support/redis.ts';
import { eventually } from '../workers/support.ts';

t.test('a worker that begins while its server is away is there when the server is', { timeout: 60_000 }, async (t) => {
  const server = await startKillablePostgres();
  t.teardown(() => server.remove());
  const place: QueuePlace = { kind: 'postgres', url: server.url, schema: 'jobs' };
  await migrateQueue(place);
  await server.kill();

  const queue = openQueue(place, { name: 'test', log: silentLog, timeoutMs: 1_000 });
  t.teardown(() => queue.close());
  let handled: (id: string) => void = () => {};
  const came = new Promise<string>((resolve) => {
    handled = resolve;
  });
  const worker = queue.work(async (id) => handled(id), 2);
  t.teardown(() => worker.stop());
  await t.rejects(queue.add(['early']), { name: 'QueueUnavailable' }, 'the rest of the program goes on');

  await server.start();
  await eventually('the job is taken in', () =>
    queue.add(['late']).then(
      () => true,
      () => false,
    ),
  );
  t.equal(await came, 'late');
});

t.test('a worker whose server never comes can be stopped', { timeout: 60_000 }, async (t) => {
  const place: QueuePlace = { kind: 'postgres', url: 'postgresql:///none?host=/nowhere', schema: 'jobs' };
  const queue = openQueue(place, { name: 'test', log: silentLog, timeoutMs: 500 });
  const worker = queue.work(async () => {}, 2);
  await t.rejects(queue.add(['one']), { name: 'QueueUnavailable' });
  await worker.stop();
  await queue.close();
});

t.test(
  'a queue says whether it takes jobs: not while it is away or full, again once it does',
  { skip: withoutRedis },
  async (t) => {
    const redis = await testRedis(t);
    const queue = openQueue({ kind: 'redis', url: redis.url }, { name: 'test', log: silentLog, timeoutMs: 1_000 });
    t.teardown(() => queue.close());
    const fails = (expected: boolean) => async () => (await queue.isFailing()) === expected;
    await eventually('it is reached', fails(false));
    await redis.limit(1);
    t.equal(await queue.isFailing(), false, 'nobody has tried yet');
    await t.rejects(queue.add(['one']), { name: 'QueueUnavailable' });
    t.equal(await queue.isFailing(), true, 'full');
    await redis.limit(0);
    await queue.add(['one']);
    t.equal(await queue.isFailing(), false);

    const nowhere = openQueue({ kind: 'redis', url: 'redis://127.0.0.1:1' }, { name: 'test', log: silentLog });
    t.teardown(() => nowhere.close());
    const asked = performance.now();
    t.equal(await nowhere.isFailing(), true, 'away');
    t.ok(performance.now() - asked < 4_000, 'and says so in time for a scrape');
  },
);
