import { createDiskStore } from './disk.ts';
import { createS3Store, type S3Place } from './s3.ts';
import type { FileStore } from './store.ts';

/** Where an installation keeps its files. */
export type FilesPlace = { readonly kind: 'disk'; readonly dir: string } | ({ readonly kind: 's3' } & S3Place);

/** Opens the store of the configuration. @throws StorageUnavailable when the directory cannot be used */
export async function openFileStore(place: FilesPlace): Promise<FileStore> {
  return place.kind === 'disk' ? createDiskStore(place.dir) : createS3Store(place);
}
