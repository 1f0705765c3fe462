/**
 * Gives commands at a steady rate, whether or not earlier ones were answered: `node commands.mjs RATE`, with the settings of an
 * installation. Persons are registered, and papers recorded with those registered lately. Ends when told; then it says how many
 * were acknowledged, how long they took (ms), how many a second in the slowest stretch, and the last revision each case was
 * acknowledged at.
 */
import { randomUUID } from 'node:crypto';
import { built } from './built.mjs';
import { orders, say } from './child.mjs';
import { quantile } from './figures.mjs';

const RATE = Number(process.argv[2]);
const MOST_WAITING = 64;
const KNOWN = 500;
const STRETCH_SECONDS = 10;

const { openCore } = await built('src/compose.js');
const { readConfig } = await built('src/platform/config.js');
const { silentLog } = await built('tests/support/postgres.js');
const { executor, close } = await openCore(readConfig(process.env), silentLog, 'bench commands');

const principal = {
  kind: 'system',
  name: 'bench',
  office: { organisation: randomUUID(), office: randomUUID(), governorate: 'IQG15' },
};
const revisions = new Map();
const known = [];
const waits = [];
/** How many were acknowledged in each second since the start. */
const perSecond = [];
let waiting = 0;
let turnedAway = 0;

async function give(number) {
  const at = number % 2 === 0 || known.length < KNOWN ? undefined : known[number % known.length];
  const request =
    at === undefined
      ? { command: 'register', input: { name: { ar: { first: 'سلمى', father: 'كريم' } }, sex: 'female' } }
      : { command: 'recordDocument', id: at, input: { docType: 'passport', number: `A${number}`, status: 'valid' } };
  const start = performance.now();
  const { id, revision } = await executor.execute({ process: 'person', ...request, key: randomUUID(), principal });
  const end = performance.now();
  waits.push(end - start);
  const second = Math.floor((end - started) / 1_000);
  perSecond[second] = (perSecond[second] ?? 0) + 1;
  revisions.set(id, Math.max(revision, revisions.get(id) ?? 0));
  if (at === undefined) known.push(id);
  // Nobody has hundreds of papers, which the read models would write anew with each.
  if (known.length > KNOWN) known.shift();
}

/** The fewest a second in any full stretch; of a shorter time in all of it. */
function slowestOf(seconds) {
  const counts = Array.from({ length: Math.floor(seconds) }, (_, second) => perSecond[second] ?? 0);
  const length = Math.min(STRETCH_SECONDS, counts.length);
  const sumFrom = (from) => counts.slice(from, from + length).reduce((sum, one) => sum + one, 0);
  return Math.min(...Array.from({ length: counts.length - length + 1 }, (_, from) => sumFrom(from) / length));
}

let stop = false;
orders().once('line', () => {
  stop = true;
});
const started = performance.now();
say({ ready: true });
for (let given = 0; !stop; await new Promise((resolve) => setTimeout(resolve, 5))) {
  for (const due = ((performance.now() - started) * RATE) / 1_000; given < due; given += 1) {
    if (waiting >= MOST_WAITING) turnedAway += 1;
    else {
      waiting += 1;
      void give(given).finally(() => {
        waiting -= 1;
      });
    }
  }
}
const seconds = (performance.now() - started) / 1_000;
while (waiting > 0) await new Promise((resolve) => setTimeout(resolve, 5));
await say({
  acknowledged: waits.length,
  turnedAway,
  seconds,
  slowest: slowestOf(seconds),
  p50: quantile(waits, 0.5),
  p99: quantile(waits, 0.99),
  revisions: [...revisions],
});
await close();
process.exit(0);
