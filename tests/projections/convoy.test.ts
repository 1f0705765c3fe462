import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import type { Position } from '../../src/eventlog/port.ts';
import { Convoy } from '../../src/projections/runtime/convoy.ts';
import { createFeed } from '../../src/projections/runtime/feed.ts';
import { someone, world } from '../support/scenario.ts';
import { order } from '../workers/support.ts';

const BATCH = 5;
const PAGES = 30;

/** A log of full pages, what is read of it, and a reader that takes so many turns for a page. */
async function longLog() {
  const { log, codec, registry, given } = world([order]);
  for (let one = 0; one < PAGES * BATCH; one += 1)
    await given('order', `order-${one}`, { type: 'OrderPlaced', data: { item: 'one' }, by: someone('registrar') });
  const reads: Position[] = [];
  const counted = {
    ...log,
    readAll: (...asked: Parameters<typeof log.readAll>) => {
      reads.push(asked[0]);
      return log.readAll(...asked);
    },
  };
  const feed = createFeed({ log: counted, codec, registry, filter: undefined, batch: BATCH });
  const head = await log.head();
  const read = async (turns: number, from = 0n, upTo = head) => {
    const reader = {};
    let position = from;
    const seen: string[] = [];
    while (position < upTo) {
      const page = await feed.page(position, reader);
      seen.push(...page.sealed.filter(({ stored }) => stored.position > position).map(({ stored }) => stored.stream));
      position = page.scannedTo;
      for (let turn = 0; turn < turns; turn += 1) await setImmediate();
    }
    return seen;
  };
  return { head, reads, read };
}

t.test('read models of different speed read every page of a long log once, together', async (t) => {
  const { reads, read } = await longLog();
  const seen = await Promise.all([0, 1, 2, 40, 100].map((turns) => read(turns)));
  t.equal(reads.length, PAGES);
  for (const one of seen) t.equal(new Set(one).size, PAGES * BATCH, 'each sees every event');
});

t.test('those who begin a few pages apart come together', async (t) => {
  const { head, reads, read } = await longLog();
  await Promise.all([0, 40, 100].map((turns, at) => read(turns, (head * BigInt(at * 3)) / BigInt(PAGES))));
  t.ok(reads.length <= PAGES + 9, `${reads.length} reads`);
});

t.test('nobody waits for who is far behind: a rebuild beside what is shown', { timeout: 10_000 }, async (t) => {
  const { head, reads, read } = await longLog();
  let rebuilt = false;
  const rebuild = read(200).then(() => {
    rebuilt = true;
  });
  await read(1, (head * 25n) / BigInt(PAGES));
  t.notOk(rebuilt);
  await rebuild;
  t.ok(reads.length >= PAGES);
});

t.test('who does not come back is waited for once, and not for long', { timeout: 10_000 }, async (t) => {
  const { head, reads, read } = await longLog();
  await read(0, 0n, head / BigInt(PAGES));
  const began = performance.now();
  await read(0);
  t.ok(performance.now() - began < 3_000);
  t.equal(reads.length, PAGES);
});

t.test('who is ahead waits for those close behind until they move, or for a second since they last did', async (t) => {
  let now = 5_000;
  const convoy = new Convoy(() => now);
  const [ahead, behind] = [{}, {}];
  convoy.stands(behind, 10n);
  convoy.stands(ahead, 40n);
  t.equal(convoy.waitFor(40n, 10n, 30n), undefined, 'what is kept reaches as far');
  const waiting = convoy.waitFor(40n, 10n, 20n);
  convoy.stands(behind, 20n);
  await waiting;
  t.equal(convoy.waitFor(40n, 10n, 20n), undefined);
  t.equal(convoy.waitFor(250n, 10n, 20n), undefined, 'out of sight');
  now += 1_000;
  await convoy.waitFor(50n, 10n, 20n);
  t.equal(convoy.waitFor(50n, 10n, 20n), undefined, 'it was given up');
  convoy.stands(behind, 20n);
  t.ok(convoy.waitFor(50n, 10n, 20n), 'until it asks again');
});
