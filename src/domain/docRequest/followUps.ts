import { idOf } from '../kernel/envelope.ts';
import type { FollowUp } from '../kernel/followUp.ts';
import type { FoldEvent } from '../kernel/process.ts';
import { asKept, type Block, type DocType } from './codes.ts';
import { RESUMES_BY_ITSELF } from './data.ts';
import type { events } from './events.ts';

interface Told {
  readonly holder?: string | undefined;
  readonly docType?: DocType | undefined;
}

/**
 * A paper that has to come first opens its own request and knows who waits for it; a delivered paper enters the register of
 * papers and sets going what waited for it, and one that will not come is waited for no longer (domain.md §11).
 */
export function followUps(event: FoldEvent<typeof events>): readonly FollowUp[] {
  const request = idOf(event.meta.stream);
  const told = (blocks: readonly Block[], command: string, { holder, docType }: Told): readonly FollowUp[] =>
    blocks.flatMap(({ process, id }): readonly FollowUp[] => {
      if (process === 'docRequest')
        return command === 'noteDocumentIssued' ? [{ process, command: 'meetPrerequisite', id, input: { request } }] : [];
      if (!RESUMES_BY_ITSELF.includes(process) || holder === undefined || docType === undefined) return [];
      return [{ process, command, id, input: { request, holder, docType } }];
    });
  switch (event.type) {
    case 'AwaitingPrerequisite': {
      const { holder, docType, household, request: first } = event.data;
      const whose = household === undefined ? { person: holder } : { household };
      const open = { docType, ...whose, reason: 'never_issued' };
      return [
        { process: 'docRequest', command: 'identifyNeed', input: open, unless: ['ALREADY_EXISTS'] },
        { process: 'docRequest', command: 'linkBlocked', id: first, input: { process: 'docRequest', id: request } },
      ];
    }
    case 'BlockedCaseLinked': {
      const { process, id, ready, ...whose } = event.data;
      return told([{ process, id }], ready ? 'noteDocumentIssued' : 'awaitDocument', whose);
    }
    case 'DocumentDelivered': {
      const { holder, docType, resumes } = event.data;
      const register = asKept(docType);
      return [
        ...(register === undefined ? [] : [{ process: register, command: 'receiveDocument', id: holder, input: { request } }]),
        ...told(resumes, 'noteDocumentIssued', event.data),
      ];
    }
    case 'DocumentRequestWithdrawn':
    case 'DocumentRequestClosedUnresolved':
      return told(event.data.blocked ?? [], 'noteDocumentGivenUp', event.data);
    default:
      return [];
  }
}
