/**
 * How long answers take among 1,000,000 cases beside how long they take among 10,000, in turns, over HTTP, one asking at a time.
 * The read models of both were made by the projections for some thousand cases and copied by SQL, claims spread by the same law
 * at either size. A deep page is the one after 2,000 lines of a queue, or after 500 persons found. In the end 200 clients come at
 * once.
 */
import { crowd } from '../support/crowd.mjs';
import { inTurns } from '../support/database.mjs';
import { median } from '../support/figures.mjs';
import { installation, offices, program } from '../support/installation.mjs';
import { fillLog, NAME_MARK } from '../support/made.mjs';
import { multiply } from '../support/multiply.mjs';
import { caughtUp } from '../support/reads.mjs';
import { SPREAD_OVER } from '../support/spread.mjs';

const SMALL = 10_000;
const LARGE = 1_000_000;
const MADE = 'read models copied by SQL over a log of some thousand cases';
/** Events of the one committee whose clerk asks, which is no larger among more cases. */
const OWN = 7_000;

export async function measure(bench) {
  const places = {
    small: await ofSize(bench, 'small', bench.quick ? 3_000 : SMALL),
    large: await ofSize(bench, 'large', bench.quick ? 12_000 : LARGE),
  };
  const questions = [
    { name: 'scale-queue', work: 'queue page, all offices', as: 'hq.branches', path: '/v1/queue?limit=50' },
    {
      name: 'scale-queue-deep',
      work: 'queue page after 2,000',
      as: 'hq.branches',
      path: '/v1/queue?limit=50',
      skip: 2_000,
    },
    {
      name: 'scale-queue-own',
      work: 'queue page, own committee, which has as much at either size',
      as: 'ninewa.clerk',
      path: '/v1/queue?limit=50',
    },
    {
      name: 'scale-tracker',
      work: `tracker roll-up, claims of either size spread over ${SPREAD_OVER}`,
      as: 'hq.branches',
      path: '/v1/claims/tracker?by=governorate',
    },
    {
      name: 'scale-search',
      work: 'search for a name that as many bear at either size',
      as: 'ninewa.registrar',
      path: `/v1/register?name=${NAME_MARK}`,
    },
    {
      name: 'scale-search-deep',
      work: 'the same search after 500',
      as: 'ninewa.registrar',
      path: `/v1/register?name=${NAME_MARK}`,
      skip: 500,
    },
    {
      name: 'scale-search-common',
      work: 'search for a name that every third bears, at 1,000,000 a hundred times as many',
      as: 'ninewa.registrar',
      path: '/v1/register?name=father',
    },
  ];
  const figures = [];
  for (const { as, path, skip: deep = 0, ...figure } of questions) {
    const skip = bench.quick ? deep / 10 : deep;
    const asked = {};
    for (const [size, place] of Object.entries(places)) asked[size] = await asking(place, as, path, skip);
    const found = await inTurns(bench.quick ? 1 : 5, asked);
    figures.push({ ...figure, note: MADE, unit: 'ms', ours: found.large, peer: found.small, peerName: '10,000 cases' });
  }
  const crowded = await crowd(places.large, bench.quick ? 1 : 5, bench.quick ? 2 : 6);
  return [...figures, ...crowded.map((figure) => ({ ...figure, note: MADE }))];
}

async function ofSize(bench, name, cases) {
  const place = await installation(bench, name);
  const address = await (await program(bench, place, 'api')).ready();
  const { client, tokenFor, directory, organisation } = await offices(place, address);
  await fillLog(place.core, bench.quick ? 6_000 : 20_000);
  await fillLog(place.core, bench.quick ? 700 : OWN, { office: directory.offices.ninewaClaims, organisation });
  await caughtUp(bench, place);
  const started = performance.now();
  await multiply(place.core, cases);
  console.log(`   ${cases} cases in ${Math.round((performance.now() - started) / 1_000)} s`);
  return { address, client, tokenFor };
}

/** A question that is asked ten times a round; answers the median (ms). Deep ones start after so many lines. */
async function asking({ address, tokenFor }, as, path, skip) {
  const headers = { authorization: `Bearer ${await tokenFor(as)}` };
  const ask = async (of) => {
    const answer = await fetch(`${address}${of}`, { headers });
    const body = await answer.json();
    if (answer.status !== 200) throw new Error(`${of}: ${answer.status} ${JSON.stringify(body).slice(0, 300)}`);
    return body;
  };
  let question = path;
  for (let passed = 0; passed < skip; passed += 100) {
    const wide = path.replace(/limit=\d+/, 'limit=100');
    const { next } = await ask(
      `${wide}${/limit/.test(wide) ? '' : '&limit=100'}${passed > 0 ? question.slice(question.indexOf('&cursor=')) : ''}`,
    );
    question = `${path}&cursor=${encodeURIComponent(next)}`;
  }
  return async () => {
    const times = [];
    while (times.length < 10) {
      const start = performance.now();
      await ask(question);
      times.push(performance.now() - start);
    }
    return median(times);
  };
}
