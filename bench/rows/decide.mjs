/**
 * Loads a stream of 50 events and decides on it, 8 clients at a time, as a command does. Emmett reads the facts in clear and folds
 * them with the same evolve; Masar keeps what it read half a minute ago or less, and asks the log for what came since. Beside it
 * streams that it meets for the first time: those it reads whole, opens what is sealed in them, holds every event to its schema
 * and folds the case with its waits. All then ask the same decide.
 */
import { randomUUID } from 'node:crypto';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';
import { built } from '../support/built.mjs';
import { CONNECTIONS, inTurns } from '../support/database.mjs';
import { installation } from '../support/installation.mjs';
import { personDrafts } from '../support/made.mjs';

const CLIENTS = 8;
const EVENTS = 50;
const STREAMS = 200;

export async function measure(bench) {
  const seconds = bench.quick ? 0.5 : 4;
  const place = await installation(bench, 'decide');
  const { core, url } = place;
  const person = core.registry.byName('person');
  const { createCases } = await built('src/eventlog/cases.js');
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  const store = getPostgreSQLEventStore(url, { connectionOptions: { pool } });
  bench.teardown(async () => {
    await store.close();
    await pool.end();
  });
  await store.schema.migrate();

  const ids = Array.from({ length: STREAMS }, () => randomUUID());
  for (const id of ids) {
    await core.log.append(`person-${id}`, 'none', await core.codec.encode(personDrafts(id, EVENTS)));
    const { history } = await core.cases.load(person, id);
    const events = history.map(({ type, data, meta }) => ({ type, data: { data, meta } }));
    await store.appendToStream(`person-${id}`, events);
  }
  const decide = (state) => {
    const [{ document }] = state.documents;
    const [{ type }] = person.commands.changeDocumentStatus.decide({ document, status: 'lost' }, state, {});
    if (type !== 'IdentityDocumentStatusChanged') throw new Error(type);
  };
  let now = 0;
  // Whatever was read is too old for it to be kept.
  const unmet = createCases(core.log, core.codec, core.registry, () => {
    now += 60_000;
    return now;
  });
  const ask = {
    masar: async (id) => decide((await core.cases.load(person, id)).record.state),
    unmet: async (id) => decide((await unmet.load(person, id)).record.state),
    emmett: async (id) => {
      const evolve = (state, { type, data }) => person.evolve(state, { type, ...data });
      const { state } = await store.aggregateStream(`person-${id}`, { evolve, initialState: () => person.initial });
      decide(state);
    },
  };
  const found = await inTurns(
    bench.quick ? 1 : 5,
    Object.fromEntries(Object.entries(ask).map(([name, one]) => [name, () => turn(seconds, ids, one)])),
  );
  return [
    {
      name: 'decide',
      work: 'load a 50-event stream that was read a moment ago and decide',
      unit: 'decisions/s',
      ours: found.masar,
      peer: found.emmett,
      peerName: 'Emmett',
    },
    {
      name: 'decide-unmet',
      work: 'load a 50-event stream met for the first time and decide',
      unit: 'decisions/s',
      ours: found.unmet,
      peer: found.emmett,
      peerName: 'Emmett',
    },
  ];
}

async function turn(seconds, ids, ask) {
  let done = 0;
  const started = performance.now();
  const end = started + seconds * 1_000;
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (performance.now() < end) {
        await ask(ids[done % ids.length]);
        done += 1;
      }
    }),
  );
  return (done * 1_000) / (performance.now() - started);
}
