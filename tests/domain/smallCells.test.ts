import fc from 'fast-check';
import t from 'tap';
import { CASES, hiddenFigures, type Line, STAGE } from '../../src/domain/access/smallCells.ts';

const BELOW = 10;
const line = (at: readonly string[], ...strata: readonly (readonly [number, ...string[]])[]): Line => ({
  at,
  strata: strata.map(([unseen, ...figures]) => ({ unseen, figures: [CASES, ...figures] })),
});
const hidden = (...lines: readonly Line[]): readonly (readonly string[])[] =>
  hiddenFigures(lines, BELOW).map((one) => [...one].sort());
const numberOf = ({ strata }: Line, figure: string): number =>
  strata.filter((one) => one.figures.includes(figure)).reduce((sum, one) => sum + one.unseen, 0);

t.test('a figure under ten is left out, zero and ten are shown', async (t) => {
  t.same(hidden(line([], [9, 'paid', 'paidIQD'], [100])), [['paid', 'paidIQD']]);
  t.same(hidden(line([], [10, 'paid', 'paidIQD'], [100])), [[]]);
  t.same(hidden(line([], [100])), [[]]);
});

t.test('a line of fewer than ten cases says nothing at all', async (t) => {
  t.same(hidden(line([], [9, 'paid'])), [['cases', 'paid']]);
});

t.test('a figure goes when what is missing from it to another is small', async (t) => {
  t.same(hidden(line([], [97, 'submitted', 'paid'], [3, 'submitted'])), [['paid']], 'three claims are not paid');
  t.same(
    hidden(line([], [50, 'entitlementIQD', 'paidIQD'], [1, 'entitlementIQD'], [40])),
    [['paidIQD']],
    'nor what one of them is owed',
  );
});

t.test('a figure that is left out is not the difference of two that are shown', async (t) => {
  const [gone] = hidden(line([], [40, 'finalised', 'paid'], [30, 'finalised', 'entitled'], [3, 'finalised', 'annulled'], [50]));
  t.ok(gone?.includes('annulled'));
  t.ok(gone!.length > 1, `${gone}`);
});

t.test('of the stages of a line never one alone is left out, nor so few that their sum is small', async (t) => {
  const one = line([], [3, `${STAGE}a`], [50, `${STAGE}b`], [60, `${STAGE}c`]);
  t.same(hidden(one), [[`${STAGE}a`, `${STAGE}b`]]);
  const two = line([], [3, `${STAGE}a`], [4, `${STAGE}d`], [50, `${STAGE}b`], [60, `${STAGE}c`]);
  t.same(hidden(two), [[`${STAGE}a`, `${STAGE}b`, `${STAGE}d`]]);
});

t.test('along every direction of an answer the totals are taken for known', async (t) => {
  t.same(hidden(line(['x'], [3]), line(['y'], [20]), line(['z'], [40])), [['cases'], ['cases'], []]);
  t.same(hidden(line(['x'], [9]), line(['y'], [1]), line(['z'], [40])), [['cases'], ['cases'], []], 'ten together');
  t.same(
    hidden(line(['x', '1'], [3]), line(['x', '2'], [30]), line(['y', '1'], [40]), line(['y', '2'], [50])),
    [['cases'], ['cases'], ['cases'], ['cases']],
    'a table of two by two shows all or nothing',
  );
});

/** The exact rank of 0/1 vectors, by whole numbers only: not the way the rule itself counts. */
function rankOf(rows: readonly (readonly number[])[]): number {
  const left = rows.map((row) => row.map(BigInt));
  let rank = 0;
  for (let column = 0; column < (left[0]?.length ?? 0); column++) {
    const at = left.findIndex((row, index) => index >= rank && row[column] !== 0n);
    if (at < 0) continue;
    [left[rank], left[at]] = [left[at]!, left[rank]!];
    const pivot = left[rank]!;
    for (let index = rank + 1; index < left.length; index++) {
      const row = left[index]!;
      const times = row[column]!;
      left[index] = row.map((value, place) => value * pivot[column]! - pivot[place]! * times);
    }
    rank++;
  }
  return rank;
}

const MEASURES = ['submitted', 'finalised', 'annulled', 'paid'];
const stratum = fc.record({
  unseen: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 300 })),
  figures: fc
    .tuple(fc.subarray(MEASURES), fc.constantFrom('s1', 's2', 's3', 's4'))
    .map(([measures, stage]) => [CASES, ...measures, `${STAGE}${stage}`]),
});
const answer = fc
  .uniqueArray(fc.tuple(fc.constantFrom('g1', 'g2', 'g3'), fc.constantFrom('k1', 'k2', 'k3')), {
    minLength: 1,
    maxLength: 9,
    selector: ([a, b]) => `${a}${b}`,
  })
  .chain((places) =>
    fc.tuple(...places.map((at) => fc.array(stratum, { minLength: 1, maxLength: 6 }).map((strata): Line => ({ at, strata })))),
  );

t.test('whatever the numbers, nothing that is left out follows from the rest, and nothing small is left', async (t) => {
  let [left, shown] = [0, 0];
  fc.assert(
    fc.property(answer, (lines) => {
      const gone = hiddenFigures(lines, BELOW);
      // An unknown for each stratum of each line; what the reader knows: shown figures, and the totals in every direction.
      const offsets = lines.map((_, index) => lines.slice(0, index).reduce((sum, one) => sum + one.strata.length, 0));
      const width = lines.reduce((sum, one) => sum + one.strata.length, 0);
      const vector = (wanted: readonly number[], figure: string): number[] => {
        const row = Array.from({ length: width }, () => 0);
        for (const index of wanted) {
          for (const [at, one] of lines[index]!.strata.entries()) {
            if (one.figures.includes(figure)) row[offsets[index]! + at] = 1;
          }
        }
        return row;
      };
      const figures = [...new Set(lines.flatMap((one) => one.strata.flatMap((each) => each.figures)))];
      const follows = (secret: readonly (readonly number[])[], known: readonly (readonly number[])[]): boolean => {
        const rank = rankOf(known);
        return secret.some((one) => rankOf([...known, one]) === rank);
      };
      const vectors = (wanted: readonly number[], names: readonly string[], away: boolean): readonly number[][] =>
        wanted.flatMap((index) =>
          names
            .filter((one) => numberOf(lines[index]!, one) > 0 && gone[index]!.has(one) === away)
            .map((one) => vector([index], one)),
        );
      const every = lines.map((_, index) => index);
      for (const index of every) {
        const numbers = figures.filter((one) => !gone[index]!.has(one)).map((one) => numberOf(lines[index]!, one));
        if (numbers.some((one) => one > 0 && one < BELOW)) return false;
        const [secret, known] = [vectors([index], figures, true), vectors([index], figures, false)];
        [left, shown] = [left + secret.length, shown + known.length];
        if (follows(secret, known)) return false;
      }
      // Other answers give the totals of a figure in each direction; what is missing of one is no small number either.
      for (const figure of figures) {
        const totals: number[][] = [];
        for (const direction of [0, 1]) {
          for (const here of new Set(lines.map(({ at }) => at[1 - direction]))) {
            const slice = every.filter((index) => lines[index]!.at[1 - direction] === here);
            const missing = slice.filter((index) => gone[index]!.has(figure) && numberOf(lines[index]!, figure) > 0);
            if (vectors(slice, [figure], false).length === 0) continue;
            totals.push(vector(slice, figure));
            if (missing.length > 0 && missing.reduce((sum, index) => sum + numberOf(lines[index]!, figure), 0) < BELOW)
              return false;
          }
        }
        if (follows(vectors(every, [figure], true), [...vectors(every, [figure], false), ...totals])) return false;
      }
      return true;
    }),
    { numRuns: 400, seed: 4 },
  );
  t.ok(left > 1_000 && shown > 1_000, `${left} figures left out, ${shown} shown`);
  t.comment(`${left} figures left out, ${shown} shown in 400 answers`);
});
