import { z } from 'zod';
import { LocalDate } from '../kernel/dates.ts';
import { Adm1 } from '../places/pcodes.ts';

/** Whole dinars, more than none; far below what a number holds exactly, so that sums stay exact. */
export const Dinars = z.int().min(1).max(1_000_000_000_000_000).meta({ description: 'Whole Iraqi dinars' });

/** Whole dinars, possibly none. */
export const DinarsOrNone = z.int().min(0).max(1_000_000_000_000_000).meta({ description: 'Whole Iraqi dinars, 0 for none' });

/** What the money is for: compensation under Law 20/2009, or the ministry's return grants (domain.md §4.4, §4.5). */
export const Purpose = z.enum(['compensation', 'return_grant']);

/** Which process the money is kept for. */
export const PayingProcess = z.enum(['paymentBatch', 'returnGrant']);
export type PayingProcess = z.infer<typeof PayingProcess>;

/** What a request rests on: how many claims await money, and how much they come to. */
const basisClaims = z.strictObject({ claims: z.int().min(0), amountIQD: DinarsOrNone, asOf: LocalDate });

/** Facts of an allocation (domain.md §4.4, §13.2). `batch` is the payment batch, or the single grant, the money is kept for. */
export const events = {
  AllocationRequested: z.strictObject({
    governorate: Adm1,
    fiscalYear: z.int().min(2003).max(2100),
    purpose: Purpose,
    amountIQD: Dinars,
    basisClaims: basisClaims.optional(),
  }),
  AllocationRefused: z.strictObject({ reasonCode: z.enum(['no_budget', 'already_covered', 'basis_not_shown', 'other']) }),
  AllocationApproved: z.strictObject({ amountIQD: Dinars }),
  /** `carriedFrom`: money an earlier year's allocation carried forward, beyond what was approved for this one. */
  AllocationReleased: z.strictObject({ amountIQD: Dinars, on: LocalDate, carriedFrom: z.uuid().optional() }),
  BatchAmountReserved: z.strictObject({ batch: z.uuid(), process: PayingProcess, amountIQD: Dinars }),
  BatchAmountRefused: z.strictObject({
    batch: z.uuid(),
    process: PayingProcess,
    amountIQD: Dinars,
    availableIQD: DinarsOrNone,
  }),
  BatchAmountFreed: z.strictObject({ batch: z.uuid(), amountIQD: Dinars }),
  BatchAmountSettled: z.strictObject({ batch: z.uuid(), paidIQD: DinarsOrNone, freedIQD: DinarsOrNone }),
  /** Money that came back from a payee after the batch was settled. */
  BatchAmountReversed: z.strictObject({ batch: z.uuid(), amountIQD: Dinars }),
  AllocationReturned: z.strictObject({ amountIQD: Dinars }),
  AllocationCarriedForward: z.strictObject({ amountIQD: Dinars, into: z.uuid() }),
  AllocationClosed: z.strictObject({}),
} as const;
