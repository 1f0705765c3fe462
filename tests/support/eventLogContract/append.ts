import type { Test } from 'tap';
import { RevisionConflict } from '../../../src/eventlog/port.ts';
import { anEvent, ids, type LogUnderTest, newCategory, newStream, readOn, someEvents } from './harness.ts';

export async function appendCases(t: Test, { log }: LogUnderTest): Promise<void> {
  await t.test('the first event of a stream has revision 0', async (t) => {
    const stream = newStream();
    const event = anEvent();
    const result = await log.append(stream, 'none', [event]);
    t.equal(result.revision, 0);
    t.match(await log.read(stream), [{ id: event.id, stream, revision: 0, type: event.type }]);
  });

  await t.test('events of one append follow each other in the order given', async (t) => {
    const stream = newStream();
    const events = someEvents(5);
    const result = await log.append(stream, 'none', events);
    const read = await log.read(stream);
    t.equal(result.revision, 4);
    t.same(ids(read), ids(events));
    t.same(
      read.map(({ revision }) => revision),
      [0, 1, 2, 3, 4],
    );
  });

  await t.test('an append at the last revision goes on from there', async (t) => {
    const stream = newStream();
    await log.append(stream, 'none', someEvents(2));
    t.equal((await log.append(stream, 1, someEvents(3))).revision, 4);
    t.equal((await log.append(stream, 4, someEvents(1))).revision, 5);
    t.equal((await log.read(stream)).length, 6);
  });

  await t.test('"none" is a conflict once the stream exists, and the conflict says where the stream stands', async (t) => {
    const stream = newStream();
    await log.append(stream, 'none', someEvents(3));
    const conflict = await log.append(stream, 'none', someEvents(1)).catch((error: unknown) => error);
    t.type(conflict, RevisionConflict);
    t.match(conflict, { stream, expected: 'none', actual: 2 });
  });

  await t.test('a stale revision is a conflict', async (t) => {
    const stream = newStream();
    await log.append(stream, 'none', someEvents(3));
    await t.rejects(log.append(stream, 1, someEvents(1)), { name: 'RevisionConflict', expected: 1, actual: 2 });
  });

  await t.test('a revision ahead of the stream is a conflict', async (t) => {
    const stream = newStream();
    await log.append(stream, 'none', someEvents(3));
    await t.rejects(log.append(stream, 3, someEvents(1)), { name: 'RevisionConflict', expected: 3, actual: 2 });
  });

  await t.test('any revision of an absent stream is a conflict with "none"', async (t) => {
    await t.rejects(log.append(newStream(), 0, someEvents(1)), { name: 'RevisionConflict', expected: 0, actual: 'none' });
  });

  await t.test('a conflict writes nothing', async (t) => {
    const stream = newStream();
    await log.append(stream, 'none', someEvents(2));
    const head = await log.head();
    await t.rejects(log.append(stream, 0, someEvents(4)), RevisionConflict);
    await t.rejects(log.append(newStream(), 7, someEvents(4)), RevisionConflict);
    t.equal((await log.read(stream)).length, 2);
    t.equal(await log.head(), head);
  });

  await t.test('of many appends to one stream at the same revision exactly one wins', async (t) => {
    const stream = newStream();
    await log.append(stream, 'none', someEvents(1));
    const rivals = Array.from({ length: 12 }, () => someEvents(2));
    const outcomes = await Promise.allSettled(rivals.map((events) => log.append(stream, 0, events)));
    const winners = outcomes.flatMap((outcome, i) => (outcome.status === 'fulfilled' ? [rivals[i]!] : []));
    t.equal(winners.length, 1);
    t.ok(outcomes.every((outcome) => outcome.status === 'fulfilled' || outcome.reason instanceof RevisionConflict));
    t.same(ids(await log.read(stream, 1)), ids(winners[0]!));
  });

  await t.test('of many creations of one stream exactly one wins', async (t) => {
    const stream = newStream();
    const outcomes = await Promise.allSettled(Array.from({ length: 12 }, () => log.append(stream, 'none', someEvents(1))));
    t.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    t.equal((await log.read(stream)).length, 1);
  });

  await t.test('a loser that loads again and appends at the new revision gets in', async (t) => {
    const stream = newStream();
    await log.append(stream, 'none', someEvents(1));
    const writers = Array.from({ length: 6 }, async () => {
      for (;;) {
        const revision = (await log.read(stream)).length - 1;
        try {
          return await log.append(stream, revision, someEvents(1));
        } catch (error) {
          if (!(error instanceof RevisionConflict)) throw error;
        }
      }
    });
    const results = await Promise.all(writers);
    t.same(results.map(({ revision }) => revision).sort(), [1, 2, 3, 4, 5, 6]);
  });

  await t.test('concurrent appends to different streams do not disturb each other', async (t) => {
    const streams = Array.from({ length: 40 }, () => newStream());
    const results = await Promise.all(streams.map((stream) => log.append(stream, 'none', someEvents(3))));
    t.ok(results.every(({ revision }) => revision === 2));
    for (const stream of streams) t.equal((await log.read(stream)).length, 3);
  });

  await t.test('one conflict among concurrent appends fails alone', async (t) => {
    const stale = newStream();
    await log.append(stale, 'none', someEvents(2));
    const others = Array.from({ length: 10 }, () => newStream());
    const [conflict, ...fine] = await Promise.allSettled([
      log.append(stale, 0, someEvents(1)),
      ...others.map((stream) => log.append(stream, 'none', someEvents(1))),
    ]);
    t.equal(conflict?.status, 'rejected');
    t.ok(fine.every(({ status }) => status === 'fulfilled'));
  });

  await t.test('an append without events is refused', async (t) => {
    await t.rejects(log.append(newStream(), 'none', []), RangeError);
  });

  for (const name of [
    '',
    'nohyphen',
    '-leading',
    'claim-',
    '$system-1',
    '_masar-1',
    'with space-1',
    'claim-a b',
    'claim-\u0000',
    'Claim-1',
  ]) {
    await t.test(`${JSON.stringify(name)} is no name for a stream`, async (t) => {
      const head = await log.head();
      await t.rejects(log.append(name, 'none', someEvents(1)), RangeError);
      t.equal(await log.head(), head);
    });
  }

  await t.test('an id that is no canonical UUID, and a type that cannot be printed, are refused', async (t) => {
    const stream = newStream();
    const { id, type, bytes } = anEvent();
    await t.rejects(log.append(stream, 'none', [{ id: 'seven', type, bytes }]), RangeError);
    await t.rejects(log.append(stream, 'none', [{ id: id.toUpperCase(), type, bytes }]), RangeError);
    await t.rejects(log.append(stream, 'none', [{ id, type: 'nul\u0000', bytes }]), RangeError);
    await t.rejects(log.append(stream, 'none', [{ id, type: '', bytes }]), RangeError);
    t.same(await log.read(stream), []);
  });

  await t.test('an absent stream reads as empty', async (t) => {
    t.same(await log.read(newStream()), []);
    t.same(await log.read(newStream(), 5), []);
  });

  await t.test('a stream is read from a revision on, that one included', async (t) => {
    const stream = newStream();
    const events = someEvents(7);
    await log.append(stream, 'none', events);
    for (const from of [0, 1, 3, 6]) t.same(ids(await log.read(stream, from)), ids(events.slice(from)));
    t.same(await log.read(stream, 7), []);
    t.same(await log.read(stream, 1_000), []);
  });

  await t.test('a long stream comes back whole and in order', async (t) => {
    const stream = newStream();
    const events = someEvents(600);
    for (let at = 0; at < events.length; at += 300) {
      await log.append(stream, at === 0 ? 'none' : at - 1, events.slice(at, at + 300));
    }
    const read = await log.read(stream);
    t.same(ids(read), ids(events));
    t.ok(read.every(({ revision }, i) => revision === i));
  });

  await t.test('a stream does not read its neighbours with a longer name', async (t) => {
    const stream = `${newCategory()}-1`;
    await log.append(stream, 'none', someEvents(1));
    await log.append(`${stream}0`, 'none', someEvents(2));
    await log.append(`${stream}-1`, 'none', someEvents(3));
    t.equal((await log.read(stream)).length, 1);
    t.equal((await log.read(`${stream}0`)).length, 2);
  });

  await t.test('a write is seen by the next read, of the stream and of the log', async (t) => {
    const stream = newStream();
    for (let n = 0; n < 20; n += 1) {
      const before = await log.head();
      const { position } = await log.append(stream, n === 0 ? 'none' : n - 1, someEvents(1));
      t.equal((await log.read(stream)).length, n + 1);
      t.match((await readOn(log, before)).events, [{ stream, revision: n, position }]);
    }
  });

  await t.test('an event has the same position in its stream and in the log', async (t) => {
    const start = await log.head();
    const stream = newStream();
    await log.append(stream, 'none', someEvents(4));
    await log.append(newStream(), 'none', someEvents(2));
    await log.append(stream, 3, someEvents(2));
    const inLog = (await readOn(log, start)).events.filter((event) => event.stream === stream);
    t.same(
      (await log.read(stream)).map(({ position }) => position),
      inLog.map(({ position }) => position),
    );
  });

  await t.test('no reader sees a part of an append', async (t) => {
    const stream = newStream();
    const stop = new AbortController();
    const lengths: number[] = [];
    const reader = (async () => {
      while (!stop.signal.aborted) lengths.push((await log.read(stream)).length);
    })();
    for (let n = 0; n < 15; n += 1) await log.append(stream, n === 0 ? 'none' : n * 10 - 1, someEvents(10));
    stop.abort();
    await reader;
    t.ok(lengths.length > 0);
    t.ok(lengths.every((length) => length % 10 === 0));
  });
}
