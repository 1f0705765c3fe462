import { keptUploadsRule } from '../../domain/kernel/documents.ts';
import { idOf } from '../../domain/kernel/envelope.ts';
import type { Registry } from '../../domain/kernel/registry.ts';
import type { Cases } from '../cases.ts';
import type { Rulebook } from '../rulebook.ts';
import type { DocumentContent } from './content.ts';
import { documentsOf } from './inCase.ts';
import type { DocumentTableAccess } from './table.ts';

const BATCH = 200;
const DAY_MS = 86_400_000;
/** No command is under way for so long, from when it was admitted to when it is written. Milliseconds. */
export const COMMAND_MS = 15 * 60_000;
const UPLOAD_MS = 15 * 60_000;

interface SweepParts {
  readonly table: DocumentTableAccess;
  readonly content: DocumentContent;
  readonly settle: (id: string) => Promise<void>;
  readonly clear: (id: string) => Promise<void>;
  readonly cases: Cases;
  readonly registry: Registry;
  readonly rulebook: Rulebook;
}

/** What one round did, for the log. */
export interface Swept {
  readonly judged: number;
  readonly removed: number;
}

/**
 * One round of care for files: judges what waits for its scan, checks which notes of attachments came true, removes what was
 * broken off, and uploads no case names after the days of the rule. Rounds may run side by side. `now` is RFC 3339 UTC.
 */
export function sweeping(parts: SweepParts): (now: string) => Promise<Swept> {
  const { table, content, settle, clear, cases, registry, rulebook } = parts;
  const earlier = (now: string, ms: number): string => new Date(Date.parse(now) - ms).toISOString();

  async function checkNotes(now: string): Promise<void> {
    for (const one of await table.unconfirmed(earlier(now, COMMAND_MS), BATCH)) {
      const loaded = await cases.load(registry.ofStream(one.stream), idOf(one.stream));
      const came = documentsOf(loaded).some(({ document }) => document === one.document);
      await (came ? table.confirm(one) : table.detach(one));
    }
  }

  async function removeLeftovers(now: string): Promise<void> {
    const parts = await table.leftovers(earlier(now, UPLOAD_MS), BATCH);
    for (const part of parts) await content.remove(part.storage_key);
    await table.forgetParts(parts.map((part) => part.storage_key));
  }

  async function removeAbandoned(now: string): Promise<number> {
    const { days } = (await rulebook.inForce([keptUploadsRule], now)).of(keptUploadsRule).value;
    let removed = 0;
    for (const id of await table.unattached(earlier(now, days * DAY_MS), BATCH)) {
      const row = await table.find(id);
      if (!row || !(await table.abandon(id))) continue;
      await clear(id);
      await content.remove(row.storage_key);
      await table.remove(id);
      removed += 1;
    }
    return removed;
  }

  return async (now) => {
    const waiting = await table.unscanned(BATCH);
    for (const id of waiting) await settle(id);
    await checkNotes(now);
    await removeLeftovers(now);
    return { judged: waiting.length, removed: await removeAbandoned(now) };
  };
}
