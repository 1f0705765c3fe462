import type { caseEvents } from '../kernel/caseEvents.ts';
import { idOf } from '../kernel/envelope.ts';
import type { FollowUp } from '../kernel/followUp.ts';
import type { FoldEvent } from '../kernel/process.ts';
import type { events } from './events.ts';

type Told = FoldEvent<typeof events> | FoldEvent<Pick<typeof caseEvents, 'ReservationRefused'>>;

const GROUND = { 'claim.loss': 'same_loss', 'claim.number': 'same_number' } as const;

/** What a claim's events call for elsewhere: lists and payments are told to the batch, a loss kept by another claim to this one. */
export function followUps(event: Told): readonly FollowUp[] {
  const claim = idOf(event.meta.stream);
  const batch = (id: string | undefined, command: string, input: FollowUp['input']): FollowUp[] =>
    id === undefined ? [] : [{ process: 'paymentBatch', command, id, input: { claim, ...input } }];
  switch (event.type) {
    case 'ReservationRefused': {
      const { scope, heldBy } = event.data;
      const ground = GROUND[scope as keyof typeof GROUND];
      const of = { of: heldBy.replace(/^claim-/, ''), ground };
      return ground === undefined ? [] : [{ process: 'claim', command: 'detectDuplicate', id: claim, input: of }];
    }
    case 'ClaimListedForPayment': {
      const { batch: id, note: _, ...list } = event.data;
      return batch(id, 'addClaim', list);
    }
    case 'PaymentMade': {
      const { payee, amountIQD } = event.data;
      return batch(event.data.batch, 'settleLine', { payee, outcome: 'paid', amountIQD });
    }
    case 'PaymentFailed': {
      const { payee, amountIQD } = event.data;
      return batch(event.data.batch, 'settleLine', { payee, outcome: 'failed', amountIQD });
    }
    case 'PaymentReturned': {
      const { payee, amountIQD } = event.data;
      return batch(event.data.batch, 'reverseLine', { payee, amountIQD });
    }
    case 'PaymentRecovered': {
      const { payee, amountIQD } = event.data;
      return batch(event.data.batch, 'recoverLine', { payee, amountIQD });
    }
    case 'AwaitedDocumentIssued':
      return [{ process: 'docRequest', command: 'noteResumed', id: event.data.request, input: { process: 'claim', id: claim } }];
    default:
      return [];
  }
}
