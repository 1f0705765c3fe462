import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type pg from 'pg';
import { openCore } from '../../compose.ts';
import { checkpointLines, exportLines } from '../../eventlog/audit/export.ts';
import { openLedger } from '../../eventlog/audit/ledger.ts';
import type { EventLog, Position } from '../../eventlog/port.ts';
import type { StoreKind } from '../../eventlog/stores.ts';
import { writeLines } from '../../platform/backup/lines.ts';
import type { Config } from '../../platform/config.ts';
import type { Log } from '../../platform/logging.ts';
import { RESTRICTED_SCHEMAS } from '../../restrictedStore.ts';
import { SCHEMAS } from '../../schemas.ts';
import { type Loss, lossesOf } from './outside.ts';
import type { Places } from './places.ts';

/** What the verifier says of one store's log; `ok` is undefined while nothing was signed that it could be held to. */
export interface Verdict {
  readonly store: StoreKind;
  readonly ok: boolean | undefined;
  /** Events under the last signed head, and those behind it, of which nothing can be proved yet. */
  readonly covered: number;
  readonly uncovered: number;
  readonly words: string;
}

export interface Verified {
  readonly verdicts: readonly Verdict[];
  /** Where heads outside the database say more than what is here. */
  readonly losses: readonly Loss[];
}

const VERIFIER = fileURLToPath(new URL('../../verifier/main.js', import.meta.url));

/**
 * Opens the stores as every start does, exports each log into a directory and lets the verifier hold it to the last checkpoint.
 * `restoring` are the places that are being put back, which nobody else may open.
 */
export async function verifyStores(
  config: Config,
  log: Log,
  directory: string,
  restoring?: Pick<Places, 'embedded'>,
): Promise<Verified> {
  const embedded = restoring?.embedded && Promise.resolve({ ...restoring.embedded, stop: async () => {} });
  const core = await openCore(config, log, 'masar verify', { embedded, isRestoring: restoring !== undefined });
  try {
    const stores: (readonly [StoreKind, EventLog, pg.Pool, string])[] = [['general', core.log, core.pool, SCHEMAS.audit]];
    const { restricted } = core;
    if (restricted) {
      await restricted.open();
      stores.push(['restricted', restricted.log, restricted.pool, RESTRICTED_SCHEMAS.audit]);
    }
    const verdicts: Verdict[] = [];
    for (const [store, ...parts] of stores) verdicts.push(await verify(store, ...parts, directory));
    return { verdicts, losses: await lossesOf(core) };
  } finally {
    await core.close();
  }
}

async function verify(store: StoreKind, log: EventLog, pool: pg.Pool, schema: string, directory: string): Promise<Verdict> {
  const ledger = openLedger(pool, schema);
  const latest = await ledger.latest();
  const behind = latest ? await log.positionOf(BigInt(latest.size)) : 0n;
  const [covered, uncovered] = [latest?.size ?? 0, await countAfter(log, behind)];
  if (!latest) return { store, ok: undefined, covered, uncovered, words: 'nothing of this log was signed yet' };
  const [events, signed] = [join(directory, `${store}.ndjson`), join(directory, `${store}.checkpoint`)];
  await writeLines(events, exportLines(log, ledger));
  await writeLines(signed, checkpointLines(latest, ledger));
  const child = spawn(process.execPath, [VERIFIER, '--export', events, '--checkpoint', signed], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const words: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => words.push(String(chunk)));
  const [status] = (await once(child, 'close')) as [number | null];
  return { store, ok: status === 0, covered, uncovered, words: words.join('').trim() };
}

async function countAfter(log: EventLog, position: Position): Promise<number> {
  let count = 0;
  for (let cursor = position; ; ) {
    const { events, scannedTo } = await log.readAll(cursor, 500);
    count += events.length;
    if (scannedTo <= cursor) return count;
    cursor = scannedTo;
  }
}
