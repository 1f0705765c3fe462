/**
 * Where files lie: a flat set of objects under keys of our own making, each written whole or not at all. What is in them is
 * sealed before it comes here.
 */
export interface FileStore {
  readonly kind: 'disk' | 's3' | 'memory';
  /** Durable when it returns; what stood under the key is replaced at once. @throws StorageFull, StorageUnavailable */
  put(key: string, content: AsyncIterable<Uint8Array>): Promise<void>;
  /** The bytes, or undefined when nothing stands under the key. @throws StorageUnavailable, also while it is read */
  get(key: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Nothing there is no error. @throws StorageUnavailable */
  remove(key: string): Promise<void>;
}

/** There is no room left: nothing was written. */
export class StorageFull extends Error {
  constructor(cause: unknown) {
    super('the file store has no room left', { cause });
    this.name = 'StorageFull';
  }
}

/** The store cannot be reached or does not work; it may later. */
export class StorageUnavailable extends Error {
  constructor(what: string, cause?: unknown) {
    super(`the file store does not answer: ${what}`, { cause });
    this.name = 'StorageUnavailable';
  }
}

const KEY = /^[a-z0-9][a-z0-9-]{0,79}(\/[a-z0-9][a-z0-9-]{0,79}){0,3}$/;

/** Keys never come from outside, and could not leave the store if they did. */
export function checkKey(key: string): string {
  if (!KEY.test(key)) throw new RangeError(`not a key of a file: ${JSON.stringify(key)}`);
  return key;
}

/** All bytes of something small enough to be held at once. */
export async function bytesOf(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Bytes at hand as content. */
export async function* contentOf(...chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* chunks;
}
