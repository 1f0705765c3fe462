import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';
import { noFiles } from '../../../src/eventlog/documents/attaching.ts';
import type { EventLog } from '../../../src/eventlog/port.ts';
import { type Api, startApi } from '../api.ts';
import { parcel } from '../sampleProcess.ts';
import { world } from '../scenario.ts';
import { createStubbornClient, type StubbornClient } from './clients.ts';

/** A server may be gone for a minute; then comes the time to find it again. */
const PATIENCE_MS = 120_000;

/** An API over a log, with clients that request and send parcels and give every command until it is acknowledged. */
export interface Senders {
  readonly api: Api;
  readonly clients: readonly StubbornClient[];
  /** One client more; `<prefix>` names its commands. A careless one tries again under fresh keys. */
  client(prefix: string, freshKeys?: boolean): StubbornClient;
  /** Asks for a parcel. */
  request(client: StubbornClient): Promise<string>;
  /** All of them at work, each with a parcel at a time, until the promise settles. */
  work(until: Promise<unknown>): Promise<void>;
}

export async function openSenders(t: Pick<Test, 'teardown'>, log: EventLog, prefix: string, count: number): Promise<Senders> {
  const api = await startApi(world([parcel], '2026-03-01T08:00:00.000Z', 'as brought', noFiles, log));
  t.teardown(() => api.close());
  const registrar = api.person('registrar');
  const client = (name: string, freshKeys = false): StubbornClient =>
    createStubbornClient({
      tokenFor: () => api.token(registrar),
      address: async () => api.base,
      prefix: name,
      freshKeys,
      patienceMs: PATIENCE_MS,
    });
  const clients = Array.from({ length: count }, (_, at) => client(`${prefix}-${at}`));
  const request = async (by: StubbornClient): Promise<string> => {
    const { id } = await by.give('', '/v1/parcels', '', { to: randomUUID(), name: 'Synthetic Family' });
    return id;
  };
  return {
    api,
    clients,
    client,
    request,
    work: async (until) => {
      let working = true;
      const stop = until.finally(() => {
        working = false;
      });
      const one = async (by: StubbornClient): Promise<void> => {
        while (working) {
          const id = await request(by);
          await by.give('', `/v1/parcels/${id}/send`, '', { weight: 2 });
          await delay(5);
        }
      };
      await Promise.all([stop, ...clients.map(one)]);
    },
  };
}
