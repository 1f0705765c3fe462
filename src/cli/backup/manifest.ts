import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type LinesSum, sumOf } from '../../platform/backup/lines.ts';

const Sum = z.object({ lines: z.int().min(0), bytes: z.int().min(0), sha256: z.string().regex(/^[0-9a-f]{64}$/) });

const StoreHead = z.object({
  /** When its tables were looked at, by the clock of its own database (RFC 3339 UTC). */
  takenAt: z.string(),
  /** Events in the log; absent where the log lies in EventStoreDB, which is backed up by its own means. */
  events: z.int().min(0).optional(),
  /** How far the last signed checkpoint of the audit tree goes, and its root in base64; absent before the first. */
  checkpoint: z.object({ size: z.int(), root: z.string() }).optional(),
});
export type StoreHead = z.infer<typeof StoreHead>;

/** What a backup says of itself. */
export const Manifest = z.object({
  format: z.literal(1),
  /** `data`: logs, files and what belongs to them. `keys`: the key stores, kept apart and no longer. */
  kind: z.enum(['data', 'keys']),
  /** The same in the two directories that were made together. */
  backup: z.uuid(),
  /** When it was begun; RFC 3339 UTC. */
  madeAt: z.string(),
  origin: z.string(),
  general: StoreHead.optional(),
  restricted: StoreHead.optional(),
  /** What is in the directory, by name, with its SHA-256. */
  files: z.record(z.string(), Sum),
  /**
   * Objects of the file store; how many that its tables name were not there, how many documents of these nobody erased, and the ids
   * of the first `LOST_NAMED` of them.
   */
  objects: z
    .object({
      ...{ count: z.int(), bytes: z.int(), missing: z.int(), lost: z.int().default(0) },
      lostDocuments: z.array(z.string()).optional(),
    })
    .optional(),
});
export type Manifest = z.infer<typeof Manifest>;

/** A disk that is gone takes all its files along: a list of some is told, to look for. */
export const LOST_NAMED = 100;

/** Which documents are lost, in words: their ids, of many the first. */
export function lostInWords({ lost, lostDocuments = [] }: NonNullable<Manifest['objects']>): string {
  const rest = lost - lostDocuments.length;
  return [...lostDocuments, ...(rest > 0 ? [`${rest} that are not named here`] : [])].join(', ');
}

/** The place is not what a backup or a restore needs; nothing was written there. */
export class PlaceRefused extends Error {
  override readonly name = 'PlaceRefused';
}

/** A backup that is not as it was made. */
export class BackupBroken extends Error {
  override readonly name = 'BackupBroken';
}

const NAME = 'manifest.json';

/** Makes a directory for a backup. @throws PlaceRefused when something is in it */
export function emptyDirectory(directory: string): string {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (readdirSync(directory).length > 0) throw new PlaceRefused(`${directory} is not empty`);
  return directory;
}

/** Written last: a directory without it is no backup. */
export function writeManifest(directory: string, manifest: Manifest): void {
  const draft = join(directory, `${NAME}.draft`);
  writeFileSync(draft, `${JSON.stringify(manifest, undefined, 2)}\n`, { mode: 0o600, flush: true });
  renameSync(draft, join(directory, NAME));
}

/** Reads the manifest of a backup and holds every file of it to its sum. @throws BackupBroken */
export async function readBackup(directory: string, kind: Manifest['kind']): Promise<Manifest> {
  const manifest = parsed(directory);
  if (manifest.kind !== kind) throw new BackupBroken(`${directory} holds ${manifest.kind}, not ${kind}`);
  for (const [name, sum] of Object.entries(manifest.files)) {
    const found = await sumOf(join(directory, name)).catch(() => undefined);
    if (found === undefined) throw new BackupBroken(`${name} is missing`);
    if (found !== sum.sha256)
      throw new BackupBroken(`${name} is not what was written: SHA-256 ${found} instead of ${sum.sha256}`);
  }
  return manifest;
}

/** The manifest of a directory, which is `half` a backup where surely none is. Its files are not looked at. */
export function manifestIn(directory: string): Manifest | 'half' | 'unreadable' {
  try {
    return parsed(directory);
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    return code === 'ENOENT' ? 'half' : 'unreadable';
  }
}

function parsed(directory: string): Manifest {
  try {
    return Manifest.parse(JSON.parse(readFileSync(join(directory, NAME), 'utf8')));
  } catch (error) {
    throw new BackupBroken(`${directory} has no manifest that can be read: the backup was not finished, or is none`, {
      cause: error,
    });
  }
}

export type Sums = Record<string, LinesSum>;
