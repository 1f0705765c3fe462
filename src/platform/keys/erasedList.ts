import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { flushDirectory, makeDirectory } from '../files/flush.ts';

/**
 * Whose keys are destroyed, in a file of its own that lies where no backup of the installation does: a log that is put back to
 * a day before an erasure no longer tells of it, this list does. Ids only, nothing personal.
 */
export interface ErasedList {
  /** @throws ErasedListBroken */
  read(): Promise<readonly string[]>;
  /** Adds those that are not listed yet, on the disk when it returns. @throws ErasedListBroken */
  add(subjects: readonly string[]): Promise<void>;
}

/** A line of the list does not follow from the one before it: somebody changed it. */
export class ErasedListBroken extends Error {
  override readonly name = 'ErasedListBroken';
  constructor(file: string, line: number) {
    super(
      `the list of the erased in ${file} was changed at line ${line}: put back a copy of it; where there is none, look at what was ` +
        'changed (infra/runbooks/keys.md), move it aside, and `npm run keys -- reconcile --with` what was moved begins a new one',
    );
  }
}

const START = '0'.repeat(64);

/** Each line carries the hash of itself and of everything before it. */
const linkOf = (before: string, time: string, subject: string): string =>
  createHash('sha256').update(`${before}\n${time} ${subject}`).digest('hex');

interface Read {
  readonly subjects: ReadonlySet<string>;
  readonly head: string;
  /** Bytes of whole lines: what a write that broke off left behind them does not count. */
  readonly bytes: number;
}

async function readList(file: string): Promise<Read> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const subjects = new Set<string>();
  let head = START;
  for (const [at, line] of whole.split('\n').slice(0, -1).entries()) {
    const [link = '', time = '', subject = '', ...rest] = line.split(' ');
    if (rest.length > 0 || link !== linkOf(head, time, subject)) throw new ErasedListBroken(file, at + 1);
    subjects.add(subject);
    head = link;
  }
  return { subjects, head, bytes: Buffer.byteLength(whole) };
}

/** The list in a file; `alone` runs work while no other process of the installation runs such work. */
export function openErasedList(file: string, alone: <T>(work: () => Promise<T>) => Promise<T>): ErasedList {
  async function write(subjects: readonly string[]): Promise<void> {
    await makeDirectory(dirname(file));
    const before = await readList(file);
    let { head } = before;
    const time = new Date().toISOString();
    const lines = [...new Set(subjects)]
      .filter((one) => !before.subjects.has(one))
      .map((subject) => {
        head = linkOf(head, time, subject);
        return `${head} ${time} ${subject}\n`;
      });
    if (lines.length === 0) return;
    const handle = await openForWriting(file);
    try {
      await handle.truncate(before.bytes);
      await handle.write(lines.join(''), before.bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await flushDirectory(dirname(file));
  }

  return {
    read: async () => [...(await readList(file)).subjects],
    add: async (subjects) => {
      if (subjects.length > 0) await alone(() => write(subjects));
    },
  };
}

/**
 * The list for whoever serves nothing and destroys nothing of his own accord: one that was changed is told of, read as empty and left
 * as it is. Whoever serves next refuses it.
 */
export function unlessChanged(list: ErasedList, tell: (changed: ErasedListBroken) => void): ErasedList {
  const passed = (error: unknown): ErasedListBroken => {
    if (error instanceof ErasedListBroken) return error;
    throw error;
  };
  return {
    read: () =>
      list.read().catch((error: unknown) => {
        tell(passed(error));
        return [];
      }),
    add: (subjects) => list.add(subjects).catch((error: unknown) => void passed(error)),
  };
}

async function openForWriting(file: string): Promise<FileHandle> {
  return open(file, 'r+').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return open(file, 'wx+', 0o600);
  });
}
