import type { Test } from 'tap';
import { ids, type LogUnderTest, newStream, readOn, someEvents, take } from './harness.ts';

/** Cases that read the whole log, first because it is still short. */
export async function beginningCases(t: Test, { log, fresh }: LogUnderTest): Promise<void> {
  await t.test(
    'an empty log has its head at 0, no events and nothing to wait for',
    { skip: fresh ? false : 'the store is in use' },
    async (t) => {
      t.equal(await log.head(), 0n);
      t.same((await readOn(log, 0n)).events, []);
      t.equal(await log.positionOf(1n), 0n);
    },
  );

  await t.test('logIndex counts from 1, in log order, over everything there is', async (t) => {
    await log.append(newStream(), 'none', someEvents(1));
    const { events } = await readOn(log, 0n, undefined, 500);
    t.equal(events[0]?.logIndex, 1n);
    t.equal(events.at(-1)?.logIndex, BigInt(events.length));
    if (fresh) t.equal(events.at(-1)?.position, await log.head());
  });

  await t.test('a subscription from 0 gives the whole log', async (t) => {
    await log.append(newStream(), 'none', someEvents(2));
    const all = (await readOn(log, 0n, undefined, 500)).events;
    const seen = await take(log, 0n, all.length);
    t.same(ids(seen), ids(all));
    t.equal(seen.at(-1)?.logIndex, BigInt(seen.length));
    if (fresh) t.equal(all[0]?.logIndex, 1n);
  });
}
