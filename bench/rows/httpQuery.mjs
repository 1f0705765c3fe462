/**
 * The first page of the queue over HTTP: token, limits, rights from the log, the SELECT, the answer serialised by its schema. Beside
 * it a bare Fastify route that sends the same SELECT with the same values and answers the rows. 32 connections.
 */
import { child } from '../support/child.mjs';
import { inTurns } from '../support/database.mjs';
import { installation, offices, program } from '../support/installation.mjs';
import { load } from '../support/load.mjs';
import { fillLog } from '../support/made.mjs';
import { caughtUp } from '../support/reads.mjs';
import { queueStatement } from '../support/statements.mjs';

const CLIENTS = 32;
const LOGIN = 'hq.branches';

export async function measure(bench) {
  const seconds = bench.quick ? 3 : 5;
  const place = await installation(bench, 'query');
  const api = await program(bench, place, 'api');
  const address = await api.ready();
  const { tokenFor } = await offices(place, address);
  await fillLog(place.core, bench.quick ? 2_000 : 50_000);
  await caughtUp(bench, place);

  const { text, values, found } = await queueStatement(place.core, LOGIN);
  const bare = child(bench, 'bareServer', {}, place.url, text);
  const { address: bareAddress } = await bare.next();
  bare.order(JSON.stringify(values));
  await bare.next();
  const headers = { authorization: `Bearer ${await tokenFor(LOGIN)}` };
  const path = '/v1/queue?limit=50';
  const answer = await fetch(`${address}${path}`, { headers });
  const { items } = await answer.json();
  if (items.length !== found || found < 50) throw new Error(`a page of ${items.length}, and ${found} by the statement`);

  const turns = await inTurns(bench.quick ? 1 : 5, {
    masar: () => load({ address, clients: CLIENTS, seconds, next: () => ({ method: 'GET', path, headers }) }),
    bare: () => load({ address: bareAddress, clients: CLIENTS, seconds, next: () => ({ method: 'GET', path: '/' }) }),
  });
  return [
    {
      name: 'http-query',
      work: 'HTTP query (queue page of 50) beside the same SELECT',
      unit: 'requests/s',
      ours: turns.masar.map(({ rate }) => rate),
      peer: turns.bare.map(({ rate }) => rate),
      peerName: 'bare route',
    },
  ];
}
