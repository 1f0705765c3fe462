import { idOf } from '../kernel/envelope.ts';
import type { FollowUp } from '../kernel/followUp.ts';
import type { FoldEvent } from '../kernel/process.ts';
import { asKept } from './codes.ts';
import type { events } from './events.ts';

/**
 * A paper that has to come first opens its own request and knows who waits for it; a delivered paper enters the register of
 * papers and sets going what waited for it.
 */
export function followUps(event: FoldEvent<typeof events>): readonly FollowUp[] {
  const request = idOf(event.meta.stream);
  const goOn = (id: string, met: string): FollowUp => ({
    process: 'docRequest',
    command: 'meetPrerequisite',
    id,
    input: { request: met },
  });
  switch (event.type) {
    case 'AwaitingPrerequisite': {
      const { holder, docType, household, request: first } = event.data;
      const whose = household === undefined ? { person: holder } : { household };
      const open = { docType, ...whose, reason: 'never_issued' };
      return [
        { process: 'docRequest', command: 'identifyNeed', input: open },
        { process: 'docRequest', command: 'linkBlocked', id: first, input: { process: 'docRequest', id: request } },
      ];
    }
    case 'BlockedCaseLinked':
      return event.data.process === 'docRequest' && event.data.ready ? [goOn(event.data.id, request)] : [];
    case 'DocumentDelivered': {
      const { holder, docType, resumes } = event.data;
      const register = asKept(docType);
      return [
        ...(register === undefined ? [] : [{ process: register, command: 'receiveDocument', id: holder, input: { request } }]),
        ...resumes.filter((one) => one.process === 'docRequest').map((one) => goOn(one.id, request)),
      ];
    }
    default:
      return [];
  }
}
