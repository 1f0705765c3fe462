import type { BoardRow } from './boardRows.ts';
import type { CaseIndexRow } from './caseRows.ts';
import type { TableSpec } from './runtime/projection.ts';

/** By whom cases are seen, named as in the index of cases. What is about one case alone, as who has taken it, is empty here. */
type SeenBy = Pick<
  CaseIndexRow,
  | 'tier'
  | 'owner_organisation'
  | 'owner_office'
  | 'owner_governorate'
  | 'parties'
  | 'offices'
  | 'offered_to'
  | 'governorates'
  | 'taken'
  | 'shares'
  | 'own_staff'
>;

/** How many cases stand alike now, by what a board is rolled up by and by whom they are seen, and what of them adds up. */
export interface BoardCellRow extends SeenBy, Pick<BoardRow, 'process' | 'status' | 'kind' | 'governorate' | 'area' | 'body'> {
  cell: string;
  cases: number;
  measures: Readonly<Record<string, number>>;
}

/** How many cases of a cell have been in their status since a year, a month (of the year `parent`) or a day (of that month). */
export interface BoardAgeRow {
  cell: string;
  parent: string;
  bucket: string;
  cases: number;
}

/** How many cases of a cell wait on a party: all of them, and by year, month and day (UTC) on which the first of it is due. */
export interface BoardWaitingRow extends BoardAgeRow {
  party: string;
}

/** That a case on a board waits on a party: since when, and when the first of it is due that is not paused. */
export interface BoardWaitRow {
  process: string;
  case_id: string;
  party: string;
  cell: string;
  since: string;
  due: string | null;
}

export interface BoardCountTables {
  board_cell: BoardCellRow;
  board_age: BoardAgeRow;
  board_waiting: BoardWaitingRow;
  board_wait: BoardWaitRow;
}

/** `parent` and `bucket` of the row for all cases of a cell. */
export const ALL = 'all';

export const countTables: readonly TableSpec[] = [
  {
    name: 'board_cell',
    columns: {
      cell: 'text',
      process: 'text',
      status: 'text',
      kind: 'text',
      governorate: 'text',
      area: 'text',
      body: 'text',
      tier: 'text',
      owner_organisation: 'text',
      owner_office: 'text',
      owner_governorate: 'text',
      parties: 'text[]',
      offices: 'text[]',
      offered_to: 'text',
      governorates: 'text[]',
      taken: 'jsonb',
      shares: 'jsonb',
      own_staff: 'text',
      cases: 'integer',
      measures: 'jsonb',
    } satisfies Record<keyof BoardCellRow, string>,
    key: ['cell'],
    indexes: ['(process)'],
  },
  {
    name: 'board_age',
    columns: { cell: 'text', parent: 'text', bucket: 'text', cases: 'integer' } satisfies Record<keyof BoardAgeRow, string>,
    key: ['cell', 'parent', 'bucket'],
  },
  {
    name: 'board_waiting',
    columns: { cell: 'text', party: 'text', parent: 'text', bucket: 'text', cases: 'integer' } satisfies Record<
      keyof BoardWaitingRow,
      string
    >,
    key: ['cell', 'parent', 'party', 'bucket'],
  },
  {
    name: 'board_wait',
    columns: {
      process: 'text',
      case_id: 'text',
      party: 'text',
      cell: 'text',
      since: 'text',
      due: 'text',
    } satisfies Record<keyof BoardWaitRow, string>,
    key: ['process', 'case_id', 'party'],
    indexes: ['(cell, party, since)', '(process, due) where due is not null'],
  },
];
