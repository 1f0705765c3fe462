import { mkdir, open } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** Flushes a directory to the disk: the name of a file in it outlives a power cut only then. */
export async function flushDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes a directory and those it lies in where they are missing, on the disk when it returns. */
export async function makeDirectory(directory: string, mode?: number): Promise<void> {
  const first = await mkdir(directory, { recursive: true, mode });
  if (first === undefined) return;
  for (let made = resolve(directory); made.length >= resolve(first).length; made = dirname(made)) {
    await flushDirectory(dirname(made));
  }
}
