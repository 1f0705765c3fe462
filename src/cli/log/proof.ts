import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { openCore } from '../../compose.ts';
import { checkpointLines, exportLines } from '../../eventlog/audit/export.ts';
import { type Ledger, openLedger } from '../../eventlog/audit/ledger.ts';
import type { EventLog } from '../../eventlog/port.ts';
import type { StoreKind } from '../../eventlog/stores.ts';
import { readConfig } from '../../platform/config.ts';
import { createLogger } from '../../platform/logging.ts';
import { RESTRICTED_SCHEMAS } from '../../restrictedStore.ts';
import { SCHEMAS } from '../../schemas.ts';

/** The log of a store of this installation and its audit tree, as the environment says. @throws RangeError when there is no such */
async function withAudit<T>(store: StoreKind, work: (log: EventLog, ledger: Ledger) => Promise<T>): Promise<T> {
  const core = await openCore(readConfig(process.env), createLogger({ level: 'error' }), 'masar log', { onlyLooks: true });
  try {
    if (store === 'general') return await work(core.log, openLedger(core.pool, SCHEMAS.audit));
    if (!core.restricted) throw new RangeError('no restricted store is set up');
    return await work(core.restricted.log, openLedger(core.restricted.pool, RESTRICTED_SCHEMAS.audit));
  } finally {
    await core.close();
  }
}

/** Writes the event log to a file for the verifier; nothing is opened that was sealed. */
export const exportTo = (file: string, store: StoreKind): Promise<void> =>
  withAudit(store, async (log, ledger) => {
    const lines = await write(file, exportLines(log, ledger));
    console.log(`${lines} events written to ${file}.`);
  });

/** Writes the last checkpoint with its leaf hashes to a file for the verifier. @throws RangeError when nothing was signed yet */
export const checkpointTo = (file: string, store: StoreKind): Promise<void> =>
  withAudit(store, async (_log, ledger) => {
    const latest = await ledger.latest();
    if (!latest) throw new RangeError('nothing was signed yet: a projector signs within a minute of the first event');
    await write(file, checkpointLines(latest, ledger));
    console.log(`The checkpoint of ${latest.size} events, signed at ${latest.signedAt}, was written to ${file}.`);
    console.log(`Its key: ${latest.key}`);
  });

async function write(file: string, lines: AsyncIterable<string>): Promise<number> {
  let count = 0;
  async function* text() {
    for await (const line of lines) {
      count += 1;
      yield `${line}\n`;
    }
  }
  await pipeline(text, createWriteStream(file, { mode: 0o600 }));
  return count;
}
