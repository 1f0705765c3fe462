import { generateKeyPairSync } from 'node:crypto';
import { pino } from 'pino';
import type t from 'tap';
import { type AuditParts, runAudit } from '../../../src/eventlog/audit/audit.ts';
import { checkpointLines, exportLines } from '../../../src/eventlog/audit/export.ts';
import { openLedger } from '../../../src/eventlog/audit/ledger.ts';
import { auditMigrations } from '../../../src/eventlog/audit/migrations.ts';
import { auditReads } from '../../../src/eventlog/audit/reads.ts';
import type { EventLog } from '../../../src/eventlog/port.ts';
import { createSigner, type Signer } from '../../../src/platform/merkle/note.ts';
import { migrate } from '../../../src/platform/migrations.ts';
import { readOn } from '../eventLogContract/harness.ts';
import { testDatabase } from '../postgres.ts';

type Test = Pick<typeof t, 'teardown'>;

export const ORIGIN = 'masar.test/log';

export const aSigner = (name = ORIGIN): Signer =>
  createSigner(name, generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }));

/** Ends when the condition holds; looks often, and gives up after 20 s. */
export async function until(condition: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 20_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('what was waited for did not come');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** An audit tree in a database of its own, or in that of another. */
export async function auditTree(t: Test, signer: Signer = aSigner(), schema = 'audit') {
  const { pool, url } = await testDatabase(t);
  await migrate(pool, { schema, migrations: auditMigrations });
  const ledger = openLedger(pool, schema);
  const reads = auditReads(pool, schema);
  const records: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line) => records.push(line) });

  /** Follows a log until `stop`, which waits for the end. */
  function follow(log: EventLog, more: Partial<AuditParts> = {}) {
    const ending = new AbortController();
    const running = runAudit(
      { pool, schema, log, signer, logger, checkpointMs: 0, pollMs: 20, retryMs: 20, leaseMs: 2_000, ...more },
      ending.signal,
    );
    const stop = async () => {
      ending.abort();
      await running;
    };
    t.teardown(stop);
    return { stop };
  }

  /** Takes all that a log holds and signs it. */
  async function signAll(log: EventLog, whole: EventLog = log): Promise<void> {
    const size = (await readOn(whole, 0n)).events.length;
    const { stop } = follow(log);
    await until(async () => (await reads.status()).signed >= size);
    await stop();
  }

  const exported = async (log: EventLog) => gather(exportLines(log, ledger));
  /** The last checkpoint as a file, whole or its note alone. */
  async function checkpoint(as: 'file' | 'note' = 'file'): Promise<string> {
    const latest = await ledger.latest();
    if (!latest) throw new Error('nothing was signed');
    return as === 'note' ? latest.note : `${(await gather(checkpointLines(latest, ledger))).join('\n')}\n`;
  }

  return { pool, url, ledger, reads, signer, records, follow, signAll, exported, checkpoint };
}

async function gather(lines: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const line of lines) all.push(line);
  return all;
}
