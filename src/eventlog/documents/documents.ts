import { randomUUID } from 'node:crypto';
import type { Kysely } from 'kysely';
import { MAX_DOCUMENT_BYTES } from '../../domain/kernel/documents.ts';
import type { Registry } from '../../domain/kernel/registry.ts';
import { bytesOf, type FileStore } from '../../platform/files/store.ts';
import type { Keyring } from '../../platform/keyring.ts';
import type { Log } from '../../platform/logging.ts';
import type { Scanner } from '../../platform/scanner/scanner.ts';
import type { Cases } from '../cases.ts';
import { derivedId, newId } from '../ids.ts';
import type { Rulebook } from '../rulebook.ts';
import { type Attaching, attachingTo } from './attaching.ts';
import { documentContent } from './content.ts';
import { mediaTypeOf } from './mediaType.ts';
import { settling, sha256Of } from './settling.ts';
import { type Swept, sweeping } from './sweep.ts';
import { type DocumentRefusal, type DocumentRow, documentTable, type StoredState } from './table.ts';
import { type UploadWish, uploads } from './uploads.ts';

/** What is known of a file. `erased`: its key is destroyed, and with it everything the file said. */
export interface DocumentView {
  readonly id: string;
  readonly state: StoredState | 'erased';
  /** As given by whoever uploaded it; undefined once erased. */
  readonly name: string | undefined;
  readonly size: number;
  /** Bytes that are kept: where an upload goes on. */
  readonly received: number;
  /** Told by the content; known once ready, as is the hash (64 hex digits). */
  readonly mediaType: string | undefined;
  readonly sha256: string | undefined;
  readonly refusal: DocumentRefusal | undefined;
  /** What the scanner calls what it found. */
  readonly finding: string | undefined;
  /** Staff id, or the part of the system that made it. */
  readonly uploader: string;
  readonly createdAt: string;
}

/** A file that can be read. The content throws BrokenSeal where it is not what was stored. */
export interface ReadableDocument {
  readonly name: string;
  readonly mediaType: string;
  readonly sha256: string;
  readonly size: number;
  readonly content: AsyncIterable<Uint8Array>;
}

/** Files of an installation: uploaded by people or made by the system, sealed, opened only through cases that name them. */
export interface Documents {
  /** @throws Refused FILE_TOO_LARGE, TOO_MANY_UPLOADS, UPLOADS_UNNAMED, IDEMPOTENCY_KEY_REUSED */
  begin(wish: UploadWish): Promise<DocumentView>;
  /**
   * Takes content of an upload from an offset on; with its last byte the file is judged. @throws Refused NOT_FOUND (also for
   * uploads of others), UPLOAD_OFFSET_WRONG, UPLOAD_COMPLETE, UPLOAD_TOO_LONG, UPLOAD_SCATTERED, FILE_ERASED
   */
  append(id: string, staff: string, offset: number, content: AsyncIterable<Uint8Array>): Promise<DocumentView>;
  describe(id: string): Promise<DocumentView | undefined>;
  /** A file that is ready; undefined for any other, and for one whose key is destroyed. Asks nobody whether it may. */
  read(id: string): Promise<ReadableDocument | undefined>;
  /** Keeps what the system itself made; it is not scanned. @throws RangeError for content of a type that is not accepted */
  store(
    bytes: Uint8Array | AsyncIterable<Uint8Array>,
    about: { readonly name: string; readonly by: string },
  ): Promise<DocumentView>;
  /** Ids of the files that some of these streams name and no others. */
  onlyOf(streams: readonly string[]): Promise<readonly string[]>;
  /** Removes the sealed bytes of files that are erased; that they were there stays known. Nothing there is no error. */
  discard(ids: readonly string[]): Promise<void>;
  /** Judges a file that waits for its scan; others are left alone. */
  settle(id: string): Promise<void>;
  /** Holds commands to the files they name: for `execute`. */
  readonly attaching: Attaching;
  /** One round of care at an instant (RFC 3339 UTC): for a worker to repeat. */
  sweep(now: string): Promise<Swept>;
}

export interface DocumentParts {
  readonly db: Kysely<unknown>;
  /** Where `documentMigrations` ran. */
  readonly schema: string;
  readonly store: FileStore;
  readonly keyring: Keyring;
  readonly scanner: Scanner;
  readonly logger: Log;
  readonly cases: Cases;
  readonly registry: Registry;
  readonly rulebook: Rulebook;
}

/** Files over a store, a keyring and a table. */
export function createDocuments(parts: DocumentParts): Documents {
  const { db, schema, store, keyring, scanner, logger, cases, registry, rulebook } = parts;
  const table = documentTable(db, schema);
  const content = documentContent(store, keyring);
  const { begin, append } = uploads({ table, content, keyring });
  const { settle, clear } = settling({ table, content, scanner, logger });

  async function viewOf(row: DocumentRow): Promise<DocumentView> {
    const key = await content.keyOf(row.id);
    return {
      id: row.id,
      state: key ? row.state : 'erased',
      name: key && content.openName(key, row.id, row.sealed_name),
      size: row.size,
      received: row.received,
      mediaType: row.media_type ?? undefined,
      sha256: row.sha256 ?? undefined,
      refusal: row.refusal ?? undefined,
      finding: row.finding ?? undefined,
      uploader: row.uploader,
      createdAt: row.created_at,
    };
  }

  async function describe(id: string): Promise<DocumentView | undefined> {
    const row = await table.find(id);
    return row && viewOf(row);
  }

  async function described(id: string): Promise<DocumentView> {
    const view = await describe(id);
    if (!view) throw new Error(`the file ${id} is gone`);
    return view;
  }

  return {
    begin: async (wish) => viewOf(await begin(wish)),
    append: async (id, staff, offset, bytes) => {
      await append(id, staff, offset, bytes);
      await settle(id);
      return described(id);
    },
    describe,
    read: async (id) => {
      const row = await table.find(id);
      const key = row && (await content.keyOf(id));
      if (!key || row.state !== 'ready' || row.media_type === null || row.sha256 === null) return undefined;
      return {
        name: content.openName(key, id, row.sealed_name),
        mediaType: row.media_type,
        sha256: row.sha256,
        size: row.size,
        content: content.read(key, id, row.storage_key),
      };
    },
    store: async (given, { name, by }) => {
      const bytes = given instanceof Uint8Array ? Buffer.from(given) : await bytesOf(given);
      const mediaType = await mediaTypeOf(bytes);
      if (mediaType === undefined || bytes.length > MAX_DOCUMENT_BYTES) throw new RangeError('not content that may be kept');
      const id = derivedId('document', newId());
      const place = `files/${randomUUID()}`;
      const key = await content.keyOf(id, true);
      if (!key) throw new Error(`no key for the new file ${id}`);
      await content.put(key, id, place, bytes);
      await table.insert({
        id,
        uploader: by,
        organisation: null,
        office: null,
        origin: 'system',
        wish: '',
        sealed_name: content.sealName(key, id, name),
        size: bytes.length,
        received: bytes.length,
        declared_sha256: null,
        sha256: sha256Of(bytes),
        media_type: mediaType,
        storage_key: place,
        state: 'ready',
        refusal: null,
        finding: null,
      });
      return described(id);
    },
    onlyOf: table.onlyOf,
    discard: async (ids) => {
      for (const id of ids) {
        const row = await table.find(id);
        if (!row) continue;
        await clear(id);
        await content.remove(row.storage_key);
      }
    },
    settle,
    attaching: attachingTo({ table, cases, registry }),
    sweep: sweeping({ table, content, settle, clear, cases, registry, rulebook }),
  };
}
