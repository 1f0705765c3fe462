import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type pg from 'pg';
import { pino } from 'pino';
import type t from 'tap';
import { createPool } from '../../src/platform/database.ts';
import { startEmbeddedPostgres } from '../../src/platform/embeddedPostgres.ts';

type Test = Pick<typeof t, 'teardown'>;

export interface TestDatabase {
  readonly url: string;
  readonly pool: pg.Pool;
}

export const silentLog = pino({ level: 'silent' });

let serverUrl: Promise<string> | undefined;
let databases = 0;

/**
 * An empty database of its own with a pool on it, gone when the test ends. It lies on the server of TEST_DATABASE_URL, which
 * `npm test` provides; without one, an embedded server is started for this test file.
 */
export async function testDatabase(t: Test): Promise<TestDatabase> {
  serverUrl ??= process.env.TEST_DATABASE_URL === undefined ? startServer() : Promise.resolve(process.env.TEST_DATABASE_URL);
  const server = await serverUrl;
  databases += 1;
  const name = `test_${process.pid}_${databases}`;
  await administer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  const pool = createPool(url.href, { applicationName: name });
  t.teardown(async () => {
    if (!pool.ending) await pool.end();
    await administer(server, `drop database ${name} with (force)`);
  });
  return { url: url.href, pool };
}

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
