import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import type { Test } from 'tap';
import { type Core, openCore } from '../../../src/compose.ts';
import { openLedger } from '../../../src/eventlog/audit/ledger.ts';
import { standing, takePage } from '../../../src/eventlog/audit/taking.ts';
import type { EventLog } from '../../../src/eventlog/port.ts';
import { type Config, readConfig } from '../../../src/platform/config.ts';
import { createKysely, createPool } from '../../../src/platform/database.ts';
import { masterKeyFrom } from '../../../src/platform/keys/masterKey.ts';
import { signCheckpoint } from '../../../src/platform/merkle/checkpoint.ts';
import { TreeMoved } from '../../../src/platform/merkle/treeStore.ts';
import { projectionsOf, restrictedProjectionsOf } from '../../../src/projections/index.ts';
import { checkProjection } from '../../../src/projections/runtime/check.ts';
import { runnerParts } from '../../../src/projections/runtime/projector.ts';
import { projectionStatus } from '../../../src/projections/runtime/status.queries.ts';
import { migrateRestricted, RESTRICTED_SCHEMAS } from '../../../src/restrictedStore.ts';
import { migrateAll, SCHEMAS } from '../../../src/schemas.ts';
import { serve } from '../../../src/serve.ts';
import { auditSigner, restrictedOrigin } from '../../../src/signing.ts';
import { createOperator } from '../../../src/workers/runtime/status.ts';
import { silentLog, testDatabase } from '../postgres.ts';
import { auditLog, type Findings } from './audit.ts';
import type { Acknowledged } from './clients.ts';
import { until } from './rig.ts';

const SETTLED_WITHIN_MS = 120_000;

/** What never lies in a backup: keys, and the list of who is erased. All places of one shelf have the same. */
export function makeMasters(shelf: string): void {
  mkdirSync(join(shelf, 'master'));
  masterKeyFrom(join(shelf, 'master', 'general.key'), true);
  masterKeyFrom(join(shelf, 'master', 'restricted.key'), true);
}

/** An empty place of two databases and a directory on a shelf, with the keys that never lie beside what they open. */
export async function emptyPlace(test: Test, shelf: string, name: string): Promise<Config> {
  const [general, restricted] = [await testDatabase(test), await testDatabase(test)];
  mkdirSync(join(shelf, name));
  return readConfig({
    DATABASE_URL: general.url,
    RESTRICTED_DATABASE_URL: restricted.url,
    MASAR_DATA: join(shelf, name),
    MASAR_MASTER_KEY_FILE: join(shelf, 'master', 'general.key'),
    RESTRICTED_MASTER_KEY_FILE: join(shelf, 'master', 'restricted.key'),
    ERASED_LIST_FILE: join(shelf, 'elsewhere', 'erased.list'),
    NODE_ENV: 'test',
    PORT: '0',
    RATE_LIMITS: 'requests=999999',
  });
}

/** The key that signs is not in a backup either. */
export const giveSigner = (from: Config, to: Config): void =>
  copyFileSync(join(from.dataDir, 'development-audit.key'), join(to.dataDir, 'development-audit.key'));

export async function migrated(config: Config): Promise<void> {
  for (const [url, run] of [
    [config.databaseUrl ?? '', migrateAll],
    [config.restrictedDatabaseUrl ?? '', migrateRestricted],
  ] as const) {
    const pool = createPool(url, { applicationName: 'migrations', max: 2 });
    await run(pool, url).finally(() => pool.end());
  }
}

/** Both stores of an installation, alike. */
async function storesOf(core: Core) {
  const { pool, db, log, codec, registry, keyring, restricted } = core;
  const general = { pool, db, log, codec, registry, read: SCHEMAS.read, workers: SCHEMAS.workers };
  if (!restricted) throw new Error('there is no restricted store');
  const store = await restricted.open();
  const { read, workers } = RESTRICTED_SCHEMAS;
  const apart = { pool: restricted.pool, db: createKysely(restricted.pool), log: store.log, codec: store.codec };
  return [
    { name: 'general', ...general, projections: projectionsOf(registry, keyring.mac) },
    {
      ...{ name: 'restricted', ...apart, registry: restricted.registry, read, workers },
      projections: restrictedProjectionsOf(restricted.registry),
    },
  ] as const;
}

/**
 * Takes all that both logs hold into their trees and signs it, as a projector does within the minute; answers how many events are
 * covered then.
 */
export async function signAll(core: Core): Promise<{ readonly general: number; readonly restricted: number }> {
  const { config, log, pool, restricted } = core;
  const sign = async (its: EventLog, where: pg.Pool, schema: string, origin: string): Promise<number> => {
    const ledger = openLedger(where, schema);
    const signer = auditSigner(config, origin);
    for (;;) {
      try {
        let at: { size: number; position: bigint; full: boolean } = { ...(await standing(its, ledger)), full: true };
        while (at.full) at = await takePage(its, ledger, at);
        const { head } = await standing(its, ledger);
        await ledger.keep({ ...head, note: signCheckpoint(signer, head), key: signer.key });
        return head.size;
      } catch (error) {
        // The server's own projector took the page first.
        if (!(error instanceof TreeMoved)) throw error;
      }
    }
  };
  if (!restricted) throw new Error('there is no restricted store');
  return {
    general: await sign(log, pool, SCHEMAS.audit, config.auditOrigin),
    restricted: await sign(restricted.log, restricted.pool, RESTRICTED_SCHEMAS.audit, restrictedOrigin(config)),
  };
}

/** Runs a projector and a worker until all that is owed is done in both stores. */
export async function settle(config: Config): Promise<void> {
  const running = await serve({ ...config, roles: new Set(['projector', 'worker']) }, silentLog);
  await settled(running.core).finally(() => running.stop());
}

/** Waits until a projector and a worker have done all that is owed in both stores. */
export async function settled(core: Core): Promise<void> {
  const stores = await storesOf(core);
  const heads = () => Promise.all(stores.map(({ log }) => log.head()));
  await until('follow-ups done and read models at the head', SETTLED_WITHIN_MS, async () => {
    const before = await heads();
    for (const [at, { pool, db, read, workers }] of stores.entries()) {
      const head = before[at] ?? 0n;
      const { reactors } = await createOperator(pool, workers).status();
      const builds = (await projectionStatus(db, read, head)).filter((one) => one.state === 'live');
      const done = reactors.length > 0 && reactors.every((one) => one.pending === 0 && one.position === head);
      if (!done || builds.length === 0 || !builds.every((one) => one.behind === false)) return false;
    }
    // What one store owes the other may have come meanwhile.
    return String(await heads()) === String(before);
  });
}

/** What is shown of both stores, by name of a table of a read model: how many rows, and the MD5 of them. And how far both logs go. */
export async function shownOf(core: Core): Promise<ReadonlyMap<string, string>> {
  const shown = new Map<string, string>();
  for (const { name, pool, log, read, projections } of await storesOf(core)) {
    shown.set(`${name} log`, String(await log.head()));
    for (const projection of projections) {
      for (const { name: table, key } of projection.tables) {
        const { rows } = await pool.query<{ sum: string }>(
          `select count(*) || ' ' || md5(coalesce(string_agg(t::text, e'\\n' order by ${key.join()}), '')) as sum from ${read}.${table} t`,
        );
        shown.set(`${name} ${projection.name}.${table}`, rows[0]?.sum ?? '');
      }
    }
  }
  return shown;
}

/**
 * Names of tables of read models of both stores: those that are not what a rebuild makes of them, and those without a row.
 * @param only one read model instead of all
 */
export async function readModelsOf(
  core: Core,
  only?: string,
): Promise<{ readonly wrong: readonly string[]; readonly empty: readonly string[] }> {
  const [wrong, empty]: [string[], string[]] = [[], []];
  for (const { name, pool, read, log, codec, registry, projections } of await storesOf(core)) {
    const parts = runnerParts({ pool, schema: read, log, codec, registry, projections, logger: silentLog });
    for (const projection of projections.filter((one) => only === undefined || one.name === only)) {
      const { tables } = await checkProjection(parts, projection, AbortSignal.timeout(60_000));
      for (const { table, same, rows } of tables) {
        if (!same) wrong.push(`${name} ${projection.name}.${table}`);
        if (rows === 0) empty.push(`${name} ${projection.name}.${table}`);
      }
    }
  }
  return { wrong, empty };
}

/** Positions of the restricted store carry its name. */
const RESTRICTED = /^restricted\.(\d+)$/;

/** The answers whose effects lie within the first events of each log. */
export const within = (given: readonly Acknowledged[], events: { readonly general: number; readonly restricted: number }) =>
  given.filter(({ answer }) => {
    const [, index] = RESTRICTED.exec(answer.position) ?? [];
    return index === undefined ? Number(answer.position) <= events.general : Number(index) <= events.restricted;
  });

/** What is wrong with both logs, held against what was acknowledged. */
export async function findings(core: Core, acknowledged: readonly Acknowledged[]): Promise<Findings> {
  const found: Findings[] = [];
  for (const { name, log, codec } of await storesOf(core)) {
    const its = acknowledged.filter(({ answer }) => RESTRICTED.test(answer.position) === (name === 'restricted'));
    found.push(await auditLog(log, codec, its, 'deed'));
  }
  return {
    lost: found.flatMap((one) => one.lost),
    doubled: found.flatMap((one) => one.doubled),
    torn: found.flatMap((one) => one.torn),
    unsettled: found.flatMap((one) => one.unsettled),
  };
}

export async function withCore<T>(config: Config, work: (core: Core) => Promise<T>): Promise<T> {
  const core = await openCore(config, silentLog, 'restore test');
  return work(core).finally(() => core.close());
}
