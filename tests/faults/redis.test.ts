import t from 'tap';
import { randomFrom } from '../../src/cli/demo/random.ts';
import { openQueue, QueueUnavailable } from '../../src/platform/queue.ts';
import { until } from '../support/faults/rig.ts';
import { seed, size } from '../support/faults/size.ts';
import { effectsOf, type Hand, openWorkshop } from '../support/faults/workshop.ts';
import { silentLog } from '../support/postgres.ts';
import { testRedis, withoutRedis } from '../support/redis.ts';

const FLUSHES = size(2, 20);
const REDIS_KILLS = size(2, 20);
const WORKER_KILLS = size(5, 60);
const ORDERS = size(200, 5_000);
const CREW = 2;

t.setTimeout(size(120_000, 2_400_000));

t.test(
  'Redis is flushed and killed and workers are killed: each effect is there exactly once',
  { skip: withoutRedis },
  async (t) => {
    const random = randomFrom(seed(t));
    const redis = await testRedis(t);
    const shop = await openWorkshop(t, redis.url);
    const crew: Hand[] = await Promise.all(Array.from({ length: CREW }, () => shop.hire({ effects: 'exact' })));
    let begun = CREW;
    const strikes = {
      flush: redis.wipe,
      'kill Redis': redis.restart,
      'kill a worker': async () => {
        const victim = random.between(0, CREW - 1);
        await crew[victim]?.kill();
        crew[victim] = await shop.hire({ effects: 'exact' });
        begun += 1;
      },
    };
    const due = [
      ...Array<'flush'>(FLUSHES - 1).fill('flush'),
      ...Array<'kill Redis'>(REDIS_KILLS).fill('kill Redis'),
      ...Array<'kill a worker'>(WORKER_KILLS).fill('kill a worker'),
    ]
      .map((strike) => ({ strike, at: random.next() }))
      .sort((a, b) => a.at - b.at)
      .map(({ strike }) => strike);
    // What a dead worker had in hand stays with BullMQ for half a minute; a flush in the end gives it back at once.
    const order = [...due, 'flush'] as const;
    const portion = Math.ceil(ORDERS / order.length);
    const done: string[] = [];
    for (const strike of order) {
      const before = await shop.effects();
      await shop.place(portion);
      // While the work goes on: some of it is done, and the most of it is not.
      await effectsOf(shop, before + random.between(1, portion));
      await strikes[strike]();
      done.push(strike);
    }
    const owed = portion * order.length * 2;
    await effectsOf(shop, owed, 90);
    await until('no task left', 60_000, async () => (await shop.pending()) === 0);
    t.strictSame(await shop.wrong(), { lost: [], doubled: [] });
    t.equal(await shop.effects(), owed);
    t.equal(done.length, FLUSHES + REDIS_KILLS + WORKER_KILLS);
    t.comment(
      `${owed} effects, ${FLUSHES} flushes, ${REDIS_KILLS} kills of Redis, ${WORKER_KILLS} of workers, ${begun} workers begun`,
    );
  },
);

for (const [effects, title] of [
  ['exact', 'a worker that is killed between an effect and its mark leaves one effect'],
  ['naive', 'control: effects without an id or an inbox row are doubled by the same death'],
] as const) {
  t.test(title, { skip: withoutRedis }, async (t) => {
    const redis = await testRedis(t);
    const shop = await openWorkshop(t, redis.url);
    const first = await shop.hire({ effects, stands: true });
    await shop.place(4);
    // A task waits behind the one before it of the same order, which stands.
    await effectsOf(shop, 4);
    await first.kill();
    await redis.wipe();
    await shop.hire({ effects });
    await until('no task left', 30_000, async () => (await shop.effects()) >= 8 && (await shop.pending()) === 0);
    const { lost, doubled } = await shop.wrong();
    t.strictSame(lost, []);
    t.equal(doubled.length, effects === 'exact' ? 0 : 4, 'what was in hand when it died');
  });
}

t.test(
  'while Redis is full commands go on, and what they call for is done when there is room',
  { skip: withoutRedis },
  async (t) => {
    const redis = await testRedis(t);
    const shop = await openWorkshop(t, redis.url);
    await shop.hire({ effects: 'exact' });
    await shop.place(5);
    await effectsOf(shop, 10);
    await redis.limit(1);
    const queue = openQueue({ kind: 'redis', url: redis.url }, { name: 'other', log: silentLog, timeoutMs: 2_000 });
    t.teardown(() => queue.close());
    await t.rejects(queue.add(['one']), QueueUnavailable, 'control: the queue takes nothing');
    await shop.place(20);
    await until('all tasks written down', 10_000, async () => (await shop.pending()) >= 20);
    t.equal(await shop.effects(), 10, 'none of it is done');
    await redis.limit(0);
    await effectsOf(shop, 50);
    await until('no task left', 30_000, async () => (await shop.pending()) === 0);
    t.strictSame(await shop.wrong(), { lost: [], doubled: [] });
  },
);
