import { z } from 'zod';
import type { DuplicateState } from '../duplicate/state.ts';
import { baghdadDate } from '../kernel/dates.ts';
import { ensure } from '../kernel/errors.ts';
import { fact } from '../kernel/process.ts';
import { isMinorOn } from '../person/data.ts';
import type { PersonState } from '../person/state.ts';
import { memberOf } from './composition.ts';
import { FileNumber, headTypeOf } from './data.ts';
import { onPaper, p } from './definition.ts';
import { events, SplitGround } from './events.ts';
import { mergeReversed } from './merged.ts';
import { ACTIVE, type HouseholdState } from './state.ts';

const MERGEABLE = [...ACTIVE, 'file_closed'] as const;

/** Grounds on which nobody is asked to agree: the head is dead, or asking would betray who is fleeing. */
const NOBODY_ASKED: readonly SplitGround[] = ['death_of_head', 'protection'];

interface SplitInput {
  readonly members: readonly string[];
  readonly newHead: string;
  readonly remainingHead?: string | undefined;
  readonly ground: SplitGround;
  readonly agreedBy?: readonly string[] | undefined;
}

/** Both halves of a split are families: somebody stays, each has a head of its own, and who must agree has agreed. */
function splitHolds(c: SplitInput, s: HouseholdState, courtPaper: boolean): void {
  for (const person of c.members) memberOf(s, person);
  const staying = s.members.filter((one) => !c.members.includes(one.person) && !one.deceased);
  ensure(staying.length > 0, 'NOBODY_STAYS');
  ensure(c.members.includes(c.newHead), 'HEAD_NOT_A_MEMBER');
  const headLeaves = s.head !== undefined && c.members.includes(s.head);
  const headAfter = c.remainingHead ?? (headLeaves ? undefined : s.head);
  ensure(c.remainingHead === undefined || staying.some((one) => one.person === c.remainingHead), 'HEAD_NOT_A_MEMBER');
  ensure(headAfter !== undefined, 'REMAINING_HEAD_NEEDED');
  const head = s.members.find((one) => one.person === s.head);
  ensure(c.ground !== 'death_of_head' || head?.deceased, 'HEAD_IS_ALIVE');
  const agreed = c.agreedBy ?? [];
  for (const person of agreed) memberOf(s, person);
  const asked = !NOBODY_ASKED.includes(c.ground);
  ensure(!asked || courtPaper || (s.head !== undefined && agreed.includes(s.head)), 'AGREEMENT_MISSING');
}

/** Families that part, and records of one family that become one again or part again. */
export const merging = {
  split: p.command({
    from: ACTIVE,
    permission: 'household:split',
    effect: 'legal',
    input: z.strictObject({
      members: z.array(z.uuid()).min(1).max(60),
      newHead: z.uuid(),
      remainingHead: z.uuid().optional(),
      focalPoint: z.uuid().optional(),
      ground: SplitGround,
      agreedBy: z.array(z.uuid()).max(60).optional(),
      fileNo: FileNumber,
    }),
    emits: ['HouseholdSplit'],
    to: ACTIVE,
    facts: (c) => ({ head: fact<PersonState>('person', c.newHead) }),
    decide: (c, s, ctx) => {
      splitHolds(c, s, onPaper(ctx));
      const day = baghdadDate(ctx.now);
      const head = ctx.facts.head.state;
      ensure(!isMinorOn(head, day) || c.focalPoint, 'PROTECTION_FOCAL_POINT_NEEDED');
      const members = c.members.map((person) => {
        const { relation, roles } = memberOf(s, person);
        return { person, relation: person === c.newHead ? ('head' as const) : relation, roles };
      });
      const { newHead, remainingHead, focalPoint, ground, fileNo } = c;
      const agreedBy = NOBODY_ASKED.includes(ground) ? [] : [...(c.agreedBy ?? [])];
      const rest = { newHead, remainingHead, focalPoint, ground, fileNo, headType: headTypeOf(head, day) };
      return [{ type: 'HouseholdSplit', data: { into: ctx.newId('household'), members, agreedBy, ...rest } }];
    },
  }),
  survive: p.command({
    from: MERGEABLE,
    permission: 'system',
    input: z.strictObject({ duplicate: z.uuid(), absorbed: z.uuid() }),
    emits: ['HouseholdsMerged'],
    to: MERGEABLE,
    facts: (c) => ({
      duplicate: fact<DuplicateState>('duplicate', c.duplicate),
      absorbed: fact<HouseholdState>('household', c.absorbed),
    }),
    decide: (c, s, ctx) => {
      if (s.merges.some((one) => one.duplicate === c.duplicate)) return [];
      const { decision } = ctx.facts.duplicate.state;
      ensure(
        decision?.kind === 'merge' && decision.survivor === ctx.id && decision.absorbed === c.absorbed,
        'MERGE_NOT_DECIDED',
        {
          duplicate: c.duplicate,
        },
      );
      const other = ctx.facts.absorbed.state;
      const chosen = (field: string) => decision.fields[field] === c.absorbed;
      const taken = {
        head: chosen('head') ? other.head : undefined,
        origin: chosen('origin') ? other.origin : undefined,
        place: chosen('place') ? other.place : undefined,
        preference: chosen('preference') ? other.preference : undefined,
      };
      const members = other.members.map(({ person, relation, roles }) => ({ person, relation, roles }));
      const data = { ...c, fileNo: other.fileNo, members, persons: [...decision.persons], taken };
      return [{ type: 'HouseholdsMerged', data }];
    },
  }),
  absorb: p.command({
    from: MERGEABLE,
    permission: 'system',
    input: events.HouseholdAbsorbed,
    emits: ['HouseholdAbsorbed'],
    to: ['merged_into'],
    facts: (c) => ({ duplicate: fact<DuplicateState>('duplicate', c.duplicate) }),
    decide: (c, _s, ctx) => {
      const { decision } = ctx.facts.duplicate.state;
      ensure(decision?.kind === 'merge' && decision.absorbed === ctx.id && decision.survivor === c.into, 'MERGE_NOT_DECIDED', {
        duplicate: c.duplicate,
      });
      return [{ type: 'HouseholdAbsorbed', data: c }];
    },
  }),
  reverseMerge: p.command({
    from: [...MERGEABLE, 'merged_into'],
    permission: 'system',
    input: z.strictObject({ duplicate: z.uuid() }),
    emits: ['HouseholdMergeReversed'],
    to: MERGEABLE,
    decide: (c, s) => {
      const known = s.absorbedBy?.duplicate === c.duplicate || s.merges.some((one) => one.duplicate === c.duplicate);
      const members = mergeReversed(s, c.duplicate).members.map((one) => one.person);
      return known ? [{ type: 'HouseholdMergeReversed', data: { ...c, members } }] : [];
    },
  }),
};
