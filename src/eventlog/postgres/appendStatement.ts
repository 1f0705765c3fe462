import { Buffer } from 'node:buffer';
import type { Pool, QueryConfig } from 'pg';
import type { AppendResult, ExpectedRevision, ProposedEvent } from '../port.ts';
import { OutcomeUnknown, RevisionConflict } from '../port.ts';
import { asAppendError, asUnavailable, isConnectionLost, isRefused } from './errors.ts';

export interface Append {
  readonly stream: string;
  readonly expected: ExpectedRevision;
  readonly events: readonly ProposedEvent[];
}

/** What one append of a group came to. `last_position` is null when it was not written; `revision` is where the stream stands. */
export interface Appended {
  readonly written: boolean;
  readonly revision: number;
  readonly last_position: string | null;
}

/** Where appends go, and how long their answer is waited for. */
export interface AppendPlace {
  readonly pool: Pool;
  /** As an identifier in SQL. */
  readonly schema: string;
  /** Where an append is notified. */
  readonly channel: string;
  /** Milliseconds after which an append is given up as of unknown outcome. */
  readonly timeoutMs: number;
}

/** A statement that is given up, with its connection, when the server says nothing for so long. */
export type TimedQuery = QueryConfig & { readonly query_timeout: number };

/**
 * Sends a group of appends, in order, as one autocommit statement.
 * @throws LogUnavailable when nothing was sent, OutcomeUnknown when the connection broke afterwards.
 */
export async function sendAppends(
  { pool, schema, channel, timeoutMs }: AppendPlace,
  group: readonly Append[],
): Promise<Appended[]> {
  const events = group.flatMap((append) => append.events);
  const starts: number[] = [];
  let start = 1;
  for (const { bytes } of events) {
    starts.push(start);
    start += bytes.byteLength;
  }
  const statement: TimedQuery = {
    text: `select written, revision, last_position from ${schema}.append_events($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    values: [
      group.map(({ stream }) => stream),
      group.map(({ expected }) => (expected === 'none' ? -1 : expected)),
      group.map((append) => append.events.length),
      events.map(({ id }) => id),
      events.map(({ type }) => type),
      starts,
      events.map(({ bytes }) => bytes.byteLength),
      Buffer.concat(events.map(({ bytes }) => bytes)),
      channel,
    ],
    query_timeout: timeoutMs,
  };
  const client = await pool.connect().catch((error: unknown) => {
    throw asUnavailable(error);
  });
  let lost = false;
  try {
    const { rows } = await client.query<Appended>(statement);
    return rows;
  } catch (error) {
    lost = isConnectionLost(error);
    throw asAppendError(error);
  } finally {
    client.release(lost);
  }
}

/**
 * Answers an append that found its stream elsewhere: as the first time when these very events are there already.
 * @throws RevisionConflict; OutcomeUnknown when it cannot be looked up whether they are
 */
export async function answerRepeated(
  { pool, schema, timeoutMs }: AppendPlace,
  { stream, expected, events }: Append,
  standing: number,
): Promise<AppendResult> {
  const before = expected === 'none' ? -1 : expected;
  const statement: TimedQuery = {
    text: `select id, revision, position from ${schema}.events where stream = $1 and revision > $2 order by revision limit $3`,
    values: [stream, before, events.length],
    query_timeout: timeoutMs,
  };
  const { rows } = await pool.query<{ id: string; revision: number; position: string }>(statement).catch((error: unknown) => {
    throw isRefused(error) ? error : new OutcomeUnknown('what the stream has cannot be read', error);
  });
  const last = rows.at(-1);
  if (last === undefined || rows.length !== events.length || rows.some((row, i) => row.id !== events[i]!.id)) {
    throw new RevisionConflict(stream, expected, standing < 0 ? 'none' : standing);
  }
  return { revision: last.revision, position: BigInt(last.position), wrote: false };
}
