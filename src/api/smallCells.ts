import type { Rights } from '../domain/access/access.ts';
import {
  closedDay,
  closedInstant,
  countsOpenly,
  figurePeriodRule,
  inSteps,
  largestSumRule,
} from '../domain/access/figurePeriod.ts';
import { CASES, hiddenFigures, type Line, smallCellsRule } from '../domain/access/smallCells.ts';
import { baghdadDate, type Instant, type LocalDate } from '../domain/kernel/dates.ts';
import type { Process } from '../domain/kernel/process.ts';
import {
  type BoardFilter,
  type BoardGroup,
  type BoardLine,
  type BoardSights,
  boardLines,
} from '../projections/boards.queries.ts';
import { readDb, sightOf } from '../projections/reads.queries.ts';
import { countedUnseen, lineKey, unseenOnBoard } from '../projections/smallCells.queries.ts';
import { logIndexIn, momentOf } from './listing.ts';
import type { ApiParts } from './parts.ts';

/** A line of a board with what may be said of it: a figure that is left out is null, and the line says so. */
export type ShownLine = {
  readonly [F in keyof BoardLine]: F extends 'measures' ? Readonly<Record<string, number | null>> : BoardLine[F] | null;
} & { readonly suppressed?: true };

/** Until when somebody is told figures, and how exactly. */
export interface Told {
  /** Whether some of the cases are not open to the reader: then figures are of the end of a finished period, and in steps. */
  readonly closed: boolean;
  /** The moment of the figures, RFC 3339 UTC. */
  readonly asOf: Instant;
  /** The day on which what is told held in the world; ages count up to it. */
  readonly effectiveOn: LocalDate;
  /** The same as a board is asked. */
  readonly when: Pick<BoardFilter, 'asOf' | 'effectiveOn'>;
  /** Under what number figures are left out. */
  readonly below: number;
  /** In what steps a figure is told where it is closed. */
  readonly stepOf: (figure: string) => number;
}

type Asked = { readonly asOf?: string | undefined; readonly effectiveOn?: LocalDate | undefined };

/** What these rights see of the board of a process, and behind it. */
export const boardSights = (rights: Rights, process: string): BoardSights => ({
  read: sightOf(rights, 'read', [process]),
  find: sightOf(rights, 'find', [process]),
  board: sightOf(rights, 'board', [process]),
});

/** The rules that hold figures back, as they are today. */
export async function figureRules(parts: ApiParts) {
  const rules = await parts.rulebook.inForce([smallCellsRule, figurePeriodRule, largestSumRule], parts.now());
  const { below } = rules.of(smallCellsRule).value;
  const { period } = rules.of(figurePeriodRule).value;
  const largest = rules.of(largestSumRule).value;
  const stepOf = (process: string) => (figure: string) =>
    figure.endsWith('IQD') ? below * (largest[process] ?? largest['*'] ?? 1) : below;
  return { below, period, stepOf };
}

/**
 * The moment and the day that figures of a process are told of. Who may open all that is counted is told what was asked for;
 * anybody else what held at the end of the last period finished by then.
 */
export async function toldOf(parts: ApiParts, rights: Rights, process: Process, asked: Asked): Promise<Told> {
  const db = readDb(parts.reads);
  const { below, period, stepOf } = await figureRules(parts);
  const moment = await momentOf(db, asked.asOf, parts.now());
  const closed = !countsOpenly(rights, process, `${process.name}:board`);
  const told = { closed, below, stepOf: stepOf(process.name) };
  if (!closed) {
    const when = { asOf: await logIndexIn(db, asked.asOf), effectiveOn: asked.effectiveOn };
    return { ...told, asOf: moment, effectiveOn: asked.effectiveOn ?? baghdadDate(moment), when };
  }
  const asOf = closedInstant(moment, period);
  const last = baghdadDate(asOf);
  const wanted = asked.effectiveOn === undefined ? last : closedDay(asked.effectiveOn, period);
  const effectiveOn = [wanted, last].sort()[0]!;
  return { ...told, asOf, effectiveOn, when: { asOf: await logIndexIn(db, asOf), effectiveOn } };
}

/** The lines of a board as they are told, and what to leave out of other figures of theirs. */
export interface ToldLines {
  readonly lines: readonly ShownLine[];
  /** Which figures of a line are left out; none of a line whose every case is open to the reader. */
  hiddenIn(line: object): ReadonlySet<string>;
}

const NOTHING: ReadonlySet<string> = new Set();

/** The figures to leave out of an answer, by line. */
export function hiddenOf(lines: ReadonlyMap<string, Line>, groups: readonly BoardGroup[], below: number): ToldLines['hiddenIn'] {
  const hidden = hiddenFigures([...lines.values()], below);
  const byLine = new Map([...lines.keys()].map((key, at) => [key, hidden[at] ?? NOTHING]));
  return (line) => byLine.get(lineKey(line, groups)) ?? NOTHING;
}

/** Lines of a board without what is small and closed. With `stagesAt` see `unseenOnBoard`. */
export async function toldLines(
  parts: ApiParts,
  sights: BoardSights,
  filter: BoardFilter,
  groups: readonly BoardGroup[],
  told: Told,
  stagesAt?: Instant,
): Promise<ToldLines> {
  const db = readDb(parts.reads);
  const lines = boardLines(db, sights.board, filter, groups, told.effectiveOn);
  if (!told.closed) return { lines: await lines, hiddenIn: () => NOTHING };
  const [all, closed, unseen] = await Promise.all([
    lines,
    boardLines(db, countedUnseen(sights), filter, groups, told.effectiveOn),
    unseenOnBoard(db, sights, filter, groups, stagesAt),
  ]);
  const hiddenIn = hiddenOf(unseen, groups, told.below);
  const closedOf = new Map(closed.map((line) => [lineKey(line, groups), line]));
  return {
    lines: all.map((line) => shownLine(line, closedOf.get(lineKey(line, groups)), hiddenIn(line), told)),
    hiddenIn,
  };
}

/** A line without the figures that are left out, what is closed of the others in steps. */
function shownLine(
  line: BoardLine,
  closed: BoardLine | undefined,
  hidden: ReadonlySet<string>,
  { stepOf }: Pick<Told, 'stepOf'>,
): ShownLine {
  const shown = (figure: string, value: number, unseen: number): number | null =>
    hidden.has(CASES) || hidden.has(figure) ? null : (inSteps(value, unseen, stepOf(figure)) ?? null);
  const measures = Object.fromEntries(
    Object.entries(line.measures).map(([name, value]) => [name, shown(name, value, closed?.measures[name] ?? 0)]),
  );
  const cases = shown(CASES, line.cases, closed?.cases ?? 0);
  const ages = cases === null ? { medianDays: null, p90Days: null, oldestDays: null } : {};
  const suppressed = [cases, ...Object.values(measures)].includes(null) ? ({ suppressed: true } as const) : {};
  return { ...line, ...ages, cases, measures, ...suppressed };
}
