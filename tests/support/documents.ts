import { createCipheriv, createHash } from 'node:crypto';
import type pg from 'pg';
import type t from 'tap';
import { createDocuments } from '../../src/eventlog/documents/documents.ts';
import { documentMigrations } from '../../src/eventlog/documents/migrations.ts';
import { createExecutor } from '../../src/eventlog/execute.ts';
import { createKysely } from '../../src/platform/database.ts';
import { createDiskStore } from '../../src/platform/files/disk.ts';
import type { Keyring } from '../../src/platform/keyring.ts';
import { migrate } from '../../src/platform/migrations.ts';
import { noScanner, type Scanner } from '../../src/platform/scanner/scanner.ts';
import { startApi } from './api.ts';
import { silentLog, temporaryDirectory, testDatabase } from './postgres.ts';
import type { world } from './scenario.ts';

type World = Pick<ReturnType<typeof world>, 'cases' | 'registry' | 'rulebook' | 'keyring'>;

/** Files on this machine's disk and in a database, beside a world. */
export async function filesBeside(
  w: Omit<World, 'keyring'> & { readonly keyring: Keyring },
  place: { readonly pool: pg.Pool; readonly root: string },
  scanner: Scanner = noScanner,
) {
  const { cases, registry, rulebook, keyring } = w;
  const store = await createDiskStore(place.root);
  const db = createKysely<unknown>(place.pool);
  return createDocuments({ db, schema: 'files', store, keyring, scanner, logger: silentLog, cases, registry, rulebook });
}

/** A database and a directory for files. */
export async function placeForFiles(t: Pick<typeof import('tap').default, 'teardown'>) {
  const { pool, url } = await testDatabase(t);
  await migrate(pool, { schema: 'files', migrations: documentMigrations });
  return { pool, url, root: temporaryDirectory() };
}

/** The API over a world, with files. */
export async function startApiWithFiles(
  test: Pick<typeof t, 'teardown'>,
  w: ReturnType<typeof world>,
  place: { readonly pool: pg.Pool; readonly root: string },
  scanner: Scanner = noScanner,
) {
  const documents = await filesBeside(w, place, scanner);
  const api = await startApi(w, (parts) => ({
    documents,
    executor: createExecutor({ ...parts, keyring: w.keyring, files: documents.attaching }),
  }));
  test.teardown(() => api.close());
  return { ...api, documents };
}

/** Content of a size that is a PDF to whoever tells types by content, the same for the same seed. */
export function pdfOf(size: number, seed = 1): Buffer {
  const noise = createCipheriv('aes-256-ctr', Buffer.alloc(32, seed), Buffer.alloc(16)).update(Buffer.alloc(size));
  const head = Buffer.from('%PDF-1.7\n');
  head.copy(noise, 0, 0, size);
  return noise;
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
