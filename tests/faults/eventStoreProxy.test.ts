import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { randomFrom } from '../../src/cli/demo/random.ts';
import { createEventStoreDbLog, type EventStoreDbLog } from '../../src/eventlog/eventstoredb/eventStoreDbLog.ts';
import type { StoredEvent } from '../../src/eventlog/port.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { projectionMigrations } from '../../src/projections/runtime/migrations.ts';
import { runProjector } from '../../src/projections/runtime/projector.ts';
import { createWaitFor } from '../../src/projections/runtime/waitFor.queries.ts';
import { dense, ids, readOn } from '../support/eventLogContract/harness.ts';
import { startEventStoreServer } from '../support/eventStoreServer.ts';
import { auditLog } from '../support/faults/audit.ts';
import { until } from '../support/faults/rig.ts';
import { openSenders } from '../support/faults/senders.ts';
import { seed, size } from '../support/faults/size.ts';
import { tallyOf } from '../support/faults/tally.ts';
import { startTcpProxy } from '../support/faults/tcpProxy.ts';
import { silentLog, testDatabase } from '../support/postgres.ts';

const ROUNDS = size(2, 50);
const APPEND_TIMEOUT_MS = 300;
const STALL_MS = 500;
/** The server is gone once for as long as the first, and otherwise for as long as the second. */
const GONE_MS = [size(1_000, 60_000), 300] as const;
/** Within this after a fault commands are acknowledged again. */
const RECOVERED_MS = 20_000;

t.setTimeout(size(120_000, 1_800_000));
const random = randomFrom(seed(t));

const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));

const server = await startEventStoreServer();
const proxy = await startTcpProxy(Number(new URL(server.url).port));
/** Only the control comes this way, and closes its log at the beginning of this file. */
const early = await startTcpProxy(Number(new URL(server.url).port));
// Whoever follows the leader stays behind the proxy.
server.faults.leaderPort = proxy.port;
const logs: EventStoreDbLog[] = [];
t.teardown(async () => {
  await Promise.all(logs.map((log) => log.close()));
  await Promise.all([proxy.close(), early.close()]);
  await server.kill();
});

function open(port: number): EventStoreDbLog {
  const log = createEventStoreDbLog({ url: `esdb://127.0.0.1:${port}?tls=false`, appendTimeoutMs: APPEND_TIMEOUT_MS });
  logs.push(log);
  return log;
}

/** What went wrong, and when it is over. */
const faults = {
  cut: async () => proxy.cut(),
  stall: () => proxy.stall(STALL_MS),
  'not leader': async () => {
    // Up to three in a row are followed to the leader by the log itself.
    server.faults.notLeader = random.between(1, 6);
    await until('all were sent away', RECOVERED_MS, async () => server.faults.notLeader === 0);
  },
  'answer lost': async () => {
    server.faults.dropAfterCommit = random.between(1, 3);
    await until('all were lost', RECOVERED_MS, async () => server.faults.dropAfterCommit === 0);
  },
  gone: (round: number) => proxy.away(round === 0 ? GONE_MS[0] : GONE_MS[1]),
} satisfies Readonly<Record<string, (round: number) => Promise<void>>>;
const kinds = Object.keys(faults) as (keyof typeof faults)[];

const truth = open(Number(new URL(server.url).port));

t.test('control: who tries again under a new key has it twice when the answer was lost', async (t) => {
  const log = open(early.port);
  const senders = await openSenders(t, log, 'control', 0);
  const careless = senders.client('careless', true);
  const careful = senders.client('careful');
  for (const client of [careless, careful]) {
    // The retry inside meets the second one.
    server.faults.dropAfterCommit = 2;
    await senders.request(client);
  }
  const { codec } = senders.api;
  t.equal((await auditLog(truth, codec, careless.acknowledged, 'careless')).doubled.length, 1);
  t.same((await auditLog(truth, codec, careful.acknowledged, 'careful')).doubled, []);
  t.match([careless.answers.get('503'), careful.answers.get('503'), careful.replayed()], [1, 1, 1]);
  await log.close();
});

t.test(
  `${ROUNDS} each of ${kinds.join(', ')}, while commands run, two processes follow the log and a read model is made of it`,
  async (t) => {
    const processes = [open(proxy.port), open(proxy.port)];
    const senders = await Promise.all(processes.map((log, at) => openSenders(t, log, `wire-${at}`, 2)));
    const clients = senders.flatMap((one) => one.clients);
    const acknowledged = () => clients.flatMap((client) => client.acknowledged);

    const stop = new AbortController();
    const heard = processes.map((): StoredEvent[] => []);
    const following = processes.map(async (log, at) => {
      for await (const delivery of log.subscribe(0n, undefined, stop.signal)) {
        if ('event' in delivery) heard[at]?.push(delivery.event);
      }
    });

    const { pool } = await testDatabase(t);
    await migrate(pool, { schema: 'read', migrations: projectionMigrations });
    const { codec, registry } = senders[0]!.api;
    const projector = { log: open(proxy.port), codec, registry, pool, schema: 'read', logger: silentLog };
    const timing = { leaseMs: 2_000, retryMs: 50, superviseMs: 100 };
    const projecting = runProjector({ ...projector, ...timing, projections: [tallyOf(registry)] }, stop.signal);
    t.teardown(() => {
      stop.abort();
      return projecting;
    });

    const plan = kinds.flatMap((kind) => Array.from({ length: ROUNDS }, (_, round) => ({ kind, round, order: random.next() })));
    plan.sort((a, b) => a.order - b.order);
    let slowest = 0;
    const strike = async (): Promise<void> => {
      for (const { kind, round } of plan) {
        await delay(random.between(0, 60));
        await faults[kind](round);
        const over = Date.now();
        const before = clients.map((client) => client.acknowledged.length);
        await until(`commands after "${kind}"`, RECOVERED_MS, async () =>
          clients.every((client, at) => client.acknowledged.length > (before[at] ?? 0)),
        );
        slowest = Math.max(slowest, Date.now() - over);
      }
    };
    const over = strike();
    await Promise.all(senders.map((one) => one.work(over)));

    const { lost, doubled, commands, events } = await auditLog(truth, senders[0]!.api.codec, acknowledged(), 'wire');
    t.same({ lost, doubled }, { lost: [], doubled: [] });
    t.equal(commands, acknowledged().length, 'each command is in the log, and nothing else');
    const unanswered = clients.reduce((all, one) => all + (one.answers.get('503') ?? 0), 0);
    t.ok(unanswered > 0, 'some were answered 503');
    t.same([...new Set(clients.flatMap((one) => [...one.answers.keys()]))].sort(), ['200', '201', '503'], 'and none otherwise');
    t.equal(
      clients.reduce((all, one) => all + one.mute(), 0),
      0,
      'every 503 said when to come back',
    );

    const written = (await readOn(truth, 0n)).events;
    t.ok(dense(written.map(({ logIndex }) => logIndex)));
    for (const [at, own] of heard.entries()) {
      await until('the subscription has caught up', RECOVERED_MS, async () => own.length >= written.length);
      t.same(ids(own), ids(written), `process ${at + 1} heard each event, in order, once`);
    }
    const seen = createWaitFor(pool, 'read', stop.signal);
    t.ok(await seen(['tally'], await truth.head(), RECOVERED_MS), 'the read model has caught up');
    const counted: Record<string, number> = {};
    for (const { stream } of written) counted[stream] = (counted[stream] ?? 0) + 1;
    const { rows } = await pool.query<{ stream: string; events: number }>('select stream, events from read.tally');
    t.strictSame(Object.fromEntries(rows.map((row) => [row.stream, row.events])), counted, 'every event is counted once');
    stop.abort();
    await Promise.all([...following, projecting]);
    t.comment(
      `${plan.length} faults: ${commands} commands, ${events} events, ${unanswered} answers 503, commands again within ${slowest} ms`,
    );
  },
);

t.test('afterwards nothing is left over', async (t) => {
  await until('a closed log has no connection', 15_000, async () => early.open() === 0);
  await Promise.all(logs.map((log) => log.close()));
  await until('no subscription is left with the server', 5_000, async () => server.subscriptions.size === 0);
  // gRPC may connect once more for a connection that was given up while the server was away.
  t.comment(`${proxy.open()} connections left by gRPC`);
  t.same(unhandled, [], 'no rejection was left alone');
});
