import { randomUUID } from 'node:crypto';
import { MAX_DOCUMENT_BYTES } from '../../domain/kernel/documents.ts';
import { ensure } from '../../domain/kernel/errors.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { type DocumentContent, PART_BYTES } from './content.ts';
import type { DocumentRow, DocumentTableAccess, NewDocument } from './table.ts';
import type { Unnamed } from './unnamed.ts';

/** Who uploads, from which post. */
export interface Uploader {
  readonly staff: string;
  readonly organisation?: string | undefined;
  readonly office?: string | undefined;
}

/** A file that is about to be sent. The id is derived from the caller's idempotency key, so that a retry meets it. */
export interface UploadWish {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly sha256?: string | undefined;
  readonly by: Uploader;
}

/** Uploads one person may have under way. Nobody published a number; it only keeps a broken client from filling the store. */
const MAX_OPEN = 50;
/**
 * Files, and their bytes, that one person may have in the store while no case names them. Nobody published a number: far more than
 * a desk scans before it attaches, and so little that one sign-in cannot fill the disk for all.
 */
const MAX_UNNAMED = 500;
const MAX_UNNAMED_BYTES = 1024 * 1024 * 1024;
/** Pieces one upload may come in. */
const MAX_PARTS = 1_000;

interface UploadParts {
  readonly table: DocumentTableAccess;
  readonly content: DocumentContent;
  readonly keyring: Pick<Keyring, 'mac'>;
}

/**
 * Uploads that may break off anywhere and go on where they stopped. Bytes count once they lie sealed in the store; that is what
 * the offset says.
 */
export function uploads({ table, content, keyring }: UploadParts) {
  const wishOf = ({ name, size, sha256 }: UploadWish): string =>
    keyring.mac('document', JSON.stringify([name, size, sha256 ?? null]));

  /** Makes room for a file; the same wish again is answered with the file of the first. */
  async function begin(wish: UploadWish): Promise<DocumentRow> {
    ensure(wish.size <= MAX_DOCUMENT_BYTES, 'FILE_TOO_LARGE', { limit: MAX_DOCUMENT_BYTES });
    const known = await table.find(wish.id);
    if (known) return same(known, wish);
    const admit = (held: Unnamed): void => {
      ensure(held.unfinished < MAX_OPEN, 'TOO_MANY_UPLOADS', { limit: MAX_OPEN });
      const isRoom = held.files < MAX_UNNAMED && held.bytes + wish.size <= MAX_UNNAMED_BYTES;
      ensure(isRoom, 'UPLOADS_UNNAMED', { files: MAX_UNNAMED, bytes: MAX_UNNAMED_BYTES });
    };
    // Whoever has no room gets no key made either.
    admit(await table.unnamedOf(wish.by.staff));
    const key = await content.keyOf(wish.id, true);
    ensure(key, 'FILE_ERASED');
    const row: NewDocument = {
      id: wish.id,
      uploader: wish.by.staff,
      organisation: wish.by.organisation ?? null,
      office: wish.by.office ?? null,
      origin: 'upload',
      wish: wishOf(wish),
      sealed_name: content.sealName(key, wish.id, wish.name),
      size: wish.size,
      received: 0,
      declared_sha256: wish.sha256 ?? null,
      sha256: null,
      media_type: null,
      storage_key: `files/${randomUUID()}`,
      state: 'uploading',
      refusal: null,
      finding: null,
    };
    await table.insertUpload(row, admit);
    const begun = await table.find(wish.id);
    ensure(begun, 'NOT_FOUND');
    return same(begun, wish);
  }

  function same(row: DocumentRow, wish: UploadWish): DocumentRow {
    ensure(row.uploader === wish.by.staff && row.wish === wishOf(wish), 'IDEMPOTENCY_KEY_REUSED');
    return row;
  }

  /**
   * Takes what comes, from an offset on. A line that breaks ends the content early and loses at most what had not arrived.
   * @throws Refused NOT_FOUND, UPLOAD_COMPLETE, UPLOAD_OFFSET_WRONG, UPLOAD_TOO_LONG, UPLOAD_SCATTERED, FILE_ERASED
   */
  async function append(id: string, staff: string, offset: number, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    const row = await table.find(id);
    ensure(row && row.uploader === staff, 'NOT_FOUND');
    ensure(row.state === 'uploading', 'UPLOAD_COMPLETE');
    ensure(row.received === offset, 'UPLOAD_OFFSET_WRONG', { offset: row.received });
    ensure((await table.partsOf(id)).length < MAX_PARTS, 'UPLOAD_SCATTERED', { limit: MAX_PARTS });
    const key = await content.keyOf(id);
    ensure(key, 'FILE_ERASED');
    let at = offset;
    for await (const piece of piecesOf(bytes)) {
      ensure(at + piece.length <= row.size, 'UPLOAD_TOO_LONG', { size: row.size });
      const part = { storage_key: `parts/${randomUUID()}`, document: id, start: at, size: piece.length };
      await table.announcePart(part);
      await content.putPart(key, part, piece);
      ensure(await table.keepPart(part), 'UPLOAD_OFFSET_WRONG', { offset: at });
      at += piece.length;
    }
  }

  return { begin, append };
}

/** Content in pieces of one size; the last, also of a line that broke, is what is left. */
async function* piecesOf(content: AsyncIterable<Uint8Array>): AsyncIterable<Buffer> {
  let held: Uint8Array[] = [];
  let length = 0;
  try {
    for await (const chunk of content) {
      held.push(chunk);
      length += chunk.length;
      if (length < PART_BYTES) continue;
      const all = Buffer.concat(held);
      const whole = all.length - (all.length % PART_BYTES);
      for (let at = 0; at < whole; at += PART_BYTES) yield all.subarray(at, at + PART_BYTES);
      held = [all.subarray(whole)];
      length = all.length - whole;
    }
  } catch (error) {
    if (!isBrokenLine(error)) throw error;
  }
  if (length > 0) yield Buffer.concat(held);
}

const BROKEN = new Set(['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ABORT_ERR']);
const isBrokenLine = (error: unknown): boolean => BROKEN.has((error as NodeJS.ErrnoException).code ?? '');
