import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { writeLines } from '../../platform/backup/lines.ts';
import type { FileStore } from '../../platform/files/store.ts';
import type { Sums } from './manifest.ts';

/** Size and SHA-256 (hex) of a file. */
export interface Digest {
  readonly bytes: number;
  readonly sha256: string;
}

/** Bytes in the file store, and the document they belong to. */
interface Kept {
  readonly key: string;
  readonly document: string;
}

/** What came of the objects that the tables of files name. */
export interface Copied {
  readonly count: number;
  readonly bytes: number;
  /** Documents whose bytes were not there. */
  readonly missing: readonly Kept[];
}

export interface ObjectParts {
  readonly store: FileStore;
  /** Directory of the backup. */
  readonly to: string;
  /** Keeps the tables of files as of one moment, in place of what an earlier call kept, and runs `look` in that moment. */
  readonly keepTables: <T>(look: (client: pg.ClientBase) => Promise<T>) => Promise<T>;
}

/**
 * Copies the sealed objects that the tables of files name, outside of any transaction: it may take hours. What is gone when its
 * turn comes may have been moved meanwhile, as when an upload became whole: the tables are looked at again until a look brings
 * no news. What is missing then is erased, or lost.
 */
export async function copyObjects({ store, to, keepTables }: ObjectParts, sums: Sums): Promise<Copied> {
  const copied = new Map<string, Digest>();
  for (let known = new Set<string>(); ; ) {
    const named = await keepTables(objectsIn);
    const missing: Kept[] = [];
    for (const one of named) {
      const digest = copied.get(one.key) ?? (await copyOne(store, one.key, join(to, 'objects', one.key)));
      if (digest) copied.set(one.key, digest);
      else missing.push(one);
    }
    if (missing.every(({ key }) => known.has(key))) return { ...(await list(named, copied, to, sums)), missing };
    known = new Set(missing.map(({ key }) => key));
  }
}

/** Where the bytes of files lie. */
async function objectsIn(client: pg.ClientBase): Promise<readonly Kept[]> {
  const { rows } = await client.query<Kept>(
    `select storage_key as key, id as document from files.document where state = 'ready'
     union select storage_key, document from files.part where kept order by 1`,
  );
  return rows;
}

/** Copies an object as it is, sealed; undefined when it is not there, or was taken away under the copying. */
async function copyOne(store: FileStore, key: string, file: string): Promise<Digest | undefined> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const content = await store.get(key);
  if (!content) return undefined;
  try {
    await pipeline(content, createWriteStream(file, { flags: 'wx', mode: 0o600, flush: true }));
  } catch (error) {
    await rm(file, { force: true });
    if (await store.get(key)) throw error;
    return undefined;
  }
  return digestOf(file);
}

/** Writes down what was copied and is still named; the rest goes, since nobody would ever take it away again. */
async function list(named: readonly Kept[], copied: ReadonlyMap<string, Digest>, to: string, sums: Sums) {
  const left = new Map(copied);
  let bytes = 0;
  async function* lines() {
    for (const { key } of named) {
      const digest = copied.get(key);
      if (!digest) continue;
      left.delete(key);
      bytes += digest.bytes;
      yield JSON.stringify({ key, ...digest });
    }
  }
  const sum = await writeLines(join(to, 'objects.ndjson'), lines());
  sums['objects.ndjson'] = sum;
  for (const key of left.keys()) await rm(join(to, 'objects', key), { force: true });
  return { count: sum.lines, bytes };
}

/** Size and SHA-256 (hex) of a file. */
export async function digestOf(file: string): Promise<Digest> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}
