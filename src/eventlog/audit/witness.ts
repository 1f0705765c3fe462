import { lstat, open, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { flushDirectory, makeDirectory } from '../../platform/files/flush.ts';
import { openNote } from '../../platform/merkle/note.ts';
import type { Checkpoint } from './ledger.ts';

/** A signed head as it is kept outside the database. */
export type Witnessed = Pick<Checkpoint, 'size' | 'root' | 'note' | 'key'>;

/** Where signed heads are kept that no backup of the database takes back. */
export interface Witness {
  /** The head of most leaves; undefined while there is none. @throws WitnessUnreadable, or what the place cannot be read for */
  newest(): Promise<Witnessed | undefined>;
  /** Adds a head, durably. */
  keep(head: Witnessed): Promise<void>;
  /** Puts the heads aside that are there, for a loss that was accepted; answers with what they are called now. */
  putAside(): Promise<string>;
  /** Whether heads that lay here were put aside after this time (RFC 3339 UTC), for a loss that was accepted. */
  isPutAsideSince(time: string): Promise<boolean>;
}

/** A line that is no head its key signed: somebody changed what is only added to. */
export class WitnessUnreadable extends Error {
  override readonly name = 'WitnessUnreadable';
}

/** Some hundred heads. */
const LAST_BYTES = 65_536;

/**
 * A file in a directory, a head a line, for the log of this name. The directory belongs on another disk than the database, where
 * possible one that can only be appended to. A last line that was cut off by a crash does not count. A file of the same name that
 * goes on and ends in `.aside`, in the same directory, is one that was put aside: at the time in its name, or by hand when it got it.
 */
export function directoryWitness(directory: string, name: string): Witness {
  const file = join(directory, fileNameOf(name));
  return {
    newest: async () => {
      const heads = (await lastLines(file)).map((line) => headOf(line, name, `a line at the end of ${file}`));
      return heads.reduce<Witnessed | undefined>((most, one) => (most && most.size >= one.size ? most : one), undefined);
    },
    keep: async ({ size, root, note, key }) => {
      await makeDirectory(directory);
      const handle = await open(file, 'a+', 0o640);
      try {
        const { size: length } = await handle.stat();
        const last = length === 0 ? undefined : (await handle.read(Buffer.alloc(1), 0, 1, length - 1)).buffer.toString();
        const line = JSON.stringify({ size, root: root.toString('base64'), note, key });
        // Behind a line that a crash cut off, its beginning is ended, so that this one is whole.
        if (last !== undefined && last !== '\n') await handle.truncate(await endOfWhole(file));
        await handle.appendFile(`${line}\n`);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await flushDirectory(directory);
    },
    putAside: async () => {
      const aside = `${file}.${new Date().toISOString().replaceAll(/[-:]/g, '')}${ASIDE}`;
      await rename(file, aside);
      await flushDirectory(directory);
      return aside;
    },
    isPutAsideSince: async (time) => {
      const asides = (await filesIn(directory)).filter((one) => one.startsWith(`${fileNameOf(name)}.`) && one.endsWith(ASIDE));
      const times = await Promise.all(asides.map((one) => putAsideAt(directory, one)));
      return times.some((at) => at > Date.parse(time));
    },
  };
}

/** When a file was put aside, in milliseconds. Its own time of change moves with every copy and `chmod`: a name that tells comes first. */
async function putAsideAt(directory: string, file: string): Promise<number> {
  const [, date, hour, minute, second] = /\.(\d{8})T(\d\d)(\d\d)(\d\d(?:\.\d+)?)Z\.aside$/.exec(file) ?? [];
  const told = Date.parse(`${date?.replace(/(....)(..)(..)/, '$1-$2-$3')}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(told) ? (await lstat(join(directory, file))).ctimeMs : told;
}

async function filesIn(directory: string): Promise<readonly string[]> {
  return readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

/** How the names of logs go on that begin so and have heads in a directory; none while there is no such directory. */
export async function namesWitnessed(directory: string, beginning: string): Promise<readonly string[]> {
  const begins = safe(beginning);
  return (await filesIn(directory))
    .filter((file) => file.startsWith(begins) && file.endsWith(ENDING))
    .map((file) => file.slice(begins.length, -ENDING.length))
    .toSorted();
}

const ENDING = '.heads';
const ASIDE = '.aside';
const safe = (name: string): string => name.replaceAll(/[^\w.-]/g, '_');
const fileNameOf = (name: string): string => `${safe(name)}${ENDING}`;

/**
 * The whole lines in the last stretch of a file; none while there is no file. Trees only grow, so that the head of most leaves is
 * among the last: a file of years is not read and checked anew whenever somebody begins to sign.
 */
async function lastLines(file: string): Promise<readonly string[]> {
  const handle = await open(file, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!handle) return [];
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, size - LAST_BYTES);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n').slice(0, -1);
    return from === 0 ? lines : lines.slice(1);
  } finally {
    await handle.close();
  }
}

/** The length of a file up to and with its last newline. */
async function endOfWhole(file: string): Promise<number> {
  return (await readFile(file)).lastIndexOf(10) + 1;
}

function headOf(line: string, name: string, where: string): Witnessed {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    throw new WitnessUnreadable(`${where} is not a head`);
  }
  const { size, root, note, key } = parsed as Record<string, unknown>;
  if (typeof size !== 'number' || typeof root !== 'string' || typeof note !== 'string' || typeof key !== 'string') {
    throw new WitnessUnreadable(`${where} is not a head`);
  }
  if (signedText(note, key) !== `${name}\n${size}\n${root}\n`) {
    throw new WitnessUnreadable(`${where} is not what its key signed`);
  }
  return { size, root: Buffer.from(root, 'base64'), note, key };
}

/** What a note says when its key signed it; undefined for what is no key. */
export function signedText(note: string, key: string): string | undefined {
  try {
    return openNote(note, key);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
