import t from 'tap';
import { Bell, Pace } from '../../src/eventlog/follow.ts';
import type { StoredEvent } from '../../src/eventlog/port.ts';
import { createFeed } from '../../src/projections/runtime/feed.ts';
import { createPages } from '../../src/workers/runtime/pages.ts';
import { someone, world } from '../support/scenario.ts';
import { order } from '../workers/support.ts';

/** A page is full with so many. */
const LIMIT = 512;

/** At a clock that stands until it is moved. */
function paced() {
  let now = 5_000;
  const pace = new Pace(() => now);
  const event: StoredEvent = {
    id: 'some',
    stream: 'order-some',
    revision: 0,
    type: 'order.OrderPlaced.v1',
    bytes: Buffer.from('{}'),
    position: 1n,
    logIndex: 1n,
  };
  return {
    pace,
    brought: (events: number, end?: boolean) =>
      pace.brought({ events: Array.from({ length: events }, () => event), ...(end === undefined ? {} : { end }) }, LIMIT),
    later: (ms: number) => {
      now += ms;
    },
  };
}

t.test('whoever follows the end of the log looks again at once after little', async (t) => {
  const { pace, brought } = paced();
  t.equal(pace.left, 0);
  brought(31, true);
  t.equal(pace.left, 0);
  brought(1, true);
  t.equal(pace.left, 48);
});

t.test('after much, or little many times, all rest until the same moment', async (t) => {
  for (const several of [[500], Array.from({ length: 40 }, () => 4)]) {
    const { pace, brought, later } = paced();
    for (const events of several) brought(events, true);
    t.equal(pace.left, 200);
    later(150);
    t.equal(pace.left, 50, 'whoever comes later rests less');
  }
});

t.test('what came long ago keeps nobody', async (t) => {
  const { pace, brought, later } = paced();
  brought(500, true);
  later(201);
  t.equal(pace.left, 0);
  brought(31, true);
  t.equal(pace.left, 0);
});

t.test('a log that does not tell its end is at it when a page is not full; a full page says that more is there', async (t) => {
  const { pace, brought } = paced();
  brought(LIMIT);
  brought(LIMIT, false);
  t.equal(pace.left, 0);
  brought(LIMIT - 1);
  t.equal(pace.left, 200);
  const told = paced();
  told.brought(LIMIT, true);
  t.equal(told.pace.left, 200, 'unless it is told');
});

t.test('who reads pages says what they brought, whether the log tells its end or not', async (t) => {
  const { log, codec, registry, given } = world([order]);
  await given('order', 'some', { type: 'OrderPlaced', data: { item: 'one' }, by: someone('registrar') });
  const untold = {
    ...log,
    readAll: async (...asked: Parameters<typeof log.readAll>) => {
      const { end: _, ...page } = await log.readAll(...asked);
      return page;
    },
  };
  for (const [one, end] of [
    [log, true],
    [untold, undefined],
  ] as const) {
    const feed = createFeed({ log: one, codec, registry, filter: undefined, batch: 7 });
    const toFeed = t.capture(feed.pace, 'brought');
    const { sealed } = await feed.page(0n, { id: 1, state: 'live' }, 0, AbortSignal.any([]));
    t.match(toFeed(), [{ args: [{ events: { length: sealed.length }, end }, 7] }]);
    const pages = createPages({ log: one, codec, news: new Bell() });
    const toPages = t.capture(pages.pace, 'brought');
    await pages.after(0n, 'all');
    t.match(toPages(), [{ args: [{ events: { length: sealed.length }, end }, LIMIT] }]);
  }
});

t.test('a rest lasts as long as is left of it, and an order to stop ends it', { timeout: 20_000 }, async (t) => {
  const { pace, brought, later } = paced();
  brought(500, true);
  later(190);
  await pace.rest(new AbortController().signal);
  later(-190 - 3_600_000);
  const stop = new AbortController();
  const resting = pace.rest(stop.signal);
  stop.abort();
  await resting;
  t.pass('an hour is not waited for');
});
