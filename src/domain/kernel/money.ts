import { z } from 'zod';
import { type Label, type Lang, say } from './labels.ts';

/**
 * Money as a whole number of the smallest unit in use. **IQD counts whole dinars** (exponent 0): ISO 4217 gives the dinar
 * three decimals, but no fils circulate and every Iraqi grant, claim and payment is in dinars. **USD counts cents** (exponent 2).
 * Amounts are safe integers, so a sum is exact or refused. Currencies never mix and are never converted.
 */
export const Money = z
  .strictObject({ amount: z.int(), currency: z.enum(['IQD', 'USD']) })
  .meta({ description: 'Integer amount: whole dinars for IQD, cents for USD' });
export type Money = z.infer<typeof Money>;
export type Currency = Money['currency'];

/** Money that is actually paid or owed: more than nothing. */
export const PositiveMoney = Money.refine((money) => money.amount > 0, { error: 'must be more than zero', path: ['amount'] });

/** Decimals of the currency as this type counts it. */
export const MINOR_DIGITS: Readonly<Record<Currency, number>> = { IQD: 0, USD: 2 };

/** Two amounts in different currencies were to be put together. */
export class CurrencyMismatch extends Error {
  constructor(a: Currency, b: Currency) {
    super(`${a} and ${b} do not mix`);
    this.name = 'CurrencyMismatch';
  }
}

function sameCurrency(a: Money, b: Money): Currency {
  if (a.currency !== b.currency) throw new CurrencyMismatch(a.currency, b.currency);
  return a.currency;
}

function exact(amount: number, currency: Currency): Money {
  if (!Number.isSafeInteger(amount)) throw new RangeError('the amount is too large to be exact');
  return { amount: amount === 0 ? 0 : amount, currency };
}

/** Whole dinars. */
export const iqd = (dinars: number): Money => exact(dinars, 'IQD');

/** Cents of a US dollar. */
export const usdCents = (cents: number): Money => exact(cents, 'USD');

/** @throws CurrencyMismatch; RangeError when the sum would no longer be exact. */
export function addMoney(a: Money, b: Money): Money {
  return exact(a.amount + b.amount, sameCurrency(a, b));
}

/** @throws CurrencyMismatch; RangeError when the difference would no longer be exact. */
export function subtractMoney(a: Money, b: Money): Money {
  return exact(a.amount - b.amount, sameCurrency(a, b));
}

/** Negative, zero or positive, as for `Array.sort`. @throws CurrencyMismatch */
export function compareMoney(a: Money, b: Money): number {
  sameCurrency(a, b);
  return Math.sign(a.amount - b.amount);
}

/**
 * Shares an amount out by whole-number weights (heirs' parts, households of a batch) so that the shares add up to it to the
 * last unit: everyone gets the part rounded down, and what is left goes one unit each to the largest remainders, the earlier
 * first among equals. A weight of 0 gets nothing.
 * @throws RangeError when the weights are not non-negative whole numbers with a sum above 0.
 */
export function shareOut(total: Money, weights: readonly number[]): Money[] {
  if (!weights.every((weight) => Number.isSafeInteger(weight) && weight >= 0)) throw new RangeError('weights are whole numbers');
  const parts = weights.map(BigInt);
  const sum = parts.reduce((a, b) => a + b, 0n);
  if (sum === 0n) throw new RangeError('at least one weight is above 0');
  const sign = total.amount < 0 ? -1 : 1;
  const whole = BigInt(Math.abs(total.amount));
  const shares = parts.map((part) => (whole * part) / sum);
  const left = Number(whole - shares.reduce((a, b) => a + b, 0n));
  const byRemainder = parts
    .map((part, index) => ({ index, remainder: (whole * part) % sum }))
    .sort((a, b) => (a.remainder === b.remainder ? a.index - b.index : a.remainder > b.remainder ? -1 : 1));
  for (const { index } of byRemainder.slice(0, left)) shares[index]! += 1n;
  return shares.map((share) => exact(sign * Number(share), total.currency));
}

const UNIT: Readonly<Record<Currency, Label>> = {
  IQD: { en: 'IQD', ar: 'د.ع' },
  USD: { en: 'USD', ar: 'دولار' },
};

/** `1,500,000 IQD`, `12.50 USD`, `1,500,000 د.ع`: for people to read, the same on every machine. */
export function formatMoney(money: Money, lang: Lang = 'en'): string {
  const decimals = MINOR_DIGITS[money.currency];
  const digits = String(Math.abs(money.amount)).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ',');
  const fraction = decimals === 0 ? '' : `.${digits.slice(-decimals)}`;
  return `${money.amount < 0 ? '-' : ''}${whole}${fraction} ${say(UNIT[money.currency], lang)}`;
}
