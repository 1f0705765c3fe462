/** 200 clients at once on an installation of a million cases: four of five ask, one gives commands. */
import { randomUUID } from 'node:crypto';
import { load } from './load.mjs';
import { NAME_MARK } from './made.mjs';

const ASKING = 160;
const COMMANDING = 40;
const PERSONS = 200;

export async function crowd({ address, tokenFor, client }, rounds, seconds) {
  const person = { name: { ar: { first: 'سلمى', father: 'كريم' } }, sex: 'female' };
  const ids = [];
  while (ids.length < PERSONS) {
    const some = Array.from({ length: 10 }, () => client.give('ninewa.registrar', '/v1/persons', randomUUID(), person));
    ids.push(...(await Promise.all(some)).map(({ id }) => id));
  }
  const bearer = async (login) => ({ authorization: `Bearer ${await tokenFor(login)}` });
  const [registrar, clerk] = [await bearer('ninewa.registrar'), await bearer('ninewa.clerk')];
  let number = 0;
  const any = () => ids[number % ids.length];
  const questions = [
    () => ({ path: `/v1/persons/${any()}`, headers: registrar }),
    () => ({ path: '/v1/queue?limit=50', headers: clerk }),
    () => ({ path: `/v1/persons/${any()}/timeline`, headers: registrar }),
    () => ({ path: `/v1/register?name=${NAME_MARK}`, headers: registrar }),
    () => ({ path: '/v1/my-work', headers: registrar }),
  ];
  const ask = () => {
    number += 1;
    return { method: 'GET', ...questions[number % questions.length]() };
  };
  const command = () => {
    number += 1;
    return {
      method: 'POST',
      path: `/v1/persons/${any()}/record-document`,
      headers: { ...registrar, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      body: JSON.stringify({ docType: 'passport', number: `A${number}`, status: 'valid' }),
    };
  };
  const found = { reads: [], commands: [] };
  for (let round = 0; round < rounds; round += 1) {
    const [reads, commands] = await Promise.all([
      load({ address, clients: ASKING, seconds, next: ask }),
      load({ address, clients: COMMANDING, seconds, next: command }),
    ]);
    found.reads.push(reads);
    found.commands.push(commands);
  }
  return Object.entries(found).flatMap(([name, all]) =>
    ['p50', 'p95', 'p99', 'rate'].map((what) => ({
      name: `crowd-${name}-${what}`,
      work: `200 clients at 1,000,000 cases: ${name}, ${what}`,
      unit: what === 'rate' ? 'requests/s' : 'ms',
      ours: all.map((one) => one[what]),
    })),
  );
}
