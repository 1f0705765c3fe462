import { createHash } from 'node:crypto';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../../src/cli/backup/manifest.ts';

interface EventRow {
  readonly position: number;
  /** As Postgres writes bytes: `\x` and hexadecimal digits. */
  readonly bytes: string;
}

/**
 * Copies a backup and moves one event of each of these stores to another moment, with sums that fit: what somebody does who knows
 * how backups are made and has not the key that signs. `at` is the place of the event in its log, from 1.
 */
export function forgeBackup(from: string, to: string, at: { readonly [store in 'general' | 'restricted']?: number }): void {
  cpSync(from, to, { recursive: true });
  for (const [store, place] of Object.entries(at)) {
    rewriteRows<EventRow>(to, `${store}/log.events.ndjson`, (row) =>
      row.position === place ? { ...row, bytes: moved(row.bytes) } : row,
    );
  }
}

/** Changes rows in a file of a backup, with a sum that fits. */
export function rewriteRows<Row extends object>(directory: string, name: string, change: (row: Row) => object): void {
  const manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as Manifest;
  const lines = readFileSync(join(directory, name), 'utf8').trimEnd().split('\n');
  const changed = lines.map((line) => {
    const row = JSON.parse(line) as Row;
    const after = change(row);
    return after === row ? line : JSON.stringify(after);
  });
  const bytes = Buffer.from(`${changed.join('\n')}\n`);
  writeFileSync(join(directory, name), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const files = { ...manifest.files, [name]: { lines: lines.length, bytes: bytes.length, sha256 } };
  writeFileSync(join(directory, 'manifest.json'), JSON.stringify({ ...manifest, files }));
}

function moved(bytes: string): string {
  const event = JSON.parse(Buffer.from(bytes.slice(2), 'hex').toString()) as { readonly recordedAt: string };
  const recordedAt = new Date(Date.parse(event.recordedAt) - 86_400_000).toISOString();
  return `\\x${Buffer.from(JSON.stringify({ ...event, recordedAt })).toString('hex')}`;
}
