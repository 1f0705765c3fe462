import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

export interface TcpProxy {
  readonly port: number;
  /** Breaks every connection at once. */
  cut(): void;
  /** Lets nothing pass any more on the connections there are, without a word to either end; after `ms` both ends see them broken. */
  stall(ms: number): Promise<void>;
  /** Breaks every connection and refuses new ones for so long. */
  away(ms: number): Promise<void>;
  /** Connections open at present. */
  readonly open: () => number;
  close(): Promise<void>;
}

/** Stands on a loopback port before a server on another one, and passes on what both ends send. */
export async function startTcpProxy(target: number): Promise<TcpProxy> {
  const wires = new Set<readonly [Socket, Socket]>();
  let front: Server;
  let port = 0;

  async function listen(): Promise<void> {
    front = createServer({ noDelay: true }, (client) => {
      const server = connect({ host: '127.0.0.1', port: target, noDelay: true });
      const wire = [client, server] as const;
      wires.add(wire);
      for (const end of wire) {
        end.on('error', () => {});
        end.on('close', () => {
          for (const both of wire) both.destroy();
          wires.delete(wire);
        });
      }
      client.pipe(server).pipe(client);
    });
    front.listen(port, '127.0.0.1');
    await once(front, 'listening');
    const address = front.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    port = address.port;
  }

  const breakOff = (which: Iterable<readonly [Socket, Socket]>): void => {
    for (const [client, server] of which) {
      client.resetAndDestroy();
      server.destroy();
    }
  };

  async function leave(): Promise<void> {
    const closed = once(front, 'close');
    front.close();
    breakOff(wires);
    await closed;
  }

  await listen();
  return {
    get port() {
      return port;
    },
    cut: () => breakOff(wires),
    stall: async (ms) => {
      const stalled = [...wires];
      for (const [client, server] of stalled) {
        client.unpipe(server).pause();
        server.unpipe(client).pause();
      }
      await delay(ms);
      breakOff(stalled);
    },
    away: async (ms) => {
      await leave();
      await delay(ms);
      await listen();
    },
    open: () => wires.size,
    close: leave,
  };
}
