import { idOf } from '../kernel/envelope.ts';
import type { FollowUp } from '../kernel/followUp.ts';
import type { FoldEvent } from '../kernel/process.ts';
import type { events } from './events.ts';

/** What a grant asks of the allocation its money is in, where one grant is a batch of its own, and tells of papers it waited for. */
export function followUps(event: FoldEvent<typeof events>): readonly FollowUp[] {
  const batch = idOf(event.meta.stream);
  const money = (id: string, command: string, input: FollowUp['input']): readonly FollowUp[] => [
    { process: 'allocation', command, id, input: { batch, ...input } },
  ];
  switch (event.type) {
    case 'ReturnGrantFundsRequested':
      return money(event.data.allocation, 'reserveForBatch', { amountIQD: event.data.amountIQD, process: 'returnGrant' });
    case 'ReturnGrantPaymentFailed':
      return money(event.data.allocation, 'freeForBatch', { amountIQD: event.data.amountIQD });
    case 'ReturnGrantPaid':
      return money(event.data.allocation, 'settleBatch', { paidIQD: event.data.amountIQD });
    case 'ReturnGrantRecovered':
      return money(event.data.allocation, 'reverseForBatch', { amountIQD: event.data.amountIQD });
    case 'AwaitedDocumentIssued': {
      const input = { process: 'returnGrant', id: batch };
      return [{ process: 'docRequest', command: 'noteResumed', id: event.data.request, input }];
    }
    default:
      return [];
  }
}
