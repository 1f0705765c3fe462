import type { Rights } from '../domain/access/access.ts';
import { ABOUT_NOBODY, CASES, hiddenFigures, type Line, smallCellsRule } from '../domain/access/smallCells.ts';
import type { BoardFilter, BoardGroup, BoardLine, BoardSights } from '../projections/boards.queries.ts';
import { readDb, sightOf } from '../projections/reads.queries.ts';
import { lineKey, unseenOnBoard } from '../projections/smallCells.queries.ts';
import type { ApiParts } from './parts.ts';

/** Which figures of a line are left out; none of a line whose every case is open to the reader. */
export type HiddenOf = (line: object) => ReadonlySet<string>;

/** A line of a board with what may be said of it: a figure that is left out is null, and the line says so. */
export type ShownLine = {
  readonly [F in keyof BoardLine]: F extends 'measures' ? Readonly<Record<string, number | null>> : BoardLine[F] | null;
} & { readonly suppressed?: true };

const NOTHING: ReadonlySet<string> = new Set();

/** What these rights see of the board of a process, and behind it. */
export const boardSights = (rights: Rights, process: string): BoardSights => ({
  read: sightOf(rights, 'read', [process]),
  find: sightOf(rights, 'find', [process]),
  board: sightOf(rights, 'board', [process]),
});

/** Under what number figures are left out today. */
export async function smallestShown(parts: ApiParts): Promise<number> {
  const rules = await parts.rulebook.inForce([smallCellsRule], parts.now());
  return rules.of(smallCellsRule).value.below;
}

/** The figures to leave out of an answer, by line. */
export function hiddenOf(lines: ReadonlyMap<string, Line>, groups: readonly BoardGroup[], below: number): HiddenOf {
  const hidden = hiddenFigures([...lines.values()], below);
  const byLine = new Map([...lines.keys()].map((key, at) => [key, hidden[at] ?? NOTHING]));
  return (line) => byLine.get(lineKey(line, groups)) ?? NOTHING;
}

/** The figures to leave out of lines of a board for somebody who sees some of its cases, or none; see `unseenOnBoard`. */
export async function hiddenOnBoard(
  parts: ApiParts,
  sights: BoardSights,
  filter: BoardFilter,
  groups: readonly BoardGroup[],
  stagesAt?: string,
): Promise<HiddenOf> {
  if (ABOUT_NOBODY.has(filter.process)) return () => NOTHING;
  const [lines, below] = await Promise.all([
    unseenOnBoard(readDb(parts.reads), sights, filter, groups, stagesAt),
    smallestShown(parts),
  ]);
  return hiddenOf(lines, groups, below);
}

/** A line without the figures that are left out. */
export function withoutHidden(line: BoardLine, hidden: ReadonlySet<string>): ShownLine {
  if (hidden.size === 0) return line;
  const measures = Object.fromEntries(
    Object.entries(line.measures).map(([name, value]) => [name, hidden.has(CASES) || hidden.has(name) ? null : value]),
  );
  const left = hidden.has(CASES) ? { cases: null, medianDays: null, p90Days: null, oldestDays: null } : {};
  return { ...line, ...left, measures, suppressed: true };
}
