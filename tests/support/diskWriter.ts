/** A program that stores files of one size until it is killed or has no more room: `diskWriter.js <dir> <bytes>`. */
import { createDiskStore } from '../../src/platform/files/disk.ts';
import { contentOf } from '../../src/platform/files/store.ts';

const [, , root = '', bytes = '0'] = process.argv;
const store = await createDiskStore(root);
try {
  for (let number = 0; ; number++) {
    await store.put(
      `files/${number}`,
      contentOf(...Array.from({ length: 16 }, () => Buffer.alloc(Number(bytes) / 16, number % 251))),
    );
    process.stdout.write(`${number}\n`);
  }
} catch (error) {
  process.stdout.write(`${(error as Error).name}\n`);
}
