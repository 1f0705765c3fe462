import { p } from './definition.ts';
import { listing } from './listing.ts';
import { paying } from './paying.ts';

/** A list of payees paid together: opened, published, audited, ordered, paid, reconciled (domain.md §4.4). */
export const paymentBatch = p.withCommands({ ...listing, ...paying });
export { followUps as paymentBatchFollowUps } from './followUps.ts';
export type { PaymentBatchState } from './state.ts';
