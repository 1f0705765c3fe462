/**
 * Prints how many appends a second the Postgres log takes from concurrent clients, one 530-byte event an append, and how long
 * an append waits: `node dist/tests/eventlog/throughput.js [seconds] [clients]`. Uses DATABASE_URL, or an embedded server.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { migrations } from '../../src/eventlog/postgres/migrations.ts';
import { createPostgresLog } from '../../src/eventlog/postgres/postgresLog.ts';
import { createPool } from '../../src/platform/database.ts';
import { startEmbeddedPostgres } from '../../src/platform/embeddedPostgres.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { silentLog, temporaryDirectory } from '../support/postgres.ts';

const seconds = Number(process.argv[2] ?? 10);
const clients = Number(process.argv[3] ?? 32);
const directory = temporaryDirectory();
const server = process.env.DATABASE_URL ? undefined : await startEmbeddedPostgres({ dataDir: directory, log: silentLog });
const pool = createPool(server?.url ?? process.env.DATABASE_URL!, { applicationName: 'throughput' });
const schema = `throughput_${process.pid}`;
try {
  await migrate(pool, { schema, migrations });
  const log = createPostgresLog({ pool, schema });
  const bytes = randomBytes(530);
  const waits: number[] = [];
  const end = performance.now() + seconds * 1_000;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      const stream = `bench-${randomUUID()}`;
      for (let revision = 0; performance.now() < end; revision += 1) {
        const start = performance.now();
        await log.append(stream, revision === 0 ? 'none' : revision - 1, [{ id: randomUUID(), type: 'bench.Written.v1', bytes }]);
        waits.push(performance.now() - start);
      }
    }),
  );
  const written = await log.head();
  if (written !== BigInt(waits.length)) throw new Error(`${waits.length} appends were answered, ${written} events are there`);
  waits.sort((a, b) => a - b);
  const at = (share: number) => waits[Math.floor(waits.length * share)]!.toFixed(1);
  console.log(`${Math.round(waits.length / seconds)} appends/s, ${clients} clients, p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`);
  await log.close();
} finally {
  await pool.query(`drop schema if exists ${schema} cascade`);
  await pool.end();
  await server?.stop();
  rmSync(directory, { recursive: true, force: true });
}
