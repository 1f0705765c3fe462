import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { writeLines } from '../../platform/backup/lines.ts';
import { rowsOf, tablesOf } from '../../platform/backup/tables.ts';
import type { Config } from '../../platform/config.ts';
import { openFileStore } from '../../platform/files/open.ts';
import type { FileStore } from '../../platform/files/store.ts';
import type { Log } from '../../platform/logging.ts';
import { emptyDirectory, type Manifest, PlaceRefused, type StoreHead, type Sums, writeManifest } from './manifest.ts';
import { inSnapshot, KEPT, openPlaces } from './places.ts';

/** Where a backup goes: the keys never into the directory of what they seal. */
export interface BackupPlace {
  readonly to: string;
  readonly keysTo: string;
}

/**
 * Backs an installation up while it works. First the stores, each as of one moment, then the files and last the keys, so that
 * nothing is named that is not there; what somebody erased meanwhile is erased in the backup too.
 * @throws PlaceRefused
 */
export async function makeBackup(config: Config, log: Log, { to, keysTo }: BackupPlace): Promise<Manifest> {
  if (within(to, keysTo) || within(keysTo, to)) throw new PlaceRefused('keys go into a directory apart from everything else');
  emptyDirectory(to);
  emptyDirectory(keysTo);
  const places = await openPlaces(config, log, 'masar backup');
  const about = { format: 1, backup: randomUUID(), madeAt: new Date().toISOString(), origin: config.auditOrigin } as const;
  const files: Sums = {};
  const keys: Sums = {};
  try {
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
    const objects = await inSnapshot(places.general, async (client) => {
      await dump(client, KEPT.files, to, 'general', files);
      return copyObjects(await objectsIn(client), await openFileStore(config.files), to, files);
    });
    await inSnapshot(places.keys, (client) => dump(client, KEPT.keys, keysTo, 'general', keys));
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

const within = (outer: string, inner: string): boolean => join(inner, '/').startsWith(join(outer, '/'));

/** Writes every table of some schemas as the transaction sees them. */
async function dump(client: pg.ClientBase, schemas: readonly string[], to: string, store: string, sums: Sums): Promise<void> {
  mkdirSync(join(to, store), { recursive: true, mode: 0o700 });
  for (const schema of schemas) {
    for (const name of await tablesOf(client, schema)) {
      const file = `${store}/${name.schema}.${name.table}.ndjson`;
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

/** Where the bytes of files lie. */
async function objectsIn(client: pg.ClientBase): Promise<readonly string[]> {
  const { rows } = await client.query<{ key: string }>(
    `select storage_key as key from files.document where state = 'ready'
     union select storage_key from files.part where kept order by 1`,
  );
  return rows.map((row) => row.key);
}

/** Copies objects as they are, sealed. One that is gone by now was taken away by whoever looks after files. */
async function copyObjects(keys: readonly string[], store: FileStore, to: string, sums: Sums) {
  let bytes = 0;
  let missing = 0;
  async function* lines() {
    for (const key of keys) {
      const content = await store.get(key);
      if (!content) {
        missing += 1;
        continue;
      }
      const file = join(to, 'objects', key);
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      await pipeline(content, createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }));
      const sum = await digestOf(file);
      bytes += sum.bytes;
      yield JSON.stringify({ key, ...sum });
    }
  }
  const sum = await writeLines(join(to, 'objects.ndjson'), lines());
  sums['objects.ndjson'] = sum;
  return { count: sum.lines, bytes, missing };
}

/** Size and SHA-256 (hex) of a file. */
export async function digestOf(file: string): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
