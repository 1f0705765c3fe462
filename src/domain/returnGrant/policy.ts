import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';
import { defineRule } from '../kernel/rules.ts';

const Amounts = z
  .array(z.strictObject({ from: LocalDate, amountIQD: z.int().min(1) }))
  .min(1)
  .max(50);

/**
 * The grant by the day of return: IQD 1,500,000 since 2019 (P-SIMA-RG), 4,000,000 for returns from 28 February 2024 on
 * (P-CDHK, domain.md §12). Whether families outside the camps of the Kurdistan Region get the higher amount is unconfirmed
 * (§4.5), so the ministry may set another list.
 */
export const grantAmounts = defineRule({
  key: 'returnGrant.amountIQD',
  schema: Amounts,
  default: [
    { from: '2019-01-01', amountIQD: 1_500_000 },
    { from: '2024-02-28', amountIQD: 4_000_000 },
  ],
  source: 'P-SIMA-RG; P-CDHK',
});

/** The amount for a return on a day, in whole dinars; none before the first day of the list. */
export const amountOn = (amounts: z.infer<typeof Amounts>, day: LocalDate): number | undefined =>
  amounts
    .filter((one) => one.from <= day)
    .sort((a, b) => (a.from < b.from ? -1 : 1))
    .at(-1)?.amountIQD;
