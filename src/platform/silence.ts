import { Socket } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import pg from 'pg';

/** How the connections of one pool are watched. */
export interface SilenceSettings {
  /** The database, for asking it how far it is with what was asked. */
  readonly url: string;
  readonly applicationName: string;
  /** A connection on which an answer is due and nothing comes for so long is given up, unless the database says it is still at it. */
  readonly silenceMs: number;
  /** After so long the database is asked over a new connection; not at all where `silenceMs` is no longer. Default 5 s. */
  readonly suspectMs?: number | undefined;
}

/** Looks after connections on which an answer may never come. */
export interface SilenceWatch {
  /** Watches a connection that is logged in, until it ends. */
  add(client: pg.Client): void;
  /** Whether somebody has taken it, with or without asking anything: such a one is not given up for another one's silence. */
  held(client: pg.Client, isHeld: boolean): void;
}

interface Watched {
  readonly client: pg.Client;
  readonly socket: Socket;
  isHeld: boolean;
  /** Bytes sent when nothing was due any more: more than these, and an answer is due. */
  answered: number;
  /** Bytes that this process has handed on, without those it still holds. */
  sent: number;
  received: number;
  /** Looks in a row at which an answer was due and nothing had passed since the look before. */
  quiet: number;
}

const SUSPECT_MS = 5_000;
/** So long the database may take to be reached, and again to tell. */
const PROBE_MS = 3_000;
/** Looks before a connection is suspected: counted, so that a thread that stood still is not taken for a silent network. */
const LOOKS = 10;

/** What every watch of a process does once one of them knows that the way to a server was lost: by its address. */
const ways = new Map<string, Set<() => void>>();

/**
 * Gives up connections to which the way was lost without a word, and with them what was asked on them. A statement that takes long
 * looks the same from here, so after `suspectMs` the server itself is asked what that session does: while it works, it is waited
 * for; where it has answered or was never asked, or cannot be reached at all, the connection is lost. Then whatever lies idle on the
 * same way, in every pool of this process, goes with it: else each of those would be waited for in its turn. A request that is still
 * being sent is not yet one that the server could know of, so its word of that session says nothing; what the system has taken to
 * send cannot be seen from here.
 */
export function watchSilence({ url, applicationName, silenceMs, suspectMs = SUSPECT_MS }: SilenceSettings): SilenceWatch {
  const lookMs = Math.min(silenceMs, suspectMs) / LOOKS;
  const limit = Math.ceil(silenceMs / lookMs);
  const asks = silenceMs > suspectMs;
  const watched = new Map<pg.Client, Watched>();
  let looking: NodeJS.Timeout | undefined;
  let asking = false;
  let way = '';

  const isDue = (one: Watched): boolean => one.socket.bytesWritten !== one.answered;

  function giveUp(one: Watched, reason: string): void {
    watched.delete(one.client);
    one.socket.destroy(Object.assign(new Error(`nothing was heard of the database: ${reason}`), { code: 'ETIMEDOUT' }));
  }

  function dropIdle(): void {
    for (const one of watched.values()) {
      if (!one.isHeld && !isDue(one) && one.client.getTransactionStatus() === 'I') giveUp(one, 'the way to it was lost');
    }
  }

  function lose(lost: readonly Watched[], reason: string): void {
    for (const one of lost) giveUp(one, reason);
    // Where nobody is asked, a limit says nothing of others: the one that ran out may have met a server that is slow.
    if (lost.length > 0 && asks) for (const drop of ways.get(way) ?? []) drop();
  }

  function look(): void {
    for (const one of watched.values()) {
      const { bytesRead: received } = one.socket;
      const sent = handedOn(one.socket);
      const stood = isDue(one) && received === one.received && sent === one.sent;
      Object.assign(one, { quiet: stood ? one.quiet + 1 : 0, received, sent });
    }
    const quietFor = (looks: number) => [...watched.values()].filter(({ quiet }) => quiet >= looks);
    lose(quietFor(limit), `no answer for ${silenceMs} ms`);
    if (asks && !asking) void ask(quietFor(LOOKS));
  }

  async function ask(suspects: readonly Watched[]): Promise<void> {
    if (suspects.length === 0) return;
    asking = true;
    const before = new Map(suspects.map((one) => [one, one.socket.bytesRead + handedOn(one.socket)]));
    const standOf = await stands(suspects.map(({ client }) => sessionOf(client)));
    // What came while this thread was busy is read only now.
    await turn();
    asking = false;
    const lost: Watched[] = [];
    for (const one of suspects) {
      if (!watched.has(one.client) || one.socket.bytesRead + handedOn(one.socket) !== before.get(one)) continue;
      const stand = standOf(sessionOf(one.client));
      if (stand === 'at work') one.quiet = 0;
      if (stand === 'away' || (stand === 'idle' && one.socket.writableLength === 0)) lost.push(one);
    }
    lose(lost, 'it has answered or was never asked, or is not there');
  }

  /** How the server stands with its sessions. */
  async function stands(sessions: readonly number[]): Promise<(session: number) => Stand> {
    const bounds = { connectionTimeoutMillis: PROBE_MS, query_timeout: PROBE_MS };
    const client = new pg.Client({
      connectionString: url,
      application_name: `${applicationName} asks`,
      options: '-c search_path=pg_catalog', // as in createPool
      ...bounds,
    });
    client.on('error', () => {});
    try {
      await client.connect();
      const { rows } = await client.query<{ pid: number; stand: Stand }>(
        `select pid, case when state like 'idle%' or wait_event = 'ClientWrite' then 'idle' else 'at work' end as stand
         from pg_stat_activity where pid = any($1::int[]) and state is not null and state <> 'disabled'`,
        [sessions],
      );
      const told = new Map(rows.map(({ pid, stand }) => [pid, stand]));
      return (session) => told.get(session) ?? 'unknown';
    } catch (error) {
      // A server that refuses, being full or just starting, has spoken: the way is there, and nothing else is known.
      return () => (error instanceof pg.DatabaseError ? 'unknown' : 'away');
    } finally {
      // Its goodbye is not waited for: where the way is lost by now, it would not come for minutes, and nobody be asked meanwhile.
      client.end().catch(() => {});
      client.connection.stream.destroy();
    }
  }

  function forget(client: pg.Client): void {
    watched.delete(client);
    if (watched.size > 0) return;
    clearInterval(looking);
    looking = undefined;
    ways.get(way)?.delete(dropIdle);
    if (ways.get(way)?.size === 0) ways.delete(way);
  }

  return {
    add: (client) => {
      const { stream: socket } = client.connection;
      if (!(socket instanceof Socket)) throw new TypeError('a connection to a database is a socket');
      const { bytesRead: received, bytesWritten: answered } = socket;
      const one: Watched = { client, socket, isHeld: false, answered, sent: handedOn(socket), received, quiet: 0 };
      watched.set(client, one);
      client.on('drain', () => {
        one.answered = socket.bytesWritten;
      });
      socket.once('close', () => forget(client));
      way = `${client.host}:${client.port}`;
      ways.set(way, (ways.get(way) ?? new Set()).add(dropIdle));
      looking ??= setInterval(look, lookMs).unref();
    },
    held: (client, isHeld) => {
      const one = watched.get(client);
      if (one) one.isHeld = isHeld;
    },
  };
}

/** Idle is also what waits for us to take an answer that we do not see coming; away, that nobody could be asked. */
type Stand = 'at work' | 'idle' | 'away' | 'unknown';

const handedOn = (socket: Socket): number => socket.bytesWritten - socket.writableLength;

/** The process of the server that a connection talks to; `pg` keeps it without declaring it. */
const sessionOf = (client: pg.Client): number => Number(Reflect.get(client, 'processID'));
