/** The whole of a verification: checkpoint files, an export, perhaps a key; what was found, in words and in data. */
import { type Checkpoint, type CheckpointFault, openCheckpoint } from './checkpoints.ts';
import { type Entry, readEntry } from './entries.ts';
import { type Finding, firstFault, forksAmong } from './judge.ts';

export interface CheckpointFile {
  readonly name: string;
  readonly content: string;
}

export interface Verdict {
  readonly ok: boolean;
  /** Entries of the export. */
  readonly entries: number;
  /** How many of them a checkpoint covers. */
  readonly covered: number;
  /** Checkpoints that cannot be believed, and why. */
  readonly checkpoints: readonly {
    readonly kind: CheckpointFault | 'fork';
    readonly name: string;
    readonly because: string;
    readonly logIndex?: number;
  }[];
  /** The first entry that is not what was signed. */
  readonly first: Finding | undefined;
  /** The keys that were believed; `given` says whether the reader brought it. */
  readonly keys: readonly string[];
  readonly given: boolean;
}

/** Verifies the lines of an export, without their newlines, against checkpoints. */
export function verifyExport(
  lines: readonly string[],
  files: readonly CheckpointFile[],
  key?: string | readonly string[],
): Verdict {
  return verifyEntries(lines.map(readEntry), files, key);
}

/** As `verifyExport`, for entries that were read already. */
export function verifyEntries(
  entries: readonly Entry[],
  files: readonly CheckpointFile[],
  key?: string | readonly string[],
): Verdict {
  const keys = typeof key === 'string' ? [key] : (key ?? []);
  const opened = files.map(({ name, content }) => ({ name, ...openCheckpoint(name, content, keys) }));
  const good: readonly Checkpoint[] = opened.flatMap((one) => (one.ok ? [one.checkpoint] : []));
  const refused = opened.flatMap((one) => (one.ok ? [] : [{ kind: one.kind, name: one.name, because: one.because }]));
  const forks = forksAmong(good).map(({ older, newer, logIndex }) => ({
    kind: 'fork' as const,
    name: newer.name,
    because: `it is not of one log with ${older.name}`,
    ...(logIndex === undefined ? {} : { logIndex }),
  }));
  const first = firstFault(entries, good);
  const checkpoints = [...refused, ...forks];
  return {
    ok: checkpoints.length === 0 && first === undefined && good.length > 0,
    entries: entries.length,
    covered: Math.min(entries.length, Math.max(0, ...good.map((one) => one.size))),
    checkpoints,
    first,
    keys: [...new Set(good.map((one) => one.key))],
    given: keys.length > 0,
  };
}

const WORDS: Readonly<Record<Finding['kind'], string>> = {
  unreadable: 'cannot be read: the line is not as it was written',
  missing: 'is missing',
  misnumbered: 'says another place than it stands at',
  altered: 'was altered: its bytes do not give the hash that was kept of it',
  'broken chain': 'does not follow from what stands before it in its stream',
  're-signed': 'was altered and its hashes were made again: it is not what was signed',
  moved: 'was moved: its bytes belong to another stream, revision or type',
  inserted: 'was inserted: nothing like it was signed',
  duplicated: 'stands there a second time',
  reordered: 'stands in another order than was signed',
  truncated: 'is missing, and everything behind it: the end was cut off, or this is an older copy',
  differs: 'or one behind it is not what was signed',
};

/** A verdict as lines for people. */
export function wordsOf(verdict: Verdict): readonly string[] {
  const { entries, covered, first, checkpoints, keys, given } = verdict;
  return [
    ...checkpoints.map(({ kind, name, because, logIndex }) => {
      const where = logIndex === undefined ? '' : `, from logIndex ${logIndex} on`;
      return `CHECKPOINT ${name}: ${kind}${where}: ${because}`;
    }),
    ...(first ? [entryLine(first)] : []),
    ...(verdict.ok
      ? [`OK: ${covered} of ${entries} entries are what was signed${covered < entries ? '; the rest was not signed yet' : ''}`]
      : []),
    ...(keys.length > 0 && !given
      ? [`The key was taken from the file: compare it with the one you were given: ${keys.join(', ')}`]
      : []),
  ];
}

function entryLine({ kind, logIndex, upTo, stream, revision, belongs }: Finding): string {
  const which = stream === undefined ? '' : ` (${stream}, revision ${revision})`;
  const range = upTo === undefined || upTo <= logIndex ? '' : ` (up to logIndex ${upTo})`;
  const home = belongs === undefined ? '' : ` (it belongs at ${belongs})`;
  return `ENTRY ${logIndex}${which} ${WORDS[kind]}${range}${home} [${kind}]`;
}
