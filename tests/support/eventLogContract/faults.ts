import type { Test } from 'tap';
import type { EventLog, ProposedEvent, StoredEvent } from '../../../src/eventlog/port.ts';
import { LogUnavailable, OutcomeUnknown } from '../../../src/eventlog/port.ts';
import { ids, type LogUnderTest, newCategory, newStream, readOn, someEvents, take } from './harness.ts';

export async function faultCases(t: Test, { log, open, server }: LogUnderTest): Promise<void> {
  const noOther = open === undefined ? { skip: 'no second process can reach this store' } : {};
  const noServer = server === undefined ? { skip: 'there is no server to kill' } : {};

  await t.test('another process sees the same log: events, bytes, positions, logIndex', noOther, async (t) => {
    const start = await log.head();
    for (let n = 0; n < 5; n += 1) await log.append(newStream(), 'none', someEvents(3));
    const other = await open!();
    t.same((await readOn(other, start)).events, (await readOn(log, start)).events);
    t.equal(await other.head(), await log.head());
    await other.close();
  });

  await t.test('another process goes on with a stream where this one left it', noOther, async (t) => {
    const stream = newStream();
    await log.append(stream, 'none', someEvents(2));
    const other = await open!();
    t.equal((await other.append(stream, 1, someEvents(1))).revision, 2);
    await t.rejects(log.append(stream, 1, someEvents(1)), { name: 'RevisionConflict', actual: 2 });
    await other.close();
  });

  await t.test('another process finds events by logIndex without having read before', noOther, async (t) => {
    const start = await log.head();
    await log.append(newStream(), 'none', someEvents(4));
    const last = (await readOn(log, start)).events;
    const other = await open!();
    for (const { logIndex, position } of last) t.equal(await other.positionOf(logIndex), position);
    await other.close();
  });

  await t.test('writers in two processes lose to each other cleanly', noOther, async (t) => {
    const other = await open!();
    const stream = newStream();
    await log.append(stream, 'none', someEvents(1));
    for (let round = 0; round < 10; round += 1) {
      const outcomes = await Promise.allSettled([log, other].map((one) => one.append(stream, round, someEvents(1))));
      t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    }
    t.equal((await log.read(stream)).length, 11);
    await other.close();
  });

  await t.test('a subscription hears of what another process writes', noOther, async (t) => {
    const other = await open!();
    const events = someEvents(3);
    const heard = take(log, await log.head(), 3);
    await other.append(newStream(), 'none', events);
    t.same(ids(await heard), ids(events));
    await other.close();
  });

  await t.test('a closed log refuses appends and reads, and ends its subscriptions', noOther, async (t) => {
    const other = await open!();
    const subscription = take(other, await other.head(), 1, { categories: [newCategory()] });
    await other.close();
    t.same(await subscription, []);
    const stream = newStream();
    await t.rejects(other.append(stream, 'none', someEvents(1)), LogUnavailable);
    await t.rejects(other.read(stream), LogUnavailable);
    t.same(await log.read(stream), []);
  });

  await t.test('a restart of the server keeps everything', noServer, async (t) => {
    const stream = newStream();
    await log.append(stream, 'none', someEvents(5));
    const start = (await log.read(stream))[0]!.position;
    const before = (await readOn(log, start)).events;
    await server!.kill();
    await server!.start();
    t.same((await readOn(await answering(log), start)).events, before);
    t.equal((await log.append(stream, 4, someEvents(1))).revision, 5);
  });

  await t.test('without a server an append and a read say so, and afterwards all is well by itself', noServer, async (t) => {
    const stream = newStream();
    const event = someEvents(1);
    await server!.kill();
    const failure = await log.append(stream, 'none', event).catch((error: unknown) => error);
    t.ok(failure instanceof LogUnavailable || failure instanceof OutcomeUnknown, String(failure));
    await t.rejects(log.read(stream), LogUnavailable);
    await t.rejects(log.readAll(0n, 1), LogUnavailable);
    await t.rejects(log.head(), LogUnavailable);
    await server!.start();
    t.equal((await appendUntilAnswered(log, stream, 'none', event)).revision, 0);
    t.same(ids(await log.read(stream)), ids(event));
  });

  await t.test('a subscription whose server is killed mid-stream goes on without loss when it is back', noServer, async (t) => {
    const start = await log.head();
    const stream = newStream();
    const events = someEvents(40);
    const subscription = take(log, start, 40);
    await log.append(stream, 'none', events.slice(0, 20));
    await take(log, start, 20);
    await server!.kill();
    await server!.start();
    await appendUntilAnswered(log, stream, 19, events.slice(20));
    const seen = await subscription;
    t.same(ids(firstOfEach(seen)), ids(events));
  });

  await t.test(
    'appends whose outcome is unknown are one effect when sent again, and no answered one is lost',
    noServer,
    async (t) => {
      const start = await log.head();
      let unanswered = 0;
      const writers = Array.from({ length: 8 }, async () => {
        const stream = newStream();
        const events = someEvents(60);
        for (const [n, event] of events.entries()) {
          unanswered += (await appendUntilAnswered(log, stream, n === 0 ? 'none' : n - 1, [event])).failures;
        }
        return { stream, events };
      });
      await server!.kill();
      await server!.start();
      for (const { stream, events } of await Promise.all(writers)) t.same(ids(await log.read(stream)), ids(events));
      t.ok(unanswered > 0, `${unanswered} appends were not answered`);
      t.equal((await readOn(log, start)).events.length, 8 * 60);
    },
  );
}

const PATIENCE_MS = 30_000;

/** Sends the same append again until it is answered. */
async function appendUntilAnswered(log: EventLog, stream: string, expected: number | 'none', events: readonly ProposedEvent[]) {
  const deadline = Date.now() + PATIENCE_MS;
  for (let failures = 0; ; failures += 1) {
    try {
      return { ...(await log.append(stream, expected, events)), failures };
    } catch (error) {
      const passing = error instanceof LogUnavailable || error instanceof OutcomeUnknown;
      if (!passing || Date.now() > deadline) throw error;
    }
  }
}

/** The log, once it answers. */
async function answering(log: EventLog): Promise<EventLog> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await log.head();
      return log;
    } catch (error) {
      if (!(error instanceof LogUnavailable) || Date.now() > deadline) throw error;
    }
  }
}

/** Delivery is at least once: repetitions may come, in place of nothing. */
function firstOfEach(events: readonly StoredEvent[]): StoredEvent[] {
  const seen = new Set<string>();
  return events.filter(({ id }) => !seen.has(id) && seen.add(id));
}
