import type { Test } from 'tap';
import {
  deliveriesUntil,
  dense,
  eventsOf,
  ids,
  type LogUnderTest,
  newCategory,
  newStream,
  readOn,
  someEvents,
  strictlyIncreasing,
  take,
} from './harness.ts';

export async function subscribeCases(t: Test, { log }: LogUnderTest): Promise<void> {
  await t.test('a subscription gives what was there and then what comes', async (t) => {
    const start = await log.head();
    const stream = newStream();
    const events = someEvents(6);
    await log.append(stream, 'none', events.slice(0, 3));
    const stop = new AbortController();
    let seen = 0;
    const deliveries = await deliveriesUntil(log.subscribe(start, undefined, stop.signal), (delivery) => {
      if ('event' in delivery) seen += 1;
      if (seen === 3) log.append(stream, 2, events.slice(3)).catch(t.threw);
      return seen === 6;
    });
    stop.abort();
    t.same(ids(eventsOf(deliveries)), ids(events));
    t.ok(dense(eventsOf(deliveries).map(({ logIndex }) => logIndex)));
  });

  await t.test('a subscription from the middle gives what comes after it', async (t) => {
    const start = await log.head();
    await log.append(newStream(), 'none', someEvents(9));
    const all = (await readOn(log, start)).events;
    t.same(await take(log, all[3]!.position, 5), all.slice(4));
  });

  await t.test('a subscription from the head waits for what is new', async (t) => {
    const stream = newStream();
    await log.append(stream, 'none', someEvents(2));
    const events = someEvents(1);
    const next = take(log, await log.head(), 1);
    await log.append(stream, 1, events);
    t.same(ids(await next), ids(events));
  });

  await t.test('an event reaches a waiting subscription without waiting for a poll', async (t) => {
    const stream = newStream();
    await log.append(stream, 'none', someEvents(1));
    const stop = new AbortController();
    const deliveries = log.subscribe(await log.head(), undefined, stop.signal)[Symbol.asyncIterator]();
    const nextEvent = async () => {
      for (;;) {
        const { value } = await deliveries.next();
        if ('event' in value) return performance.now();
      }
    };
    const waits: number[] = [];
    for (let n = 0; n < 12; n += 1) {
      const heard = nextEvent();
      const sent = performance.now();
      await log.append(stream, n, someEvents(1));
      waits.push((await heard) - sent);
    }
    stop.abort();
    waits.sort((a, b) => a - b);
    t.ok(waits[6]! < 400, `the median wait was ${waits[6]!.toFixed(0)} ms`);
  });

  await t.test('a filtered subscription gives exactly its categories, with their place in the whole log', async (t) => {
    const start = await log.head();
    const claim = newCategory();
    for (let n = 0; n < 5; n += 1) {
      await log.append(newStream(`${claim}ant`), 'none', someEvents(2));
      await log.append(newStream(claim), 'none', someEvents(1));
    }
    const all = (await readOn(log, start)).events;
    const seen = await take(log, start, 5, { categories: [claim] });
    t.same(
      seen,
      all.filter(({ stream }) => stream.startsWith(`${claim}-`)),
    );
  });

  await t.test('a subscription says when it has passed a stretch without matching events', async (t) => {
    const start = await log.head();
    await log.append(newStream(), 'none', someEvents(50));
    const head = await log.head();
    const stop = new AbortController();
    const filter = { categories: [newCategory()] };
    const seen = await deliveriesUntil(
      log.subscribe(start, filter, stop.signal),
      (delivery) => 'scannedTo' in delivery && delivery.scannedTo >= head,
    );
    t.same(eventsOf(seen), []);
    const more = deliveriesUntil(
      log.subscribe(head, filter, stop.signal),
      (delivery) => 'scannedTo' in delivery && delivery.scannedTo > head,
    );
    await log.append(newStream(), 'none', someEvents(1));
    t.same(eventsOf(await more), []);
    stop.abort();
  });

  await t.test('what a subscription says of its progress never runs ahead of an event to come', async (t) => {
    const start = await log.head();
    const wanted = newCategory();
    const stop = new AbortController();
    const writer = (async () => {
      for (let n = 0; n < 30; n += 1) await log.append(newStream(n % 3 === 0 ? wanted : newCategory()), 'none', someEvents(2));
    })();
    let events = 0;
    const seen = await deliveriesUntil(log.subscribe(start, { categories: [wanted] }, stop.signal), (delivery) => {
      if ('event' in delivery) events += 1;
      return events === 20;
    });
    stop.abort();
    await writer;
    t.ok(strictlyIncreasing(seen.map((delivery) => ('event' in delivery ? delivery.event.position : delivery.scannedTo))));
  });

  await t.test('abort ends a waiting subscription', async (t) => {
    const stop = new AbortController();
    const seen = deliveriesUntil(log.subscribe(await log.head(), { categories: [newCategory()] }, stop.signal), () => false);
    setImmediate(() => stop.abort());
    t.same(eventsOf(await seen), []);
  });

  await t.test('abort in the middle of a backlog ends the subscription there', async (t) => {
    const start = await log.head();
    await log.append(newStream(), 'none', someEvents(100));
    const stop = new AbortController();
    let seen = 0;
    await deliveriesUntil(log.subscribe(start, undefined, stop.signal), () => {
      seen += 1;
      if (seen === 10) stop.abort();
      return false;
    });
    t.equal(seen, 10);
  });

  await t.test('a signal that is aborted already gives nothing', async (t) => {
    await log.append(newStream(), 'none', someEvents(3));
    t.same(await deliveriesUntil(log.subscribe(0n, undefined, AbortSignal.abort()), () => false), []);
  });

  await t.test('a slow consumer gets everything in order and holds up nobody', async (t) => {
    const start = await log.head();
    const stream = newStream();
    const stop = new AbortController();
    const slow: string[] = [];
    const reading = (async () => {
      for await (const delivery of log.subscribe(start, undefined, stop.signal)) {
        if (!('event' in delivery)) continue;
        slow.push(delivery.event.id);
        if (slow.length % 40 === 0) await log.head();
        if (slow.length === 400) return;
      }
    })();
    const events = someEvents(400);
    const quick = take(log, start, 400);
    for (let n = 0; n < 400; n += 8) await log.append(stream, n === 0 ? 'none' : n - 1, events.slice(n, n + 8));
    t.same(ids(await quick), ids(events));
    await reading;
    stop.abort();
    t.same(slow, ids(events));
  });

  await t.test('a consumer that stops for a while finds all that was written meanwhile', async (t) => {
    const start = await log.head();
    const stream = newStream();
    const events = someEvents(560);
    await log.append(stream, 'none', events.slice(0, 10));
    const stop = new AbortController();
    const deliveries = log.subscribe(start, undefined, stop.signal)[Symbol.asyncIterator]();
    const seen = [await deliveries.next()];
    for (let n = 10; n < 560; n += 110) await log.append(stream, n - 1, events.slice(n, n + 110));
    while (seen.length < 560) seen.push(await deliveries.next());
    stop.abort();
    t.same(
      seen.map(({ value }) => value.event.id),
      ids(events),
    );
  });

  await t.test('many subscriptions each get everything', async (t) => {
    const start = await log.head();
    const stream = newStream();
    const events = someEvents(60);
    const subscriptions = Array.from({ length: 24 }, () => take(log, start, 60));
    for (let n = 0; n < 60; n += 20) await log.append(stream, n === 0 ? 'none' : n - 1, events.slice(n, n + 20));
    for (const seen of await Promise.all(subscriptions)) t.same(ids(seen), ids(events));
  });

  await t.test('a subscription behind eight writers sees every event once, in order', async (t) => {
    const start = await log.head();
    const subscription = take(log, start, 8 * 30);
    const writers = Array.from({ length: 8 }, async () => {
      const stream = newStream();
      for (let n = 0; n < 30; n += 1) await log.append(stream, n === 0 ? 'none' : n - 1, someEvents(1));
    });
    await Promise.all(writers);
    const seen = await subscription;
    t.ok(dense(seen.map(({ logIndex }) => logIndex)));
    t.equal(new Set(ids(seen)).size, 240);
  });

  await t.test('a subscription that goes on from the last position seen misses and repeats nothing', async (t) => {
    const start = await log.head();
    const events = someEvents(30);
    const stream = newStream();
    await log.append(stream, 'none', events);
    const seen = [];
    for (let cursor = start; seen.length < 30; cursor = seen.at(-1)!.position) seen.push(...(await take(log, cursor, 6)));
    t.same(ids(seen), ids(events));
  });

  await t.test('leaving a subscription leaves the log usable', async (t) => {
    const start = await log.head();
    const stream = newStream();
    await log.append(stream, 'none', someEvents(1));
    for (let n = 0; n < 20; n += 1) await take(log, start, 1);
    t.equal((await log.read(stream)).length, 1);
  });
}
