import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { Redis } from 'ioredis';
import type tap from 'tap';
import { temporaryDirectory } from './postgres.ts';

/** A Redis of its own on a free loopback port. */
export interface TestRedis {
  readonly url: string;
  /** Forgets everything, as FLUSHALL does. */
  wipe(): Promise<void>;
  /** Jobs of BullMQ that it holds, whatever their state. */
  jobs(): Promise<number>;
  /** Bounds its memory: what needs more is refused. 0 takes the bound away. */
  limit(bytes: number): Promise<void>;
  /** Ends it at once, as kill -9 does. */
  kill(): Promise<void>;
  /** Starts it again on the same port: empty, or with what its file kept. */
  restart(): Promise<void>;
}

const program = (process.env.PATH ?? '')
  .split(delimiter)
  .map((directory) => join(directory, 'redis-server'))
  .find(existsSync);

/** Why tests that need Redis are skipped on this machine, or false. */
export const withoutRedis: string | false = program === undefined ? 'redis-server is not on PATH' : false;

/**
 * Starts a Redis that is gone when the test ends. What is in it is lost when it is killed, or, with `appendOnly`, kept but for the
 * last moment, as that of infra/compose.yaml does.
 */
export async function testRedis(t: Pick<typeof tap, 'teardown'>, { appendOnly = false } = {}): Promise<TestRedis> {
  const port = await freePort();
  const directory = temporaryDirectory();
  const url = `redis://127.0.0.1:${port}`;
  let server = await start(port, directory, appendOnly);
  const kill = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  };
  t.teardown(async () => {
    await kill();
    rmSync(directory, { recursive: true, force: true });
  });
  return {
    url,
    kill,
    restart: async () => {
      await kill();
      server = await start(port, directory, appendOnly);
    },
    wipe: () => asked(url, (client) => client.flushall()).then(() => undefined),
    limit: (bytes) => asked(url, (client) => client.config('SET', 'maxmemory', String(bytes))).then(() => undefined),
    jobs: () =>
      asked(url, async (client) => {
        const keys = await client.keys('bull:*');
        const types = await Promise.all(keys.map((key) => client.hexists(key, 'timestamp').catch(() => 0)));
        return types.filter((has) => has === 1).length;
      }),
  };
}

async function asked<T>(url: string, question: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  return question(client).finally(() => client.disconnect());
}

async function start(port: number, directory: string, appendOnly: boolean): Promise<ChildProcess> {
  const kept = appendOnly ? 'yes' : 'no';
  const settings = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', kept, '--dir', directory];
  const server = spawn(program ?? 'redis-server', [...settings, '--maxmemory-policy', 'noeviction'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    server.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
    server.stdout.on('data', (text: Buffer) => {
      if (text.includes('Ready to accept connections')) resolve();
    });
  });
  return server;
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
