import type { Label } from '../../domain/kernel/labels.ts';
import type { OfficeState } from '../../domain/office/state.ts';
import type { OrganisationState } from '../../domain/organisation/state.ts';
import type { Ask, ExportableList } from '../lists.ts';
import type { ApiParts } from '../parts.ts';
import { Problem } from '../problem.ts';
import type { Column, Row } from './columns.ts';

const PAGE = 500;

/**
 * Every row of a list, page by page as its readers get them. @throws Problem EXPORT_TOO_LARGE above `most` rows: a file that
 * silently ends early would pass for the whole.
 */
export async function gatherRows(list: ExportableList, ask: Ask, filter: unknown, most: number): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    const page = await list.page(ask, filter, { limit: PAGE, cursor });
    for (const item of page.items) rows.push({ ...item });
    if (rows.length > most) throw new Problem('EXPORT_TOO_LARGE', { params: { limit: most } });
    cursor = page.next;
  } while (cursor !== undefined);
  return rows;
}

/** What the organisations and offices in some rows are called; open to all staff (T0). */
export async function namesIn(
  { cases }: ApiParts,
  columns: readonly Column[],
  rows: readonly Row[],
): Promise<ReadonlyMap<string, Label>> {
  const names = new Map<string, Label>();
  for (const column of columns) {
    const { names: process } = column;
    if (process === undefined) continue;
    for (const id of new Set(rows.map((row) => row[column.key]))) {
      if (typeof id !== 'string' || names.has(id)) continue;
      const { names: label } = (await cases.glance(`${process}-${id}`)).state as OrganisationState | OfficeState;
      if (label) names.set(id, { en: label.en, ar: label.ar, ...(label.ckb === undefined ? {} : { ckb: label.ckb }) });
    }
  }
  return names;
}
