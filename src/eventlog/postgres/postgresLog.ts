import type { Pool } from 'pg';
import { escapeIdentifier } from 'pg';
import { checkAppend } from '../admission.ts';
import { Bell, follow } from '../follow.ts';
import type { EventLog, LogPage, StreamEvent } from '../port.ts';
import { LogUnavailable } from '../port.ts';
import type { Append, Appended, TimedQuery } from './appendStatement.ts';
import { answerRepeated, sendAppends } from './appendStatement.ts';
import { asUnavailable, isRefused } from './errors.ts';
import { gatheredReads, type Numbered, type Wanted } from './gatheredReads.ts';
import { GroupCommit } from './groupCommit.ts';
import { listen } from './listener.ts';

export interface PostgresLogOptions {
  /** Connections to the database that holds the log. The log never ends it: who made it does. */
  readonly pool: Pool;
  /** Schema in which this folder's `migrations` ran. */
  readonly schema: string;
  /** Whether subscriptions also wait for NOTIFY, over one more connection; without it they poll. Default true. */
  readonly listen?: boolean;
  /** Milliseconds after which an append is given up as of unknown outcome. Default 15 s. */
  readonly appendTimeoutMs?: number;
  /** Milliseconds after which a read is given up; above the server's own limit of a statement. Default 35 s. */
  readonly readTimeoutMs?: number;
}

interface Row {
  readonly stream: string;
  readonly revision: number;
  readonly id: string;
  readonly type: string;
  readonly bytes: Uint8Array;
  readonly position: string;
}

const COLUMNS = 'position, stream, revision, id, type, bytes';
const PAGE = 256;
const POLL_MS = 1_000;
const GROUP_ITEMS = 256;
const GROUP_BYTES = 4 * 1024 * 1024;

/** A log in two tables of Postgres. Positions have no gaps and become visible in order, and a position is the logIndex. */
export function createPostgresLog({
  pool,
  schema: name,
  listen: listening = true,
  appendTimeoutMs = 15_000,
  readTimeoutMs = 35_000,
}: PostgresLogOptions): EventLog {
  const schema = escapeIdentifier(name);
  const channel = `masar_log_${name}`;
  const bell = new Bell();
  const closed = new AbortController();
  let listener: Promise<void> | undefined;

  const place = { pool, schema, channel, timeoutMs: appendTimeoutMs };
  const appends = new GroupCommit<Append, Appended>({
    commit: (group) => sendAppends(place, group),
    weight: ({ events }) => events.reduce((sum, { bytes }) => sum + bytes.byteLength, 0),
    poisoned: isRefused,
    maxItems: GROUP_ITEMS,
    maxWeight: GROUP_BYTES,
  });

  /** With a name the statement is planned once a connection. */
  async function query<R extends object>(text: string, values: unknown[], named?: string): Promise<R[]> {
    if (closed.signal.aborted) throw new LogUnavailable('the log is closed');
    try {
      // Without a limit on this side, a way that swallows everything would hold the reader as long as it stays so.
      const statement: TimedQuery = {
        ...(named === undefined ? {} : { name: `${named} of ${name}` }),
        text,
        values,
        query_timeout: readTimeoutMs,
      };
      return (await pool.query<R>(statement)).rows;
    } catch (error) {
      throw asUnavailable(error);
    }
  }

  const readSideBySide = ({ streams, revisions }: Wanted) =>
    query<Row & Numbered>(
      `select w.n::int as n, e.* from unnest($1::text[], $2::int[]) with ordinality as w (stream, revision, n), lateral (
         select ${COLUMNS} from ${schema}.events where stream = w.stream and revision >= w.revision order by revision offset 0
       ) e order by w.n, e.revision`,
      [streams, revisions],
      'read on',
    );
  const readOn = gatheredReads(readSideBySide);

  const readWhole = gatheredReads(async ({ streams, revisions }) => {
    if (streams.length > 1) return readSideBySide({ streams, revisions });
    const rows = await query<Row>(
      `select ${COLUMNS} from ${schema}.events where stream = $1 order by revision`,
      [...streams],
      'read',
    );
    return rows.map((row) => ({ ...row, n: 1 }));
  });

  async function head(): Promise<bigint> {
    const [row] = await query<{ head: string }>(`select coalesce(max(position), 0) as head from ${schema}.events`, []);
    return BigInt(row!.head);
  }

  const log: EventLog = {
    kind: 'postgres',

    async append(stream, expected, events) {
      checkAppend(stream, events);
      if (closed.signal.aborted) throw new LogUnavailable('the log is closed');
      const append = { stream, expected, events };
      const { written, revision, last_position } = await appends.submit(append);
      if (!written || last_position === null) return answerRepeated(place, append, revision);
      bell.ring();
      return { revision, position: BigInt(last_position), wrote: true };
    },

    async read(stream, fromRevision = 0) {
      return (await (fromRevision > 0 ? readOn : readWhole)(stream, fromRevision)).map(toStreamEvent);
    },

    async readAll(after, limit, filter): Promise<LogPage> {
      // The last position is taken in the statement's own snapshot: everything up to it is in the page or does not match.
      // Each category is looked up in its index: with an equality in place of the two bounds the planner walks the whole log for a
      // category that has no events there.
      const rows = await query<Row & { head: string }>(
        filter === undefined
          ? `select ${COLUMNS}, 0 as head from ${schema}.events where position > $1 order by position limit $2`
          : `with top as (select coalesce(max(position), 0) as head from ${schema}.events)
             select ${COLUMNS}, head from top left join (
               select m.* from unnest($3::text[]) as c(category), lateral (
                 select ${COLUMNS} from ${schema}.events e
                 where (e.category, position) > (c.category, $1) and e.category <= c.category
                 order by e.category, position limit $2
               ) m order by position limit $2
             ) e on true order by position`,
        filter === undefined ? [after, limit] : [after, limit, [...new Set(filter.categories)]],
      );
      const events = rows.filter((row) => row.position !== null).map(toStoredEvent);
      const last = events.at(-1)?.position ?? after;
      const top = events.length < limit ? BigInt(rows[0]?.head ?? 0) : 0n;
      return { events, scannedTo: top > last ? top : last, end: events.length < limit };
    },

    subscribe(after, filter, signal) {
      if (listening) listener ??= listen(pool, channel, bell, closed.signal);
      return follow({
        after,
        readPage: (cursor) => log.readAll(cursor, PAGE, filter),
        bell,
        pollMs: POLL_MS,
        signal: AbortSignal.any([signal, closed.signal]),
      });
    },

    head,

    async positionOf(logIndex) {
      const last = await head();
      if (logIndex >= last) return last;
      return logIndex < 0n ? 0n : logIndex;
    },

    async close() {
      await appends.idle();
      closed.abort();
      await listener;
    },
  };
  return log;
}

function toStreamEvent({ stream, revision, id, type, bytes, position }: Row): StreamEvent {
  return { stream, revision, id, type, bytes, position: BigInt(position) };
}

function toStoredEvent(row: Row) {
  const event = toStreamEvent(row);
  return { ...event, logIndex: event.position };
}
