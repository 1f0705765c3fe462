import { createCipheriv, createHash } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';
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

/** A ZIP of these files. */
export function zipOf(files: Readonly<Record<string, string>>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const packed = deflateRawSync(text);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt32LE(crc32(text), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(Buffer.byteLength(text), 18);
    facts.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    const part = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), facts, Buffer.from(name), packed]);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), facts.subarray(0, 2), facts, place, Buffer.from(name)]));
    parts.push(part);
    at += part.length;
  }
  const listed = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(listed.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, listed, end]);
}

/** A text document as word processors pack it; `type` is what it says of its main part. */
export function wordFile(type: string): Buffer {
  const xml = '<?xml version="1.0" encoding="UTF-8"?>';
  const types = 'http://schemas.openxmlformats.org/package/2006/content-types';
  const words = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
  return zipOf({
    '[Content_Types].xml': `${xml}<Types xmlns="${types}"><Override PartName="/word/document.xml" ContentType="${type}"/></Types>`,
    'word/document.xml': `${xml}<w:document xmlns:w="${words}"><w:body><w:p><w:r><w:t>كتاب</w:t></w:r></w:p></w:body></w:document>`,
  });
}
