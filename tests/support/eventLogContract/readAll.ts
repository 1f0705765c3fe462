import type { Test } from 'tap';
import { dense, ids, type LogUnderTest, newCategory, newStream, readOn, someEvents, strictlyIncreasing } from './harness.ts';

export async function readAllCases(t: Test, { log }: LogUnderTest): Promise<void> {
  await t.test('the log is read in the order of its appends', async (t) => {
    const start = await log.head();
    const [one, two] = [newStream(), newStream()];
    const events = someEvents(6);
    await log.append(one, 'none', events.slice(0, 2));
    await log.append(two, 'none', events.slice(2, 3));
    await log.append(one, 1, events.slice(3, 4));
    await log.append(two, 0, events.slice(4));
    t.same(ids((await readOn(log, start)).events), ids(events));
  });

  await t.test('positions strictly increase and logIndex is dense', async (t) => {
    const start = await log.head();
    for (let n = 1; n < 8; n += 1) await log.append(newStream(), 'none', someEvents(n));
    const { events } = await readOn(log, start);
    t.equal(events.length, 28);
    t.ok(strictlyIncreasing(events.map(({ position }) => position)));
    t.ok(dense(events.map(({ logIndex }) => logIndex)));
    t.ok(events[0]!.position > start);
  });

  await t.test('a page begins after its cursor and ends at its limit', async (t) => {
    const start = await log.head();
    const stream = newStream();
    await log.append(stream, 'none', someEvents(5));
    const all = (await readOn(log, start)).events;
    const page = await log.readAll(all[0]!.position, 2);
    t.same(ids(page.events), ids(all.slice(1, 3)));
    t.equal(page.scannedTo, all[2]!.position);
  });

  await t.test('pages of any size show the same log', async (t) => {
    const start = await log.head();
    for (let n = 0; n < 10; n += 1) await log.append(newStream(), 'none', someEvents(3));
    const expected = (await readOn(log, start)).events;
    t.equal(expected.length, 30);
    for (const size of [1, 2, 7, 29, 30, 31]) t.same((await readOn(log, start, undefined, size)).events, expected);
  });

  await t.test('the page at the head is empty and stays where it is', async (t) => {
    await log.append(newStream(), 'none', someEvents(1));
    const { cursors } = await readOn(log, await log.head());
    const page = await log.readAll(cursors.at(-1)!, 10);
    t.same(page.events, []);
    t.equal(page.scannedTo, cursors.at(-1));
  });

  await t.test('a category is matched exactly: "claim" is neither "claimant" nor "claim_x" nor "reclaim"', async (t) => {
    const start = await log.head();
    const claim = newCategory();
    const events = someEvents(2);
    await log.append(newStream(`${claim}ant`), 'none', someEvents(3));
    await log.append(newStream(claim), 'none', events);
    await log.append(newStream(`${claim}_x`), 'none', someEvents(1));
    await log.append(newStream(`re${claim}`), 'none', someEvents(1));
    await log.append(`${newCategory()}-${claim}-1`, 'none', someEvents(1));
    t.same(ids((await readOn(log, start, { categories: [claim] })).events), ids(events));
  });

  await t.test('several categories come in one order', async (t) => {
    const start = await log.head();
    const [a, b, c] = [newCategory(), newCategory(), newCategory()];
    const events = someEvents(9);
    for (const [i, event] of events.entries()) await log.append(newStream([a, b, c][i % 3]), 'none', [event]);
    const both = events.filter((_, i) => i % 3 !== 1);
    t.same(ids((await readOn(log, start, { categories: [c!, a!] })).events), ids(both));
    t.same(ids((await readOn(log, start, { categories: [c!, a!, c!] }, 2)).events), ids(both));
  });

  await t.test('no category matches nothing', async (t) => {
    const start = await log.head();
    await log.append(newStream(), 'none', someEvents(3));
    const { events, cursors } = await readOn(log, start, { categories: [] });
    t.same(events, []);
    t.ok(cursors.at(-1)! >= (await log.head()));
  });

  await t.test('a filtered stretch is passed with empty pages until the head', async (t) => {
    const start = await log.head();
    for (let n = 0; n < 3; n += 1) await log.append(newStream(), 'none', someEvents(250));
    const { events, cursors } = await readOn(log, start, { categories: [newCategory()] }, 10);
    t.same(events, []);
    t.ok(cursors.at(-1)! >= (await log.head()));
    t.ok(strictlyIncreasing([start, ...cursors.slice(0, -1)]));
  });

  await t.test('rare events between long stretches are all found, whatever the page', async (t) => {
    const start = await log.head();
    const rare = newCategory();
    const wanted = someEvents(5);
    for (const event of wanted) {
      await log.append(newStream(), 'none', someEvents(60));
      await log.append(newStream(rare), 'none', [event]);
    }
    await log.append(newStream(), 'none', someEvents(60));
    for (const size of [1, 2, 100]) {
      const { events, cursors } = await readOn(log, start, { categories: [rare] }, size);
      t.same(ids(events), ids(wanted));
      t.ok(cursors.at(-1)! >= (await log.head()));
    }
  });

  await t.test('scannedTo never passes an event that was not given', async (t) => {
    const start = await log.head();
    const wanted = newCategory();
    for (let n = 0; n < 8; n += 1) await log.append(newStream(n % 2 === 0 ? wanted : newCategory()), 'none', someEvents(2));
    const all = (await readOn(log, start, { categories: [wanted] })).events;
    let cursor = start;
    for (let given = 0; given < all.length; ) {
      const page = await log.readAll(cursor, 3, { categories: [wanted] });
      given += page.events.length;
      t.ok(all.slice(given).every(({ position }) => position > page.scannedTo));
      cursor = page.scannedTo;
    }
  });

  await t.test('an event has the same logIndex with and without a filter, from wherever it is read', async (t) => {
    const start = await log.head();
    const wanted = newCategory();
    for (let n = 0; n < 6; n += 1) await log.append(newStream(n % 2 === 0 ? wanted : newCategory()), 'none', someEvents(3));
    const all = (await readOn(log, start)).events;
    const filtered = (await readOn(log, start, { categories: [wanted] }, 2)).events;
    t.same(
      filtered,
      all.filter(({ stream }) => stream.startsWith(wanted)),
    );
    t.same((await log.readAll(all[9]!.position, 100)).events, all.slice(10));
  });

  await t.test('events of one append lie side by side in the log', async (t) => {
    const start = await log.head();
    const streams = Array.from({ length: 16 }, () => newStream());
    await Promise.all(streams.map((stream) => log.append(stream, 'none', someEvents(4))));
    const { events } = await readOn(log, start);
    t.equal(events.length, 64);
    for (let at = 0; at < 64; at += 4) t.equal(new Set(events.slice(at, at + 4).map(({ stream }) => stream)).size, 1);
  });

  await t.test('an append answers with the position of its last event', async (t) => {
    for (const count of [1, 4]) {
      const start = await log.head();
      const { position } = await log.append(newStream(), 'none', someEvents(count));
      t.equal((await readOn(log, start)).events.at(-1)?.position, position);
      t.equal(await log.head(), position);
    }
  });

  await t.test('positionOf finds every event by its logIndex', async (t) => {
    const start = await log.head();
    await log.append(newStream(), 'none', someEvents(4));
    await log.append(newStream(), 'none', someEvents(3));
    for (const { logIndex, position } of (await readOn(log, start)).events) t.equal(await log.positionOf(logIndex), position);
  });

  await t.test('positionOf before the first event is 0 and after the last is the head', async (t) => {
    await log.append(newStream(), 'none', someEvents(1));
    t.equal(await log.positionOf(0n), 0n);
    t.equal(await log.positionOf(-3n), 0n);
    t.equal(await log.positionOf(10n ** 15n), await log.head());
  });

  await t.test('a stream as of a logIndex is what its events up to that position say', async (t) => {
    const start = await log.head();
    const stream = newStream();
    for (let n = 0; n < 4; n += 1) {
      await log.append(stream, n === 0 ? 'none' : n - 1, someEvents(1));
      await log.append(newStream(), 'none', someEvents(1));
    }
    const { events } = await readOn(log, start);
    for (const [i, { logIndex }] of events.entries()) {
      const upTo = await log.positionOf(logIndex);
      t.equal((await log.read(stream)).filter(({ position }) => position <= upTo).length, Math.floor(i / 2) + 1);
    }
  });

  await t.test('a reader that polls behind sixteen writers misses nothing', async (t) => {
    const start = await log.head();
    const { seen, written } = await pollBehindWriters(log, start);
    t.equal(seen.length, written);
    t.ok(dense(seen));
  });
}

/** Writers append while one reader pages from cursor to cursor, as a projector does. */
async function pollBehindWriters(log: LogUnderTest['log'], start: bigint): Promise<{ seen: bigint[]; written: number }> {
  const each = 40;
  const seen: bigint[] = [];
  let writing = true;
  const writers = Promise.all(
    Array.from({ length: 16 }, async () => {
      const stream = newStream();
      for (let n = 0; n < each; n += 1) await log.append(stream, n === 0 ? 'none' : n - 1, someEvents(1));
    }),
  ).finally(() => {
    writing = false;
  });
  let cursor = start;
  for (let last = false; ; ) {
    const page = await log.readAll(cursor, 50);
    seen.push(...page.events.map(({ logIndex }) => logIndex));
    if (last && page.scannedTo === cursor) break;
    last = !writing;
    cursor = page.scannedTo;
  }
  await writers;
  return { seen, written: 16 * each };
}
