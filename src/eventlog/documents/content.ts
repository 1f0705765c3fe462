import { openBytes, openStream, sealBytes, sealStream } from '../../platform/files/sealing.ts';
import { bytesOf, contentOf, type FileStore, StorageUnavailable } from '../../platform/files/store.ts';
import { DESTROYED, KeyMissing, type Keyring } from '../../platform/keyring.ts';
import type { PartRow } from './table.ts';

/** Bytes of a part at most: what a broken line can lose of what arrived. */
export const PART_BYTES = 256 * 1024;

/**
 * Sealed content of files. Each has a key of its own in the keyring (subject: the file's id, tier T2); whoever destroys the key
 * erases the file, wherever copies of it lie. A key that was destroyed reads as undefined.
 */
export function documentContent(store: FileStore, keyring: Pick<Keyring, 'fetch'>) {
  const keyOf = async (id: string, create = false): Promise<Buffer | undefined> => {
    const name = { subject: id, tier: 'T2' };
    const key = (await keyring.fetch([name], create))(name);
    if (!key) throw new KeyMissing(name);
    return key === DESTROYED ? undefined : key;
  };

  async function* sealedAt(key: string): AsyncIterable<Uint8Array> {
    const sealed = await store.get(key);
    if (!sealed) throw new StorageUnavailable('a file is missing');
    yield* sealed;
  }

  return {
    keyOf,
    sealName: (key: Buffer, id: string, name: string): Buffer => sealBytes(key, `${id}/name`, Buffer.from(name)),
    openName: (key: Buffer, id: string, sealed: Buffer): string => openBytes(key, `${id}/name`, sealed).toString(),
    putPart: (key: Buffer, part: Omit<PartRow, 'kept'>, bytes: Uint8Array): Promise<void> =>
      store.put(part.storage_key, contentOf(sealBytes(key, partName(part), bytes))),
    /** Everything that was uploaded, in order. @throws BrokenSeal */
    joined: async (key: Buffer, parts: readonly PartRow[]): Promise<Buffer> => {
      const pieces: Buffer[] = [];
      for (const part of parts) pieces.push(openBytes(key, partName(part), await bytesOf(sealedAt(part.storage_key))));
      return Buffer.concat(pieces);
    },
    put: (key: Buffer, id: string, place: string, bytes: Buffer): Promise<void> =>
      store.put(place, sealStream(key, `${id}/file`, contentOf(bytes))),
    read: (key: Buffer, id: string, place: string): AsyncIterable<Uint8Array> => openStream(key, `${id}/file`, sealedAt(place)),
    remove: (place: string): Promise<void> => store.remove(place),
  };
}

export type DocumentContent = ReturnType<typeof documentContent>;

const partName = ({ document, start, size }: Omit<PartRow, 'kept'>): string => `${document}/part/${start}/${size}`;
