/**
 * A projector as one writes it first: every event in a transaction of its own, with the rows of all read models and the
 * checkpoint. `node plainProjector.mjs` folds with the very folds of Masar and writes by the very statements, so that only
 * the batch is missing. An order is a number of seconds: it works so long, and says how many events that were.
 */
import { built } from './built.mjs';
import { orders, say } from './child.mjs';

const { openCore } = await built('src/compose.js');
const { readConfig } = await built('src/platform/config.js');
const { createKysely, createPool } = await built('src/platform/database.js');
const { projectionsOf } = await built('src/projections/index.js');
const { createFeed } = await built('src/projections/runtime/feed.js');
const { createTables, statementsOf } = await built('src/projections/runtime/tables.js');
const { silentLog } = await built('tests/support/postgres.js');
const { sql } = await import('kysely');

const core = await openCore(readConfig(process.env), silentLog, 'plain projector');
const { log, codec, registry, keyring } = core;
const projections = projectionsOf(registry, keyring.mac);
const pool = createPool(core.databaseUrl, { applicationName: 'plain projector', max: 3 });
const db = createKysely(pool);
const history = async (stream, wanted, opening) => codec.decode((await log.read(stream)).filter(wanted), opening);
const folds = [];
for (const one of projections) {
  const schema = `plain_${one.name}`;
  await createTables(db, schema, one.tables);
  folds.push({
    ...one,
    schema,
    fold: one.start({
      db: db.withSchema(schema),
      registry,
      history: (stream, to) => history(stream, ({ revision }) => revision <= to, one.opening),
      historyAt: (stream, at) => history(stream, ({ position }) => position <= at, one.opening),
    }),
  });
}
await sql`create table public.plain_checkpoint as select 0::bigint as position`.execute(db);

const feed = createFeed({ log, codec, registry, filter: undefined, batch: 200 });

/** Every event with the statements its rows take, in log order, for ever. */
async function* work() {
  const [build, { signal }] = [{ id: 0, state: 'live' }, new AbortController()];
  for (let after = 0n; ; ) {
    const page = await feed.page(after, build, 0, signal);
    const opened = await Promise.all(folds.map(({ opening, categories }) => page.items(opening, categories)));
    const items = opened.map((list) => new Map(list.map(({ stored, event }) => [stored.position, event])));
    for (const { stored } of page.sealed) {
      const statements = [];
      for (const [at, { fold, schema, tables }] of folds.entries()) {
        const event = items[at].get(stored.position);
        if (event) statements.push(...statementsOf(schema, tables, await fold([event])));
      }
      await db.transaction().execute(async (trx) => {
        for (const statement of statements) await statement(trx);
        await sql`update public.plain_checkpoint set position = ${String(stored.position)}`.execute(trx);
      });
      yield;
    }
    after = page.scannedTo;
  }
}

const events = work();
say({ ready: true });
for await (const seconds of orders()) {
  const started = performance.now();
  let done = 0;
  for (; performance.now() - started < Number(seconds) * 1_000; done += 1) await events.next();
  say({ rate: (done * 1_000) / (performance.now() - started) });
}
