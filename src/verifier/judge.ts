/** Names the first entry that is not what was signed. */
import type { Checkpoint } from './checkpoints.ts';
import { type Entry, type LocalFault, Sequence } from './entries.ts';
import { type Hash, rootsAt } from './hashes.ts';

export type EntryFault =
  | LocalFault
  | 're-signed'
  | 'moved'
  | 'inserted'
  | 'duplicated'
  | 'reordered'
  | 'truncated'
  /** Somewhere from `logIndex` to `upTo`: nothing at hand says where. */
  | 'differs';

/** What is wrong with an entry, at its place in the log (from 1). */
export interface Finding {
  readonly kind: EntryFault;
  readonly logIndex: number;
  readonly upTo?: number;
  /** Of the entry that stands there, or, for one that is missing, of that one as far as its stream tells. */
  readonly stream?: string;
  readonly revision?: number;
  /** For an entry that stands in the wrong place, where it belongs. */
  readonly belongs?: number;
}

/** Two signed heads that are not of one log: up to `sure` they agree, at `logIndex` they part, if a list tells. */
export interface Fork {
  readonly older: Checkpoint;
  readonly newer: Checkpoint;
  readonly logIndex: number | undefined;
}

/** Compares every later checkpoint with the leaves that earlier ones promise. */
export function forksAmong(checkpoints: readonly Checkpoint[]): readonly Fork[] {
  const bySize = [...checkpoints].sort((a, b) => a.size - b.size);
  return bySize.flatMap((newer, at) => {
    const older = bySize.slice(0, at).find((one) => !agree(one, newer));
    return older ? [{ older, newer, logIndex: partingOf(older, newer) }] : [];
  });
}

function agree(older: Checkpoint, newer: Checkpoint): boolean {
  if (older.size === newer.size) return older.root.equals(newer.root);
  // Two bare heads of different sizes say nothing of each other; the entries are held to both.
  return newer.leaves === undefined || rootsAt(newer.leaves, [older.size]).get(older.size)!.equals(older.root);
}

function partingOf(older: Checkpoint, newer: Checkpoint): number | undefined {
  const at = older.leaves?.findIndex((leaf, i) => newer.leaves?.[i]?.equals(leaf) === false);
  return at === undefined || at < 0 ? undefined : at + 1;
}

/** The leaves that were signed, each as the earliest checkpoint that lists it says; the earliest promise counts. */
export function promised(checkpoints: readonly Checkpoint[]): readonly Hash[] {
  const leaves: Hash[] = [];
  for (const one of [...checkpoints].sort((a, b) => a.size - b.size)) {
    for (let at = leaves.length; at < (one.leaves?.length ?? 0); at += 1) leaves.push(one.leaves![at]!);
  }
  return leaves;
}

/** The first fault among the entries, held to the checkpoints (those whose signature is right); undefined when there is none. */
export function firstFault(entries: readonly Entry[], checkpoints: readonly Checkpoint[]): Finding | undefined {
  const covered = Math.max(0, ...checkpoints.map((one) => one.size));
  const listed = promised(checkpoints);
  const found =
    againstList(entries, listed) ??
    againstRoots(entries, checkpoints) ??
    againstEachOther(entries) ??
    (entries.length < covered ? { kind: 'truncated' as const, logIndex: entries.length + 1, upTo: covered } : undefined);
  return found;
}

/** Every entry against the leaf hash that was signed for its place. */
export function againstList(entries: readonly Entry[], listed: readonly Hash[]): Finding | undefined {
  const at = listed.findIndex((leaf, i) => !entries[i]?.leaf.equals(leaf));
  const before = againstEachOther(entries.slice(0, at < 0 ? listed.length : at));
  if (before || at < 0) return before;
  return nameDifference(entries, listed, at);
}

/** What became of the entry at a place where another was signed. */
function nameDifference(entries: readonly Entry[], listed: readonly Hash[], at: number): Finding {
  const logIndex = at + 1;
  const entry = entries[at];
  if (!entry) return { kind: 'truncated', logIndex, upTo: listed.length };
  if (entry.unreadable !== undefined) return { kind: 'unreadable', logIndex };
  const { stream, revision } = entry;
  const here = { logIndex, stream, revision };
  const home = listed.findIndex((leaf) => leaf.equals(entry.own));
  const isTwice = entries.filter((one) => one.own.equals(entry.own)).length > 1;
  const isLater = entries.some((one, i) => i > at && one.own.equals(listed[at]!));
  if (home === at) return { kind: 'moved', ...here };
  if (home >= 0 && (home < at || isTwice)) return { kind: 'duplicated', ...here, belongs: home + 1 };
  if (home > at && isLater) return { kind: 'reordered', ...here, belongs: home + 1 };
  if (home > at) return { kind: 'missing', logIndex, ...lackedBy(entries, at) };
  if (isLater) return { kind: 'inserted', ...here };
  return { kind: entry.leaf.equals(entry.keptLeaf) ? 're-signed' : 'altered', ...here };
}

/** The stream and revision that are missing, as far as a later event of the stream shows the gap. */
function lackedBy(entries: readonly Entry[], from: number): { readonly stream?: string; readonly revision?: number } {
  const last = new Map<string, number>();
  for (const [at, { stream, revision }] of entries.entries()) {
    const due = (last.get(stream) ?? -1) + 1;
    if (at >= from && revision > due) return { stream, revision: due };
    last.set(stream, revision);
  }
  return {};
}

/** Without a list: the entries, or the hashes kept beside them, against the signed roots. */
function againstRoots(entries: readonly Entry[], checkpoints: readonly Checkpoint[]): Finding | undefined {
  const bare = checkpoints.filter((one) => one.size <= entries.length).sort((a, b) => a.size - b.size);
  const sizes = bare.map((one) => one.size);
  const made = rootsAt(
    entries.map((one) => one.leaf),
    sizes,
  );
  const wrong = bare.find((one) => !made.get(one.size)?.equals(one.root));
  if (!wrong) return undefined;
  const kept = entries.slice(0, wrong.size).map((one) => one.keptLeaf);
  if (rootsAt(kept, [wrong.size]).get(wrong.size)?.equals(wrong.root)) return againstList(entries, kept);
  const agreed = Math.max(0, ...bare.filter((one) => one.size < wrong.size).map((one) => one.size));
  return againstEachOther(entries) ?? { kind: 'differs', logIndex: agreed + 1, upTo: wrong.size };
}

/** Every entry against those before it. */
function againstEachOther(entries: readonly Entry[]): Finding | undefined {
  const sequence = new Sequence();
  for (const [at, entry] of entries.entries()) {
    const kind = sequence.next(entry);
    if (!kind) continue;
    const { stream, revision } = entry;
    if (kind === 'unreadable') return { kind, logIndex: at + 1 };
    return kind === 'missing'
      ? { kind, logIndex: at + 1, ...lackedBy(entries, at) }
      : { kind, logIndex: at + 1, stream, revision };
  }
  return undefined;
}
