/**
 * A command over HTTP, the whole path: token, limits, policy, the stream read and opened, decide, seal, append. 32 connections
 * record a paper with one of many persons. Beside it a bare Fastify route that inserts a row of the same size, without any of it.
 * Each round has persons of its own: with the same ones the last round would measure persons with fifty papers.
 */
import { randomUUID } from 'node:crypto';
import { child } from '../support/child.mjs';
import { inTurns } from '../support/database.mjs';
import { installation, offices, program } from '../support/installation.mjs';
import { load } from '../support/load.mjs';

const CLIENTS = 32;
const PERSONS = 1_000;
const ROUNDS = 5;

export async function measure(bench) {
  const seconds = bench.quick ? 3 : 5;
  const place = await installation(bench, 'command');
  const address = await (await program(bench, place, 'api')).ready();
  const { client, tokenFor } = await offices(place, address);
  const person = { name: { ar: { first: 'سلمى', father: 'كريم' } }, sex: 'female' };
  const rounds = bench.quick ? 1 : ROUNDS;
  const each = bench.quick ? 100 : PERSONS;
  const ids = [];
  while (ids.length < each * (1 + rounds)) {
    const some = Array.from({ length: 20 }, () => client.give('ninewa.registrar', '/v1/persons', randomUUID(), person));
    ids.push(...(await Promise.all(some)).map(({ id }) => id));
  }
  const headers = { authorization: `Bearer ${await tokenFor('ninewa.registrar')}`, 'content-type': 'application/json' };
  let number = 0;
  const paper = () => {
    number += 1;
    return { docType: 'passport', number: `A${number}`, status: 'valid' };
  };
  const post = (path, body) => ({
    method: 'POST',
    path,
    headers: { ...headers, 'idempotency-key': randomUUID() },
    body: JSON.stringify(body),
  });
  const recordWith = (persons) => () => post(`/v1/persons/${persons[number % each]}/record-document`, paper());
  const register = () => post('/v1/persons', person);

  const { pool } = place.core;
  await client.give('ninewa.registrar', `/v1/persons/${ids[0]}/record-document`, randomUUID(), paper());
  const { rows } = await pool.query('select length(bytes)::int as size from log.events order by position desc limit 1');
  await pool.query(
    'create table public.bare (id bigserial primary key, at timestamptz not null default now(), bytes bytea not null)',
  );
  const bare = child(bench, 'bareServer', {}, place.url, 'insert into bare (bytes) values ($1) returning id');
  const { address: bareAddress } = await bare.next();
  const padding = 'x'.repeat(rows[0].size - JSON.stringify({ ...paper(), padding: '' }).length);
  const insert = () => post('/', { ...paper(), padding });

  const found = await inTurns(rounds, {
    masar: (round) => {
      const persons = ids.slice(each * (round + 1), each * (round + 2));
      return load({ address, clients: CLIENTS, seconds, next: recordWith(persons) });
    },
    bare: () => load({ address: bareAddress, clients: CLIENTS, seconds, next: insert }),
    opening: () => load({ address, clients: CLIENTS, seconds, next: register }),
  });
  const rates = (name) => found[name].map(({ rate }) => rate);
  const side = { unit: 'requests/s', peer: rates('bare'), peerName: 'bare route' };
  return [
    { name: 'http-command', work: 'HTTP command beside one INSERT', ...side, ours: rates('masar') },
    { name: 'http-opening', work: 'HTTP command that opens a case, with new keys', ...side, ours: rates('opening') },
  ];
}
