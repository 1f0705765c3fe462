/**
 * How many appends a second are left when personal values are sealed and every event becomes a leaf of the audit tree:
 * `npm run build && node bench/trust/appends.mjs [seconds a turn] [clients]`. Without: the same drafts, held to their schema and
 * written as JSON with their personal values in clear, to the same length. In turns in one run; the follower that hashes and chains
 * has to have taken everything before a turn ends, and runs in a process of its own, as where the roles `api` and `projector` do.
 * Events are of persons who have their keys, as most are. Target: 0.7. Also printed: with the follower in the process that appends,
 * and against bytes that were ready before (which leaves out more than sealing and hashing).
 */
import { fork } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';

const dist = new URL(process.env.MASAR_BUILD ?? '../../dist/', import.meta.url);
const load = (path) => import(new URL(path, dist));
const { registry } = await load('src/domain/index.js');
const { runAudit } = await load('src/eventlog/audit/audit.js');
const { auditMigrations } = await load('src/eventlog/audit/migrations.js');
const { createCodec } = await load('src/eventlog/codec.js');
const { newId } = await load('src/eventlog/ids.js');
const { migrations } = await load('src/eventlog/postgres/migrations.js');
const { createPostgresLog } = await load('src/eventlog/postgres/postgresLog.js');
const { createKysely, createPool } = await load('src/platform/database.js');
const { startEmbeddedPostgres } = await load('src/platform/embeddedPostgres.js');
const { masterKeyOf, masterKeys } = await load('src/platform/keys/masterKey.js');
const { keyringMigrations } = await load('src/platform/keys/migrations.js');
const { openPostgresKeyring } = await load('src/platform/keys/postgresKeyring.js');
const { signerFrom } = await load('src/platform/merkle/signerKey.js');
const { migrate } = await load('src/platform/migrations.js');
const { silentLog, temporaryDirectory } = await load('tests/support/postgres.js');

const seconds = Number(process.argv[2] ?? 4);
const clients = Number(process.argv[3] ?? 32);
const TURNS = 5;

const directory = temporaryDirectory();
const server = await startEmbeddedPostgres({ dataDir: directory, log: silentLog });
const pool = createPool(server.url, { applicationName: 'bench', max: 20 });
await migrate(pool, { schema: 'keys', migrations: keyringMigrations });
const keyring = await openPostgresKeyring({
  db: createKysely(pool),
  schema: 'keys',
  masters: masterKeys(masterKeyOf(randomBytes(32))),
});
const signer = signerFrom('bench', join(directory, 'audit.key'), true);
const codec = createCodec(registry, keyring);

const now = new Date().toISOString();
const metadata = {
  commandId: randomUUID(),
  inputMac: 'f'.repeat(64),
  correlationId: randomUUID(),
  causationId: randomUUID(),
  actor: { id: randomUUID(), office: randomUUID(), organisation: randomUUID(), post: randomUUID() },
  channel: 'in_person',
  occurredAt: now,
};
const draftOf = (stream, revision) => ({
  id: newId(),
  stream,
  revision,
  type: 'IdentityDocumentRecorded',
  recordedAt: now,
  data: {
    document: randomUUID(),
    docType: 'civil_status_id',
    number: '0012345678',
    issuer: 'synthetic civil affairs office',
    issuedOn: '2020-03-01',
    expiresOn: '2030-03-01',
    status: 'valid',
    usable: true,
  },
  metadata,
});
const persons = Array.from({ length: clients }, () => `person-${newId()}`);
const [sample] = await codec.encode([draftOf(persons[0], 0)]);
const schema = registry.byName('person').events.IdentityDocumentRecorded;
const ready = Buffer.from(sample.bytes);
await codec.encode(persons.map((stream) => draftOf(stream, 0)));

const follower = fork(new URL('follower.mjs', import.meta.url), [server.url, directory]);
await once(follower, 'message');

/** Draft to event: sealed, as JSON in clear that is as long, or bytes that were there before. */
const ways = {
  sealed: async (draft) => (await codec.encode([draft]))[0],
  clear: async (draft) => {
    const text = JSON.stringify({ ...draft, type: sample.type, data: schema.parse(draft.data) });
    return { id: draft.id, type: sample.type, bytes: Buffer.from(text.padEnd(ready.length)) };
  },
  ready: async ({ id }) => ({ id, type: sample.type, bytes: ready }),
};

/** Appends a second of one turn, on a log of its own. */
async function turn(name, way, followed) {
  const logSchema = `log_${name}`;
  const auditSchema = `audit_${name}`;
  await migrate(pool, { schema: logSchema, migrations });
  const log = createPostgresLog({ pool, schema: logSchema });
  if (followed) await migrate(pool, { schema: auditSchema, migrations: auditMigrations });
  const stopping = new AbortController();
  const parts = { pool, schema: auditSchema, log, signer, logger: silentLog, pollMs: 250 };
  const audit = followed === 'here' ? runAudit(parts, stopping.signal) : undefined;
  if (followed === 'apart') follower.send({ logSchema, auditSchema });
  const started = performance.now();
  const end = started + seconds * 1000;
  await Promise.all(
    persons.map(async (stream) => {
      for (let revision = 0; performance.now() < end; revision += 1) {
        const event = await ways[way](draftOf(stream, revision));
        await log.append(stream, revision === 0 ? 'none' : revision - 1, [event]);
      }
    }),
  );
  const written = Number(await log.head());
  if (followed) await everythingTaken(auditSchema, written);
  const rate = (written * 1000) / (performance.now() - started);
  stopping.abort();
  await audit;
  if (followed === 'apart') {
    follower.send({});
    await once(follower, 'message');
  }
  await log.close();
  await pool.query(`drop schema ${logSchema} cascade`);
  if (followed) await pool.query(`drop schema ${auditSchema} cascade`);
  return rate;
}

async function everythingTaken(schema, written) {
  for (;;) {
    const { rows } = await pool.query(`select coalesce(max(log_index), 0)::int as taken from ${schema}.entry`);
    if (rows[0].taken >= written) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const modes = {
  apart: ['sealed', 'apart'],
  here: ['sealed', 'here'],
  clear: ['clear', undefined],
  ready: ['ready', undefined],
};
const rates = { apart: [], here: [], clear: [], ready: [] };
await turn('warm', 'sealed', 'here');
for (let at = 0; at < TURNS; at += 1) {
  for (const [mode, [way, followed]] of Object.entries(modes)) rates[mode].push(await turn(`${mode}_${at}`, way, followed));
}
const middle = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const [apart, here, clear, bare] = Object.values(rates).map(middle);
const ratio = (a, b) => (a / b).toFixed(2);
console.log(
  `${apart.toFixed(0)} appends/s sealed, hashed and chained, ${clear.toFixed(0)} in clear, ${clients} clients: ` +
    `ratio ${ratio(apart, clear)}; wanted: 0.7`,
);
console.log(`with the follower in the same process: ${here.toFixed(0)}, ratio ${ratio(here, clear)}`);
console.log(`against bytes that were ready before: ${bare.toFixed(0)}, ratio ${ratio(apart, bare)}`);
follower.disconnect();
await pool.end();
await server.stop();
rmSync(directory, { recursive: true, force: true });
process.exit(apart / clear >= 0.7 ? 0 : 1);
