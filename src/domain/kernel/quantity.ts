import { z } from 'zod';
import { compareDates, LocalDate } from './dates.ts';

export const Unit = z.enum(['household', 'individual', 'application', 'km2', 'IQD']);
export type Unit = z.infer<typeof Unit>;

/**
 * A reported figure: the unit is part of the number, with the day it describes and who says so (domain specification §0.2,
 * rule 2). A figure converted from another unit says `derived: true` and by which factor; only square kilometres have decimals.
 */
export const Quantity = z
  .strictObject({
    value: z.number().nonnegative(),
    unit: Unit,
    asOf: LocalDate,
    source: z.string().trim().min(1).max(500),
    derived: z.literal(true).optional(),
    factor: z.number().positive().optional(),
  })
  .refine((q) => q.unit === 'km2' || Number.isSafeInteger(q.value), { error: 'must be a whole number', path: ['value'] })
  .refine((q) => q.factor === undefined || q.derived === true, { error: 'only a derived figure has one', path: ['factor'] });
export type Quantity = z.infer<typeof Quantity>;

/** Figures in different units were to be put together. */
export class UnitMismatch extends Error {
  constructor(a: Unit, b: Unit) {
    super(`${a} and ${b} do not mix`);
    this.name = 'UnitMismatch';
  }
}

/**
 * The sum of two figures of one unit. It is as old as its older part, names the sources of both, and is derived if a part is
 * (with the factor only if both share it).
 * @throws UnitMismatch
 */
export function addQuantity(a: Quantity, b: Quantity): Quantity {
  if (a.unit !== b.unit) throw new UnitMismatch(a.unit, b.unit);
  const derived = a.derived || b.derived;
  return {
    value: a.value + b.value,
    unit: a.unit,
    asOf: compareDates(a.asOf, b.asOf) <= 0 ? a.asOf : b.asOf,
    source: [...new Set([...a.source.split('; '), ...b.source.split('; ')])].join('; '),
    ...(derived ? { derived } : {}),
    ...(a.factor !== undefined && a.factor === b.factor ? { factor: a.factor } : {}),
  };
}

/** Persons in a household as IOM DTM estimates them when only households were counted. */
export const DTM_HOUSEHOLD_SIZE = { outOfCamp: 6, inCamp: 5 } as const;

/**
 * The figure in another unit by a stated factor, marked as derived (rounded to a whole number except for km²). This is the
 * only way from one unit to another, and it is never taken silently.
 * @throws RangeError for a figure that was itself derived: estimates are not built on estimates.
 */
export function deriveQuantity(from: Quantity, unit: Unit, factor: number): Quantity {
  if (from.derived) throw new RangeError('a derived figure is not converted again');
  const value = from.value * factor;
  return {
    value: unit === 'km2' ? value : Math.round(value),
    unit,
    asOf: from.asOf,
    source: from.source,
    derived: true,
    factor,
  };
}
