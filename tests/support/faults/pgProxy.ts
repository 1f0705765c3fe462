import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';

/** How a connection ends: in order (FIN), at once (RST), or without a word until the kernels of both ends give it up. */
export const WAYS = ['cut', 'reset', 'stall'] as const;
export type Way = (typeof WAYS)[number];

/** A place in the conversation: this message, sent by this end, in the course of this. */
interface Place {
  readonly during: 'login' | 'append' | 'commit';
  readonly from: 'client' | 'server';
  /** The letter of the message, as in the protocol's documentation; the first message of a client has none. */
  readonly message: string;
  /** How much of it still gets through. */
  readonly passes: 'nothing' | 'half';
  /** Whether the server carries out what was asked. */
  readonly done: boolean;
}

/**
 * Twelve places at which a conversation with Postgres is broken off. Answers leave the server together, after its commit, so
 * losing the first of them loses the answer of something that was done.
 */
export const POINTS = {
  'before the first message': { during: 'login', from: 'client', message: '', passes: 'nothing', done: false },
  'before word of being let in': { during: 'login', from: 'server', message: 'Z', passes: 'nothing', done: false },
  'before Parse': { during: 'append', from: 'client', message: 'P', passes: 'nothing', done: false },
  'before Bind': { during: 'append', from: 'client', message: 'B', passes: 'nothing', done: false },
  'within Bind': { during: 'append', from: 'client', message: 'B', passes: 'half', done: false },
  'before Execute': { during: 'append', from: 'client', message: 'E', passes: 'nothing', done: false },
  'before Sync': { during: 'append', from: 'client', message: 'S', passes: 'nothing', done: false },
  'before the answer': { during: 'append', from: 'server', message: '1', passes: 'nothing', done: true },
  'within a row of the answer': { during: 'append', from: 'server', message: 'D', passes: 'half', done: true },
  'before ReadyForQuery': { during: 'append', from: 'server', message: 'Z', passes: 'nothing', done: true },
  'before COMMIT': { during: 'commit', from: 'client', message: 'Q', passes: 'nothing', done: false },
  'before the answer to COMMIT': { during: 'commit', from: 'server', message: 'C', passes: 'nothing', done: true },
} as const satisfies Readonly<Record<string, Place>>;

export type Point = keyof typeof POINTS;
export const points = Object.keys(POINTS) as Point[];

interface Strike {
  readonly place: Place;
  readonly way: Way;
  left: number;
  readonly over: () => void;
}

/** A connection as its client holds it. */
export interface Held {
  /** `application_name`. */
  readonly name: string;
  /** Whether it waits to be notified. */
  readonly listens: boolean;
}

export interface PgProxy {
  /** The database, by way of the proxy. */
  readonly url: string;
  /**
   * Breaks the next connections, one after the other, that come to this point. Resolves when the last of them is gone, for
   * both ends. For points of the login the connections there are broken off, so that new ones come.
   */
  strike(point: Point, way: Way, times?: number): Promise<void>;
  /** From now on nothing more passes on the connections there are; nor, while `swallowsNew`, on any that is opened. */
  silence(swallowsNew?: boolean): void;
  /** The connections that fell silent and that their clients still hold to. */
  silent(): readonly Held[];
  /** The connections there are, silent ones included. */
  held(): readonly Held[];
  /** Connections open at present. */
  readonly open: () => number;
  close(): Promise<void>;
}

/**
 * Stands between clients and a Postgres server on a loopback port and reads what they say to each other, without TLS.
 * A stalled connection is given up by both ends after `noticedAfterMs`, as their keepalives would bring about.
 */
export async function startPgProxy(databaseUrl: string, noticedAfterMs: number): Promise<PgProxy> {
  const { host, port } = new pg.Client(databaseUrl);
  const server = host.startsWith('/') ? { path: `${host}/.s.PGSQL.${port}` } : { host, port };
  const strikes = new Set<Strike>();
  const wires = new Set<Wire>();
  let swallowing = false;

  const due = (place: Omit<Place, 'passes' | 'done'>): Strike | undefined => {
    const { during, from, message } = place;
    for (const one of strikes) {
      const { place: at } = one;
      if (at.during !== during || at.from !== from || at.message !== message || one.left === 0) continue;
      one.left -= 1;
      return one;
    }
    return undefined;
  };

  const front = createServer({ noDelay: true }, (client) => {
    const wire = new Wire(client, connect(server), due, noticedAfterMs);
    wires.add(wire);
    if (swallowing) wire.drop('stall');
    void wire.gone.then((by) => {
      wires.delete(wire);
      if (by?.left === 0 && strikes.delete(by)) by.over();
    });
  });
  front.listen(0, '127.0.0.1');
  await once(front, 'listening');
  const address = front.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');

  const url = new URL(databaseUrl);
  const user = url.searchParams.get('user') ?? url.username;
  const password = url.password === '' ? '' : `:${url.password}`;
  return {
    url: `postgresql://${user}${password}@127.0.0.1:${address.port}${url.pathname}`,
    strike: (point, way, times = 1) =>
      new Promise((over) => {
        strikes.add({ place: POINTS[point], way, left: times, over });
        if (POINTS[point].during === 'login') for (const wire of wires) wire.drop('reset');
      }),
    silence: (swallowsNew = false) => {
      swallowing = swallowsNew;
      for (const wire of wires) wire.drop('stall');
    },
    silent: () => [...wires].filter((wire) => wire.isSilent && wire.isHeld),
    held: () => [...wires].filter((wire) => wire.isHeld),
    open: () => wires.size,
    close: async () => {
      const closed = once(front, 'close');
      front.close();
      for (const wire of wires) wire.destroy();
      await closed;
    },
  };
}

/** One client's connection, through to the server. */
class Wire {
  /** Resolves when both ends are gone, with what broke it, if anything did. */
  readonly gone: Promise<Strike | undefined>;
  name = '';
  listens = false;
  /** Whether its client has not closed it. */
  isHeld = true;
  isSilent = false;
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #noticedAfterMs: number;
  #during: Place['during'] | 'something else' = 'login';
  #broken = false;
  #by: Strike | undefined;

  constructor(client: Socket, server: Socket, due: (at: Omit<Place, 'passes' | 'done'>) => Strike | undefined, ms: number) {
    this.#client = client;
    this.#server = server;
    this.#noticedAfterMs = ms;
    const ends = [client, server];
    for (const end of ends) end.on('error', () => {});
    this.gone = Promise.all(ends.map((end) => new Promise((closed) => end.on('close', closed)))).then(() => this.#by);

    const pass = (from: Place['from'], source: Socket, target: Socket): void => {
      const framesIn = framing(from === 'client');
      source.on('data', (chunk: Buffer) => {
        for (const { message, bytes } of framesIn(chunk)) {
          if (this.#broken) return;
          if (from === 'client') this.#listen(message, bytes);
          const during = this.#during;
          const strike = during === 'something else' ? undefined : due({ during, from, message });
          if (!strike) {
            target.write(bytes);
            // What is asked next may have been parsed before, and begin with Bind.
            if (from === 'server' && message === 'Z') this.#during = 'something else';
            continue;
          }
          this.#by = strike;
          this.#broken = true;
          if (strike.place.passes === 'half') target.write(bytes.subarray(0, bytes.length >> 1), () => this.#end(strike.way));
          else this.#end(strike.way);
        }
      });
      source.on('close', () => {
        if (!this.#broken) target.end();
      });
    };
    client.once('close', () => {
      this.isHeld = false;
    });
    pass('client', client, server);
    pass('server', server, client);
  }

  /** What the client's next messages, and the answers to them, belong to. */
  #listen(message: string, bytes: Buffer): void {
    if (message === '') this.name = /\0application_name\0([^\0]*)/.exec(bytes.toString('latin1'))?.[1] ?? this.name;
    if (message === 'Q' && /^listen /im.test(bytes.toString('utf8', 5))) this.listens = true;
    if (message === 'P') this.#during = bytes.includes('append_events(') ? 'append' : 'something else';
    if (message === 'Q') this.#during = /^commit/i.test(bytes.toString('utf8', 5)) ? 'commit' : 'something else';
  }

  /** Breaks it off wherever it is, unless it is being broken off already. */
  drop(way: Way): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#end(way);
  }

  /** Ends it whatever it is at. */
  destroy(): void {
    this.#broken = true;
    this.#end('reset');
  }

  #end(way: Way): void {
    const ends = [this.#client, this.#server];
    if (way === 'reset') {
      this.#client.resetAndDestroy();
      this.#server.destroy();
      return;
    }
    this.isSilent = way === 'stall';
    // Of what a stalled connection still brings nothing is passed on; that its client leaves it, the proxy sees.
    for (const end of ends) if (!this.isSilent) end.end();
    // The kernels give up a stalled connection; an end that was told goes by itself, unless it is busy.
    void delay(this.#noticedAfterMs, undefined, { ref: false }).then(() => this.#end('reset'));
  }
}

/** Cuts what one end sends into messages: a letter, the length, the rest. A client's first message has no letter. */
function framing(first: boolean): (chunk: Buffer) => { message: string; bytes: Buffer }[] {
  let rest: Buffer = Buffer.alloc(0);
  let nameless = first;
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const frames = [];
    for (;;) {
      const letter = nameless ? 0 : 1;
      if (rest.length < letter + 4) return frames;
      const end = letter + rest.readInt32BE(letter);
      if (rest.length < end) return frames;
      frames.push({ message: nameless ? '' : String.fromCharCode(rest[0]!), bytes: rest.subarray(0, end) });
      rest = rest.subarray(end);
      nameless = false;
    }
  };
}
