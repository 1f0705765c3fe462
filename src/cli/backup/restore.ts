import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { COMMAND_MS } from '../../eventlog/documents/sweep.ts';
import { readLines } from '../../platform/backup/lines.ts';
import { putRows } from '../../platform/backup/tables.ts';
import type { Config } from '../../platform/config.ts';
import { openFileStore } from '../../platform/files/open.ts';
import { contentOf } from '../../platform/files/store.ts';
import { mastersFrom } from '../../platform/keys/open.ts';
import type { Log } from '../../platform/logging.ts';
import { migrateRestricted, RESTRICTED_SCHEMAS, restrictedKeys } from '../../restrictedStore.ts';
import { ensureAccessOwner, migrateAll, SCHEMAS } from '../../schemas.ts';
import { stepBack } from '../../workers/runtime/stepBack.ts';
import { keepAlone } from './alone.ts';
import { refuseFilled } from './filled.ts';
import { refuseUnknown } from './fitting.ts';
import { BackupBroken, type Manifest, PlaceRefused, readBackup } from './manifest.ts';
import { digestOf } from './objects.ts';
import { inOne, KEPT, openPlaces, type Places, tableIn } from './places.ts';
import { type Verified, verifyStores } from './verifying.ts';

/** The two directories of a backup. */
export interface BackupSource {
  readonly from: string;
  readonly keysFrom: string;
  /** Where both logs are written once more for the verifier; `from` unless said otherwise, which has held as much before. */
  readonly work?: string | undefined;
}

/** What was put back. `seconds` is all of it, checks included. */
export interface Restored extends Verified {
  readonly manifest: Manifest;
  readonly rows: number;
  readonly seconds: number;
}

/** What one database sees may differ from what another does by the clocks of their machines. */
const CLOCKS_MS = 3_600_000;

/**
 * Puts a backup back into an empty place and holds it to its sums, and the logs to what was signed. Read models are not in it:
 * the first start makes them. Nobody else of Masar may be at work there, and who starts meanwhile is refused. Once it has begun to
 * write, a failure leaves a place where nobody starts, to be emptied before the next try.
 * @throws PlaceRefused, BackupBroken, ConfigError
 */
export async function restoreBackup(config: Config, log: Log, { from, keysFrom, work = from }: BackupSource): Promise<Restored> {
  const began = performance.now();
  const manifest = await readBackup(from, 'data');
  const keys = await readBackup(keysFrom, 'keys');
  refuseOthers(config, manifest, keys);
  await checkObjects(from);
  const directory = workIn(work);
  try {
    const restored = await restoreInto(config, log, { from, keysFrom, work: directory }, manifest, keys);
    return { manifest, ...restored, seconds: (performance.now() - began) / 1_000 };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** A directory of its own within `work`, made before anything is written: else everything might be back, and nobody start. */
function workIn(work: string): string {
  try {
    return mkdtempSync(join(work, '.verify-'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new PlaceRefused(
      `the logs are written once more to be verified, and ${work} is no place for it: ${why}; name another with --work`,
    );
  }
}

/** What a place for files has by itself: where uploads begin, and what every disk of its own has. */
const PASSED_OVER: ReadonlySet<string> = new Set(['.drafts', 'lost+found']);

/** Puts everything back and verifies it, with nobody else at work there. */
async function restoreInto(
  config: Config,
  log: Log,
  { from, keysFrom, work }: BackupSource & { readonly work: string },
  manifest: Manifest,
  keys: Manifest,
): Promise<Omit<Restored, 'manifest' | 'seconds'>> {
  const places = await openPlaces(config, log, 'masar restore');
  try {
    if (manifest.restricted && !places.restricted) {
      throw new PlaceRefused('the backup holds a restricted store: set RESTRICTED_DATABASE_URL');
    }
    await ensureAccessOwner(config, places.access);
    const alone = await keepAlone(places, manifest.backup, () => refuseFilled(config, places));
    try {
      await migrateAll(places.general, places.generalUrl, places.keys, places.access);
      if (places.restricted && places.restrictedUrl !== undefined) {
        await migrateRestricted(places.restricted, places.restrictedUrl);
      }
      await refuseFilled(config, places);
      await refuseUnknown(places, from, manifest);
      await refuseUnknown(places, keysFrom, keys);
      await checkMasters(config, keysFrom, keys);
      alone.writing();
      const rows = await putBack(config, places, { from, keysFrom }, manifest, keys);
      const verified = await verifyStores(config, log, work, places);
      // What is not what was signed is looked at by somebody before anything goes on from it.
      if (verified.verdicts.every(({ ok }) => ok !== false)) await alone.done();
      return { rows, ...verified };
    } finally {
      await alone.release();
    }
  } finally {
    await places.close();
  }
}

/** Writes everything to its place; answers how many rows that were. */
async function putBack(
  config: Config,
  places: Places,
  { from, keysFrom }: BackupSource,
  manifest: Manifest,
  keys: Manifest,
): Promise<number> {
  let rows = await putStore(places.general, from, 'general', manifest);
  await doubtNotes(places.general, manifest);
  await beginRound(places.general, SCHEMAS.audit);
  rows += await putAccess(places.access, from, manifest);
  await putObjects(config, from);
  if (places.restricted && manifest.restricted) {
    rows += await putStore(places.restricted, from, 'restricted', manifest);
    await beginRound(places.restricted, RESTRICTED_SCHEMAS.audit);
    // Of what its reactors did in the general store, the last moments may not have come along.
    const since = new Date(Date.parse(manifest.general?.takenAt ?? manifest.madeAt) - CLOCKS_MS).toISOString();
    const head = BigInt(manifest.restricted.events ?? 0);
    await stepBack(places.restricted, RESTRICTED_SCHEMAS.workers, { head, since });
    rows += await putStore(places.restricted, keysFrom, 'restricted', keys);
  }
  return rows + (await putStore(places.keys, keysFrom, 'general', keys));
}

function refuseOthers(config: Config, manifest: Manifest, keys: Manifest): void {
  if (keys.madeAt < manifest.madeAt) {
    throw new BackupBroken(`the keys of ${keys.madeAt} are older than the data of ${manifest.madeAt}: newer ones are needed`);
  }
  if (manifest.origin !== config.auditOrigin) {
    throw new PlaceRefused(`the backup is of ${manifest.origin}, and MASAR_AUDIT_ORIGIN says ${config.auditOrigin}`);
  }
  const inEventStore = manifest.general?.events === undefined;
  if (inEventStore !== (config.eventStoreUrl !== undefined)) {
    throw new PlaceRefused(
      inEventStore
        ? 'the log of this backup lies in EventStoreDB: put it back there first and set EVENTSTORE_URL'
        : 'EVENTSTORE_URL is set, and the backup holds a log in Postgres: restore without it, then `npm run log -- copy`',
    );
  }
  if (
    config.files.kind === 'disk' &&
    existsSync(config.files.dir) &&
    readdirSync(config.files.dir).some((name) => !PASSED_OVER.has(name))
  ) {
    throw new PlaceRefused(`${config.files.dir} is not empty`);
  }
}

/** Before a row is written: whether these keys can be opened here. */
async function checkMasters(config: Config, keysFrom: string, keys: Manifest): Promise<void> {
  const stores = [
    ['general', config],
    ['restricted', restrictedKeys(config)],
  ] as const;
  for (const [store, settings] of stores) {
    const used = await mastersIn(keysFrom, keys, `${store}/`);
    if (used.size === 0) continue;
    const development = join(settings.dataDir, 'development-master.key');
    if (settings.masterKeyFile === undefined && settings.kms === undefined && !existsSync(development)) {
      throw new PlaceRefused(
        `the master key of the ${store} store is not there: put it back as ${development}, or name its file`,
      );
    }
    const masters = mastersFrom(settings);
    for (const id of used) masters.of(id);
  }
}

/** The ids of the master keys that wrapped what is in a backup of keys. */
async function mastersIn(keysFrom: string, keys: Manifest, store: string): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  for (const name of Object.keys(keys.files).filter((one) => one.startsWith(store))) {
    for await (const line of readLines(join(keysFrom, name))) {
      const { master } = JSON.parse(line) as { master?: string | null };
      if (typeof master === 'string') used.add(master);
    }
  }
  return used;
}

/** Puts the tables of one database back, all or none, in the order they were written; but for what has an owner of its own. */
async function putStore(pool: pg.Pool, from: string, store: string, manifest: Manifest): Promise<number> {
  return inOne(pool, (client) => putTables(client, from, manifest, (of, schema) => of === store && !isAccess(of, schema)));
}

/**
 * The tables of files are younger than the log, or of another moment where it lies elsewhere: that a case names a file is looked up
 * again for what was noted since, or such a file would never be anybody's to remove. A note is as old as the command it came with, which
 * may have been written after the log was taken.
 */
async function doubtNotes(pool: pg.Pool, { general }: Manifest): Promise<void> {
  const since = general?.events === undefined ? '-infinity' : new Date(Date.parse(general.takenAt) - COMMAND_MS).toISOString();
  await pool.query(`update ${SCHEMAS.files}.attachment set confirmed = false where at >= $1`, [since]);
}

/** The patrol begins a round with what is back: how long ago the last one was is told of another time. */
async function beginRound(pool: pg.Pool, audit: string): Promise<void> {
  await pool.query(`update ${audit}.patrol set size = 0, peaks = '', whole_at = null, begun_at = now()`);
}

/** Puts the access log back, whose partitions are made first. */
async function putAccess(pool: pg.Pool, from: string, manifest: Manifest): Promise<number> {
  return inOne(pool, async (client) => {
    await makeMonths(client, from, manifest);
    return putTables(client, from, manifest, isAccess);
  });
}

const isAccess = (store: string, schema: string): boolean => store === 'general' && KEPT.access.some((one) => one === schema);

async function putTables(
  client: pg.ClientBase,
  from: string,
  manifest: Manifest,
  wanted: (store: string, schema: string) => boolean,
): Promise<number> {
  let rows = 0;
  for (const [file, sum] of Object.entries(manifest.files)) {
    const name = tableIn(file);
    if (!name || !wanted(name.store, name.schema)) continue;
    const put = await putRows(client, name, readLines(join(from, file)));
    if (put !== sum.lines) throw new BackupBroken(`${file} has ${put} rows instead of ${sum.lines}`);
    rows += put;
  }
  return rows;
}

/** The partitions of the access log, before its entries. What is known of each month comes with the rows. */
async function makeMonths(client: pg.ClientBase, from: string, manifest: Manifest): Promise<void> {
  const file = `general/${SCHEMAS.access}.month.ndjson`;
  if (!manifest.files[file]) return;
  for await (const line of readLines(join(from, file))) {
    const { starts, dropped_at } = JSON.parse(line) as { starts: string; dropped_at: string | null };
    if (dropped_at === null) await client.query(`select ${SCHEMAS.access}.make_month($1)`, [starts]);
  }
  await client.query(`delete from ${SCHEMAS.access}.month`);
}

interface ObjectLine {
  readonly key: string;
  readonly bytes: number;
  readonly sha256: string;
}

async function* objectsOf(from: string): AsyncGenerator<ObjectLine, void, void> {
  for await (const line of readLines(join(from, 'objects.ndjson'))) yield JSON.parse(line) as ObjectLine;
}

async function checkObjects(from: string): Promise<void> {
  for await (const { key, sha256 } of objectsOf(from)) {
    const found = await digestOf(join(from, 'objects', key)).catch(() => undefined);
    if (found?.sha256 !== sha256) throw new BackupBroken(`the file ${key} is not what was written`);
  }
}

async function putObjects(config: Config, from: string): Promise<void> {
  const store = await openFileStore(config.files);
  for await (const { key } of objectsOf(from)) await store.put(key, contentOf(await readFile(join(from, 'objects', key))));
}
