import { PersonalPaper, reasonOf } from '../docRequest/codes.ts';
import { idOf } from '../kernel/envelope.ts';
import type { FollowUp } from '../kernel/followUp.ts';
import { opened } from '../kernel/privacy.ts';
import type { FoldEvent } from '../kernel/process.ts';
import type { events } from './events.ts';

/** A paper of a person that cannot be presented opens its request, or opens it anew once it had ended (domain.md §11). */
export function papersMissing(event: FoldEvent<typeof events>): readonly FollowUp[] {
  if (event.type !== 'IdentityDocumentRecorded' && event.type !== 'IdentityDocumentStatusChanged') return [];
  const { usable, status, docType } = event.data;
  const asked = PersonalPaper.safeParse(docType);
  // Where nobody opened the status, as long as only the need for a job is looked for, the paper counts as missing.
  const reason = reasonOf(opened(status, 'never_issued'));
  if (usable || !asked.success || reason === undefined) return [];
  const input = { docType: asked.data, person: idOf(event.meta.stream), reason };
  // One of the two finds the request as it needs it; a request that is under way already needs neither.
  return [
    { process: 'docRequest', command: 'identifyNeed', input, unless: ['ALREADY_EXISTS'] },
    { process: 'docRequest', command: 'needArose', input, unless: ['WRONG_STATE'] },
  ];
}
