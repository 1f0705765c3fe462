import t from 'tap';
import { registerFamily } from '../../src/cli/demo/families.ts';
import { randomFrom } from '../../src/cli/demo/random.ts';
import { openQueue, QueueUnavailable } from '../../src/platform/queue.ts';
import { SCHEMAS } from '../../src/schemas.ts';
import { auditLog } from '../support/faults/audit.ts';
import { createStubbornClient, type StubbornClient } from '../support/faults/clients.ts';
import { openOffices } from '../support/faults/office.ts';
import { createRig, until } from '../support/faults/rig.ts';
import { seed, size } from '../support/faults/size.ts';
import { effectsOf, type Hand, openWorkshop } from '../support/faults/workshop.ts';
import { silentLog } from '../support/postgres.ts';
import { testRedis, withoutRedis } from '../support/redis.ts';

const FLUSHES = size(2, 20);
const REDIS_KILLS = size(2, 20);
const WORKER_KILLS = size(5, 60);
const ORDERS = size(100, 5_000);
const CREW = 2;
/** Registered at once, while Redis is full and under each strike. */
const FAMILIES = size(2, 8);
const STRUCK_ROUNDS = size(1, 6);

t.setTimeout(size(120_000, 2_400_000));

t.test(
  'Redis is flushed and killed and workers are killed: each effect is there exactly once',
  { skip: withoutRedis },
  async (t) => {
    const random = randomFrom(seed(t));
    const redis = await testRedis(t, { appendOnly: true });
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
    // What a dead worker had in hand stays with BullMQ for half a minute, which is waited for at full size only: a flush gives it
    // back at once.
    const order = size<readonly (keyof typeof strikes)[]>([...due, 'flush'], ['flush', ...due]);
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
  ['naive', 'control: effects whose commands have keys of their own are doubled by the same death'],
] as const) {
  t.test(title, { skip: withoutRedis }, async (t) => {
    const redis = await testRedis(t, { appendOnly: true });
    const shop = await openWorkshop(t, redis.url);
    const first = await shop.hire({ effects, stands: true });
    await shop.place(4);
    await effectsOf(shop, 8);
    await first.kill();
    await redis.wipe();
    await shop.hire({ effects });
    await until('no task left', 30_000, async () => (await shop.pending()) === 0);
    const { lost, doubled } = await shop.wrong();
    t.strictSame(lost, []);
    t.equal(doubled.length, effects === 'exact' ? 0 : 8, 'what was in hand when it died');
    t.comment(`8 effects in hand of a worker killed once: ${doubled.length} doubled`);
  });
}

t.test(
  'while Redis is full commands are acknowledged, and what they call for is done once when there is room; so after kills',
  { skip: withoutRedis },
  async (t) => {
    const drawn = seed(t);
    const redis = await testRedis(t, { appendOnly: true });
    const rig = await createRig(t);
    const server = rig.startWith({ REDIS_URL: redis.url }, 'api', 'projector');
    const worker = rig.startWith({ REDIS_URL: redis.url }, 'worker');
    const { pool, log, codec } = rig.core;
    const clientOf = (prefix: string) => createStubbornClient({ tokenFor: rig.tokenFor, address: server.ready, prefix });
    const { directory } = await openOffices(clientOf('setup'), rig.ministry, drawn);
    let families = 0;
    /** Families of which each application is accepted: the worker owes each a file. */
    const register = (client: StubbornClient) =>
      Promise.all(
        Array.from({ length: FAMILIES }, () => {
          const index = 12 * families++;
          return registerFamily(client, randomFrom(drawn + index), index, directory);
        }),
      );
    const owed = async () => (await auditLog(log, codec, [], 'none')).unsettled;
    const pending = async () =>
      Number((await pool.query(`select count(*) as n from ${SCHEMAS.workers}.jobs where ended_at is null`)).rows[0].n);
    const done = () =>
      until('what was called for', size(60_000, 120_000), async () => (await owed()).length === 0 && (await pending()) === 0);
    const sound = async (client: StubbornClient, prefix: string) => {
      const { lost, doubled, torn, unsettled } = await auditLog(log, codec, client.acknowledged, prefix);
      t.strictSame({ lost, doubled, torn, unsettled }, { lost: [], doubled: [], torn: [], unsettled: [] });
    };
    await worker.ready();
    await done();

    await redis.limit(1);
    const naive = openQueue({ kind: 'redis', url: redis.url }, { name: 'naive', log: silentLog, timeoutMs: 2_000 });
    t.teardown(() => naive.close());
    const full = clientOf('full');
    await register(full);
    t.strictSame(
      [...full.answers.keys()].filter((status) => !['200', '201'].includes(status)),
      [],
      'every answer says that it is done',
    );
    t.ok(full.acknowledged.length > FAMILIES * 5, 'commands of every step to the acceptance');
    await until('tasks written down', 20_000, async () => (await pending()) >= FAMILIES);
    await t.rejects(
      naive.add(['one']),
      QueueUnavailable,
      'control: who queues what follows, instead of writing it down, is refused',
    );
    t.equal((await owed()).length, FAMILIES, 'none of it is done while the queue takes nothing');
    await redis.limit(0);
    await done();
    await sound(full, 'full');
    const seen: string[] = [];
    const naiveWorker = naive.work(async (id) => void seen.push(id), 1);
    t.teardown(() => naiveWorker.stop());
    await naive.add(['two']);
    await until('a later job', 10_000, async () => seen.includes('two'));
    t.strictSame(seen, ['two'], 'control: and what follows from its command is lost');

    const struck = clientOf('struck');
    const strikes = [worker.kill, redis.wipe, redis.restart];
    for (let round = 0; round < STRUCK_ROUNDS; round += 1) {
      await Promise.all([register(struck), strikes[round % strikes.length]?.()]);
    }
    await redis.wipe();
    await done();
    await sound(struck, 'struck');
    for (const one of [server, worker]) t.strictSame(one.fell.late, []);
    t.comment(
      `${full.acknowledged.length} commands while full, ${struck.acknowledged.length} under ${STRUCK_ROUNDS} strikes; files of ${families} families, each once`,
    );
  },
);
