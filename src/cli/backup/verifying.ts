import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { openCore, SCHEMAS } from '../../compose.ts';
import { checkpointLines, exportLines } from '../../eventlog/audit/export.ts';
import { openLedger } from '../../eventlog/audit/ledger.ts';
import type { EventLog } from '../../eventlog/port.ts';
import type { StoreKind } from '../../eventlog/stores.ts';
import { writeLines } from '../../platform/backup/lines.ts';
import type { Config } from '../../platform/config.ts';
import type { Log } from '../../platform/logging.ts';
import { RESTRICTED_SCHEMAS } from '../../restrictedStore.ts';

/** What the verifier says of one store's log; `ok` is undefined while nothing was signed that it could be held to. */
export interface Verdict {
  readonly store: StoreKind;
  readonly ok: boolean | undefined;
  readonly words: string;
}

const VERIFIER = fileURLToPath(new URL('../../verifier/main.js', import.meta.url));

/** Opens the stores as every start does, exports each log into a directory and lets the verifier hold it to the last checkpoint. */
export async function verifyStores(config: Config, log: Log, directory: string): Promise<readonly Verdict[]> {
  const core = await openCore(config, log, 'masar verify');
  try {
    const stores: (readonly [StoreKind, EventLog, pg.Pool, string])[] = [['general', core.log, core.pool, SCHEMAS.audit]];
    const { restricted } = core;
    if (restricted) {
      await restricted.open();
      stores.push(['restricted', restricted.log, restricted.pool, RESTRICTED_SCHEMAS.audit]);
    }
    const verdicts: Verdict[] = [];
    for (const [store, ...parts] of stores) verdicts.push(await verify(store, ...parts, directory));
    return verdicts;
  } finally {
    await core.close();
  }
}

async function verify(store: StoreKind, log: EventLog, pool: pg.Pool, schema: string, directory: string): Promise<Verdict> {
  const ledger = openLedger(pool, schema);
  const latest = await ledger.latest();
  if (!latest) return { store, ok: undefined, words: 'nothing of this log was signed yet' };
  const [events, signed] = [join(directory, `${store}.ndjson`), join(directory, `${store}.checkpoint`)];
  await writeLines(events, exportLines(log, ledger));
  await writeLines(signed, checkpointLines(latest, ledger));
  const child = spawn(process.execPath, [VERIFIER, '--export', events, '--checkpoint', signed], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const words: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => words.push(String(chunk)));
  const [status] = (await once(child, 'close')) as [number | null];
  return { store, ok: status === 0, words: words.join('').trim() };
}
