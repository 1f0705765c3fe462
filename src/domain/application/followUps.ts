import { idOf } from '../kernel/envelope.ts';
import type { FollowUp } from '../kernel/followUp.ts';
import type { FoldEvent } from '../kernel/process.ts';
import type { events } from './events.ts';

/** An accepted application opens the household, for the branch whose officer accepted it. */
export function followUps(event: FoldEvent<typeof events>): readonly FollowUp[] {
  if (event.type !== 'RegistrationAccepted') return [];
  const { organisation, office, governorate } = event.meta.actor;
  const input = { application: idOf(event.meta.stream), fileNo: event.data.fileNo };
  const base = { process: 'household', command: 'register', id: event.data.household, input };
  return organisation === undefined
    ? [base]
    : [
        {
          ...base,
          office: {
            organisation,
            ...(office === undefined ? {} : { office }),
            ...(governorate === undefined ? {} : { governorate }),
          },
        },
      ];
}
