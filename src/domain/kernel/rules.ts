import type { z } from 'zod';

/**
 * A configurable rule: an amount, a window, a routing. Its versions live in a stream of their own, each effective from a
 * date; until one is recorded the default holds, with the source (or the admission that nobody published one).
 */
export interface Rule<T = unknown> {
  readonly key: string;
  readonly schema: z.ZodType<T>;
  readonly default: T;
  /** Source mark of domain.md for the default, such as `P-IARF`, or `[C]` when no public figure exists. */
  readonly source: string;
}

/** One version of a rule as a decision names it. The version of the default is `default`. */
export interface RuleVersion<T = unknown> {
  readonly key: string;
  readonly version: string;
  readonly value: T;
}

export const defineRule = <T>(rule: Rule<T>): Rule<T> => Object.freeze(rule);
