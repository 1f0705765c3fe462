import type { Test } from 'tap';

/** How much a fault test does: the slice of `npm test`, or with MASAR_CHAOS=full (`npm run chaos`) the whole. */
export const size = <Amount = number>(slice: Amount, full: Amount): Amount => (process.env.MASAR_CHAOS === 'full' ? full : slice);

/** The seed of a run: MASAR_SEED to repeat one, else a new one. It is printed, so that a failure can be repeated. */
export function seed(t: Pick<Test, 'comment'>): number {
  const given = process.env.MASAR_SEED;
  const drawn = given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given);
  if (!Number.isSafeInteger(drawn)) throw new Error(`MASAR_SEED is a whole number, not ${given}`);
  t.comment(`MASAR_SEED=${drawn}`);
  return drawn;
}
