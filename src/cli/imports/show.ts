import { setTimeout as delay } from 'node:timers/promises';
import { Presets, SingleBar } from 'cli-progress';
import { table } from '../demo/tables.ts';
import type { Client } from './client.ts';

/** An import as the API shows it, as far as the terminal looks at it. */
export interface ImportView {
  readonly reference: string;
  readonly status: string;
  readonly revision: number;
  readonly state: {
    readonly problem?: string;
    readonly columns?: readonly string[];
    readonly found?: { readonly rows: number; readonly good: number; readonly bad: number; readonly units: number };
    readonly duplicates?: readonly number[];
    readonly committing?: { readonly done: number; readonly refused: number };
  };
}

interface RowView {
  readonly row: number;
  readonly errors: readonly { readonly column: string; readonly code: string; readonly words?: { readonly en: string } }[];
  readonly duplicates: readonly {
    readonly score: number;
    readonly reference?: string;
    readonly row?: number;
    readonly scope?: string;
  }[];
  readonly refusal?: { readonly code: string; readonly words?: { readonly en: string } };
}

const POLL_MS = 300;
const MOST_SHOWN = 50;

/** Waits while Masar itself is at work on an import, with a bar of its progress. */
export async function followed(client: Client, id: string, while_: string, name: string): Promise<ImportView> {
  const bar = new SingleBar({ format: `${name} {bar} {value}/{total}`, stopOnComplete: true }, Presets.shades_classic);
  let shown = false;
  try {
    for (;;) {
      const view = await client.get<ImportView>(`/v1/imports/${id}`);
      const { found, committing } = view.state;
      if (found && !shown) {
        bar.start(found.units, 0);
        shown = true;
      }
      if (committing) bar.update(committing.done + committing.refused);
      if (view.status !== while_) return view;
      await delay(POLL_MS);
    }
  } finally {
    if (shown) bar.stop();
  }
}

/** Where a possible duplicate was met: on record, in another row, or in what only one case may hold. */
const metIn = ({ reference, row, scope }: RowView['duplicates'][number]): string =>
  reference ?? (row === undefined ? `already on record: ${scope ?? ''}` : `row ${row}`);

/** The first rows in a status, with what is wrong with them or what they may repeat. */
export async function rowsTable(client: Pick<Client, 'get'>, id: string, status: string, title: string): Promise<string> {
  const { items, counts } = await client.get<{ items: RowView[]; counts: Record<string, number> }>(
    `/v1/imports/${id}/rows?status=${status}&limit=${MOST_SHOWN}`,
  );
  const all = counts[status] ?? 0;
  if (all === 0) return '';
  const lines = items.flatMap(({ row, errors, duplicates, refusal }) => [
    ...errors.map((one) => [String(row), one.column, one.code, one.words?.en ?? '']),
    ...duplicates.map((one) => [String(row), 'score', String(one.score), metIn(one)]),
    ...(refusal ? [[String(row), '', refusal.code, refusal.words?.en ?? '']] : []),
  ]);
  const rest = all > items.length ? `\n… and ${all - items.length} more rows` : '';
  return `${table(title, ['row', 'column', 'code', 'words'], lines)}${rest}\n`;
}
