import pg from 'pg';
import type { EventLog } from '../../eventlog/port.ts';

/** A log whose events have other positions than before: it lies in another kind of store. */
export interface NewPlaces {
  readonly log: EventLog;
  /** Kind of the store that the positions on record are of. */
  readonly from: string;
}

const LOT = 1_000;
const READ_AT_ONCE = 64;

/** Position in a log of the event with this logIndex. On postgres the two are one, for events that are missing there too. */
const placeOf = async ({ log }: NewPlaces, logIndex: bigint): Promise<bigint> =>
  log.kind === 'eventstoredb' ? log.positionOf(logIndex) : logIndex;

/**
 * Gives reactors, their tasks, and what they pass over the positions that the same events have in the new place. A reactor stands
 * at an event that it passed for certain, never after one that it did not; a task keeps its event. Tasks whose event is not there
 * go; so does what an operator let pass in an EventStoreDB, whose positions tell nothing elsewhere. Answers how many tasks went.
 */
export async function takeNewPlaces(client: pg.ClientBase, schema: string, places: NewPlaces): Promise<number> {
  const within = pg.escapeIdentifier(schema);
  const { rows } = await client.query<{ name: string; reached: string }>(
    places.from === 'postgres'
      ? `select name, position::text as reached from ${within}.reactors`
      : `select name, (select max(log_index) from ${within}.reactors other where other.position <= r.position)::text as reached
         from ${within}.reactors r`,
  );
  for (const { name, reached } of rows) {
    await client.query(
      `update ${within}.reactors set position = $2, fault = null, fault_position = null, fault_since = null where name = $1`,
      [name, String(await placeOf(places, BigInt(reached)))],
    );
  }
  await movePassed(client, `${within}.skipped_events`, places);
  return moveTasks(client, `${within}.jobs`, places.log);
}

/** Translates the positions of a table of events to be passed over. `table` is quoted. */
export async function movePassed(client: pg.ClientBase, table: string, places: NewPlaces): Promise<void> {
  // One by one a new position could meet an old one that is still to be translated.
  const { rows } = await client.query<{ position: string; passed: object }>(
    `with gone as (delete from ${table} returning *) select position::text, to_jsonb(gone) as passed from gone`,
  );
  if (places.from !== 'postgres') return;
  for (const { position, passed } of rows) {
    const moved = { ...passed, position: String(await placeOf(places, BigInt(position))) };
    await client.query(`insert into ${table} select * from jsonb_populate_record(null::${table}, $1) on conflict do nothing`, [
      JSON.stringify(moved),
    ]);
  }
}

/** Answers how many tasks were of events that are not there. */
async function moveTasks(client: pg.ClientBase, table: string, log: EventLog): Promise<number> {
  const { rows: streams } = await client.query<{ stream: string; first: number; events: string[] }>(
    `select stream, min(revision) as first, array_agg(distinct event) as events from ${table} group by stream`,
  );
  const places: { event: string; position: string }[] = [];
  for (let at = 0; at < streams.length; at += READ_AT_ONCE) {
    const lot = streams.slice(at, at + READ_AT_ONCE);
    const read = await Promise.all(lot.map(({ stream, first }) => log.read(stream, first)));
    for (const [n, { events }] of lot.entries()) {
      const asked = new Set(events);
      for (const { id, position } of read[n] ?? []) if (asked.has(id)) places.push({ event: id, position: String(position) });
    }
  }
  const { rowCount } = await client.query(`delete from ${table} where not event = any($1::uuid[])`, [
    places.map(({ event }) => event),
  ]);
  for (let at = 0; at < places.length; at += LOT) {
    await client.query(
      `update ${table} j set position = p.position
       from jsonb_to_recordset($1::jsonb) as p (event uuid, position numeric) where j.event = p.event`,
      [JSON.stringify(places.slice(at, at + LOT))],
    );
  }
  return rowCount ?? 0;
}
