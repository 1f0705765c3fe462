import { randomUUID } from 'node:crypto';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import t from 'tap';
import { eventLeaf } from '../../src/eventlog/audit/leaf.ts';
import { type PatrolParts, runPatrol } from '../../src/eventlog/audit/patrol.ts';
import { directoryWitness, type Witness } from '../../src/eventlog/audit/witness.ts';
import { createMemoryLog } from '../../src/eventlog/memory/memoryLog.ts';
import type { EventLog } from '../../src/eventlog/port.ts';
import { migrations } from '../../src/eventlog/postgres/migrations.ts';
import { createPostgresLog } from '../../src/eventlog/postgres/postgresLog.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { verifyExport } from '../../src/verifier/verify.ts';
import { asideByHand } from '../support/audit/aside.ts';
import { aSigner, auditTree, ORIGIN, until } from '../support/audit/audited.ts';
import { backupOf, fill } from '../support/audit/tampering.ts';
import { silentLog, testDatabase } from '../support/postgres.ts';

t.setTimeout(60_000);

const someStreams = (count = 5) => Array.from({ length: count }, () => `parcel-${randomUUID()}`);

type Tree = Awaited<ReturnType<typeof auditTree>>;

/** Walks a log until the test stops it. */
function patrolling(test: Pick<typeof t, 'teardown'>, tree: Tree, log: EventLog, more: Partial<PatrolParts> = {}) {
  const ending = new AbortController();
  const parts = {
    pool: tree.pool,
    schema: 'audit',
    log,
    logger: silentLog,
    wholeMs: 50,
    stepMs: 5,
    retryMs: 10,
    leaseMs: 2_000,
    ...more,
  };
  const running = runPatrol(parts, ending.signal);
  const stop = async () => {
    ending.abort();
    await running;
  };
  test.teardown(stop);
  return stop;
}

function folder(test: Pick<typeof t, 'teardown'>): string {
  const path = mkdtempSync(join(tmpdir(), 'masar-witness-'));
  test.teardown(() => rmSync(path, { recursive: true }));
  return path;
}

t.test('a byte that is changed in the middle of the log is found while the server runs, and named', async (t) => {
  const { pool } = await testDatabase(t);
  await migrate(pool, { schema: 'log', migrations });
  const log = createPostgresLog({ pool, schema: 'log' });
  t.teardown(() => log.close());
  const tree = await auditTree(t);
  const streams = someStreams();
  await fill(log, 60, streams);
  tree.follow(log);
  await until(async () => (await tree.reads.status()).signed === 60);
  const metrics = createMetrics({ processMetrics: false });
  const stop = patrolling(t, tree, log, { metrics });
  const status = async () => (await tree.reads.status()).patrol;
  await until(async () => (await status()).wholeAt !== undefined);
  t.notOk((await status()).fault, 'no false alarm');
  await fill(log, 9, streams);
  await until(async () => (await tree.reads.status()).signed === 69);
  const before = (await status()).wholeAt;
  await until(async () => (await status()).wholeAt !== before);
  t.notOk((await status()).fault, 'nor while the log grows');

  const flip = () => pool.query(`update log.events set bytes = set_byte(bytes, 40, get_byte(bytes, 40) # 1) where position = 31`);
  await flip();
  await until(async () => (await status()).fault !== undefined);
  t.match((await status()).fault, { code: 'EVENT_CHANGED', logIndex: 31, since: String });
  t.match((await metrics.scrape()).body, /masar_audit_patrol_fault 1/);
  t.notOk((await tree.reads.status()).halted, 'both ends of the log are right: the tree alone would not see it');
  await flip();
  const wrong = (await status()).wholeAt;
  await until(async () => (await status()).wholeAt !== wrong);
  t.notOk((await status()).fault, 'and it goes on when the log is right again');
  await stop();

  await tree.pool.query(`update audit.entry set leaf = sha256('x') where log_index = 5`);
  const again = patrolling(t, tree, log);
  await until(async () => (await status()).fault?.logIndex === 5);
  await again();
});

t.test('an event that was changed together with the leaf that was kept of it is found by the signed root', async (t) => {
  const [streams, log] = [someStreams(1), createMemoryLog()];
  await fill(log, 10, streams);
  const tree = await auditTree(t);
  await tree.signAll(log);
  const changed = await backupOf(log, 9);
  await fill(changed, 1, streams, 'other');
  const last = (await changed.readAll(0n, 20)).events[9]!;
  await tree.pool.query('update audit.entry set leaf = $1 where log_index = 10', [eventLeaf(last)]);
  const stop = patrolling(t, tree, changed, { page: 3 });
  await until(async () => (await tree.reads.status()).patrol.fault !== undefined);
  const { since } = (await tree.reads.status()).patrol.fault ?? {};
  for (let looks = 0; looks < 30; looks += 1) {
    const { fault } = (await tree.reads.status()).patrol;
    t.match(fault, { code: 'TREE_CHANGED', logIndex: 10, since }, 'the alarm holds while all of it is read again');
  }
  await stop();
});

t.test(
  'what the patrol kept of its own way is no proof: where it was changed the log is read anew, and the alarm ends',
  async (t) => {
    const log = createMemoryLog();
    await fill(log, 40, someStreams());
    const tree = await auditTree(t);
    await tree.signAll(log);
    const patrol = async () => (await tree.reads.status()).patrol;
    await patrolling(t, tree, log)();
    const warned: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line) => void warned.push(line) });
    for (const [peaks, hasAlarm] of [
      ['01', false],
      ['00'.repeat(64), true],
    ] as const) {
      await tree.pool.query(`insert into audit.patrol (size) values (0) on conflict do nothing`);
      await tree.pool.query(`update audit.patrol set size = 20, peaks = decode($1, 'hex'), whole_at = null, fault = null`, [
        peaks,
      ]);
      const stop = patrolling(t, tree, log, { logger });
      if (hasAlarm)
        await until(async () => (await patrol()).fault?.code === 'TREE_CHANGED' || (await patrol()).wholeAt !== undefined);
      await until(async () => (await patrol()).wholeAt !== undefined);
      t.notOk((await patrol()).fault, 'a whole round gave the signed root');
      await stop();
    }
    t.equal(
      warned.filter((line) => line.includes('does not belong together')).length,
      1,
      'that its way was in vain is told once',
    );
  },
);

t.test(
  'a round that does not end is missed, a first one too; where nothing is signed, or all begins anew, nobody is called',
  async (t) => {
    const DAY = 86_400;
    const log = createMemoryLog();
    const tree = await auditTree(t);
    const metrics = createMetrics({ processMetrics: false });
    const unfinished = async () =>
      Number(/^masar_audit_patrol_unfinished_seconds (\S+)$/m.exec((await metrics.scrape()).body)?.[1] ?? Number.NaN);
    /** Sets a time of the patrol, or of all that was signed, back by three days. */
    const back = (column: string, table = 'patrol') =>
      tree.pool.query(`update audit.${table} set ${column} = ${column} - interval '3 days'`);
    const patrol = async () => (await tree.reads.status()).patrol;

    await patrolling(t, tree, log, { metrics })();
    t.equal(await unfinished(), 0, 'an empty store has nothing to read');
    await fill(log, 40, someStreams());
    await tree.signAll(log);
    await back('signed_at', 'checkpoint');
    t.ok((await unfinished()) > 2 * DAY, 'nobody ever began');

    const stuck = patrolling(t, tree, { ...log, readAll: () => Promise.reject(new Error('a broken disk')) });
    await until(async () => (await unfinished()) < DAY);
    await back('begun_at');
    t.ok((await unfinished()) > 2 * DAY, 'the first round does not end');
    await tree.pool.query('delete from audit.patrol');
    await until(async () => (await unfinished()) < DAY);
    await tree.pool.query('update audit.patrol set begun_at = null');
    await until(async () => (await unfinished()) < DAY);
    await stuck();

    const quick = patrolling(t, tree, log);
    await until(async () => (await patrol()).wholeAt !== undefined);
    await quick();
    await back('begun_at');
    t.ok((await unfinished()) < DAY, 'a whole round counts from its end');
    await back('whole_at');
    t.ok((await unfinished()) > 2 * DAY, 'and the next does not end');
  },
);

t.test('a patrol goes on where it was stopped, and takes no longer for a large log than it is given', async (t) => {
  const log = createMemoryLog();
  await fill(log, 40, someStreams());
  const tree = await auditTree(t);
  await tree.signAll(log);
  const stop = patrolling(t, tree, log, { wholeMs: 200, stepMs: 5 });
  await until(async () => (await tree.reads.status()).patrol.checked > 3);
  await stop();
  const { checked } = (await tree.reads.status()).patrol;
  const rest = patrolling(t, tree, log, { wholeMs: 3_600_000, stepMs: 1 });
  await until(async () => (await tree.reads.status()).patrol.checked !== checked);
  t.ok((await tree.reads.status()).patrol.checked > checked || (await tree.reads.status()).patrol.wholeAt !== undefined);
  await rest();
});

t.test('a whole database that was put back from an older copy is seen by the head that is kept outside', async (t) => {
  const directory = folder(t);
  const witness = directoryWitness(directory, ORIGIN);
  const [streams, log] = [someStreams(), createMemoryLog()];
  await fill(log, 40, streams);
  const now = await auditTree(t);
  const following = now.follow(log, { witness });
  await until(async () => (await now.reads.status()).signed === 40);
  await following.stop();
  t.equal((await witness.newest())?.size, 40);
  t.same(readdirSync(directory), ['masar.test_log.heads']);

  const older = await backupOf(log, 30);
  const restored = await auditTree(t);
  await restored.signAll(older);
  t.equal((await restored.reads.status()).halted, undefined, 'log and tree are of one moment: by themselves they see nothing');
  const behind = restored.follow(older, { witness });
  await until(async () => (await restored.reads.status()).halted !== undefined);
  t.match((await restored.reads.status()).halted, { code: 'BEHIND_WITNESS', logIndex: 40 });
  await fill(older, 20, streams, 'other');
  await behind.stop();
  t.equal((await restored.reads.status()).signed, 30, 'nothing more is signed');

  await restored.signAll(older);
  const differing = restored.follow(older, { witness });
  await until(async () => (await restored.reads.status()).halted?.code === 'NOT_AS_WITNESSED');
  await differing.stop();
  t.equal((await witness.newest())?.size, 40);
  const right = now.follow(log, { witness });
  await fill(log, 5, streams);
  await until(async () => (await witness.newest())?.size === 45);
  await right.stop();
});

t.test('what a crash cut off of a kept head does not count, and one that was changed stops the signing', async (t) => {
  const directory = folder(t);
  const witness = directoryWitness(directory, ORIGIN);
  const log = createMemoryLog();
  await fill(log, 10, someStreams());
  const tree = await auditTree(t);
  await tree.signAll(log);
  const first = tree.follow(log, { witness });
  await until(async () => (await witness.newest())?.size === 10);
  await first.stop();
  const file = join(directory, 'masar.test_log.heads');
  appendFileSync(file, '{"size":99,"ro');
  t.equal((await witness.newest())?.size, 10, 'what was signed before there was a witness is kept as well');
  await fill(log, 2, someStreams());
  const second = tree.follow(log, { witness });
  await until(async () => (await witness.newest())?.size === 12);
  await second.stop();
  t.equal(readFileSync(file, 'utf8').split('\n').length, 3);
  writeFileSync(file, readFileSync(file, 'utf8').replace('"size":12', '"size":11'));
  const third = tree.follow(log, { witness });
  await until(async () => (await tree.reads.status()).halted?.code === 'WITNESS_CHANGED');
  await third.stop();
});

t.test('heads outside that vanish are missed, by who signs and by who begins, until they are back or put aside', async (t) => {
  const directory = folder(t);
  const file = join(directory, 'masar.test_log.heads');
  const witness = directoryWitness(directory, ORIGIN);
  const log = createMemoryLog();
  const tree = await auditTree(t);
  const halt = async () => (await tree.reads.status()).halted;
  await fill(log, 5, someStreams());
  const first = tree.follow(log, { witness });
  await until(async () => (await witness.newest())?.size === 5);
  const kept = readFileSync(file, 'utf8');
  rmSync(file);
  await fill(log, 2, someStreams());
  await until(async () => (await halt()) !== undefined);
  t.match(await halt(), { code: 'WITNESS_GONE', logIndex: 5 }, 'no other file is begun in its place');
  t.same(readdirSync(directory), []);
  await first.stop();

  writeFileSync(file, kept);
  const second = tree.follow(log, { witness });
  await until(async () => (await witness.newest())?.size === 7 && (await halt()) === undefined);
  await second.stop();
  renameSync(file, `${file}.aside`);
  mkdirSync(join(directory, 'elsewhere'));
  renameSync(`${file}.aside`, join(directory, 'elsewhere', 'aside'));
  const third = tree.follow(log, { witness });
  await until(async () => (await halt()) !== undefined);
  t.match(await halt(), { code: 'WITNESS_GONE', logIndex: 7 }, 'also where it vanished while nobody signed');
  asideByHand(file);
  await until(async () => (await witness.newest())?.size === 7 && (await halt()) === undefined);
  await third.stop();
});

t.test('a loss that was accepted excuses what was kept before it, and no head that was kept since', async (t) => {
  const directory = folder(t);
  const file = join(directory, 'masar.test_log.heads');
  const witness = directoryWitness(directory, ORIGIN);
  const log = createMemoryLog();
  const tree = await auditTree(t);
  const halt = async () => (await tree.reads.status()).halted;
  const keptAt = async () => Date.parse((await tree.ledger.witnessed())?.at ?? '');
  /** Until the head of all five is there, by a process that ends then. */
  const keepFive = async () => {
    const following = tree.follow(log, { witness });
    await until(async () => (await witness.newest())?.size === 5 && (await halt()) === undefined);
    await following.stop();
    const at = await keptAt();
    await until(async () => Date.now() > at + 1);
    return at;
  };
  const isMissed = async (what: string) => {
    let looks = 0;
    const newest = () => {
      looks += 1;
      return witness.newest();
    };
    const following = tree.follow(log, { witness: { ...witness, newest } });
    // A second look shows that the first one ended in a halt, which may have stood since the last time.
    await until(async () => looks > 1 && (await halt()) !== undefined);
    t.match(await halt(), { code: 'WITNESS_GONE', logIndex: 5 }, what);
    await following.stop();
    t.equal(await witness.newest(), undefined, `${what}: nothing is begun in its place`);
  };
  await fill(log, 5, someStreams());
  const first = await keepFive();
  writeFileSync(`${file}.gz`, readFileSync(file));
  renameSync(file, `${file}.bak`);
  await isMissed('copies under other names excuse nothing');

  renameSync(`${file}.bak`, file);
  const aside = await witness.putAside();
  t.ok(aside.startsWith(`${file}.2`) && aside.endsWith('Z.aside'));
  t.ok((await keepFive()) > first, 'the same head, kept again, counts from then');
  rmSync(file);
  await isMissed('after a loss that was accepted');

  asideByHand(aside.replace(/\.aside$/, ''));
  t.equal(readdirSync(directory).filter((one) => one.endsWith('.aside')).length, 1);
  await isMissed('a file with its time in its name was put aside then, whenever it was touched');
  asideByHand(file);
  await keepFive();
  rmSync(file);
  await isMissed('after a loss that was accepted by hand');
});

t.test('a head that who had the lease adds at the last moment is not missed by who has it now', async (t) => {
  const directory = folder(t);
  const witness = directoryWitness(directory, ORIGIN);
  const log = createMemoryLog();
  const tree = await auditTree(t);
  await fill(log, 5, someStreams());
  const first = tree.follow(log, { witness });
  await until(async () => (await witness.newest())?.size === 5);
  await first.stop();
  await fill(log, 2, someStreams());
  await tree.signAll(log);
  let looks = 0;
  const late: Witness = {
    ...witness,
    newest: async () => {
      const newest = await witness.newest();
      // The other one added its head after this look, and remembers it now.
      await tree.ledger.rememberWitnessed(await tree.ledger.lastIndex());
      looks += 1;
      return newest;
    },
  };
  const second = tree.follow(log, { witness: late });
  await until(async () => (await witness.newest())?.size === 7 || (await tree.reads.status()).halted !== undefined);
  t.equal((await tree.reads.status()).halted, undefined, 'when it begins');
  await fill(log, 2, someStreams());
  await until(async () => (await witness.newest())?.size === 9 || (await tree.reads.status()).halted !== undefined);
  await second.stop();
  t.equal((await tree.reads.status()).halted, undefined, 'when it signs');
  t.same(await tree.ledger.pastHalts(5), []);
  t.ok(looks >= 2);
});

t.test('a place outside that cannot be written to is told of, and the tree goes on being signed', async (t) => {
  const place = join(folder(t), 'witness');
  const witness = directoryWitness(place, ORIGIN);
  const log = createMemoryLog();
  await fill(log, 5, someStreams());
  const tree = await auditTree(t);
  const metrics = createMetrics({ processMetrics: false });
  const told = async () => (await metrics.scrape()).body.match(/^masar_audit_witness_failing (\d)/m)?.[1];
  const following = tree.follow(log, { witness, metrics });
  await until(async () => (await witness.newest())?.size === 5);
  t.equal(await told(), '0');
  const kept = readFileSync(join(place, 'masar.test_log.heads'));
  rmSync(place, { recursive: true });
  writeFileSync(place, 'no directory');
  await fill(log, 3, someStreams());
  await until(async () => (await tree.reads.status()).signed === 8 && (await told()) === '1');
  rmSync(place);
  mkdirSync(place);
  writeFileSync(join(place, 'masar.test_log.heads'), kept);
  await fill(log, 2, someStreams());
  // The figure follows the head that was kept.
  await until(async () => (await witness.newest())?.size === 10 && (await told()) === '0');
  t.equal(await told(), '0', 'the next head stands for the one that was lost');
  await following.stop();
  t.equal((await figuresWithout(tree, log)).includes('witness_failing'), false, 'without such a place there is no such figure');
});

async function figuresWithout(tree: Tree, log: EventLog): Promise<string> {
  const metrics = createMetrics({ processMetrics: false });
  await tree.follow(log, { metrics }).stop();
  return (await metrics.scrape()).body;
}

t.test('checkpoints of an earlier key are verified when the signer was changed, and the keys are listed', async (t) => {
  const log = createMemoryLog();
  const streams = someStreams();
  const [old, next] = [aSigner(), aSigner()];
  const tree = await auditTree(t, old);
  await fill(log, 20, streams);
  await tree.signAll(log);
  const early = await tree.checkpoint();
  await fill(log, 10, streams);
  const following = tree.follow(log, { signer: next });
  await until(async () => (await tree.reads.status()).signed === 30);
  await following.stop();
  const late = await tree.checkpoint();
  t.match(await tree.reads.keys(), [
    { key: old.key, first: 20, last: 20, from: String, until: String },
    { key: next.key, first: 30, last: 30 },
  ]);
  const files = [
    { name: 'early', content: early },
    { name: 'late', content: late },
  ];
  const lines = await tree.exported(log);
  t.match(verifyExport(lines, files, [old.key, next.key]), { ok: true, keys: [old.key, next.key], given: true });
  t.match(verifyExport(lines, files, next.key), { ok: false, checkpoints: [{ name: 'early', kind: 'foreign key' }] });
  const forged = late.replace(/\n30\n/, '\n31\n');
  t.match(verifyExport(lines, [{ name: 'late', content: forged }], [old.key, next.key]).checkpoints, [{ kind: 'bad signature' }]);
});
