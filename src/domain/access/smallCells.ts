import { z } from 'zod';
import { defineRule } from '../kernel/rules.ts';

/** Figures under this many are not shown to who has no right to the cases behind them (domain.md §0.4, §15). No public figure. */
export const smallCellsRule = defineRule({
  key: 'figures.smallCells',
  schema: z.strictObject({ below: z.int().min(1).max(1_000) }),
  default: { below: 10 },
  source: '[C]',
});

/** Processes whose cases are no families, persons or claims: their numbers and sums are nobody's secret. */
export const ABOUT_NOBODY: ReadonlySet<string> = new Set([
  'allocation',
  'area',
  'importRun',
  'installation',
  'listExport',
  'office',
  'organisation',
  'provider',
  'reservation',
  'rule',
  'staff',
]);

/** The figure that counts every case of a line. */
export const CASES = 'cases';
/** Figures named with this before them split the cases of a line: each case is in exactly one of them. */
export const STAGE = 'stage:';

/**
 * A line of an answer, as far as the reader may not open its cases. `at` is the place of the line in each of the directions in
 * which it is rolled up; a stratum is a number of unseen cases that all add to the same figures.
 */
export interface Line {
  readonly at: readonly string[];
  readonly strata: readonly { readonly figures: readonly string[]; readonly unseen: number }[];
}

type Strata = Line['strata'];

/**
 * The figures to be left out of each line, so that none under `below` is shown, nor follows from the others by sums and
 * differences: within a line, and along every direction of the answer, whose totals count as known since another question gives
 * them. Where all of a line is left out it is not said how many cases it has.
 */
export function hiddenFigures(lines: readonly Line[], below: number): readonly ReadonlySet<string>[] {
  const kept = lines.map((line) => createKept(line.strata, below));
  const slices = slicesOf(lines);
  for (const one of kept) one.settle();
  for (let changed = true; changed; ) {
    changed = false;
    for (const slice of slices) {
      if (
        coverInSlice(
          slice.map((index) => kept[index]!),
          below,
        )
      )
        changed = true;
    }
  }
  return kept.map(({ hidden }) => hidden);
}

interface Kept {
  readonly hidden: ReadonlySet<string>;
  readonly figures: readonly string[];
  number(figure: string): number;
  hide(figure: string): void;
  settle(): void;
}

/** What is still shown of one line. */
function createKept(strata: Strata, below: number): Kept {
  const figures = [...new Set(strata.flatMap((one) => one.figures))];
  const numbers = new Map(figures.map((figure) => [figure, sumOf(strata.filter((one) => one.figures.includes(figure)))]));
  const number = (figure: string): number => numbers.get(figure) ?? 0;
  const hidden = new Set<string>();
  const isSmall = (value: number): boolean => value > 0 && value < below;
  const shown = (): readonly string[] => figures.filter((one) => !hidden.has(one)).sort((a, b) => number(a) - number(b));
  const hide = (figure: string): void => {
    // Without its number of cases a line says nothing: its sums and ages would tell how many there are.
    for (const one of figure === CASES ? figures : [figure]) hidden.add(one);
  };

  /** The next figure that cannot stand beside the others; none when the line gives nothing away. */
  function revealing(): string | undefined {
    const left = shown();
    const small = left.find((one) => isSmall(number(one)));
    if (small !== undefined) return small;
    const part = left.find((one) =>
      left.some((whole) => isSmall(number(whole) - number(one)) && alike(whole, one) && isWithin(strata, one, whole)),
    );
    if (part !== undefined) return part;
    const stages = figures.filter((one) => one.startsWith(STAGE));
    const away = stages.filter((one) => hidden.has(one));
    const visible = left.filter((one) => one.startsWith(STAGE));
    if (away.length > 0 && (away.length < 2 || isSmall(away.reduce((sum, one) => sum + number(one), 0)))) {
      if (visible[0] !== undefined) return visible[0];
    }
    const counts = left.filter((one) => !isMoney(one));
    const derived = [...hidden].find((one) => !isMoney(one) && number(one) > 0 && follows(strata, one, counts));
    if (derived === undefined) return undefined;
    return counts.find((one) => one !== CASES && meet(strata, one, derived)) ?? CASES;
  }

  return {
    hidden,
    figures,
    number,
    hide,
    settle() {
      for (let one = revealing(); one !== undefined; one = revealing()) hide(one);
    },
  };
}

/** Along one direction a figure is left out of no line alone, and what is left out comes to no small figure together. */
function coverInSlice(slice: readonly Kept[], below: number): boolean {
  let changed = false;
  for (const figure of new Set(slice.flatMap((one) => one.figures))) {
    const counted = slice.filter((one) => one.number(figure) > 0).sort((a, b) => a.number(figure) - b.number(figure));
    for (;;) {
      const away = counted.filter((one) => one.hidden.has(figure));
      const next = counted.find((one) => !one.hidden.has(figure));
      const enough = away.length >= 2 && away.reduce((sum, one) => sum + one.number(figure), 0) >= below;
      if (away.length === 0 || enough || next === undefined) break;
      next.hide(figure);
      next.settle();
      changed = true;
    }
  }
  return changed;
}

/** Lines that differ in one direction only, for each direction. */
function slicesOf(lines: readonly Line[]): readonly (readonly number[])[] {
  const slices = new Map<string, number[]>();
  for (const [index, { at }] of lines.entries()) {
    for (const direction of at.keys()) {
      const key = JSON.stringify([direction, at.with(direction, '')]);
      slices.set(key, [...(slices.get(key) ?? []), index]);
    }
  }
  return [...slices.values()].filter((one) => one.length > 1);
}

const isMoney = (figure: string): boolean => figure.endsWith('IQD');
const alike = (a: string, b: string): boolean => a !== b && isMoney(a) === isMoney(b);
const sumOf = (strata: Strata): number => strata.reduce((sum, one) => sum + one.unseen, 0);

/** Whether every case that adds to one figure adds to the other as well. */
const isWithin = (strata: Strata, part: string, whole: string): boolean =>
  strata.every(({ figures }) => !figures.includes(part) || figures.includes(whole));

const meet = (strata: Strata, a: string, b: string): boolean =>
  strata.some(({ figures }) => figures.includes(a) && figures.includes(b));

/** Whether a figure is a sum of multiples of others: exactly what can be derived by adding and taking away. */
function follows(strata: Strata, figure: string, from: readonly string[]): boolean {
  const vectorOf = (name: string): number[] => strata.map(({ figures }) => (figures.includes(name) ? 1 : 0));
  const basis: { readonly pivot: number; readonly vector: readonly number[] }[] = [];
  const reduced = (vector: readonly number[]): readonly number[] =>
    basis.reduce<readonly number[]>((left, one) => {
      const times = left[one.pivot]!;
      return times === 0 ? left : left.map((value, at) => value - times * one.vector[at]!);
    }, vector);
  const pivotOf = (vector: readonly number[]): number => vector.findIndex((value) => Math.abs(value) > 1e-9);
  for (const name of from) {
    const rest = reduced(vectorOf(name));
    const pivot = pivotOf(rest);
    if (pivot >= 0) basis.push({ pivot, vector: rest.map((value) => value / rest[pivot]!) });
  }
  return pivotOf(reduced(vectorOf(figure))) < 0;
}
