import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import t, { type Test } from 'tap';
import { copyLog } from '../../src/eventlog/copy.ts';
import { createEventStoreDbLog } from '../../src/eventlog/eventstoredb/eventStoreDbLog.ts';
import { createMemoryLog } from '../../src/eventlog/memory/memoryLog.ts';
import { type EventLog, OutcomeUnknown, type StoredEvent } from '../../src/eventlog/port.ts';
import { migrations } from '../../src/eventlog/postgres/migrations.ts';
import { createPostgresLog } from '../../src/eventlog/postgres/postgresLog.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { anEvent, newStream, readOn, someEvents, utf8 } from '../support/eventLogContract/harness.ts';
import { startEventStoreServer } from '../support/eventStoreServer.ts';
import { testDatabase } from '../support/postgres.ts';

const schema = 'log';

t.setTimeout(180_000);

t.test('a log that went through every store is the same log', async (t) => {
  const first = await postgres(t);
  const second = await eventStore(t);
  const third = createMemoryLog();
  const fourth = await postgres(t);
  await fill(first.log);
  const events = await portable(first.log);
  const reports = [
    await copyLog(first.log, second.log),
    await copyLog(second.log, third),
    await copyLog(third, fourth.log),
    await copyLog(fourth.log, second.log),
  ];
  for (const log of [second.log, third, fourth.log]) t.same(await portable(log), events);
  t.equal(new Set(reports.map(({ digest }) => digest)).size, 1);
  t.same(
    reports.map(({ events, found }) => [events, found]),
    [
      [BigInt(events.length), 0n],
      [BigInt(events.length), 0n],
      [BigInt(events.length), 0n],
      [BigInt(events.length), BigInt(events.length)],
    ],
  );
});

t.test('a copy that was interrupted goes on where it stopped', async (t) => {
  const source = createMemoryLog();
  const target = createMemoryLog();
  await fill(source);
  let appends = 0;
  const failing = withMethods(target, {
    append: async (...append) => {
      appends += 1;
      if (appends === 20) throw new Error('the power went');
      return target.append(...append);
    },
  });
  await t.rejects(copyLog(source, failing), { message: 'the power went' });
  const half = (await portable(target)).length;
  t.ok(half > 0);
  t.equal((await copyLog(source, target)).found, BigInt(half));
  t.same(await portable(target), await portable(source));
});

t.test('what the source took on since is copied by calling again', async (t) => {
  const [source, target] = [createMemoryLog(), createMemoryLog()];
  await fill(source);
  await copyLog(source, target);
  await fill(source);
  await copyLog(source, target);
  t.same(await portable(target), await portable(source));
});

t.test('an append whose outcome is unknown is sent again and copied once', async (t) => {
  const [source, target] = [createMemoryLog(), createMemoryLog()];
  await fill(source);
  let appends = 0;
  const shaky = withMethods(target, {
    append: async (...append) => {
      appends += 1;
      const result = await target.append(...append);
      if (appends % 9 === 0) throw new OutcomeUnknown('no answer');
      return result;
    },
  });
  await copyLog(source, shaky);
  t.same(await portable(target), await portable(source));
});

t.test('a target that holds something else is refused and left as it is', async (t) => {
  const source = createMemoryLog();
  await fill(source);
  const [first] = (await source.readAll(0n, 1)).events;
  const others: Record<string, (target: EventLog) => Promise<unknown>> = {
    'another stream': (target) => target.append(newStream(), 'none', someEvents(1)),
    'the same event with other bytes': (target) => target.append(first!.stream, 'none', [{ ...first!, bytes: utf8('other') }]),
    'the same event with another id': (target) => target.append(first!.stream, 'none', [{ ...first!, id: anEvent().id }]),
    'the same event with another type': (target) => target.append(first!.stream, 'none', [{ ...first!, type: 'other' }]),
    'the source and more': async (target) => {
      await copyLog(source, target);
      await target.append(newStream(), 'none', someEvents(1));
    },
  };
  for (const [title, write] of Object.entries(others)) {
    const target = createMemoryLog();
    await write(target);
    const before = await portable(target);
    await t.rejects(copyLog(source, target), { name: 'CopyRefused' }, title);
    t.same(await portable(target), before, title);
  }
});

t.test('a copy that reads back differently is reported, for every part of an event', async (t) => {
  const source = createMemoryLog();
  await fill(source);
  const changes: ((event: StoredEvent) => StoredEvent)[] = [
    (event) => ({ ...event, bytes: event.bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte)) }),
    (event) => ({ ...event, id: anEvent().id }),
    (event) => ({ ...event, type: `${event.type}x` }),
    (event) => ({ ...event, stream: `${event.stream}x` }),
    (event) => ({ ...event, revision: event.revision + 1 }),
    (event) => ({ ...event, logIndex: event.logIndex + 1n }),
  ];
  for (const change of changes) {
    const target = createMemoryLog();
    const lying = withMethods(target, {
      readAll: async (...page) => {
        const { events, scannedTo } = await target.readAll(...page);
        return { events: events.map((event) => (event.logIndex === 11n ? change(event) : event)), scannedTo };
      },
    });
    await t.rejects(copyLog(source, lying), { name: 'CopyDiffers' });
  }
});

t.test('npm run log -- copy', async (t) => {
  const source = await postgres(t);
  const target = await eventStore(t);
  await fill(source.log);

  const copied = await cli('copy', '--from', source.url, '--to', target.url);
  t.equal(copied.code, 0, copied.output);
  t.match(copied.output, /Both logs hold \d+ events, SHA-256 [0-9a-f]{64}\./);
  t.same(await portable(target.log), await portable(source.log));

  const empty = await testDatabase(t);
  const back = await cli('copy', '--from', target.url, '--to', empty.url);
  t.equal(back.code, 0, back.output);
  t.same(await portable(createPostgresLog({ pool: empty.pool, schema })), await portable(source.log));

  await target.log.append(newStream(), 'none', someEvents(1));
  const refused = await cli('copy', '--from', source.url, '--to', target.url);
  t.equal(refused.code, 1);
  t.match(refused.output, /holds more than the source/);

  t.equal((await cli()).code, 2);
  t.equal((await cli('copy', '--from', 'ftp://somewhere', '--to', target.url)).code, 1);
});

async function postgres(t: Test): Promise<{ url: string; log: EventLog }> {
  const { pool, url } = await testDatabase(t);
  await migrate(pool, { schema, migrations });
  const log = createPostgresLog({ pool, schema });
  t.teardown(() => log.close());
  return { url, log };
}

async function eventStore(t: Test): Promise<{ url: string; log: EventLog }> {
  const server = await startEventStoreServer();
  const log = createEventStoreDbLog({ url: server.url });
  t.teardown(async () => {
    await log.close();
    await server.kill();
  });
  return { url: server.url, log };
}

/** Streams interleaved, short and long, with odd bytes and two events that together fill an append. */
async function fill(log: EventLog): Promise<void> {
  const streams = Array.from({ length: 7 }, () => newStream());
  for (let n = 0; n < 60; n += 1) {
    const stream = streams[(n * n) % 7]!;
    const last = (await log.read(stream)).at(-1)?.revision ?? 'none';
    await log.append(stream, last, [...someEvents(n % 4), anEvent(randomBytes(n * 37)), anEvent(utf8('العودة إلى سنجار'))]);
  }
  const large = newStream();
  for (let n = 0; n < 6; n += 1) await log.append(large, n === 0 ? 'none' : n - 1, [anEvent(randomBytes(250_000))]);
  await log.append(newStream(), 'none', [anEvent(new Uint8Array(0))]);
}

/** Everything of every event that travels: all but the position. */
async function portable(log: EventLog): Promise<unknown[]> {
  const { events } = await readOn(log, 0n, undefined, 400);
  return events.map(({ id, stream, revision, type, logIndex, bytes }) => [
    id,
    stream,
    revision,
    type,
    String(logIndex),
    Buffer.from(bytes).toString('base64'),
  ]);
}

function withMethods(log: EventLog, methods: Partial<EventLog>): EventLog {
  return { ...log, ...methods };
}

async function cli(...args: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../src/cli/log.js', import.meta.url)), ...args]);
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    output += chunk;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, output };
}
