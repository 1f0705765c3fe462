import { z } from 'zod';
import { baghdadDate, LocalDate, PartialDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { fact } from '../kernel/process.ts';
import { isMinorOn } from '../person/data.ts';
import type { PersonState } from '../person/state.ts';
import { headTypeOf, Member } from './data.ts';
import { notAhead, p, papersShown } from './definition.ts';
import { events, LifeEvent, Papers } from './events.ts';
import { matchingRule } from './possibleDuplicates.ts';
import { ACTIVE, type HouseholdMember, type HouseholdState } from './state.ts';

const reason = z.string().min(3).max(1000);

/** The member, or a refusal. */
export function memberOf(s: HouseholdState, person: string): HouseholdMember {
  const member = s.members.find((one) => one.person === person);
  ensure(member, 'NOT_A_MEMBER', { person });
  return member;
}

/** The member, alive as far as is known. */
function livingMember(s: HouseholdState, person: string): HouseholdMember {
  const member = memberOf(s, person);
  ensure(!member.deceased, 'MEMBER_DECEASED', { person });
  return member;
}

const joins = LifeEvent.exclude(['registration', 'divorce', 'moved_out', 'recorded_in_error']);
const leaves = LifeEvent.exclude(['registration', 'birth', 'moved_in', 'recorded_late']);

/** Who belongs to the family and who heads it. A paper that is not there yet never blocks (domain specification §0.2, rule 4). */
export const composition = {
  addMember: p.command({
    from: ACTIVE,
    permission: 'household:update',
    input: z.strictObject({ ...Member.shape, ground: joins, on: LocalDate.optional(), papers: Papers }),
    emits: ['HouseholdMemberAdded'],
    to: ACTIVE,
    // In force for the possible duplicates shown before somebody is added.
    rules: [matchingRule],
    facts: (c) => ({ person: fact<PersonState>('person', c.person) }),
    decide: (c, s, ctx) => {
      const { person } = ctx.facts;
      ensure(!s.members.some((one) => one.person === c.person), 'ALREADY_A_MEMBER', { person: c.person });
      ensure(person.exists && person.state.status === 'recorded' && person.state.kind === 'natural', 'PERSON_UNKNOWN', {
        person: c.person,
      });
      const elsewhere = person.state.household;
      ensure(elsewhere === undefined || elsewhere === ctx.id, 'IN_ANOTHER_HOUSEHOLD', { household: elsewhere ?? '' });
      notAhead(c.on, ctx);
      papersShown(c.papers, ctx);
      return [{ type: 'HouseholdMemberAdded', data: c }];
    },
  }),
  removeMember: p.command({
    from: ACTIVE,
    permission: 'household:update',
    input: z.strictObject({ person: z.uuid(), ground: leaves, on: LocalDate.optional(), papers: Papers }),
    emits: ['HouseholdMemberRemoved'],
    to: ACTIVE,
    decide: (c, s, ctx) => {
      memberOf(s, c.person);
      ensure(s.head !== c.person, 'HEAD_CANNOT_LEAVE', { person: c.person });
      notAhead(c.on, ctx);
      papersShown(c.papers, ctx);
      return [{ type: 'HouseholdMemberRemoved', data: c }];
    },
  }),
  correctMember: p.command({
    from: ACTIVE,
    permission: 'household:update',
    input: z.strictObject({ ...Member.shape, reason }),
    emits: ['HouseholdMemberCorrected'],
    to: ACTIVE,
    decide: (c, s) => {
      memberOf(s, c.person);
      return [{ type: 'HouseholdMemberCorrected', data: c }];
    },
  }),
  recordMemberDeath: p.command({
    from: ACTIVE,
    permission: 'household:update',
    input: z.strictObject({ person: z.uuid(), on: PartialDate, papers: Papers }),
    emits: ['HouseholdMemberDeceased'],
    to: ACTIVE,
    decide: (c, s, ctx) => {
      livingMember(s, c.person);
      notAhead(c.on, ctx);
      papersShown(c.papers, ctx);
      return [{ type: 'HouseholdMemberDeceased', data: c }];
    },
  }),
  reportMemberMissing: p.command({
    from: ACTIVE,
    permission: 'household:update',
    input: z.strictObject({ person: z.uuid(), since: PartialDate, papers: Papers }),
    emits: ['HouseholdMemberReportedMissing'],
    to: ACTIVE,
    decide: (c, s, ctx) => {
      livingMember(s, c.person);
      notAhead(c.since, ctx);
      papersShown(c.papers, ctx);
      return [{ type: 'HouseholdMemberReportedMissing', data: c }];
    },
  }),
  reportMemberDetained: p.command({
    from: ACTIVE,
    permission: 'household:update',
    input: z.strictObject({ person: z.uuid(), since: PartialDate, papers: Papers }),
    emits: ['HouseholdMemberReportedDetained'],
    to: ACTIVE,
    decide: (c, s, ctx) => {
      livingMember(s, c.person);
      notAhead(c.since, ctx);
      papersShown(c.papers, ctx);
      return [{ type: 'HouseholdMemberReportedDetained', data: c }];
    },
  }),
  recordMemberReunion: p.command({
    from: ACTIVE,
    permission: 'household:update',
    input: z.strictObject({ person: z.uuid(), on: PartialDate }),
    emits: ['HouseholdMemberReunited'],
    to: ACTIVE,
    decide: (c, s, ctx) => {
      ensure(livingMember(s, c.person).absence !== undefined, 'NOT_ABSENT', { person: c.person });
      notAhead(c.on, ctx);
      return [{ type: 'HouseholdMemberReunited', data: c }];
    },
  }),
  changeHead: p.command({
    from: ACTIVE,
    permission: 'household:update',
    input: z.strictObject({
      to: z.uuid(),
      ground: events.HeadOfHouseholdChanged.shape.ground,
      /** Protection focal point, for a head under 18. */
      focalPoint: z.uuid().optional(),
      papers: Papers,
    }),
    emits: ['HeadOfHouseholdChanged'],
    to: ACTIVE,
    facts: (c) => ({ head: fact<PersonState>('person', c.to) }),
    decide: (c, s, ctx) => {
      livingMember(s, c.to);
      ensure(s.head !== c.to, 'IS_THE_HEAD', { person: c.to });
      papersShown(c.papers, ctx);
      const day = baghdadDate(ctx.now);
      const head = ctx.facts.head.state;
      ensure(!isMinorOn(head, day) || (c.focalPoint ?? s.focalPoint), 'PROTECTION_FOCAL_POINT_NEEDED');
      const data = { ...c, from: s.head ?? c.to, headType: headTypeOf(head, day) };
      return [{ type: 'HeadOfHouseholdChanged', data }];
    },
  }),
};
