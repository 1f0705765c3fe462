/**
 * How many appends a second are left when personal values are sealed and every event becomes a leaf of the audit tree:
 * `npm run build && node bench/trust/appends.mjs [seconds a turn] [clients]`. Without: the same events as plain bytes of the same
 * length. In turns in one run; the follower that hashes and chains runs in this process and has to have taken everything before a
 * turn ends. Events are of persons who have their keys, as most are. Target: 0.7.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { registry } from '../../dist/src/domain/index.js';
import { runAudit } from '../../dist/src/eventlog/audit/audit.js';
import { auditMigrations } from '../../dist/src/eventlog/audit/migrations.js';
import { createCodec } from '../../dist/src/eventlog/codec.js';
import { newId } from '../../dist/src/eventlog/ids.js';
import { migrations } from '../../dist/src/eventlog/postgres/migrations.js';
import { createPostgresLog } from '../../dist/src/eventlog/postgres/postgresLog.js';
import { createKysely, createPool } from '../../dist/src/platform/database.js';
import { startEmbeddedPostgres } from '../../dist/src/platform/embeddedPostgres.js';
import { masterKeyOf, masterKeys } from '../../dist/src/platform/keys/masterKey.js';
import { keyringMigrations } from '../../dist/src/platform/keys/migrations.js';
import { openPostgresKeyring } from '../../dist/src/platform/keys/postgresKeyring.js';
import { signerFrom } from '../../dist/src/platform/merkle/signerKey.js';
import { migrate } from '../../dist/src/platform/migrations.js';
import { silentLog, temporaryDirectory } from '../../dist/tests/support/postgres.js';

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
await codec.encode(persons.map((stream) => draftOf(stream, 0)));

/** Appends a second of one turn, on a log of its own. */
async function turn(name, trusted) {
  const schema = `log_${name}`;
  await migrate(pool, { schema, migrations });
  const log = createPostgresLog({ pool, schema });
  const stopping = new AbortController();
  let audit = Promise.resolve();
  if (trusted) {
    await migrate(pool, { schema: `audit_${name}`, migrations: auditMigrations });
    audit = runAudit({ pool, schema: `audit_${name}`, log, signer, logger: silentLog, pollMs: 250 }, stopping.signal);
  }
  const plain = Buffer.from(sample.bytes);
  const started = performance.now();
  const end = started + seconds * 1000;
  await Promise.all(
    persons.map(async (stream) => {
      for (let revision = 0; performance.now() < end; revision += 1) {
        const [event] = trusted
          ? await codec.encode([draftOf(stream, revision)])
          : [{ id: randomUUID(), type: sample.type, bytes: plain }];
        await log.append(stream, revision === 0 ? 'none' : revision - 1, [event]);
      }
    }),
  );
  const written = Number(await log.head());
  if (trusted) await everythingTaken(`audit_${name}`, written);
  const rate = (written * 1000) / (performance.now() - started);
  stopping.abort();
  await audit;
  await log.close();
  await pool.query(`drop schema ${schema} cascade`);
  return rate;
}

async function everythingTaken(schema, written) {
  for (;;) {
    const { rows } = await pool.query(`select coalesce(max(log_index), 0)::int as taken from ${schema}.entry`);
    if (rows[0].taken >= written) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const rates = { with: [], without: [] };
await turn('warm', true);
for (let at = 0; at < TURNS; at += 1) {
  rates.with.push(await turn(`with_${at}`, true));
  rates.without.push(await turn(`without_${at}`, false));
}
const middle = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const [trusted, plain] = [middle(rates.with), middle(rates.without)];
console.log(
  `${trusted.toFixed(0)} appends/s sealed, hashed and chained, ${plain.toFixed(0)} plain, ${clients} clients: ` +
    `ratio ${(trusted / plain).toFixed(2)}; wanted: 0.7`,
);
await pool.end();
await server.stop();
rmSync(directory, { recursive: true, force: true });
process.exit(trusted / plain >= 0.7 ? 0 : 1);
