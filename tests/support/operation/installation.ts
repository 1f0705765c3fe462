import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type t from 'tap';
import { staffIdOf } from '../../../src/eventlog/ids.ts';
import { readConfig } from '../../../src/platform/config.ts';
import { openDevelopmentIssuer } from '../../../src/platform/developmentIssuer.ts';
import { migrateAll } from '../../../src/schemas.ts';
import { serve } from '../../../src/serve.ts';
import { silentLog, temporaryDirectory, testDatabase } from '../postgres.ts';

/** A port nobody listens at just now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A Masar in all roles on a database of its own, with one registrar who can sign in; gone when the test ends. */
export async function installation(test: Pick<typeof t, 'teardown'>, more: Readonly<Record<string, string>> = {}) {
  const dataDir = temporaryDirectory();
  test.teardown(() => rmSync(dataDir, { recursive: true, force: true }));
  const { url, pool } = await testDatabase(test);
  await migrateAll(pool, url);
  const operationsPort = await freePort();
  const env = { DATABASE_URL: url, MASAR_DATA: dataDir, PORT: '0', OPERATIONS_PORT: String(operationsPort), ...more };
  const config = readConfig(env);
  const running = await serve(config, silentLog);
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopping ??= running.stop());
  test.teardown(stop);
  const { core, address, metrics } = running;
  const issuer = await openDevelopmentIssuer(config.dataDir);
  const subject = randomUUID();
  const now = new Date().toISOString();
  const stream = `staff-${staffIdOf(issuer.issuer, subject)}`;
  const place = { organisation: randomUUID(), office: randomUUID(), governorate: 'IQG09' };
  const facts = [
    { type: 'StaffEnrolled', data: { name: { ar: 'موظف' }, identity: { issuer: issuer.issuer, subject } } },
    { type: 'MembershipGranted', data: { membership: randomUUID(), role: 'registrar', ...place, from: '2020-01-01' } },
  ];
  const drafts = facts.map((fact, revision) => ({
    ...{ id: randomUUID(), stream, revision, recordedAt: now, ...fact },
    metadata: {
      ...{ commandId: randomUUID(), command: 'given', inputMac: '', correlationId: 'test', channel: 'in_person' as const },
      ...{ occurredAt: now, actor: { id: 'x', post: 'registrar' } },
    },
  }));
  await core.log.append(stream, 'none', await core.codec.encode(drafts));
  const token = await issuer.token(subject);

  // biome-ignore lint/suspicious/noExplicitAny: bodies differ from route to route, and tests look into them
  type Called = { readonly status: number; readonly headers: Headers; readonly json: any };

  async function call(
    method: string,
    path: string,
    body?: object,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Called> {
    const answer = await fetch(`${address}${path}`, {
      method,
      headers: {
        ...{ authorization: `Bearer ${token}`, 'idempotency-key': randomUUID() },
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const json = JSON.parse(await answer.text());
    // While many start on one machine, the event loop may stand still for a moment.
    if (json.code !== 'BUSY') return { status: answer.status, headers: answer.headers, json };
    await delay(200);
    return call(method, path, body, headers);
  }
  return { core, metrics, call, stop, operations: `http://127.0.0.1:${operationsPort}`, address: address ?? '' };
}

/** Waits until something is found, half a minute at most. */
export async function until<T>(what: string, look: () => Promise<T | undefined> | T | undefined): Promise<T> {
  for (const deadline = Date.now() + 30_000; Date.now() < deadline; await delay(50)) {
    const found = await look();
    if (found !== undefined) return found;
  }
  throw new Error(`${what}: not within half a minute`);
}
