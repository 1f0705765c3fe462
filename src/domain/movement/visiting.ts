import { z } from 'zod';
import type { HouseholdState } from '../household/state.ts';
import { ensure } from '../kernel/errors.ts';
import { type FactRef, fact } from '../kernel/process.ts';
import type { PersonState } from '../person/state.ts';
import { p } from './definition.ts';
import { events } from './events.ts';
import { type AreaFacts, areaFacts, householdOf, livingHousehold, presentMembers, standingOf } from './readiness.ts';
import type { MovementState, Visit } from './state.ts';

type VisitFacts = AreaFacts & { readonly household: FactRef<HouseholdState> } & {
  readonly [key: `person:${string}`]: FactRef<PersonState>;
};

function visitIn(s: MovementState, id: string, ...statuses: readonly Visit['status'][]): void {
  const visit = s.visits.find((one) => one.visit === id);
  ensure(visit, 'VISIT_UNKNOWN', { visit: id });
  ensure(statuses.includes(visit.status), 'VISIT_NOT_THERE_YET', { status: visit.status });
}

const FROM = ['intention_recorded', 'on_hold'] as const;

/** Go-and-see: a family looks at the place before it decides (domain.md §2.2). */
export const visiting = {
  requestGoAndSee: p.command({
    from: ['intention_recorded'],
    permission: 'movement:inform',
    input: z.strictObject({ participants: z.array(z.uuid()).min(1).max(20) }),
    facts: (c, s): VisitFacts => ({
      ...areaFacts(s.destination),
      ...Object.fromEntries(c.participants.map((one) => [`person:${one}`, fact<PersonState>('person', one)])),
      household: householdOf(s),
    }),
    emits: ['GoAndSeeVisitRequested'],
    to: ['intention_recorded'],
    decide: (c, s, ctx) => {
      const members = presentMembers(livingHousehold(ctx.facts.household));
      const stranger = c.participants.find((one) => !members.includes(one));
      ensure(stranger === undefined, 'NOT_A_MEMBER', { person: stranger ?? '' });
      const { status, area = '' } = standingOf(s.destination, ctx.facts);
      ensure(!['closed', 'military_zone'].includes(status), 'AREA_CLOSED_TO_VISITS', { area });
      const sexes = new Set(c.participants.map((one) => ctx.facts[`person:${one}`]?.state.sex));
      const alone = members.length === 1;
      ensure(alone || (sexes.has('female') && sexes.has('male')) || onlyOneSex(c.participants, members), 'BOTH_SEXES_TAKE_PART');
      return [{ type: 'GoAndSeeVisitRequested', data: { visit: ctx.newId('visit'), participants: c.participants } }];
    },
  }),
  approveGoAndSee: p.command({
    from: FROM,
    permission: 'movement:inform',
    input: z.strictObject({ ...events.GoAndSeeVisitApproved.shape, permits: events.GoAndSeeVisitApproved.shape.permits.min(1) }),
    emits: ['GoAndSeeVisitApproved'],
    to: FROM,
    decide: (c, s) => {
      visitIn(s, c.visit, 'requested');
      return [{ type: 'GoAndSeeVisitApproved', data: c }];
    },
  }),
  conductGoAndSee: p.command({
    from: FROM,
    permission: 'movement:inform',
    input: events.GoAndSeeVisitConducted,
    facts: (_c, s) => areaFacts(s.destination),
    emits: ['GoAndSeeVisitConducted'],
    to: FROM,
    decide: (c, s, ctx) => {
      visitIn(s, c.visit, 'approved');
      const { status, area = '' } = standingOf(s.destination, ctx.facts);
      ensure(!['closed', 'military_zone'].includes(status), 'AREA_CLOSED_TO_VISITS', { area });
      return [{ type: 'GoAndSeeVisitConducted', data: c }];
    },
  }),
  completeGoAndSee: p.command({
    from: FROM,
    permission: 'movement:inform',
    input: events.GoAndSeeVisitDebriefed,
    emits: ['GoAndSeeVisitDebriefed'],
    to: FROM,
    decide: (c, s) => {
      visitIn(s, c.visit, 'conducted');
      return [{ type: 'GoAndSeeVisitDebriefed', data: c }];
    },
  }),
  cancelGoAndSee: p.command({
    from: FROM,
    permission: 'movement:inform',
    input: events.GoAndSeeVisitCancelled,
    emits: ['GoAndSeeVisitCancelled'],
    to: FROM,
    decide: (c, s) => {
      visitIn(s, c.visit, 'requested', 'approved');
      return [{ type: 'GoAndSeeVisitCancelled', data: c }];
    },
  }),
};

/** A family that takes all its members along leaves nobody out. */
const onlyOneSex = (participants: readonly string[], members: readonly string[]): boolean =>
  members.every((one) => participants.includes(one));
