import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

/** What a file of lines holds: how many, in how many bytes, with which SHA-256 (hex). */
export interface LinesSum {
  readonly lines: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** Text that is gathered before it is written. */
const CHUNK = 1 << 20;

/** Writes lines to a new file that only its owner may read, and flushes it to the disk. @throws Error when the file is there */
export async function writeLines(file: string, lines: AsyncIterable<string>): Promise<LinesSum> {
  const hash = createHash('sha256');
  const handle = await open(file, 'wx', 0o600);
  let count = 0;
  let bytes = 0;
  let text = '';
  const flush = async () => {
    const chunk = Buffer.from(text);
    text = '';
    hash.update(chunk);
    bytes += chunk.length;
    await handle.writeFile(chunk);
  };
  try {
    for await (const line of lines) {
      text += `${line}\n`;
      count += 1;
      if (text.length >= CHUNK) await flush();
    }
    await flush();
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { lines: count, bytes, sha256: hash.digest('hex') };
}

/** The lines of a file that `writeLines` wrote; nothing but a newline ends one. */
export async function* readLines(file: string): AsyncGenerator<string, void, void> {
  let rest = '';
  for await (const chunk of createReadStream(file, { encoding: 'utf8', highWaterMark: CHUNK })) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') throw new Error(`${file} ends in the middle of a line`);
}

/** SHA-256 of a file in hex. */
export async function sumOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}
