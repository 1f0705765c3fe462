import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import { openLog } from '../../compose.ts';
import type { EventLog } from '../../eventlog/port.ts';
import { createPostgresLog } from '../../eventlog/postgres/postgresLog.ts';
import { ensureOwnLog, type StoreOfLog } from '../../ownLog.ts';
import { writeLines } from '../../platform/backup/lines.ts';
import { rowsOf, tablesOf } from '../../platform/backup/tables.ts';
import type { Config } from '../../platform/config.ts';
import { createKysely } from '../../platform/database.ts';
import { openFileStore } from '../../platform/files/open.ts';
import type { Log } from '../../platform/logging.ts';
import { ensureNotRestoring } from '../../platform/restoring.ts';
import { RESTRICTED_SCHEMAS } from '../../restrictedStore.ts';
import { SCHEMAS } from '../../schemas.ts';
import { emptyDirectory, LOST_NAMED, type Manifest, PlaceRefused, type StoreHead, type Sums, writeManifest } from './manifest.ts';
import { copyObjects } from './objects.ts';
import { inSnapshot, KEPT, openPlaces, type Places } from './places.ts';

/** Where a backup goes: the keys never into the directory of what they seal. */
export interface BackupPlace {
  readonly to: string;
  readonly keysTo: string;
}

/**
 * Backs an installation up while it works. First the stores, each as of one moment, then the files and last the keys, so that
 * nothing is named that is not there; what somebody erased meanwhile is erased in the backup too. Objects of files, which may be
 * many and large, are copied outside of any transaction: a long one would keep the database from cleaning up.
 * @throws PlaceRefused, ConfigError where the log is not the one this installation wrote
 */
export async function makeBackup(config: Config, log: Log, { to, keysTo }: BackupPlace): Promise<Manifest> {
  ensureApart({ to, keysTo });
  emptyDirectory(to);
  emptyDirectory(keysTo);
  const places = await openPlaces(config, log, 'masar backup');
  const about = { format: 1, backup: randomUUID(), madeAt: new Date().toISOString(), origin: config.auditOrigin } as const;
  const files: Sums = {};
  const keys: Sums = {};
  const keepTables = <T>(look: (client: pg.ClientBase) => Promise<T>): Promise<T> =>
    inSnapshot(places.general, async (client) => {
      await dump(client, KEPT.files, to, 'general', files);
      return look(client);
    });
  try {
    await ensureWhole(places);
    await ensureOwnLogs(config, places);
    const inEventStore = config.eventStoreUrl !== undefined;
    const general = await inSnapshot(places.general, async (client) => {
      const schemas = inEventStore ? KEPT.general.filter((one) => one !== 'log') : KEPT.general;
      await dump(client, [...schemas, ...KEPT.access], to, 'general', files);
      return headOf(client, !inEventStore);
    });
    const restricted = await (places.restricted &&
      inSnapshot(places.restricted, async (client) => {
        await dump(client, KEPT.restricted, to, 'restricted', files);
        return headOf(client, true);
      }));
    const store = await openFileStore(config.files);
    const { count, bytes, missing } = await copyObjects({ store, to, keepTables }, files);
    // Which may have taken hours: keys as another backup has them would go with this one's data.
    await ensureWhole(places);
    const lost = await inSnapshot(places.keys, async (client) => {
      await dump(client, KEPT.keys, keysTo, 'general', keys);
      return findLost(
        client,
        missing.map(({ document }) => document),
      );
    });
    const objects = {
      ...{ count, bytes, missing: missing.length, lost: lost.length },
      lostDocuments: lost.slice(0, LOST_NAMED),
    };
    if (places.restricted) {
      await inSnapshot(places.restricted, (client) => dump(client, KEPT.restrictedKeys, keysTo, 'restricted', keys));
    }
    const manifest: Manifest = { ...about, kind: 'data', general, ...(restricted ? { restricted } : {}), files, objects };
    writeManifest(keysTo, { ...about, kind: 'keys', files: keys });
    writeManifest(to, manifest);
    return manifest;
  } finally {
    await places.close();
  }
}

/** @throws ConfigError where a restore is under way, or broke off */
async function ensureWhole({ general, restricted }: Places): Promise<void> {
  await ensureNotRestoring(general, 'DATABASE_URL');
  if (restricted) await ensureNotRestoring(restricted, 'RESTRICTED_DATABASE_URL');
}

/** A backup of another log would be none. One from before logs were remembered is taken as it is. */
async function ensureOwnLogs(config: Config, { general, restricted }: Places): Promise<void> {
  const look = async (name: StoreOfLog['name'], pool: pg.Pool, open: () => Promise<EventLog>): Promise<void> => {
    const { read, workers } = name === 'general' ? SCHEMAS : RESTRICTED_SCHEMAS;
    const { rows } = await pool.query<{ there: boolean }>('select to_regclass($1) is not null as there', [`${workers}.own_log`]);
    if (!rows[0]?.there) return;
    const log = await open();
    await ensureOwnLog({ name, log, pool, db: createKysely(pool), read, workers }).finally(() => log.close());
  };
  await look('general', general, async () => (await openLog(config, general)).log);
  if (!restricted) return;
  const { log: schema } = RESTRICTED_SCHEMAS;
  await look('restricted', restricted, async () => createPostgresLog({ pool: restricted, schema, listen: false }));
}

/** Sees that the directory of the keys is neither that of the rest, nor in it, nor around it. @throws PlaceRefused */
export function ensureApart({ to, keysTo }: BackupPlace): void {
  if (within(to, keysTo) || within(keysTo, to)) throw new PlaceRefused('keys go into a directory apart from everything else');
}

const within = (outer: string, inner: string): boolean => join(inner, '/').startsWith(join(outer, '/'));

/** Writes every table of some schemas as the transaction sees them, in place of what was written before. */
async function dump(client: pg.ClientBase, schemas: readonly string[], to: string, store: string, sums: Sums): Promise<void> {
  mkdirSync(join(to, store), { recursive: true, mode: 0o700 });
  for (const schema of schemas) {
    for (const name of await tablesOf(client, schema)) {
      const file = `${store}/${name.schema}.${name.table}.ndjson`;
      rmSync(join(to, file), { force: true });
      sums[file] = await writeLines(join(to, file), rowsOf(client, name));
    }
  }
}

async function headOf(client: pg.ClientBase, withLog: boolean): Promise<StoreHead> {
  const { rows: now } = await client.query<{ at: string }>('select now() as at');
  const log = withLog
    ? await client.query<{ events: string }>('select coalesce(max(position), 0) as events from log.events')
    : undefined;
  const { rows: signed } = await client.query<{ size: string; root: Buffer }>(
    'select size, root from audit.checkpoint order by size desc limit 1',
  );
  const [last] = signed;
  return {
    takenAt: now[0]?.at ?? '',
    ...(log ? { events: Number(log.rows[0]?.events ?? 0) } : {}),
    ...(last ? { checkpoint: { size: Number(last.size), root: last.root.toString('base64') } } : {}),
  };
}

/** Which of the documents whose bytes are missing still have a key: nobody erased them. */
async function findLost(client: pg.ClientBase, documents: readonly string[]): Promise<readonly string[]> {
  const { rows } = await client.query<{ subject: string }>(
    'select distinct subject from keys.data_key where subject = any($1) and wrapped is not null order by 1',
    [documents],
  );
  return rows.map(({ subject }) => subject);
}
