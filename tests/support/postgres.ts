import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { pino } from 'pino';
import type t from 'tap';
import { createPool } from '../../src/platform/database.ts';
import { startEmbeddedPostgres } from '../../src/platform/embeddedPostgres.ts';
import { size } from './faults/size.ts';

type Test = Pick<typeof t, 'teardown'>;

export interface TestDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
}

export const silentLog = pino({ level: 'silent' });

let serverUrl: Promise<string> | undefined;
/** Ended databases stay on their server, where a number of a process may come again. */
const run = randomBytes(4).toString('hex');
let databases = 0;

/**
 * An empty database of its own with a pool on it; when the test ends its sessions do, and there are no new ones. It lies on the
 * server of TEST_DATABASE_URL, which `npm test` provides; without one, an embedded server is started for this test file.
 */
export async function testDatabase(t: Test): Promise<TestDatabase> {
  serverUrl ??= process.env.TEST_DATABASE_URL === undefined ? startServer() : Promise.resolve(process.env.TEST_DATABASE_URL);
  const server = await serverUrl;
  databases += 1;
  const name = `test_${run}_${databases}`;
  await administer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const pool = createPool(url.href, { applicationName: name });
  t.teardown(async () => {
    if (!pool.ending) await pool.end();
    for (const statement of endOf(name)) await administer(server, statement);
  });
  return { url: url.href, pool };
}

/**
 * It is dropped where databases are large. Else it goes with its server: dropping one makes the server write all that is unwritten
 * in any database to disk, which takes as long as many a test.
 */
const endOf = (name: string): readonly string[] =>
  size(
    [
      `alter database ${name} with allow_connections false`,
      `select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '${name}'`,
    ],
    [`drop database ${name} with (force)`],
  );

async function administer(server: string, statement: string): Promise<void> {
  const pool = createPool(server, { applicationName: 'test administration', max: 1 });
  try {
    await pool.query(statement);
  } finally {
    await pool.end();
  }
}

async function startServer(): Promise<string> {
  const { default: tap } = await import('tap');
  const directory = temporaryDirectory();
  const server = await startEmbeddedPostgres({ dataDir: directory, log: silentLog });
  tap.teardown(async () => {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  return server.url;
}

/** A new directory under the system's temporary one that other users can enter, as Postgres must when tests run as root. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'masar-test-'));
  chmodSync(directory, 0o755);
  return directory;
}
