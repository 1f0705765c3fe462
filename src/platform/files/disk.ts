import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { flushDirectory, makeDirectory } from './flush.ts';
import { checkKey, type FileStore, StorageFull, StorageUnavailable } from './store.ts';

/** What a writer that died left behind is swept away once no writer can still be at it. */
const DRAFT_HOURS = 24;

/**
 * Files in a directory of this machine, or of a volume that several share. A file is written beside its place, flushed to the
 * disk and moved in, so that a kill at any moment leaves the old one, the new one or nothing.
 */
export async function createDiskStore(root: string): Promise<FileStore> {
  const drafts = join(root, '.drafts');
  await makeDirectory(drafts, 0o700).catch(failed);
  await removeOld(drafts);
  const pathOf = (key: string): string => join(root, checkKey(key));

  return {
    kind: 'disk',
    put: async (key, content) => {
      const path = pathOf(key);
      const draft = join(drafts, randomUUID());
      try {
        await writeWhole(draft, content);
        await makeDirectory(dirname(path), 0o700);
        await rename(draft, path);
        await flushDirectory(dirname(path));
      } catch (error) {
        await rm(draft, { force: true }).catch(() => {});
        throw failure(error);
      }
    },
    get: async (key) => {
      const path = pathOf(key);
      const found = await stat(path).catch((error: unknown) => {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw failure(error);
      });
      return found && reading(path);
    },
    remove: async (key) => {
      await rm(pathOf(key), { force: true }).catch(failed);
    },
  };
}

async function writeWhole(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of content) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function* reading(path: string): AsyncIterable<Uint8Array> {
  try {
    yield* createReadStream(path) as AsyncIterable<Uint8Array>;
  } catch (error) {
    throw failure(error);
  }
}

async function removeOld(drafts: string): Promise<void> {
  for (const name of await readdir(drafts)) {
    const path = join(drafts, name);
    const found = await stat(path).catch(() => undefined);
    if (found && Date.now() - found.mtimeMs > DRAFT_HOURS * 3_600_000) await rm(path, { force: true });
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code;

const FULL = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** Errors of the file system as those of the port; what the content's source threw is passed on as it is. */
function failure(error: unknown): unknown {
  const code = codeOf(error);
  if (code === undefined || !(error as NodeJS.ErrnoException).syscall) return error;
  return FULL.has(code) ? new StorageFull(error) : new StorageUnavailable(code, error);
}

function failed(error: unknown): never {
  throw failure(error);
}
