import type { EventLog, Position } from '../port.ts';
import type { Checkpoint, Entry, Ledger } from './ledger.ts';

const PAGE = 500;

/**
 * The event log as lines of NDJSON, as far as the audit tree has it: logIndex, stream, revision, type, the exact bytes in base64
 * (sealed values stay sealed), and the leaf and the chain that the tree had kept, which are not made anew here.
 */
export async function* exportLines(log: EventLog, ledger: Ledger): AsyncGenerator<string, void, void> {
  let position: Position = 0n;
  const kept = entriesOf(ledger);
  for (;;) {
    const page = await log.readAll(position, PAGE);
    for (const { logIndex, stream, revision, type, bytes } of page.events) {
      const { value: entry } = await kept.next();
      if (!entry) return;
      yield JSON.stringify({
        logIndex: String(logIndex),
        stream,
        revision,
        type,
        bytes: Buffer.from(bytes).toString('base64'),
        leaf: entry.leaf.toString('base64'),
        chain: entry.chain.toString('base64'),
      });
    }
    if (page.scannedTo <= position) return;
    position = page.scannedTo;
  }
}

/** A checkpoint as a file for verifiers: the signed note, the key it was signed with, and the leaf hashes that make up its root. */
export async function* checkpointLines({ note, key, size }: Checkpoint, ledger: Ledger): AsyncGenerator<string, void, void> {
  yield* note.split('\n').slice(0, -1);
  yield '';
  yield `key ${key}`;
  yield `leaves ${size}`;
  let left = size;
  for await (const entry of entriesOf(ledger)) {
    if (left === 0) return;
    left -= 1;
    yield entry.leaf.toString('base64');
  }
}

async function* entriesOf(ledger: Ledger): AsyncGenerator<Entry, void, void> {
  for (let after = 0; ; ) {
    const page = await ledger.entriesAfter(after, PAGE);
    if (page.length === 0) return;
    yield* page;
    after = page.at(-1)!.logIndex;
  }
}
