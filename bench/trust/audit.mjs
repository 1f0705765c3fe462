/**
 * `node bench/trust/audit.mjs`: what the audit tree costs, as ratios taken in one run.
 * - leaves of 1,000,000 events hashed and rooted, against a bare SHA-256 loop over the same bytes (wanted: at least 0.5);
 * - a proof in a tree of 1,000,000 leaves in Postgres, against one read by primary key (wanted: at most 5).
 * LEAVES sets another number. The database is an embedded one that is gone afterwards.
 */
import { hash, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventLeaf } from '../../dist/src/eventlog/audit/leaf.js';
import { createPool } from '../../dist/src/platform/database.js';
import { startEmbeddedPostgres } from '../../dist/src/platform/embeddedPostgres.js';
import { createLogger } from '../../dist/src/platform/logging.js';
import { Frontier } from '../../dist/src/platform/merkle/frontier.js';
import { openTree, treeTables } from '../../dist/src/platform/merkle/treeStore.js';
import { includes } from '../../dist/src/platform/merkle/verification.js';

const LEAVES = Number(process.env.LEAVES ?? 1_000_000);
const EVENT_BYTES = 600;
const STREAM = 'referral-0192f0c1-7c1e-7000-8000-0123456789ab';

const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
/** Of this process alone, so that a busy machine does not count. */
const seconds = (work) => {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000_000;
};

function hashing() {
  const bytes = Array.from({ length: 1_000 }, () => randomBytes(EVENT_BYTES));
  const bare = () => {
    for (let n = 0; n < LEAVES; n += 1) hash('sha256', bytes[n % 1_000], 'buffer');
  };
  const rooted = () => {
    const tree = new Frontier();
    for (let n = 0; n < LEAVES; n += 1) {
      tree.append(eventLeaf({ stream: STREAM, revision: n % 50, type: 'referral.ReferralSent.v1', bytes: bytes[n % 1_000] }));
    }
    return tree.root();
  };
  const rounds = Array.from({ length: 3 }, () => [seconds(bare), seconds(rooted)]);
  const [plain, tree] = [median(rounds.map(([one]) => one)), median(rounds.map(([, one]) => one))];
  console.log(`bare SHA-256 over ${LEAVES} × ${EVENT_BYTES} bytes  ${plain.toFixed(2)} s`);
  console.log(`leaves and root                     ${tree.toFixed(2)} s`);
  console.log(`ratio of speeds                     ${(plain / tree).toFixed(2)}  (wanted: at least 0.5)`);
  if (plain / tree < 0.5) process.exitCode = 1;
}

async function fill(pool, tree) {
  const leaves = Array.from({ length: LEAVES }, (_, n) => hash('sha256', String(n), 'buffer'));
  const client = await pool.connect();
  for (let at = 0; at < LEAVES; at += 20_000) {
    await client.query('begin');
    await tree.append(client, at, leaves.slice(at, at + 20_000));
    await client.query('commit');
  }
  await client.query('analyze public.tree_node');
  client.release();
  return leaves;
}

async function proving() {
  const directory = mkdtempSync(join(tmpdir(), 'masar-bench-'));
  chmodSync(directory, 0o755);
  const server = await startEmbeddedPostgres({ dataDir: directory, log: createLogger({ level: 'silent' }) });
  const pool = createPool(server.url, { applicationName: 'bench', max: 2, statementTimeoutMs: 0 });
  try {
    await pool.query(['begin', 'set local search_path to public', ...treeTables, 'commit'].join(';'));
    const tree = openTree(pool, 'public', 'bench');
    const leaves = await fill(pool, tree);
    const { size, root } = await tree.head();
    const [reads, proofs] = [[], []];
    for (let n = 0; n < 3_000; n += 1) {
      const index = Math.floor(Math.random() * size);
      const start = performance.now();
      await pool.query({
        name: 'one',
        text: 'select hash from public.tree_node where tree = $1 and level = $2 and index = $3',
        values: ['bench', 0, index],
      });
      const between = performance.now();
      const [proof] = await tree.inclusion([index], size);
      proofs.push(performance.now() - between);
      reads.push(between - start);
      if (n < 100 && !includes(leaves[index], index, size, proof, root)) throw new Error(`the proof of ${index} is wrong`);
    }
    const [read, proof] = [median(reads), median(proofs)];
    console.log(`one read by primary key             ${(read * 1000).toFixed(0)} µs`);
    console.log(`a proof among ${size} leaves       ${(proof * 1000).toFixed(0)} µs`);
    console.log(`ratio of times                      ${(proof / read).toFixed(2)}  (wanted: at most 5)`);
    if (proof / read > 5) process.exitCode = 1;
  } finally {
    await pool.end();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

hashing();
await proving();
