import { once } from 'node:events';
import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { StreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import * as grpc from '@grpc/grpc-js';
import { EventStoreData } from './eventStoreServer/data.ts';
import { streamsHandlers } from './eventStoreServer/streams.ts';

/** What goes wrong with the next call of its kind. */
export interface Faults {
  /** The append is written and the connection is cut before the answer. */
  dropAfterCommit: number;
  /** The append is answered with "not leader", naming this same server as the leader. */
  notLeader: number;
  /** The port named then, where this server is reached by another one. */
  leaderPort: number | undefined;
  /** A read ends after so many events as if that were all. */
  readsEndAfter: number | undefined;
  /** So many reads of streams fail as where no connection can be made. */
  readsRefused: number;
  /** So many reads are taken and never answered, while the connection is well. */
  readsStalled: number;
  /** `$all` is read without its last so many events, as from a node that lags. */
  eventsBehind: number;
  /** A repeated append is answered with a position, as some versions do, and not with word that there is none. */
  repeatsHavePosition: boolean;
}

export interface EventStoreServer {
  /** Connection string of the client. */
  readonly url: string;
  readonly data: EventStoreData;
  readonly faults: Faults;
  /** Subscriptions open on the server's side. */
  readonly subscriptions: ReadonlySet<Ended>;
  /** Events sent in answer to reads since the start of this process. */
  readonly served: { events: number };
  /** Cuts every connection and refuses new ones; what was written stays. */
  kill(): Promise<void>;
  /** Comes back on the same port. */
  start(): Promise<void>;
}

export interface Ended {
  /** Ends the call as if all was said, without an error. */
  end(): void;
}

/**
 * An EventStoreDB for tests on a loopback port, as far as the adapter uses one, on the client's own gRPC stubs: appends with
 * expected revision and the server's idempotency rules, reads of streams and of `$all` in both directions, subscriptions with
 * filter and checkpoints. Among the events written it strews system events of its own, as the real one does.
 */
export async function startEventStoreServer(): Promise<EventStoreServer> {
  const data = new EventStoreData();
  const faults: Faults = {
    dropAfterCommit: 0,
    notLeader: 0,
    leaderPort: undefined,
    readsEndAfter: undefined,
    readsRefused: 0,
    readsStalled: 0,
    eventsBehind: 0,
    repeatsHavePosition: false,
  };
  const subscriptions = new Set<Ended>();
  const served = { events: 0 };
  const sockets = new Set<Socket>();
  let port = 0;
  let front: NetServer | undefined;
  let back: grpc.Server | undefined;

  function cutConnections(): void {
    for (const socket of sockets) socket.destroy();
  }

  async function start(): Promise<void> {
    back = new grpc.Server({ 'grpc.max_receive_message_length': 32 * 1024 * 1024 });
    back.addService(StreamsService, streamsHandlers({ data, faults, subscriptions, served, cutConnections, port: () => port }));
    const injector = back.createConnectionInjector(grpc.ServerCredentials.createInsecure());
    front = createServer({ noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => {});
      injector.injectConnection(socket);
    });
    front.listen(port, '127.0.0.1');
    await once(front, 'listening');
    const address = front.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    port = address.port;
  }

  async function kill(): Promise<void> {
    const closed = front === undefined ? undefined : once(front, 'close');
    front?.close();
    cutConnections();
    back?.forceShutdown();
    await closed;
    front = undefined;
  }

  await start();
  return { url: `esdb://127.0.0.1:${port}?tls=false`, data, faults, subscriptions, served, kill, start };
}
