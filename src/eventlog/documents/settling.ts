import { createHash } from 'node:crypto';
import { contentOf } from '../../platform/files/store.ts';
import type { Log } from '../../platform/logging.ts';
import type { Scanner } from '../../platform/scanner/scanner.ts';
import type { DocumentContent } from './content.ts';
import { mediaTypeOf } from './mediaType.ts';
import type { DocumentRow, DocumentTableAccess } from './table.ts';

/** Files whose content is held in memory at once. */
const AT_ONCE = 2;

interface SettlingParts {
  readonly table: DocumentTableAccess;
  readonly content: DocumentContent;
  readonly scanner: Scanner;
  readonly logger: Log;
}

/** SHA-256 in hex. */
export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * What happens to a file that has all its bytes: its hash and type are checked, the scanner is asked, and it is sealed as one.
 * Any process may do so at any time and repeat what another broke off; while the scanner is away the file just waits.
 */
export function settling({ table, content, scanner, logger }: SettlingParts) {
  const line = gate(AT_ONCE);

  async function settle(id: string): Promise<void> {
    const row = await table.find(id);
    if (row?.state !== 'scanning') return;
    await line(() => judge(row));
  }

  async function judge(row: DocumentRow): Promise<void> {
    const key = await content.keyOf(row.id);
    if (!key) return;
    const parts = (await table.partsOf(row.id)).filter((part) => part.kept);
    const bytes = await content.joined(key, parts);
    const sha256 = sha256Of(bytes);
    if (row.declared_sha256 !== null && row.declared_sha256 !== sha256) return refuse(row, { refusal: 'HASH_DIFFERS' });
    const mediaType = await mediaTypeOf(bytes);
    if (mediaType === undefined) return refuse(row, { refusal: 'TYPE_NOT_ALLOWED' });
    const found = await scanner.scan(contentOf(bytes));
    if (found.verdict === 'infected') return refuse(row, { refusal: 'INFECTED', finding: found.finding });
    if (found.verdict === 'unavailable') {
      logger.warn({ document: row.id }, 'the scanner does not answer; the file waits');
      return table.postpone(row.id);
    }
    await content.put(key, row.id, row.storage_key, bytes);
    await table.settle(row.id, { state: 'ready', sha256, media_type: mediaType });
    await clear(row.id);
  }

  async function refuse(
    row: DocumentRow,
    why: { readonly refusal: 'HASH_DIFFERS' | 'TYPE_NOT_ALLOWED' | 'INFECTED'; readonly finding?: string },
  ): Promise<void> {
    await table.settle(row.id, { state: 'refused', ...why });
    logger.info({ document: row.id, refusal: why.refusal, finding: why.finding }, 'a file was refused');
    await clear(row.id);
  }

  /** Removes the pieces of a file that is settled; the sweep does it where this breaks off. */
  async function clear(id: string): Promise<void> {
    const parts = await table.partsOf(id);
    for (const part of parts) await content.remove(part.storage_key);
    await table.forgetParts(parts.map((part) => part.storage_key));
  }

  return { settle, clear };
}

/** Lets so many run at once; others wait their turn. */
function gate(limit: number): <T>(run: () => Promise<T>) => Promise<T> {
  let free = limit;
  const waiting: (() => void)[] = [];
  return async (run) => {
    if (free === 0) await new Promise<void>((go) => waiting.push(go));
    else free--;
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}
