import { setImmediate as tick } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { createEventStoreDbLog, type EventStoreDbLog } from '../../src/eventlog/eventstoredb/eventStoreDbLog.ts';
import { MARKS_STREAM } from '../../src/eventlog/eventstoredb/positions.ts';
import { encodeMark } from '../../src/eventlog/eventstoredb/ranks.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import { LogUnavailable, OutcomeUnknown } from '../../src/eventlog/port.ts';
import { anEvent, dense, ids, newCategory, newStream, readOn, someEvents, take } from '../support/eventLogContract/harness.ts';
import { eventLogContract } from '../support/eventLogContract.ts';
import { type EventStoreServer, startEventStoreServer } from '../support/eventStoreServer.ts';

const MARK_EVERY = 100n;

await eventLogContract(t, 'eventstoredb on a loopback server', async (t) => {
  const { server, log, open } = await loopback(t);
  return { log, fresh: true, open: async () => open(), server };
});

const realServer = process.env.EVENTSTORE_URL;
if (realServer === undefined) {
  const reason = 'SKIPPED: no EVENTSTORE_URL, so the contract was not run on a real EventStoreDB server';
  t.comment(reason);
  t.test('eventstoredb on a real server', { skip: reason }, async () => {});
} else {
  await eventLogContract(t, 'eventstoredb on a real server', async (t) => {
    const log = createEventStoreDbLog({ url: realServer });
    t.teardown(() => log.close());
    return { log, fresh: false, open: async () => createEventStoreDbLog({ url: realServer }) };
  });
}

t.test('an append whose answer was lost is of unknown outcome, and one effect when sent again', async (t) => {
  const { server, log } = await loopback(t);
  const stream = newStream();
  for (const events of [someEvents(1), someEvents(3)]) {
    const last = (await log.read(stream)).length - 1;
    const expected = last < 0 ? 'none' : last;
    server.faults.dropAfterCommit = 1;
    await t.rejects(log.append(stream, expected, events), OutcomeUnknown);
    const again = await log.append(stream, expected, events);
    t.equal(again.revision, last + events.length);
    t.equal(again.position, await log.head());
  }
  t.equal((await log.read(stream)).length, 4);
});

t.test('an append that is written and whose place cannot be read is of unknown outcome', async (t) => {
  const { server, log } = await loopback(t);
  const [stream, events] = [newStream(), someEvents(1)];
  await log.append(stream, 'none', events);
  server.faults.readsRefused = 1;
  await t.rejects(log.append(stream, 'none', events), OutcomeUnknown, 'one that was there already');
  server.faults.readsRefused = 1;
  await t.rejects(log.read(stream), LogUnavailable, 'control: a read that fails like this is of a log that is away');
  t.equal((await log.append(stream, 'none', events)).position, await log.head());
});

t.test('a repeat that the server answers with a position is answered as the first time, and not as written by it', async (t) => {
  const { server, log } = await loopback(t);
  server.faults.repeatsHavePosition = true;
  for (const events of [someEvents(1), someEvents(3)]) {
    const stream = newStream();
    const first = await log.append(stream, 'none', events);
    const again = await log.append(stream, 'none', events);
    t.same([again.revision, again.position], [first.revision, first.position]);
    t.not(again.wrote, true);
  }
});

t.test('a read that a server in good health does not answer is of a log that is away, and not waited for longer', async (t) => {
  const { server, log } = await loopback(t, { readTimeoutMs: 100 });
  const stream = newStream();
  await log.append(stream, 'none', someEvents(2));
  const reads: (() => Promise<unknown>)[] = [() => log.read(stream), () => log.readAll(0n, 10), () => log.head()];
  for (const read of reads) {
    server.faults.readsStalled = 1;
    await t.rejects(read(), LogUnavailable);
    await t.resolves(read());
  }
});

t.test('a node that lags behind where a reader goes on from counts nothing', async (t) => {
  const { server, log, open } = await loopback(t);
  await fill(log, 20);
  const after = await log.head();
  const reader = open();
  server.faults.eventsBehind = 8;
  await t.rejects(reader.readAll(after, 10), LogUnavailable);
  server.faults.eventsBehind = 0;
  await fill(log, 1);
  t.match((await reader.readAll(after, 10)).events, [{ logIndex: 21n }]);
});

t.test('an append that reached a follower goes to the leader by itself', async (t) => {
  const { server, log } = await loopback(t);
  server.faults.notLeader = 2;
  t.equal((await log.append(newStream(), 'none', someEvents(1))).revision, 0);
  server.faults.notLeader = 100;
  await t.rejects(
    log.append(newStream(), 'none', someEvents(1)),
    LogUnavailable,
    'a cluster without a leader has written nothing',
  );
  server.faults.notLeader = 0;
  t.equal((await log.append(newStream(), 'none', someEvents(1))).revision, 0);
});

t.test('an append to a server that is not there was certainly not written', async (t) => {
  const { server, log } = await loopback(t);
  await server.kill();
  // The first one may find the connection breaking under it; after that there is none to send on.
  await log.append(newStream(), 'none', someEvents(1)).catch(() => undefined);
  await t.rejects(log.append(newStream(), 'none', someEvents(1)), LogUnavailable);
  await server.start();
});

t.test('reads that the server ends early are read on to the end', async (t) => {
  const { server, log } = await loopback(t);
  const stream = newStream();
  const events = someEvents(60);
  await log.append(stream, 'none', events);
  server.faults.readsEndAfter = 7;
  t.same(ids(await log.read(stream)), ids(events));
  t.same(ids(await log.read(stream, 13)), ids(events.slice(13)));
  t.same(ids((await readOn(log, 0n)).events), ids(events));
  t.equal(await log.positionOf(60n), await log.head());
});

t.test('a stream that can only be read in part is an error, not a shorter stream', async (t) => {
  const { server, log } = await loopback(t);
  const stream = newStream();
  await log.append(stream, 'none', someEvents(5));
  const head = await log.head();
  server.faults.readsEndAfter = 0;
  await t.rejects(log.read(stream), LogUnavailable);
  await t.rejects(log.readAll(head, 10), LogUnavailable);
  server.faults.readsEndAfter = undefined;
  t.equal((await log.read(stream)).length, 5);
});

t.test('all subscriptions of a process share one on the server, which is left when the log closes', async (t) => {
  const { server, log } = await loopback(t);
  const subscriptions = Array.from({ length: 10 }, () => take(log, 0n, 2));
  await log.append(newStream(), 'none', someEvents(2));
  await Promise.all(subscriptions);
  t.ok(server.subscriptions.size <= 1);
  await log.close();
  while (server.subscriptions.size > 0) await tick();
  t.equal(server.subscriptions.size, 0);
});

t.test('a subscription that the server ends without a word is taken up again', async (t) => {
  const { server, log } = await loopback(t);
  const heard = take(log, 0n, 30);
  for (let n = 0; n < 10; n += 1) {
    await log.append(newStream(), 'none', someEvents(3));
    for (const subscription of server.subscriptions) subscription.end();
  }
  t.ok(dense((await heard).map(({ logIndex }) => logIndex)));
});

t.test('an address over TLS needs a user and a password', async (t) => {
  t.throws(() => createEventStoreDbLog({ url: 'esdb://127.0.0.1:2113' }), RangeError);
  await createEventStoreDbLog({ url: 'esdb://someone:secret%21@127.0.0.1:2113' }).close();
});

t.test('the sequencer', async (t) => {
  const events = Number(MARK_EVERY) * 3 + 20;
  const page = 5;

  await t.test('writes a mark at every so many events, which are no events of the log', async (t) => {
    const { server, log } = await loopback(t);
    await fill(log, events);
    const stop = await sequencing(log);
    await until(() => marks(server) === 3);
    await stop();
    const all = (await readOn(log, 0n, undefined, 600)).events;
    t.equal(all.length, events);
    t.ok(dense(all.map(({ logIndex }) => logIndex)));
    t.equal(await log.head(), all.at(-1)?.position);
  });

  await t.test('goes on behind the marks that are there', async (t) => {
    const { server, log, open } = await loopback(t);
    await fill(log, events);
    const stop = await sequencing(log);
    await until(() => marks(server) === 3);
    await stop();
    await fill(log, Number(MARK_EVERY));
    const stopAgain = await sequencing(open());
    await until(() => marks(server) === 4);
    await stopAgain();
  });

  await t.test('lets a reader start anywhere without counting from the beginning', async (t) => {
    const { server, log, open } = await loopback(t);
    await fill(log, events);
    const all = (await readOn(log, 0n, undefined, 600)).events;
    const middle = all[Number(MARK_EVERY) * 2 + 10]!;

    const before = server.served.events;
    const unmarked = await open().readAll(middle.position, page);
    const withoutMarks = server.served.events - before;

    const stop = await sequencing(log);
    await until(() => marks(server) === 3);
    await stop();
    const after = server.served.events;
    const marked = await open().readAll(middle.position, page);
    const withMarks = server.served.events - after;

    t.same(marked.events, all.slice(Number(MARK_EVERY) * 2 + 11).slice(0, page));
    t.same(unmarked, marked, 'marks change the effort, not the answer');
    t.ok(withMarks < withoutMarks - Number(MARK_EVERY), `${withMarks} against ${withoutMarks} events`);
    const late = open();
    t.equal(await late.positionOf(middle.logIndex), middle.position);
  });

  await t.test('is fenced by a second one: each mark is written once and both go on', async (t) => {
    const { server, log, open } = await loopback(t);
    const stops = await Promise.all([sequencing(log), sequencing(open()), sequencing(open())]);
    await fill(log, events);
    await until(() => marks(server) === 3);
    await fill(log, Number(MARK_EVERY));
    await until(() => marks(server) === 4);
    for (const stop of stops) await stop();
    t.equal(marks(server), 4);
  });

  await t.test('stops, and readers refuse, when the marks do not agree with the log', async (t) => {
    const { server, log, open } = await loopback(t);
    await fill(log, events);
    const [first] = (await readOn(log, 0n)).events;
    const data = encodeMark({ position: first!.position, logIndex: MARK_EVERY });
    const wrong = { id: anEvent().id, type: 'masar.LogIndexMarked.v1', contentType: '', data, metadata: new Uint8Array() };
    server.data.append(MARKS_STREAM, 'none', [wrong]);
    await t.rejects(log.startSequencer(new AbortController().signal), { name: 'LogIndexBroken' });
    const reader = open();
    await reader.readAll(0n, 1_000);
    await t.rejects(reader.positionOf(MARK_EVERY + 3n), { name: 'LogIndexBroken' });
  });
});

async function loopback(
  t: Test,
  limits: { readonly readTimeoutMs?: number } = {},
): Promise<{ server: EventStoreServer; log: EventStoreDbLog; open: () => EventStoreDbLog }> {
  const server = await startEventStoreServer();
  const logs: EventStoreDbLog[] = [];
  const open = () => {
    const log = createEventStoreDbLog({ url: server.url, markEvery: MARK_EVERY, ...limits });
    logs.push(log);
    return log;
  };
  t.teardown(async () => {
    for (const log of logs) await log.close();
    await server.kill();
  });
  return { server, log: open(), open };
}

/** Runs a sequencer until the function it gives is called. */
async function sequencing(log: EventStoreDbLog): Promise<() => Promise<void>> {
  const stop = new AbortController();
  const running = log.startSequencer(stop.signal);
  return async () => {
    stop.abort();
    await running;
  };
}

async function fill(log: EventLog, count: number): Promise<void> {
  const category = newCategory();
  for (let left = count; left > 0; left -= 250) await log.append(newStream(category), 'none', someEvents(Math.min(left, 250)));
}

const marks = (server: EventStoreServer): number => server.data.stream(MARKS_STREAM)?.length ?? 0;

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error('it did not come to pass');
    await tick();
  }
}
