import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { nextLink } from '../../src/eventlog/audit/leaf.ts';
import { standing, takePage } from '../../src/eventlog/audit/taking.ts';
import { copyLog } from '../../src/eventlog/copy.ts';
import { createEventStoreDbLog } from '../../src/eventlog/eventstoredb/eventStoreDbLog.ts';
import { createMemoryLog } from '../../src/eventlog/memory/memoryLog.ts';
import { type EventLog, LogUnavailable } from '../../src/eventlog/port.ts';
import { migrations } from '../../src/eventlog/postgres/migrations.ts';
import { createPostgresLog } from '../../src/eventlog/postgres/postgresLog.ts';
import { openNote } from '../../src/platform/merkle/note.ts';
import { signerFrom } from '../../src/platform/merkle/signerKey.ts';
import { includes, isConsistent } from '../../src/platform/merkle/verification.ts';
import { createMetrics } from '../../src/platform/metrics.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { verifyExport } from '../../src/verifier/verify.ts';
import { aSigner, auditTree, ORIGIN, until } from '../support/audit/audited.ts';
import { backupOf, envelope, fill } from '../support/audit/tampering.ts';
import { startEventStoreServer } from '../support/eventStoreServer.ts';
import { testDatabase } from '../support/postgres.ts';

t.setTimeout(120_000);

const someStreams = (count = 5) => Array.from({ length: count }, () => `parcel-${randomUUID()}`);
const hash = (text: string) => Buffer.from(text, 'base64');

t.test('a log has the same root on every store it is copied to, and its tree goes on after a move', async (t) => {
  const signer = aSigner();
  const first = createMemoryLog();
  await fill(first, 30, someStreams());
  const [second, third] = [await postgres(t), await eventStore(t)];
  const sequencing = new AbortController();
  const sequenced = third.startSequencer(sequencing.signal);
  t.teardown(async () => {
    sequencing.abort();
    await sequenced;
  });
  await copyLog(first, second);
  await copyLog(second, third);
  const trees = [await auditTree(t, signer), await auditTree(t, signer), await auditTree(t, signer)];
  for (const [at, log] of [first, second, third].entries()) await trees[at]!.signAll(log);
  const notes = await Promise.all(trees.map(({ checkpoint }) => checkpoint()));
  t.equal(new Set(notes).size, 1, 'down to the signed note');
  t.equal((await trees[0]!.reads.status()).signed, 30);
  await fill(second, 9, someStreams());
  await trees[0]!.signAll(second);
  t.equal((await trees[0]!.reads.status()).signed, 39, 'the tree that followed one store follows the other');
});

t.test('a tree that is stopped anywhere and goes on is the one that never stopped', async (t) => {
  const signer = aSigner();
  const log = createMemoryLog();
  const [whole, halting] = [await auditTree(t, signer), await auditTree(t, signer)];
  const streams = someStreams();
  for (let round = 0; round < 6; round += 1) {
    await fill(log, 150 + round, streams);
    // Two at once, whoever has the lease; the first is stopped before it can be done.
    const both = [halting.follow(log, { leaseMs: 300 }), halting.follow(log, { leaseMs: 300 })];
    await both[0]!.stop();
    const size = Number(await log.head());
    await until(async () => (await halting.reads.status()).signed >= size);
    await both[1]!.stop();
  }
  await whole.signAll(log);
  t.same(await halting.ledger.tree.head(), await whole.ledger.tree.head());
  t.ok((await halting.ledger.checkpoints(undefined, 100)).length >= 6);
});

t.test('who is overtaken by another projector begins its page again, and calls nothing wrong', async (t) => {
  const signer = aSigner();
  const log = createMemoryLog();
  const tree = await auditTree(t, signer);
  const streams = someStreams();
  await fill(log, 20, streams);
  await tree.signAll(log);
  await fill(log, 20, streams);
  const overtaken = (before: 'lastOf' | 'latest') => {
    let calls = 0;
    const first = async () => {
      calls += 1;
      if (calls === 1) await tree.signAll(log);
    };
    const { lastOf, latest } = tree.ledger;
    const asked = {
      lastOf: async (those: readonly string[]) => {
        if (before === 'lastOf') await first();
        return lastOf(those);
      },
      latest: async () => {
        const answer = before === 'latest' ? await latest() : undefined;
        if (before === 'latest') await first();
        return answer ?? latest();
      },
    };
    return { ...tree.ledger, ...asked };
  };
  const at = await standing(log, tree.ledger);
  await t.rejects(takePage(log, overtaken('lastOf'), at), { name: 'TreeMoved' });
  await fill(log, 20, streams);
  t.equal((await standing(log, overtaken('latest'))).size, 60);
  t.equal(await tree.ledger.halted(), undefined);
});

t.test('a log that cannot be reached for a while is no reason to stand still', async (t) => {
  const log = createMemoryLog();
  await fill(log, 30, someStreams());
  const tree = await auditTree(t);
  let faults = 0;
  const shaky: EventLog = {
    ...log,
    readAll: async (...page) => {
      faults += 1;
      if (faults < 8) throw new LogUnavailable('not now');
      return log.readAll(...page);
    },
  };
  await tree.signAll(shaky, log);
  t.match(await tree.reads.status(), { size: 30, signed: 30, halted: undefined });
  t.same(tree.records, []);
});

t.test('a head is signed when the tree has grown, and not again', async (t) => {
  const log = createMemoryLog();
  const streams = someStreams();
  const tree = await auditTree(t);
  const before = tree.follow(log);
  await before.stop();
  t.equal(await tree.reads.latest(), undefined, 'an empty log has nothing to sign');
  await fill(log, 3, streams);
  await tree.signAll(log);
  await tree.signAll(log);
  const metrics = createMetrics({ processMetrics: false });
  const unsigned = async () => Number(/^masar_audit_tree_unsigned_seconds (\S+)$/m.exec((await metrics.scrape()).body)?.[1]);
  const following = tree.follow(log, { checkpointMs: 3_600_000, metrics });
  t.equal(await unsigned(), 0, 'nothing is left to sign');
  await fill(log, 4, streams);
  await until(async () => (await tree.reads.status()).size === 7);
  t.equal((await tree.reads.status()).signed, 3, 'the next is due in an hour');
  t.ok((await unsigned()) > 0, 'who watches sees for how long nothing was signed');
  await following.stop();
  t.equal(await unsigned(), 0);
  const signed = await tree.reads.checkpoints(undefined, 10);
  t.same(
    signed.map(({ size }) => size),
    [7, 3],
    'what was added is signed at the end',
  );
  t.same(
    (await tree.reads.checkpoints(7, 10)).map(({ size }) => size),
    [3],
  );
  for (const { note, size, root } of signed) {
    t.equal(openNote(note, tree.signer.key), `${ORIGIN}\n${size}\n${root.toString('base64')}\n`);
  }
  const proved = await tree.reads.consistency(3, 7);
  const [older, newer] = proved!.roots;
  t.ok(isConsistent({ size: 3, root: older }, { size: 7, root: newer }, proved!.proof));
  t.equal(await tree.reads.consistency(3, 8), undefined);
});

t.test('a receipt shows every event of a case under the signed head, and the chain that none is left out of', async (t) => {
  const log = createMemoryLog();
  const streams = someStreams(3);
  const tree = await auditTree(t);
  t.equal(await tree.reads.receipt(streams[0]!, { from: 0, limit: 500 }), undefined);
  await fill(log, 20, streams);
  await tree.signAll(log);
  const receipt = (await tree.reads.receipt(streams[0]!, { from: 0, limit: 500 }))!;
  const events = await log.read(streams[0]!);
  t.equal(receipt.events.length, events.length);
  const [, size, root] = openNote(receipt.checkpoint, tree.signer.key)!.split('\n');
  let chain: Buffer = Buffer.alloc(32);
  for (const { leaf, logIndex, proof } of receipt.events) {
    t.ok(includes(hash(leaf), Number(logIndex) - 1, Number(size), proof.map(hash), hash(root!)));
    chain = nextLink(chain, hash(leaf));
  }
  t.equal(chain.toString('base64'), receipt.chain);
  t.equal(await tree.reads.receipt(`parcel-${randomUUID()}`, { from: 0, limit: 500 }), undefined);
  await fill(log, 20, streams);
  t.equal(
    (await tree.reads.receipt(streams[0]!, { from: 0, limit: 500 }))!.events.length,
    events.length,
    'what is not signed yet is not in it',
  );
});

t.test(
  'when the log disagrees with the tree, the tree stands still, says so, and goes on when the log is right again',
  async (t) => {
    const streams = someStreams();
    const log = createMemoryLog();
    await fill(log, 40, streams);
    const other = await backupOf(log, 39);
    await other.append('parcel-other', 'none', [envelope('parcel-other', 0, 'other')]);
    const longer = await backupOf(log, 39);
    await fill(longer, 30, streams, 'other');
    const skipping: EventLog = {
      ...log,
      readAll: async (...page) => {
        const { events, scannedTo } = await log.readAll(...page);
        return { events: events.filter((event) => event.logIndex !== 42n), scannedTo };
      },
    };
    const wrong: [string, EventLog, object][] = [
      ['an older copy was put back', await backupOf(log, 30), { code: 'LOG_SHORTER', logIndex: 40 }],
      ['another event stands at the end', other, { code: 'EVENT_CHANGED', logIndex: 40 }],
      ['a copy went on differently', longer, { code: 'EVENT_CHANGED', logIndex: 40 }],
      ['an event does not come', skipping, { code: 'INDEX_NOT_NEXT', logIndex: 42 }],
    ];
    for (const [title, instead, halt] of wrong) {
      const tree = await auditTree(t);
      const right = title === 'an event does not come' ? await backupOf(log, 40) : log;
      await tree.signAll(right);
      if (instead === skipping && (await log.head()) === 40n) await fill(log, 5, streams);
      const before = await tree.checkpoint();
      const metrics = createMetrics({ processMetrics: false });
      const following = tree.follow(instead, { metrics });
      await until(async () => (await tree.reads.status()).halted !== undefined);
      await following.stop();
      t.match((await tree.reads.status()).halted, halt, title);
      t.equal(await tree.checkpoint(), before, `${title}: nothing more is signed`);
      t.match((await metrics.scrape()).body, /masar_audit_tree_halted 1/);
      t.equal(tree.records.filter((line) => line.includes('stands still')).length, 1, `${title}: said once`);
      const again = tree.follow(log);
      await until(async () => (await tree.reads.status()).halted === undefined);
      await again.stop();
      const { since, until: ended, ...past } = (await tree.reads.status()).halts[0]!;
      t.match(past, halt, `${title}: that it stood still stays on record`);
      t.ok(Date.parse(ended) >= Date.parse(since));
      t.equal((await tree.reads.status()).halts.length, 1);
      await tree.signAll(log);
      const exported = await tree.exported(log);
      t.match(verifyExport(exported, [{ name: 'c', content: await tree.checkpoint() }], tree.signer.key), { ok: true });
    }
  },
);

t.test('a stream whose revisions do not follow each other is not taken in', async (t) => {
  const log = createMemoryLog();
  await fill(log, 10, someStreams(2));
  const lying: EventLog = {
    ...log,
    readAll: async (...page) => {
      const { events, scannedTo } = await log.readAll(...page);
      return { events: events.map((event) => (event.logIndex === 8n ? { ...event, revision: 77 } : event)), scannedTo };
    },
  };
  const tree = await auditTree(t);
  const following = tree.follow(lying);
  await until(async () => (await tree.reads.status()).halted !== undefined);
  await following.stop();
  t.match((await tree.reads.status()).halted, { code: 'REVISION_NOT_NEXT', logIndex: 8, revision: 77 });
  t.equal((await tree.reads.status()).size, 0, 'a page is taken whole or not at all');
});

t.test('a tree that was changed behind its back signs nothing more', async (t) => {
  const changes: [string, string][] = [
    ['a node', `update audit.tree_node set hash = sha256('x') where level = 4 and index = 0`],
    ['its size', `update audit.tree set size = 16, peaks = (select hash from audit.tree_node where level = 4 and index = 0)`],
    ['its last entry', 'delete from audit.entry where log_index = 20'],
    ['a node that is gone', 'delete from audit.tree_node where level = 4 and index = 0'],
    ['its edge', `update audit.tree set peaks = sha256('x') || substr(peaks, 33)`],
    [
      'all of it, and the root beside the signed note',
      `update audit.tree_node set hash = sha256('x') where level = 4 and index = 0;
       update audit.tree set peaks = sha256('x') || substr(peaks, 33);
       update audit.checkpoint set root = sha256('\\x01' || peaks) from audit.tree`,
    ],
  ];
  for (const [title, change] of changes) {
    const log = createMemoryLog();
    const tree = await auditTree(t);
    await fill(log, 20, someStreams());
    await tree.signAll(log);
    await tree.pool.query(change);
    await fill(log, 5, someStreams());
    const following = tree.follow(log);
    await until(async () => (await tree.reads.status()).halted !== undefined);
    await following.stop();
    t.match(await tree.reads.status(), { signed: 20, halted: { code: 'TREE_CHANGED' } }, title);
  }
});

t.test('a tree that was set back behind entries nobody had signed stands still', async (t) => {
  const log = createMemoryLog();
  const tree = await auditTree(t);
  const streams = someStreams(2);
  await fill(log, 16, streams);
  await tree.signAll(log);
  await fill(log, 4, streams);
  await takePage(log, tree.ledger, await standing(log, tree.ledger));
  await tree.pool.query(
    `update audit.tree set size = 16, peaks = (select hash from audit.tree_node where level = 4 and index = 0)`,
  );
  const following = tree.follow(log);
  await until(async () => (await tree.reads.status()).halted !== undefined);
  await following.stop();
  t.match(await tree.reads.status(), { signed: 16, halted: { code: 'TREE_CHANGED', logIndex: 16 } });
});

t.test('how the tree stands is told even where what is kept of its head is none', async (t) => {
  const log = createMemoryLog();
  const tree = await auditTree(t);
  await fill(log, 20, someStreams());
  await tree.signAll(log);
  t.match(await tree.reads.status(), { size: 20, halted: undefined, halts: [] });
  for (const peaks of [`substr(peaks, 2)`, `''`]) {
    await tree.pool.query(`update audit.tree set peaks = ${peaks}`);
    t.match(await tree.reads.status(), { size: 20, signed: 20, halted: { code: 'TREE_CHANGED', logIndex: 20 } }, peaks);
  }
  await tree.ledger.halt({ code: 'TREE_CHANGED', logIndex: 20 });
  await tree.ledger.halt({ code: 'TREE_CHANGED', logIndex: 20 });
  t.type((await tree.reads.status()).halted?.since, 'string');
  t.same((await tree.reads.status()).halts, [], 'the same halt said twice is one');
  await tree.ledger.halt({ code: 'LOG_SHORTER', logIndex: 19 });
  t.match(await tree.reads.status(), { halted: { code: 'LOG_SHORTER' }, halts: [{ code: 'TREE_CHANGED', logIndex: 20 }] });
});

t.test('the signing key is made once, for its owner alone, and only where that is allowed', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'masar-audit-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'new', 'audit.key');
  t.throws(() => signerFrom(ORIGIN, file, false), { code: 'ENOENT' });
  const { key } = signerFrom(ORIGIN, file, true);
  t.equal(signerFrom(ORIGIN, file, true).key, key);
  t.equal(statSync(file).mode & 0o777, 0o600);
  t.match(readFileSync(file, 'utf8'), /BEGIN PRIVATE KEY/);
  t.not(signerFrom('other.test/log', file, false).key, key, 'the name is part of the key');
});

async function postgres(t: Test): Promise<EventLog> {
  const { pool } = await testDatabase(t);
  await migrate(pool, { schema: 'log', migrations });
  const log = createPostgresLog({ pool, schema: 'log' });
  t.teardown(() => log.close());
  return log;
}

async function eventStore(t: Test) {
  const server = await startEventStoreServer();
  const log = createEventStoreDbLog({ url: server.url });
  t.teardown(async () => {
    await log.close();
    await server.kill();
  });
  return log;
}
