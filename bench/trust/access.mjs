/**
 * How much slower a page with T2 values is read when that is put on record first: requests a second with the access log over
 * requests a second without, in turns in one run. `npm run build && node bench/trust/access.mjs [seconds a turn] [clients]`.
 * The page is 50 entries of a person's trail, out of Postgres, each with a document number to open. Target: 0.6.
 */
import { rmSync } from 'node:fs';

const dist = new URL(process.env.MASAR_BUILD ?? '../../dist/', import.meta.url);
const load = (path) => import(new URL(path, dist));
const { startApi } = await load('tests/support/api.js');
const { withReadModels } = await load('tests/support/apiReads.js');
const { families } = await load('tests/support/families.js');
const { createAccessLog } = await load('src/eventlog/access/accessLog.js');
const { accessMigrations } = await load('src/eventlog/access/migrations.js');
const { migrate } = await load('src/platform/migrations.js');

const { startEmbeddedPostgres } = await load('src/platform/embeddedPostgres.js');
const { silentLog, temporaryDirectory } = await load('tests/support/postgres.js');

const seconds = Number(process.argv[2] ?? 3);
const clients = Number(process.argv[3] ?? 16);
const TURNS = 5;

const directory = temporaryDirectory();
const server = process.env.TEST_DATABASE_URL ? undefined : await startEmbeddedPostgres({ dataDir: directory, log: silentLog });
process.env.TEST_DATABASE_URL ??= server.url;
const teardowns = [() => server?.stop(), () => rmSync(directory, { recursive: true, force: true })];
const test = { teardown: (step) => teardowns.unshift(step) };
const world = await families();
let real;
let recorded = true;
const api = await startApi(world.w, async (parts) => {
  const models = await withReadModels(test)(parts);
  await migrate(models.reads.pool, { schema: 'access', migrations: accessMigrations });
  real = createAccessLog({ pool: models.reads.pool, schema: 'access' });
  return { ...models, accessLog: { ...real, record: (entries) => (recorded ? real.record(entries) : Promise.resolve()) } };
});

const person = await world.adult();
for (let at = 0; at < 60; at += 1) {
  const document = { docType: 'passport', number: `SYNTHETIC-${at}`, status: 'lost' };
  await world.when(world.registrar, 'person', 'recordDocument', person, document);
}
const { organisation, office, governorate } = world.registrar.post;
const verifier = api.person('verifier', { organisation, office, governorate });
const headers = { authorization: `Bearer ${await api.token(verifier)}` };
const url = `${api.base}/v1/persons/${person}/timeline?limit=50`;
const first = await fetch(url, { headers: { ...headers, 'masar-after': String(await api.log.head()) } });
const page = await first.text();
if (first.status !== 200 || !page.includes('SYNTHETIC-10')) throw new Error(`the page holds no T2 value: ${first.status}`);

async function turn(withLog) {
  recorded = withLog;
  let answers = 0;
  const started = performance.now();
  const end = started + seconds * 1000;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() < end) {
        const answer = await fetch(url, { headers });
        if (answer.status !== 200) throw new Error(`answered ${answer.status}`);
        await answer.arrayBuffer();
        answers += 1;
      }
    }),
  );
  return (answers * 1000) / (performance.now() - started);
}

await turn(true);
const rates = { with: [], without: [] };
for (let at = 0; at < TURNS; at += 1) {
  rates.with.push(await turn(true));
  rates.without.push(await turn(false));
}
const middle = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const [withLog, without] = [middle(rates.with), middle(rates.without)];
console.log(
  `${withLog.toFixed(0)} pages/s with an access entry each, ${without.toFixed(0)} without: ratio ${(withLog / without).toFixed(2)}`,
);
await api.close();
for (const step of teardowns) await step();
process.exit(withLog / without >= 0.6 ? 0 : 1);
