import { idOf } from '../kernel/envelope.ts';
import type { FollowUp } from '../kernel/followUp.ts';
import type { FoldEvent } from '../kernel/process.ts';
import type { events } from './events.ts';

/**
 * What a household's events call for elsewhere: every person knows the family it belongs to, deaths and absences stand in the
 * person's own record, and the family that split off is opened. Leaving looks at what the person's record says, so the
 * order between streams does not matter.
 */
export function followUps(event: FoldEvent<typeof events>): readonly FollowUp[] {
  const household = idOf(event.meta.stream);
  const person = (id: string, command: string, input: FollowUp['input']): FollowUp => ({ process: 'person', command, id, input });
  const join = (id: string): FollowUp => person(id, 'joinHousehold', { household });
  const leave = (id: string): FollowUp => person(id, 'leaveHousehold', { household });
  switch (event.type) {
    case 'HouseholdMemberAdded':
      return [join(event.data.person)];
    case 'HouseholdMemberRemoved':
      return [leave(event.data.person)];
    case 'HouseholdMemberDeceased':
      // The paper, if any, is named in the household's stream.
      return [person(event.data.person, 'recordDeath', { on: event.data.on, papers: 'pending' })];
    case 'HouseholdMemberReportedMissing':
      return [person(event.data.person, 'reportMissing', { since: event.data.since })];
    case 'HouseholdMemberReportedDetained':
      return [person(event.data.person, 'reportDetained', { since: event.data.since })];
    case 'HouseholdMemberReunited':
      return [person(event.data.person, 'recordReunion', { on: event.data.on })];
    case 'HouseholdSplit': {
      const { organisation, office, governorate } = event.meta.actor;
      const { into, fileNo, members } = event.data;
      const owner = {
        organisation: organisation ?? '',
        ...(office === undefined ? {} : { office }),
        ...(governorate === undefined ? {} : { governorate }),
      };
      const open = {
        process: 'household',
        command: 'openFromSplit',
        id: into,
        input: { from: household, fileNo },
        office: owner,
      };
      return [open, ...members.map((one) => leave(one.person))];
    }
    case 'HouseholdsMerged':
      // Who is one with somebody on record has no family of their own any more.
      return event.data.members
        .filter((one) => !event.data.persons.some((pair) => pair.absorbed === one.person))
        .map((one) => join(one.person));
    case 'HouseholdMergeReversed':
      return event.data.members.map(join);
    default:
      return [];
  }
}
