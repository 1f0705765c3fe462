import type { Credentials } from '@eventstore/db-client';
import { EventStoreDBClient } from '@eventstore/db-client';
import { LogUnavailable } from '../port.ts';
import { spoilsClient } from './errors.ts';
import type { Reader } from './reading.ts';

/** Replacing a client costs the calls under way on it, so an outage does not do it for every failed call. */
const REPLACED_AT_MOST_EVERY_MS = 1_000;

/** A client whose connections can be closed. */
interface Closable {
  readonly client: EventStoreDBClient;
  close(): Promise<void>;
}

/**
 * The client's own `dispose` ends its calls and leaves its connection open until gRPC finds it idle, half an hour later; and when
 * several calls fail at once, it may forget a connection that it has just opened. In a bad night that would be thousands. So the
 * connections it opens are remembered here: a new one ends those before, and closing the client ends them all. A connection that
 * falls silent needs no limit of ours: the client pings every ten seconds and gives up one that has not answered ten seconds later,
 * and each call that is not a stream has ten seconds (a read is one, and has its own limit in `reading.ts`), unless the address says otherwise (`keepAliveInterval`, `keepAliveTimeout`).
 */
function createClient(url: string): Closable {
  const client = EventStoreDBClient.connectionString(url);
  const channels = new Set<{ close(): void }>();
  const closeAll = (): void => {
    for (const channel of channels) channel.close();
    channels.clear();
  };
  // biome-ignore-start lint/complexity/useLiteralKeys: only so may what the client declares private be named
  const open = client['createChannel'];
  client['createChannel'] = async () => {
    const channel = await open();
    closeAll();
    channels.add(channel);
    return channel;
  };
  // biome-ignore-end lint/complexity/useLiteralKeys: see above
  return {
    client,
    close: async () => {
      await client.dispose();
      closeAll();
    },
  };
}

/** Whoever holds one of these gets a working client each time, though clients spoil. */
export class Connection {
  /** Given with every append: it makes the client take the path that has a deadline and an error per call. */
  readonly credentials: Credentials;
  readonly #url: string;
  readonly #silenceMs: number;
  #current: Closable;
  #replacedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  /** `silenceMs`: milliseconds without an answer after which a read is given up. */
  constructor(url: string, silenceMs: number) {
    this.#url = url;
    this.#silenceMs = silenceMs;
    this.credentials = credentialsOf(url);
    this.#current = createClient(url);
  }

  /** Does the work with the present client; an error that spoils it replaces it for the next one. */
  async use<T>(work: (client: EventStoreDBClient) => Promise<T>): Promise<T> {
    if (this.#closed) throw new LogUnavailable('the log is closed');
    const used = this.#current;
    try {
      return await work(used.client);
    } catch (error) {
      if (spoilsClient(error) && used === this.#current && !this.#closed) await this.#replace(used);
      throw error;
    }
  }

  /** As `use`, for reads. */
  async read<T>(work: (reader: Reader) => Promise<T>): Promise<T> {
    return this.use((client) => work({ client, silenceMs: this.#silenceMs }));
  }

  async #replace(spoiled: Closable): Promise<void> {
    const now = performance.now();
    if (now - this.#replacedAt < REPLACED_AT_MOST_EVERY_MS) return;
    this.#replacedAt = now;
    this.#current = createClient(this.#url);
    await spoiled.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#current.close();
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
