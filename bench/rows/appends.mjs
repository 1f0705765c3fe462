/**
 * Durable appends: 32 clients, each with a stream of its own, one 530-byte event an append, the expected revision checked. Beside
 * Emmett's Postgres store as its documentation uses it, and beside the least a group commit can do: a function that numbers and
 * inserts whatever waits, checks nothing and answers nothing but how far it came.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import pg from 'pg';
import { built } from '../support/built.mjs';
import { CONNECTIONS, database, inTurns } from '../support/database.mjs';
import { quantile } from '../support/figures.mjs';

const CLIENTS = 32;
const BYTES = 530;

export async function measure(bench) {
  const seconds = bench.quick ? 0.5 : 4;
  const url = await database(bench, 'appends');
  const contestants = { masar: await masar(bench, url), emmett: await emmett(bench, url), bare: await bare(bench, url) };
  const turns = Object.fromEntries(
    Object.entries(contestants).map(([name, open]) => [name, (round) => turn(seconds, (client) => open(`${round}-${client}`))]),
  );
  const found = await inTurns(bench.quick ? 1 : 5, turns);
  const of = (name, what) => found[name].map((one) => one[what]);
  return [
    {
      name: 'appends',
      work: 'durable appends, 32 clients, 530-byte events',
      unit: 'appends/s',
      ours: of('masar', 'rate'),
      peer: of('emmett', 'rate'),
      peerName: 'Emmett',
    },
    {
      name: 'appends-p99',
      work: 'the slowest hundredth of them',
      unit: 'ms',
      ours: of('masar', 'p99'),
      peer: of('emmett', 'p99'),
      peerName: 'Emmett',
    },
    {
      name: 'appends-bare',
      work: 'durable appends beside a bare group commit',
      unit: 'appends/s',
      ours: of('masar', 'rate'),
      peer: of('bare', 'rate'),
      peerName: 'bare',
    },
  ];
}

/** A connection that is being closed may hear that its database is dropped; without a listener that ends the process. */
const endsWithItsDatabase = () => {};

/** Appends a second, and how long the slowest hundredth takes (ms). */
async function turn(seconds, open) {
  const waits = [];
  const started = performance.now();
  const end = started + seconds * 1_000;
  await Promise.all(
    Array.from({ length: CLIENTS }, async (_, client) => {
      const append = open(client);
      for (let revision = 0; performance.now() < end; revision += 1) {
        const start = performance.now();
        await append(revision);
        waits.push(performance.now() - start);
      }
    }),
  );
  return { rate: (waits.length * 1_000) / (performance.now() - started), p99: quantile(waits, 0.99) };
}

async function masar({ teardown }, url) {
  const { createPool } = await built('src/platform/database.js');
  const { migrate } = await built('src/platform/migrations.js');
  const { migrations } = await built('src/eventlog/postgres/migrations.js');
  const { createPostgresLog } = await built('src/eventlog/postgres/postgresLog.js');
  const pool = createPool(url, { applicationName: 'bench', max: CONNECTIONS });
  teardown(() => pool.end());
  await migrate(pool, { schema: 'log', migrations });
  const log = createPostgresLog({ pool, schema: 'log' });
  teardown(() => log.close());
  const bytes = randomBytes(BYTES);
  return (name) => {
    const stream = `bench-${name}`;
    return (revision) =>
      log.append(stream, revision === 0 ? 'none' : revision - 1, [{ id: randomUUID(), type: 'bench.Written.v1', bytes }]);
  };
}

async function emmett({ teardown }, url) {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  pool.on('error', endsWithItsDatabase);
  const store = getPostgreSQLEventStore(url, { connectionOptions: { pool } });
  teardown(async () => {
    await store.close();
    await pool.end();
  });
  await store.schema.migrate();
  const data = {
    text: randomBytes(BYTES)
      .toString('base64')
      .slice(0, BYTES - JSON.stringify({ text: '' }).length),
  };
  if (JSON.stringify(data).length !== BYTES) throw new Error('the events are not of one size');
  return (name) => {
    const stream = `bench-${name}`;
    return (revision) =>
      store.appendToStream(stream, [{ type: 'Written', data }], {
        expectedStreamVersion: revision === 0 ? 'STREAM_DOES_NOT_EXIST' : BigInt(revision),
      });
  };
}

async function bare({ teardown }, url) {
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  pool.on('error', endsWithItsDatabase);
  teardown(() => pool.end());
  await pool.query(`
    create schema bare;
    create table bare.head (position bigint not null);
    insert into bare.head values (0);
    create table bare.events (position bigint primary key, stream text collate "C" not null, revision int not null, id uuid not null,
      type text not null, bytes bytea not null, unique (stream, revision));
    create function bare.append(streams text[], revisions int[], ids uuid[], types text[], payloads bytea[]) returns bigint
    language plpgsql as $$
    declare top bigint;
    begin
      update bare.head set position = position + cardinality(streams) returning position - cardinality(streams) into top;
      insert into bare.events select top + n, stream, revision, id, type, bytes
        from unnest(streams, revisions, ids, types, payloads) with ordinality as e(stream, revision, id, type, bytes, n);
      return top;
    end $$`);
  const bytes = randomBytes(BYTES);
  let waiting = [];
  let running = false;
  async function drain() {
    for (running = true; waiting.length > 0; await new Promise((resolve) => setImmediate(resolve))) {
      const group = waiting;
      waiting = [];
      const column = (name) => group.map((one) => one[name]);
      await pool.query('select bare.append($1, $2, $3, $4, $5)', [
        column('stream'),
        column('revision'),
        column('id'),
        column('type'),
        column('bytes'),
      ]);
      for (const { done } of group) done();
    }
    running = false;
  }
  return (name) => (revision) =>
    new Promise((done) => {
      waiting.push({ stream: `bench-${name}`, revision, id: randomUUID(), type: 'bench.Written.v1', bytes, done });
      if (!running) void drain();
    });
}
