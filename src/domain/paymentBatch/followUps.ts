import { idOf } from '../kernel/envelope.ts';
import type { FollowUp } from '../kernel/followUp.ts';
import type { FoldEvent } from '../kernel/process.ts';
import type { events } from './events.ts';

/**
 * What a batch asks of the allocation its money is in, and tells the claims of its payees. A claim alone decides in which
 * batch a payee stands; the allocation alone decides whether the money is there.
 */
export function followUps(event: FoldEvent<typeof events>): readonly FollowUp[] {
  const batch = idOf(event.meta.stream);
  const claim = (id: string, command: string, input: FollowUp['input']): FollowUp => ({
    process: 'claim',
    command,
    id,
    input: { batch, ...input },
  });
  const money = (id: string, command: string, input: FollowUp['input']): FollowUp => ({
    process: 'allocation',
    command,
    id,
    input: { batch, ...input },
  });
  switch (event.type) {
    case 'BatchClaimsChosen':
      return event.data.claims.map((one) => claim(one.claim, 'listForPayment', {}));
    case 'LateClaimTurnedAway':
      return [claim(event.data.claim, 'unlist', { payees: event.data.payees, reason: event.data.because })];
    case 'BatchClaimRemoved':
      return [claim(event.data.claim, 'unlist', { payees: event.data.payees, reason: event.data.reason })];
    case 'BatchListPublished':
      return [money(event.data.allocation, 'reserveForBatch', { amountIQD: event.data.amountIQD })];
    case 'BatchAudited': {
      const { passed, held, heldIQD, allocation } = event.data;
      return [
        ...passed.map((one) => claim(one.claim, 'recordPayeeAudit', { payee: one.payee, outcome: 'passed' })),
        ...held.map((one) => claim(one.claim, 'recordPayeeAudit', { payee: one.payee, outcome: 'held', reason: one.reason })),
        ...(heldIQD > 0 ? [money(allocation, 'freeForBatch', { amountIQD: heldIQD })] : []),
      ];
    }
    case 'BatchOrdered':
      return event.data.claims.map((one) => claim(one.claim, 'orderPayment', { payees: one.payees }));
    case 'BatchLineReversed':
    case 'BatchLineRecovered': {
      const { freedIn, amountIQD } = event.data;
      return freedIn === undefined ? [] : [money(freedIn, 'reverseForBatch', { amountIQD })];
    }
    case 'BatchReconciled':
      return [money(event.data.allocation, 'settleBatch', { paidIQD: event.data.paidIQD })];
    case 'BatchCancelled': {
      const { claims, freedIQD, allocation } = event.data;
      return [
        ...claims.map((one) => claim(one.claim, 'unlist', { payees: one.payees, reason: 'batch_cancelled' })),
        ...(freedIQD > 0 ? [money(allocation, 'freeForBatch', { amountIQD: freedIQD })] : []),
      ];
    }
    default:
      return [];
  }
}
