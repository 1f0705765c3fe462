import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { EventLog, StoredEvent } from './port.ts';
import { LogUnavailable, MAX_APPEND_BYTES, OutcomeUnknown, RevisionConflict } from './port.ts';

export interface CopyReport {
  /** Events both logs hold now. */
  readonly events: bigint;
  /** How many of them the target had before. */
  readonly found: bigint;
  /** SHA-256 over id, stream, revision, type and bytes of every event in the order of logIndex, the same for both. */
  readonly digest: string;
}

/** The target holds something that is not the beginning of the source; nothing was changed. */
export class CopyRefused extends Error {
  override readonly name = 'CopyRefused';
}

/** The copy was made, and reading it back does not give what was read from the source. */
export class CopyDiffers extends Error {
  override readonly name = 'CopyDiffers';
}

const PAGE = 500;
const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 200;

/**
 * Copies what the source holds at this moment into the target, keeping ids, streams, revisions, types, bytes and logIndex. The
 * target is empty or holds the beginning of the source, so that a copy that was interrupted, or a source that went on, is a
 * matter of calling again. Nobody else may write to the target. At the end the target is read anew and compared.
 * @throws CopyRefused, CopyDiffers, and what the logs throw when they stay unreachable.
 */
export async function copyLog(from: EventLog, to: EventLog, progress?: (done: bigint) => void): Promise<CopyReport> {
  const source = new Digest();
  const events = everything(from, await from.head());
  const found = await compareBeginning(events, to, source);
  progress?.(source.events);
  let run: StoredEvent[] = [];
  for await (const event of events) {
    source.add(event);
    if (run.length > 0 && !belongsTo(run, event)) {
      await appendRun(to, run);
      progress?.(source.events - 1n);
      run = [];
    }
    run.push(event);
  }
  await appendRun(to, run);
  progress?.(source.events);

  const target = new Digest();
  for await (const event of everything(to, await to.head())) target.add(event);
  const [expected, actual] = [source.hex(), target.hex()];
  if (source.events !== target.events || expected !== actual) {
    throw new CopyDiffers(`the source has ${source.events} events (${expected}), the target ${target.events} (${actual})`);
  }
  return { events: source.events, found, digest: expected };
}

/** Every event up to a position, in log order. */
async function* everything(log: EventLog, upTo: bigint): AsyncGenerator<StoredEvent, void, void> {
  for (let cursor = 0n; cursor < upTo; ) {
    const page = await patiently(() => log.readAll(cursor, PAGE));
    for (const event of page.events) {
      if (event.position > upTo) return;
      yield event;
    }
    if (page.scannedTo === cursor) throw new LogUnavailable(`the log ended at ${cursor}, before ${upTo}`);
    cursor = page.scannedTo;
  }
}

/** Takes from the source's events those that the target has already. */
async function compareBeginning(source: AsyncGenerator<StoredEvent, void, void>, to: EventLog, digest: Digest): Promise<bigint> {
  for await (const there of everything(to, await to.head())) {
    const { value: event } = await source.next();
    if (!event) throw new CopyRefused(`the target holds more than the source's ${digest.events} events`);
    if (!isSame(event, there)) {
      throw new CopyRefused(`the target holds something else: at logIndex ${there.logIndex} ${there.stream}@${there.revision}`);
    }
    digest.add(event);
  }
  return digest.events;
}

function isSame(a: StoredEvent, b: StoredEvent): boolean {
  return (
    a.id === b.id &&
    a.stream === b.stream &&
    a.revision === b.revision &&
    a.type === b.type &&
    a.logIndex === b.logIndex &&
    Buffer.compare(a.bytes, b.bytes) === 0
  );
}

/** Neighbours in one stream go in one append, as far as an append may go. */
function belongsTo(run: readonly StoredEvent[], event: StoredEvent): boolean {
  const bytes = run.reduce((sum, { bytes }) => sum + bytes.byteLength, event.bytes.byteLength);
  return run[0]!.stream === event.stream && run.length < PAGE && bytes <= MAX_APPEND_BYTES;
}

async function appendRun(to: EventLog, run: readonly StoredEvent[]): Promise<void> {
  const [first] = run;
  if (first === undefined) return;
  try {
    await patiently(() => to.append(first.stream, first.revision === 0 ? 'none' : first.revision - 1, run));
  } catch (error) {
    if (!(error instanceof RevisionConflict)) throw error;
    throw new CopyRefused(`somebody else writes to the target: ${error.message}`);
  }
}

/** Tries again what may pass; an append sent again is one effect. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const passing = error instanceof LogUnavailable || error instanceof OutcomeUnknown;
      if (!passing || attempt === ATTEMPTS) throw error;
      await delay(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }
}

/** Each part goes in behind its length, so that no two different logs give the same input. */
class Digest {
  readonly #hash = createHash('sha256');
  events = 0n;

  add({ id, stream, revision, type, bytes, logIndex }: StoredEvent): void {
    this.events += 1n;
    if (logIndex !== this.events) throw new CopyDiffers(`logIndex ${logIndex} where ${this.events} was due`);
    for (const part of [id, stream, String(revision), type, bytes]) {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(Buffer.byteLength(part));
      this.#hash.update(length).update(part);
    }
  }

  hex(): string {
    return this.#hash.digest('hex');
  }
}
