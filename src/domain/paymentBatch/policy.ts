import { z } from 'zod';
import type { LocalDate } from '../kernel/dates.ts';
import { defineRule } from '../kernel/rules.ts';
import { OrderKey } from './events.ts';

/**
 * What claims that await money are lined up by, the most important first: the day of ratification, then vulnerability. [C] in
 * domain.md §4.2; nobody published an order.
 */
export const paymentOrder = defineRule<OrderKey[]>({
  key: 'payment.order',
  schema: z.array(OrderKey).min(1).max(2),
  default: ['ratification_date', 'vulnerability'],
  source: '[C] domain.md §4.2, awaiting_allocation',
});

/** A claim that awaits money. */
export interface PayableClaim {
  readonly claim: string;
  /** The day it became payable: ratified, amended, or final at the sub-committee. */
  readonly decidedOn: LocalDate;
  /** Whether the claimant is known to be vulnerable; how is not told here. */
  readonly vulnerable: boolean;
  /** Whole dinars still due to its payees. */
  readonly dueIQD: number;
}

const BY: Readonly<Record<OrderKey, (a: PayableClaim, b: PayableClaim) => number>> = {
  ratification_date: (a, b) => (a.decidedOn < b.decidedOn ? -1 : a.decidedOn > b.decidedOn ? 1 : 0),
  vulnerability: (a, b) => Number(b.vulnerable) - Number(a.vulnerable),
};

/**
 * Claims in the order they are to be paid in, as many from the front as an amount covers. Nobody is passed over: the first
 * that does not fit ends the list. Claims alike in every key stand by id, so that the order is the same for everyone.
 */
export function nextInOrder(
  claims: readonly PayableClaim[],
  order: readonly OrderKey[],
  upToIQD: number = Number.MAX_SAFE_INTEGER,
): readonly PayableClaim[] {
  const inOrder = [...claims].sort(
    (a, b) => order.map((key) => BY[key](a, b)).find((one) => one !== 0) ?? (a.claim < b.claim ? -1 : 1),
  );
  let leftIQD = upToIQD;
  const end = inOrder.findIndex((one) => {
    leftIQD -= one.dueIQD;
    return leftIQD < 0;
  });
  return end < 0 ? inOrder : inOrder.slice(0, end);
}
