import { idOf } from '../kernel/envelope.ts';
import type { FollowUp } from '../kernel/followUp.ts';
import type { FoldEvent } from '../kernel/process.ts';
import type { events } from './events.ts';

/** Who asked for money is told whether it is there; what is carried forward arrives. */
export function followUps(event: FoldEvent<typeof events>): readonly FollowUp[] {
  switch (event.type) {
    case 'BatchAmountReserved': {
      const { process, batch } = event.data;
      return [{ process, command: 'grantFunds', id: batch, input: {} }];
    }
    case 'BatchAmountRefused': {
      const { process, batch, availableIQD } = event.data;
      return [{ process, command: 'refuseFunds', id: batch, input: { availableIQD } }];
    }
    case 'AllocationCarriedForward': {
      const { into, amountIQD } = event.data;
      return [
        {
          process: 'allocation',
          command: 'receiveCarriedForward',
          id: into,
          input: { from: idOf(event.meta.stream), amountIQD },
        },
      ];
    }
    default:
      return [];
  }
}
