import { randomUUID } from 'node:crypto';
import { createMemoryLog } from '../../../src/eventlog/memory/memoryLog.ts';
import type { EventLog, ProposedEvent } from '../../../src/eventlog/port.ts';
import { CHAIN_START, chainOf, type Hash, leafOf } from '../../../src/verifier/hashes.ts';

/** A line of an export, as an attacker edits it. */
export interface Line {
  logIndex: string;
  stream: string;
  revision: number;
  type: string;
  bytes: string;
  leaf: string;
  chain: string;
}

export const parsed = (lines: readonly string[]): Line[] => lines.map((line) => JSON.parse(line));
export const written = (lines: readonly Line[]): string[] => lines.map((line) => JSON.stringify(line));

/** An event whose bytes are an envelope as the log keeps them, with a value that looks sealed. */
export function envelope(stream: string, revision: number, text: string): ProposedEvent {
  const id = randomUUID();
  const type = revision === 0 ? 'parcel.ParcelOpened.v1' : 'parcel.ParcelSent.v1';
  const data = { note: { $sealed: 'T1', at: `${id}/note`, text: Buffer.from(text).toString('base64url') } };
  return { id, type, bytes: Buffer.from(JSON.stringify({ id, stream, revision, type, data })) };
}

/** Appends events to the log in turn over some streams, of different lengths. */
export async function fill(log: EventLog, count: number, streams: readonly string[], name = 'event'): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const stream = streams[(n * n + n) % streams.length]!;
    const last = (await log.read(stream)).at(-1)?.revision ?? -1;
    await log.append(stream, last < 0 ? 'none' : last, [envelope(stream, last + 1, `${name} ${n} `.repeat(4 + (n % 9)))]);
  }
}

/** A memory log that holds the first events of another, as an older backup does. */
export async function backupOf(log: EventLog, count: number): Promise<EventLog> {
  const copy = createMemoryLog();
  for (const event of (await log.readAll(0n, count)).events) {
    await copy.append(event.stream, event.revision === 0 ? 'none' : event.revision - 1, [event]);
  }
  return copy;
}

/** What an attacker who knows how it is done makes of edited lines: numbered anew, every hash that stands beside them right. */
export function madeToFit(lines: readonly Line[]): Line[] {
  const revisions = new Map<string, number>();
  const chains = new Map<string, Hash>();
  return lines.map((line, at) => {
    const revision = (revisions.get(line.stream) ?? -1) + 1;
    const leaf = leafOf({ ...line, revision, bytes: Buffer.from(line.bytes, 'base64') });
    const chain = chainOf(chains.get(line.stream) ?? CHAIN_START, leaf);
    revisions.set(line.stream, revision);
    chains.set(line.stream, chain);
    return { ...line, logIndex: String(at + 1), revision, leaf: leaf.toString('base64'), chain: chain.toString('base64') };
  });
}

/** Edits the text of an event's bytes. */
export const edited = (line: Line, edit: (text: string) => string): Line => ({
  ...line,
  bytes: Buffer.from(edit(Buffer.from(line.bytes, 'base64').toString('utf8'))).toString('base64'),
});
