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
  const manifest = JSON.parse(readFileSync(join(to, 'manifest.json'), 'utf8')) as Manifest;
  const files = { ...manifest.files };
  for (const [store, place] of Object.entries(at)) {
    const name = `${store}/log.events.ndjson`;
    const rows = readFileSync(join(to, name), 'utf8').trimEnd().split('\n');
    const changed = rows.map((line) => {
      const row = JSON.parse(line) as EventRow;
      return row.position === place ? JSON.stringify({ ...row, bytes: moved(row.bytes) }) : line;
    });
    const bytes = Buffer.from(`${changed.join('\n')}\n`);
    writeFileSync(join(to, name), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    files[name] = { lines: rows.length, bytes: bytes.length, sha256 };
  }
  writeFileSync(join(to, 'manifest.json'), JSON.stringify({ ...manifest, files }));
}

function moved(bytes: string): string {
  const event = JSON.parse(Buffer.from(bytes.slice(2), 'hex').toString()) as { readonly recordedAt: string };
  const recordedAt = new Date(Date.parse(event.recordedAt) - 86_400_000).toISOString();
  return `\\x${Buffer.from(JSON.stringify({ ...event, recordedAt })).toString('hex')}`;
}
