import { type CaseRecord, foldCase, withCorrections } from '../domain/kernel/case.ts';
import { baghdadDate } from '../domain/kernel/dates.ts';
import type { RecordedEvent } from '../domain/kernel/envelope.ts';
import type { Process, Stated } from '../domain/kernel/process.ts';

/** What a board counts of a case from a day on. `since` is the day its status began. Days are of the Baghdad calendar. */
export interface Standing {
  readonly on: string;
  readonly since: string;
  readonly status: string;
  readonly kind: string | null;
  readonly governorate: string | null;
  readonly area: string | null;
  readonly body: string | null;
  readonly measures: Readonly<Record<string, number>>;
}

/**
 * A standing with both its times: it held in the world from `valid_from` up to `valid_to`, and is what the log said of those days
 * from logIndex `known_from` up to `known_to`. The ends are exclusive, and null while they are open.
 */
export interface BoardRow {
  process: string;
  case_id: string;
  known_from: string;
  known_to: string | null;
  valid_from: string;
  valid_to: string | null;
  reference: string;
  since: string;
  status: string;
  kind: string | null;
  governorate: string | null;
  area: string | null;
  body: string | null;
  measures: Readonly<Record<string, number>>;
  /** On the row that holds now, of the last day: the cell of the counts in which the case was counted with this row's figures. */
  cell: string | null;
}

/** The standing of a case as folded, on a day; none for wrong files and papers whose adoption nobody confirmed yet. */
export function standingOf(process: Process, record: CaseRecord<Stated>, on: string, before?: Standing): Standing | undefined {
  if (!record.exists || record.retracted || record.adoption?.confirmed === false) return undefined;
  const board = process.board?.(record.state);
  if (!board) return undefined;
  return {
    on,
    since: before?.status === record.status ? before.since : on,
    status: record.status,
    kind: board.kind ?? null,
    // A case that says no place of its own lies where its office does.
    governorate: board.governorate ?? record.owner?.governorate ?? null,
    area: board.area ?? null,
    body: board.body ?? null,
    measures: board.measures,
  };
}

/** The papers of an adopted file say what held on their days; that they were entered and confirmed later says nothing of those. */
const ADOPTION = ['CaseAdopted', 'AdoptionConfirmed'];

/**
 * The standings of a case by the days on which its events happened in the world, whenever they were recorded. On every day it
 * stands as the events up to that day make it, corrections counted in.
 */
export function standingsOf(
  process: Process,
  record: CaseRecord<Stated>,
  history: readonly RecordedEvent[],
): readonly Standing[] {
  if (record.retracted || record.adoption?.confirmed === false) return [];
  const told = withCorrections(history).filter(({ type }) => !ADOPTION.includes(type));
  const days = [...new Set(told.map(dayOf))].sort();
  const standings: Standing[] = [];
  for (const day of days) {
    const then = foldCase(
      process,
      record.id,
      told.filter((event) => dayOf(event) <= day),
    );
    const standing = standingOf(process, then, day, standings.at(-1));
    if (standing) standings.push(standing);
  }
  return standings;
}

export const dayOf = ({ meta }: RecordedEvent): string => baghdadDate(meta.occurredAt);

/** The standings of rows that are still held to be true, oldest day first. */
export const standingsIn = (rows: readonly BoardRow[]): readonly Standing[] =>
  rows.map(({ valid_from, since, status, kind, governorate, area, body, measures }) => ({
    on: valid_from,
    since,
    status,
    kind,
    governorate,
    area,
    body,
    measures,
  }));

/**
 * What changes in the rows of a case when it is known from a logIndex on that these are its standings: rows that no longer hold
 * are closed, what is new is added, the rest stays untouched.
 */
export function rowsAfter(
  record: CaseRecord<unknown>,
  rows: readonly BoardRow[],
  standings: readonly Standing[],
  logIndex: bigint,
): { readonly rows: readonly BoardRow[]; readonly changed: readonly BoardRow[] } {
  const index = String(logIndex);
  const changes = standings.filter((one, at) => at === 0 || !saysTheSame(one, standings[at - 1]!));
  const wanted = changes.map((standing, at): BoardRow => {
    const { on, ...rest } = standing;
    return {
      process: record.process,
      case_id: record.id,
      reference: record.reference,
      known_from: index,
      known_to: null,
      valid_from: on,
      valid_to: changes[at + 1]?.on ?? null,
      ...rest,
      cell: null,
    };
  });
  const kept = rows.filter((row) => wanted.some((one) => sameRow(row, one)));
  const closed = rows.filter((row) => !kept.includes(row)).map((row) => ({ ...row, known_to: index, cell: null }));
  const added = wanted.filter((one) => !kept.some((row) => sameRow(row, one)));
  const open = [...kept, ...added].sort((a, b) => (a.valid_from < b.valid_from ? -1 : 1));
  return { rows: open, changed: [...closed, ...added] };
}

const SAID = ['since', 'status', 'kind', 'governorate', 'area', 'body'] as const;
const CONTENT = ['process', 'case_id', 'reference', 'known_to', 'valid_from', 'valid_to', ...SAID] as const;

/** The table gives the names of measures back in an order of its own. */
function sameMeasures(a: BoardRow['measures'], b: BoardRow['measures']): boolean {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

const saysTheSame = (a: Standing, b: Standing): boolean =>
  SAID.every((name) => a[name] === b[name]) && sameMeasures(a.measures, b.measures);

const sameRow = (a: BoardRow, b: BoardRow): boolean =>
  CONTENT.every((name) => a[name] === b[name]) && sameMeasures(a.measures, b.measures);
