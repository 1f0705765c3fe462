import { bytesOf, checkKey, contentOf, type FileStore } from './store.ts';

/** Files in memory, for tests of everything that is not the store itself. `objects` lets a test look at the bytes. */
export function memoryStore(): FileStore & { readonly objects: Map<string, Buffer> } {
  const objects = new Map<string, Buffer>();
  return {
    kind: 'memory',
    objects,
    put: async (key, content) => {
      objects.set(checkKey(key), await bytesOf(content));
    },
    get: async (key) => {
      const bytes = objects.get(checkKey(key));
      return bytes && contentOf(bytes);
    },
    remove: async (key) => {
      objects.delete(checkKey(key));
    },
  };
}
