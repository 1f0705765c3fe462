/**
 * The audit tree's follower in a process of its own, as where the role `projector` runs apart from `api`; started by appends.mjs.
 * Each message names the schemas of a log and of its tree to follow; without a name it stops, signs and says so.
 */
import { join } from 'node:path';

const dist = new URL(process.env.MASAR_BUILD ?? '../../dist/', import.meta.url);
const load = (path) => import(new URL(path, dist));
const { runAudit } = await load('src/eventlog/audit/audit.js');
const { createPostgresLog } = await load('src/eventlog/postgres/postgresLog.js');
const { createPool } = await load('src/platform/database.js');
const { signerFrom } = await load('src/platform/merkle/signerKey.js');
const { silentLog } = await load('tests/support/postgres.js');

const [url, directory] = process.argv.slice(2);
const pool = createPool(url, { applicationName: 'bench follower', max: 3 });
const signer = signerFrom('bench', join(directory, 'audit.key'), true);
let stop = async () => {};

process.on('message', async ({ logSchema, auditSchema }) => {
  if (logSchema === undefined) {
    await stop();
    process.send('stopped');
    return;
  }
  const log = createPostgresLog({ pool, schema: logSchema });
  const stopping = new AbortController();
  const running = runAudit({ pool, schema: auditSchema, log, signer, logger: silentLog, pollMs: 250 }, stopping.signal);
  stop = async () => {
    stopping.abort();
    await running;
    await log.close();
  };
});
process.on('disconnect', () => process.exit());
process.send('ready');
