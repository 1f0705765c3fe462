import { setImmediate as immediate } from 'node:timers/promises';
import { openNote } from '../../platform/merkle/note.ts';
import { TreeMoved } from '../../platform/merkle/treeStore.ts';
import type { Head } from '../../platform/merkle/verification.ts';
import type { EventLog, Position, StoredEvent } from '../port.ts';
import { CHAIN_START, eventLeaf, nextLink } from './leaf.ts';
import type { Checkpoint, Entry, Halt, Ledger } from './ledger.ts';

/** Events taken into the tree at once, at most. */
const PAGE = 1_000;
/** Events hashed in one go: in between, a process that also answers requests gets to them. */
const AT_ONCE = 64;

/** The log and the tree disagree, so that nothing more may be added or signed. */
export class AuditHalted extends Error {
  override readonly name = 'AuditHalted';
  readonly reason: Halt;
  constructor(reason: Halt) {
    super(`the audit tree stands still at logIndex ${reason.logIndex}: ${reason.code}`);
    this.reason = reason;
  }
}

/**
 * Where the log goes on behind the tree, once it is clear that it still holds the tree's last event, that the tree begins with
 * what was signed, and that its head is the one its nodes give. @throws AuditHalted
 */
export async function standing(log: EventLog, ledger: Ledger): Promise<{ size: number; head: Head; position: Position }> {
  // In this order: somebody else may take and sign meanwhile, and what is signed is never ahead of a tree that is looked at later.
  const signed = await ledger.latest();
  const head = await ofTree(() => ledger.tree.head());
  const size = head?.size ?? 0;
  if (signed && !(isAsSigned(signed) && signed.size <= size && (await isHead(ledger, signed)))) {
    throw new AuditHalted({ code: 'TREE_CHANGED', logIndex: signed.size });
  }
  if (!head || !(await isHead(ledger, head))) throw new AuditHalted({ code: 'TREE_CHANGED', logIndex: size });
  if (size === 0) return { size, head, position: 0n };
  const [last] = await ledger.entriesAfter(size - 1, 1);
  if (!last) throw new AuditHalted({ code: 'TREE_CHANGED', logIndex: size });
  const event = await nextEvent(log, await log.positionOf(BigInt(size - 1)));
  const { stream, revision } = last;
  if (!event) throw new AuditHalted({ code: 'LOG_SHORTER', logIndex: size, stream, revision });
  if (!eventLeaf(event).equals(last.leaf)) throw new AuditHalted({ code: 'EVENT_CHANGED', logIndex: size, stream, revision });
  return { size, head, position: event.position };
}

/** What lies beside a note is not signed: the note has to say the same. */
const isAsSigned = ({ note, key, size, root }: Checkpoint): boolean =>
  openNote(note, key) === `${key.split('+')[0]}\n${size}\n${root.toString('base64')}\n`;

const isHead = async ({ tree }: Ledger, { size, root }: Head): Promise<boolean> =>
  (await ofTree(() => tree.rootAt(size)))?.equals(root) ?? false;

/** What the tree says; undefined where its tables do not belong together. */
async function ofTree<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The first event after a position; undefined at the end of the log. */
async function nextEvent(log: EventLog, after: Position): Promise<StoredEvent | undefined> {
  for (let cursor = after; ; ) {
    const page = await log.readAll(cursor, 1);
    if (page.events[0] || page.scannedTo <= cursor) return page.events[0];
    cursor = page.scannedTo;
  }
}

/**
 * Takes one page of the log into the tree. Answers with where the tree stands then; `full` when the log may hold more already.
 * @throws AuditHalted, TreeMoved
 */
export async function takePage(
  log: EventLog,
  ledger: Ledger,
  { size, position }: { readonly size: number; readonly position: Position },
): Promise<{ size: number; position: Position; full: boolean }> {
  const { events, scannedTo, end = false } = await log.readAll(position, PAGE);
  const full = scannedTo > position && !end;
  if (events.length === 0) return { size, position: scannedTo, full };
  const last = new Map(await ledger.lastOf(events.map((event) => event.stream)));
  if ([...last.values()].some(({ logIndex }) => logIndex > size)) {
    // Entries and head are committed together: whoever sees the one and not the other looks at a tree that was set back.
    const now = await ofTree(() => ledger.tree.head());
    if ((now?.size ?? 0) <= size) throw new AuditHalted({ code: 'TREE_CHANGED', logIndex: size });
    throw new TreeMoved(`somebody else took what comes after ${size} leaves`);
  }
  const entries: Entry[] = [];
  for (const event of events) {
    const logIndex = size + entries.length + 1;
    const { stream, revision } = event;
    if (event.logIndex !== BigInt(logIndex)) throw new AuditHalted({ code: 'INDEX_NOT_NEXT', logIndex, stream, revision });
    const before = last.get(stream);
    if (revision !== (before?.revision ?? -1) + 1) {
      throw new AuditHalted({ code: 'REVISION_NOT_NEXT', logIndex, stream, revision });
    }
    const leaf = eventLeaf(event);
    const entry = { logIndex, stream, revision, leaf, chain: nextLink(before?.chain ?? CHAIN_START, leaf) };
    last.set(stream, entry);
    entries.push(entry);
    if (entries.length % AT_ONCE === 0) await immediate();
  }
  await ledger.extend(size, entries);
  return { size: size + entries.length, position: scannedTo, full };
}
