import type { Credentials } from '@eventstore/db-client';
import { EventStoreDBClient } from '@eventstore/db-client';
import { LogUnavailable } from '../port.ts';
import { spoilsClient } from './errors.ts';

/** Replacing a client costs the calls under way on it, so an outage does not do it for every failed call. */
const REPLACED_AT_MOST_EVERY_MS = 1_000;

/** Whoever holds one of these gets a working client each time, though clients spoil. */
export class Connection {
  /** Given with every append: it makes the client take the path that has a deadline and an error per call. */
  readonly credentials: Credentials;
  readonly #url: string;
  #client: EventStoreDBClient;
  #replacedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(url: string) {
    this.#url = url;
    this.credentials = credentialsOf(url);
    this.#client = EventStoreDBClient.connectionString(url);
  }

  /** Does the work with the present client; an error that spoils it replaces it for the next one. */
  async use<T>(work: (client: EventStoreDBClient) => Promise<T>): Promise<T> {
    if (this.#closed) throw new LogUnavailable('the log is closed');
    const client = this.#client;
    try {
      return await work(client);
    } catch (error) {
      if (spoilsClient(error) && client === this.#client && !this.#closed) await this.#replace(client);
      throw error;
    }
  }

  async #replace(client: EventStoreDBClient): Promise<void> {
    const now = performance.now();
    if (now - this.#replacedAt < REPLACED_AT_MOST_EVERY_MS) return;
    this.#replacedAt = now;
    this.#client = EventStoreDBClient.connectionString(this.#url);
    await client.dispose();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client.dispose();
  }
}

/** User and password of a connection string; over plain TCP the server asks for none and the client sends none. */
function credentialsOf(url: string): Credentials {
  const [, username, password] = /^[^:]+:\/\/([^:@/]+):([^@/]*)@/.exec(url) ?? [];
  if (username !== undefined && password !== undefined) {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  }
  if (/[?&]tls=false\b/i.test(url)) return { username: 'nobody', password: '' };
  throw new RangeError('an EventStoreDB address over TLS needs a user and a password: esdb://user:password@host:2113');
}
