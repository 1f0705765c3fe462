import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import { LogUnavailable, type Position } from '../../src/eventlog/port.ts';
import { KeyServiceUnavailable } from '../../src/platform/keys/transit.ts';
import type { Build } from '../../src/projections/runtime/builds.ts';
import { createFeed } from '../../src/projections/runtime/feed.ts';
import { Readers } from '../../src/projections/runtime/readers.ts';
import { someone, world } from '../support/scenario.ts';
import { order } from '../workers/support.ts';

const BATCH = 5;
const PAGES = 40;
/** After so many full pages in a row a reader waits for others. */
const LONG = 10;
const NEVER = AbortSignal.any([]);

interface Walk {
  readonly state?: Build['state'];
  readonly from?: bigint;
  readonly upTo?: bigint;
  /** Turns of the event loop it takes to write a page. */
  readonly turns: number;
  /** Whoever went before goes on. */
  readonly id?: number;
}

/** A log of full pages and somebody who counts what is read of it, at a clock that stands until it is moved. */
async function longLog() {
  const { log, codec, registry, given } = world([order]);
  const more = async (events: number, since: number) => {
    for (let one = since; one < since + events; one += 1)
      await given('order', `order-${one}`, { type: 'OrderPlaced', data: { item: 'one' }, by: someone('registrar') });
  };
  await more(PAGES * BATCH, 0);
  const reads: Position[] = [];
  const counted = {
    ...log,
    readAll: (...asked: Parameters<typeof log.readAll>) => {
      reads.push(asked[0]);
      return log.readAll(...asked);
    },
  };
  let now = 5_000;
  const feed = createFeed({ log: counted, codec, registry, filter: undefined, batch: BATCH, now: () => now });
  const head = await log.head();
  let builds = 0;
  const walk = ({ state = 'live', from = 0n, upTo = head, turns, id }: Walk) => {
    builds += 1;
    const build = { id: id ?? builds, state };
    const walker = { id: build.id, position: from, seen: new Set<string>(), done: Promise.resolve() };
    const go = async () => {
      while (walker.position < upTo) {
        const page = await feed.page(walker.position, build, 0, NEVER);
        for (const { stored } of page.sealed) if (stored.position > walker.position) walker.seen.add(stored.stream);
        walker.position = page.scannedTo;
        for (let turn = 0; turn < turns; turn += 1) await setImmediate();
      }
    };
    walker.done = go();
    return walker;
  };
  const later = (ms: number) => {
    now += ms;
  };
  /** The position after so many pages. */
  const after = (pages: number) => (head * BigInt(pages)) / BigInt(PAGES);
  return { feed, reads, walk, later, after, more, head };
}

/** What was read more than once, beyond so many pages. */
const again = (reads: readonly Position[], beyond: Position) =>
  reads.filter((one, at) => one > beyond && reads.indexOf(one) !== at);

t.test('read models of different pace read every page of a long stretch once, together', async (t) => {
  const { reads, walk, after } = await longLog();
  const all = [0, 1, 2, 40, 100].map((turns) => walk({ turns }));
  for (const { done } of all) await done;
  t.strictSame(again(reads, after(LONG + 1)), []);
  t.ok(new Set(reads).size >= PAGES);
  for (const { seen } of all) t.equal(seen.size, PAGES * BATCH, 'each sees every event');
});

t.test('those who begin a few pages apart come together', async (t) => {
  const { reads, walk, after } = await longLog();
  const all = [0, 40, 100].map((turns, at) => walk({ turns, from: after(at * 3) }));
  for (const { done } of all) await done;
  t.strictSame(again(reads, after(LONG + 8)), []);
});

t.test('who has no long stretch behind it waits for nobody: news are shown as soon as they can be', async (t) => {
  const { walk, after } = await longLog();
  const slow = walk({ upTo: after(5), turns: 100 });
  const quick = walk({ upTo: after(LONG - 1), turns: 0 });
  await quick.done;
  t.ok(slow.position <= after(2), `the slow one was at ${slow.position}`);
  await slow.done;
});

t.test('what is shown waits for no rebuild, wherever that is', async (t) => {
  const { walk, after } = await longLog();
  const rebuild = walk({ state: 'building', turns: 200 });
  const shown = walk({ from: after(4), turns: 0 });
  await shown.done;
  t.ok(rebuild.position <= after(3), `the rebuild was at ${rebuild.position}`);
  await rebuild.done;
});

t.test('nobody waits for who is far behind', async (t) => {
  const { walk, after } = await longLog();
  const far = walk({ turns: 400 });
  const near = walk({ from: after(22), turns: 1 });
  await near.done;
  t.ok(far.position <= after(2), `it was at ${far.position}`);
  await far.done;
});

t.test('who was at the end of the log waits for nobody, though the pages before were full', async (t) => {
  const { walk, after, more, head } = await longLog();
  await more(BATCH - 2, PAGES * BATCH);
  const ahead = walk({ from: after(PAGES - LONG - 2), upTo: head + BigInt(BATCH - 2), turns: 0 });
  await ahead.done;
  const slow = walk({ from: after(PAGES - 10), turns: 400 });
  await more(BATCH, PAGES * BATCH + BATCH);
  const news = walk({ id: ahead.id, from: ahead.position, upTo: ahead.position + 1n, turns: 0 });
  await news.done;
  t.ok(slow.position < after(PAGES - 5), `the slow one was at ${slow.position}`);
  await slow.done;
});

t.test('who does not come back holds the others up for one second, once', async (t) => {
  const { reads, walk, later, after } = await longLog();
  await walk({ upTo: after(1), turns: 0 }).done;
  const other = walk({ turns: 0 });
  for (let turn = 0; turn < 50; turn += 1) await setImmediate();
  t.equal(other.position, after(LONG), 'it waits');
  later(1_000);
  await walk({ upTo: after(1), turns: 0 }).done;
  later(1_000);
  await walk({ from: after(LONG - 2), upTo: after(LONG - 1), turns: 0 }).done;
  later(1_000);
  await other.done;
  t.equal(other.seen.size, PAGES * BATCH);
  t.ok(reads.length <= PAGES + 3);
});

t.test('who begins to write takes no page that was read, or was being read, before', async (t) => {
  const { feed, reads } = await longLog();
  const take = (id: number, readsBefore: number) => feed.page(0n, { id, state: 'live' }, readsBefore, NEVER);
  const [early, besides] = [take(1, feed.reads), take(2, feed.reads - 1)];
  t.equal(reads.length, 1);
  const late = take(3, feed.reads);
  t.equal(reads.length, 2, 'one is under way');
  t.strictSame([(await early).read, (await besides).read, (await late).read], [1, 1, 2]);
  t.equal((await take(4, 1)).read, 2);
  t.equal((await take(5, feed.reads)).read, 3, 'two are kept');
});

t.test('a log or a key service that is away for a moment is no bad event, and asked again', async (t) => {
  const { log, codec, registry, given } = world([order]);
  await given('order', 'order-0', { type: 'OrderPlaced', data: { item: 'one' }, by: someone('registrar') });
  const once = (fault: Error) => {
    let faults = 1;
    return async () => {
      if (faults-- > 0) throw fault;
    };
  };
  const [atLog, atKeys] = [once(new LogUnavailable('away')), once(new KeyServiceUnavailable('answered 503 to decrypt'))];
  const feed = createFeed({
    log: { ...log, readAll: (...asked) => atLog().then(() => log.readAll(...asked)) },
    codec: { ...codec, open: (...asked) => atKeys().then(() => codec.open(...asked)) },
    registry,
    filter: undefined,
    batch: BATCH,
  });
  const page = () => feed.page(0n, { id: 1, state: 'live' }, 0, NEVER);
  await t.rejects(page(), LogUnavailable);
  const read = await page();
  await t.rejects(read.items('T1', ['order']), KeyServiceUnavailable);
  t.match(await read.items('T1', ['order']), [{ event: { type: 'OrderPlaced' } }]);
});

t.test('an order to stop ends the wait, and nothing is read any more', async (t) => {
  const { feed, walk, after } = await longLog();
  await walk({ upTo: after(1), turns: 0 }).done;
  const [build, stop] = [{ id: 99, state: 'live' as const }, new AbortController()];
  let position = 0n;
  for (let page = 0; page < LONG; page += 1) position = (await feed.page(position, build, 0, stop.signal)).scannedTo;
  const next = feed.page(position, build, 0, stop.signal);
  stop.abort();
  const page = await next;
  t.equal(page.scannedTo, position);
  t.strictSame(page.sealed, []);
});

t.test('a reader waits for who is more than a page behind until that one asks, and no longer than three seconds', async (t) => {
  let now = 5_000;
  const readers = new Readers(() => now);
  const [ahead, behind] = [1, 2];
  const others = (signal = NEVER) => readers.others(ahead, signal);
  readers.asks(behind, 10n);
  readers.asks(ahead, 40n);
  t.notOk(others(), 'it read no page before');
  for (let page = 1; page < LONG; page += 1) readers.given(ahead, 30n);
  t.notOk(others(), 'it has not gone far yet');
  readers.given(ahead, 30n);
  t.notOk(others(), 'what is kept reaches as far');
  readers.given(ahead, 10n);
  const waiting = others();
  t.ok(waiting);
  readers.asks(behind, 20n);
  await waiting;
  for (let moved = 0; moved < 3; moved += 1) {
    t.ok(others(), `still behind after ${moved} s`);
    now += 1_000;
    readers.asks(behind, 20n + BigInt(moved));
  }
  t.notOk(others(), 'long enough');
  readers.asks(ahead, 40n);
  t.ok(others());
  t.notOk(others(AbortSignal.abort()));
  now += 1_000;
  t.notOk(others(), 'who did not ask for a second is given up');
  readers.asks(behind, 20n);
  t.ok(others(), 'until it asks again');
  readers.asks(ahead, 300n);
  t.notOk(others(), 'out of sight');
  readers.asks(ahead, 40n);
  t.ok(others());
  readers.given(ahead, 0n);
  t.notOk(others(), 'it was at the end');
});
